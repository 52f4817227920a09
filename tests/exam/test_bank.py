"""The bank is frozen: what its rule promises, and the prices that stand beside its positions."""

from collections import Counter

import pytest

from ai_diplomacy.analysis.position_kinds import position_kind
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.board.units import Order
from ai_diplomacy.exam.bank import bank, digest_of
from ai_diplomacy.exam.scoring import value_of
from ai_diplomacy.search.pricing import PRICING, price


def test_it_is_as_it_was_frozen():
    held = bank()
    assert digest_of(held.positions) == held.digest
    assert held.pricing == PRICING
    assert [position.name for position in held.positions] == [f"P{n:03}" for n in range(1, len(held.positions) + 1)]


def test_all_powers_and_years_have_equal_shares_in_every_part_of_it():
    positions = bank().positions
    assert 180 <= len(positions) <= 220
    for count in (14, 28, 56, 112, len(positions)):
        powers = Counter(position.power for position in positions[:count])
        years = Counter((position.phase.year - 1) // 2 for position in positions[:count])
        assert powers.keys() == set(terrain().powers)
        assert max(powers.values()) - min(powers.values()) <= 2
        assert len(years) >= 4


def test_no_board_is_in_it_twice():
    seen = Counter(
        (position.power, position.phase[0], repr(state["units"]), repr(state["centers"]))
        for position in bank().positions
        for state in [position.board["phases"][-1]["state"]]
    )
    assert max(seen.values()) == 1


@pytest.mark.slow
def test_every_position_is_one_of_a_game_and_of_the_kind_it_is_said_to_be():
    for position in bank().positions:
        seen = position.situation
        assert seen == Board.from_saved_game(position.board).situation(position.power)
        assert seen.kind == "M"
        assert seen.recent or seen.phase == "S1901M"
        assert len(seen.legal_orders) == len(seen.own_units)
        assert all(order in seen.legal_orders[order.unit] for order in map(Order, position.orders))
        assert position.kind == position_kind(seen)


@pytest.mark.slow
def test_its_prices_come_out_as_they_were_frozen():
    """Of all best replies; and of some positions anew from the search. Other prices are another bank."""
    for position in bank().positions:
        assert value_of(position, [Order(order) for order in position.orders]) == pytest.approx(position.best, abs=1e-5)
    for position in bank().positions[::40]:
        found = price(position.situation, (), samples=len(position.others), seed=0)
        assert list(map(str, found.orders)) == list(position.orders)
        assert found.best == pytest.approx(position.best, abs=1e-5)
        assert found.stake == pytest.approx(position.stake, abs=1e-5)
