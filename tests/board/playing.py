"""Positions for the tests of the board: built by hand, or reached by random play from a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.terrain import engine, province_of, terrain


def recorded_game(number: int) -> dict[str, Any]:
    """One of the engine's three recorded games, in its saved format."""
    path = Path(engine().__file__).parent / "tests" / "network" / f"{number}.json"
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def random_orders(situation: Situation, rng: random.Random) -> list[str]:
    """One legal order for each own unit; some of the builds or disbands due.

    Units prefer to move and to support or convoy one another, so that units are dislodged, by sea as well.
    """
    chosen: list[str] = []
    units = rng.sample(sorted(situation.legal_orders), len(situation.legal_orders))
    for unit in sorted(units, key=lambda unit: unit[0]):  # armies first, so that fleets can help them
        legal = situation.legal_orders[unit]
        moves = [order for order in legal if order.startswith(f"{unit} - ")]
        if rng.random() < 0.5:
            moves = [order for order in moves if order.endswith(" VIA")] or moves
        helps = [order for order in legal if _helped(order) in {_without_coast(move) for move in chosen}]
        pool = helps if helps and rng.random() < 0.7 else moves if moves and rng.random() < 0.8 else legal
        chosen.append(rng.choice(pool))
    if situation.kind == "A":
        del chosen[rng.randint(0, abs(situation.due)) :]
    return chosen


def _helped(order: str) -> str:
    """The order that a support or a convoy is for."""
    return order.partition(" S " if " S " in order else " C ")[2]


def _without_coast(move: str) -> str:
    head, dash, target = move.removesuffix(" VIA").rpartition(" - ")
    return f"{head}{dash}{target.partition('/')[0]}"


def step(board: Board, rng: random.Random) -> None:
    for power in board.powers:
        board.submit(power, random_orders(board.situation(power), rng))
    board.adjudicate()


def play(board: Board, rng: random.Random, phases: int) -> Board:
    """Random play for so many phases, or until the game is over."""
    for _ in range(phases):
        if board.completed:
            break
        step(board, rng)
    return board


def position(
    units: Mapping[str, Iterable[str]],
    *,
    phase: str = "S1901M",
    centers: Mapping[str, Iterable[str]] | None = None,
    map_name: str = "standard",
) -> Board:
    """A board with these units alone; powers without an entry have none, nor centres if ``centers`` are given."""
    saved = Board(map_name).to_saved_game()
    entry = saved["phases"][0]
    entry["name"] = entry["state"]["name"] = phase
    for power in entry["state"]["units"]:
        entry["state"]["units"][power] = list(units.get(power, ()))
        if centers is not None:
            entry["state"]["centers"][power] = list(centers.get(power, ()))
    return Board.from_saved_game(saved)


def adjudicate(board: Board, orders: Mapping[str, Iterable[str]]) -> Board:
    """Adjudicate these orders; every one of them must be legal."""
    for power, texts in orders.items():
        report = board.submit(power, list(texts))
        assert not report.rejected, report.rejected
    board.adjudicate()
    return board


def scattered(name: str, rng: random.Random, kind: str, *, units: int = 6, centers: int = 0, powers: int = 99) -> Board:
    """A first phase of this kind with units anywhere: so many units (and other centres) for so many powers at most."""
    ground = terrain(name)
    chosen = rng.sample(ground.powers, min(powers, len(ground.powers)))
    places = [f"A {at}" for at in ground.armies] + [f"F {at}" for at in ground.fleets]
    rng.shuffle(places)
    free = {province_of(place[2:]): place for place in places}
    standing = {power: [free.popitem()[1] for _ in range(rng.randint(0, units)) if free] for power in chosen}
    left = rng.sample(ground.centers, len(ground.centers))
    owned = {power: [left.pop() for _ in range(rng.randint(0, centers)) if left] for power in chosen}
    season = "W" if kind == "A" else "S"
    return position(standing, centers=owned, phase=f"{season}{ground.start[1:-1]}{kind}", map_name=name)
