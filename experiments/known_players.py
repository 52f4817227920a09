"""Players whose strength is known, because it is made: bots, and DumbBot with a share of its orders drawn by lot."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.chance import chance
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.units import Order
from ai_diplomacy.bots import make_bot

NOISE = {"dumbbot 10 % random": 0.1, "dumbbot 30 % random": 0.3}
PLAYERS = ("search", "dumbbot", *NOISE, "random", "hold")
"""From the strongest down, as far as anybody knows; ``search`` may have a budget behind a colon."""


def chosen(player: str, situation: Situation, seed: int) -> tuple[Order, ...]:
    """What the player orders, in any phase."""
    rng = chance(seed, situation.phase, situation.power, "order")
    orders = make_bot("dumbbot" if player in NOISE else player, situation.power, seed).choose(situation, rng)
    if player not in NOISE or situation.kind != "M":
        return orders
    dice = chance(seed, situation.phase, situation.power, "noise")
    return tuple(
        dice.choice(situation.legal_orders[order.unit]) if dice.random() < NOISE[player] else order for order in orders
    )


def play(
    seats: Mapping[str, str],
    seed: int,
    last_year: int,
    each: Callable[[Board, Mapping[str, tuple[Order, ...]]], None] | None = None,
    thought: Mapping[str, list[float]] | None = None,
) -> Board:
    """A game without press, ``seats``: power -> player. ``each(board, orders)`` is shown every movement phase before it
    is adjudicated, with power -> orders; ``thought``: player -> seconds of a core for each movement phase, added to."""
    board = Board()
    while not board.completed and board.phase.year <= last_year:
        ordered: dict[str, tuple[Order, ...]] = {}
        for power in board.choosers():
            situation, began = board.situation(power), time.process_time()
            ordered[power] = chosen(seats[power], situation, seed)
            if thought is not None and situation.kind == "M" and situation.own_units:
                thought[seats[power]].append(time.process_time() - began)
        if each is not None and board.phase.kind == "M":
            each(board, ordered)
        for power, orders in ordered.items():
            board.submit(power, map(str, orders))
        board.adjudicate()
    return board
