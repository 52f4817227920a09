"""What orders are worth beside the best reply."""

from __future__ import annotations

from statistics import mean

import pytest

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.chance import chance
from ai_diplomacy.board.tactics import choose_orders
from ai_diplomacy.board.units import Order
from ai_diplomacy.board.valuation import evaluate
from ai_diplomacy.search import pricing
from ai_diplomacy.search.pricing import price


def dumbbots(board: Board, seed: int) -> dict[str, tuple[Order, ...]]:
    return {
        power: choose_orders(situation, evaluate(situation), chance(seed, board.phase, power))
        for power in board.powers
        for situation in [board.situation(power)]
    }


@pytest.mark.slow
def test_the_best_reply_has_no_regret_and_random_orders_the_stake() -> None:
    board = Board()
    shares: dict[str, list[float]] = {"best": [], "dumbbot": [], "random": []}
    losses: dict[str, list[float]] = {name: [] for name in shares}
    for phase in range(6):
        played = dumbbots(board, 3)
        for power, orders in played.items():
            situation = board.situation(power)
            if situation.kind == "M":
                found = price(situation, orders)
                by_lot = [chance(phase, unit, power).choice(legal) for unit, legal in situation.legal_orders.items()]
                for name, own in (("best", found.orders), ("dumbbot", orders), ("random", by_lot)):
                    priced = price(situation, own)
                    shares[name].append((priced.best - priced.value) / priced.stake)
                    losses[name].append(priced.usual - priced.value)
            board.submit(power, orders)
        board.adjudicate()
    assert set(shares["best"]) == {0}
    assert 0 < mean(shares["dumbbot"]) < mean(shares["random"])
    assert 0.6 < mean(shares["random"]) < 1.4
    assert mean(losses["best"]) < 0 < mean(losses["random"])
    assert mean(losses["dumbbot"]) == pytest.approx(0, abs=0.1), "its orders are worth what draws of them are"


def test_in_hindsight_orders_are_priced_against_what_was_ordered() -> None:
    board = Board()
    situation = board.situation("FRANCE")
    to_burgundy = [Order("A PAR - BUR")]
    alone = price(situation, to_burgundy, others={})
    met = price(situation, to_burgundy, others={"GERMANY": [Order("A MUN - BUR")]})
    assert alone.value > met.value
    assert alone.best >= alone.value
    assert met.best >= met.value
    assert price(situation, to_burgundy, others={"FRANCE": [Order("A PAR - PIC")]}) == alone


def test_the_seed_decides_and_nothing_that_was_asked_before() -> None:
    situation = Board().situation("AUSTRIA")
    orders = dumbbots(Board(), 1)["AUSTRIA"]
    first = price(situation, orders, seed=4)
    price(situation, [], seed=5)
    pricing._found.cache_clear()
    assert price(situation, orders, seed=4) == first
    assert len({price(situation, orders, seed=seed).value for seed in range(6)}) > 1
    assert price(situation, orders, seed=4, samples=2) != first


def test_only_who_can_move_is_priced() -> None:
    board = Board()
    board.submit("FRANCE", ["A MAR - SPA"])
    board.adjudicate()
    board.adjudicate()
    with pytest.raises(ValueError, match="no moves of FRANCE to price in W1901A"):
        price(board.situation("FRANCE"), [])
