"""Phases, units and orders as values: they are their notation, and sort, compare and travel as such."""

from __future__ import annotations

import copy
import json
import pickle
import random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playing import play

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.terrain import MAPS, terrain
from ai_diplomacy.board.units import Order, Unit, order_for

YEARS = st.integers(0, 99_999)
PARTS = st.tuples(YEARS, st.sampled_from(["SM", "SR", "FM", "FR", "WA"]))
IN_A_YEAR = ["SM", "SR", "FM", "FR", "WA"]
PLACES = sorted({place for name in MAPS for place in terrain(name).names})
UNITS = st.builds("{} {}".format, st.sampled_from("AF"), st.sampled_from(PLACES))
TO = st.sampled_from(PLACES)
ORDERS = st.one_of(
    st.just("WAIVE"),
    st.builds("{} {}".format, UNITS, st.sampled_from("HDB")),
    st.builds("{} {} {}".format, UNITS, st.sampled_from("-R"), TO),
    st.builds("{} - {} VIA".format, UNITS, TO),
    st.builds("{} S {}".format, UNITS, UNITS),
    st.builds("{} {} {} - {}".format, UNITS, st.sampled_from("SC"), UNITS, TO),
)


def written(year: int, turn: str) -> str:
    return f"{turn[0]}{year:04}{turn[1]}"


@given(PARTS)
def test_a_phase_is_its_notation(parts: tuple[int, str]) -> None:
    text = written(*parts)
    phase = Phase(text)
    assert (phase.season, phase.year, phase.kind) == (parts[1][0], parts[0], parts[1][1])
    assert str(phase) == text == f"{phase.season}{phase.year:04}{phase.kind}"
    assert Phase(str(phase)) == phase


@given(st.lists(PARTS))
def test_phases_sort_as_they_are_played(parts: list[tuple[int, str]]) -> None:
    played = sorted(parts, key=lambda part: (part[0], IN_A_YEAR.index(part[1])))
    phases = [Phase(written(*part)) for part in parts]
    assert sorted(phases) == [written(*part) for part in played]
    assert sorted((str(phase) for phase in phases), key=Phase) == sorted(phases)


@given(PARTS, PARTS)
def test_phases_compare_as_they_are_played_with_texts_too(one: tuple[int, str], other: tuple[int, str]) -> None:
    first, second = Phase(written(*one)), Phase(written(*other))
    before = (one[0], IN_A_YEAR.index(one[1])) < (other[0], IN_A_YEAR.index(other[1]))
    assert (first < second) is (first < str(second)) is (second > first) is (not first >= second) is before
    assert (first <= second) is (second >= first) is (before or first == second)


def test_the_end_of_the_game_comes_behind_every_phase() -> None:
    assert Phase("W99999A") < Phase("COMPLETED")
    assert (Phase("COMPLETED").season, Phase("COMPLETED").kind) == ("", "")


def test_phases_are_those_of_a_game() -> None:
    board, rng = Board(), random.Random("phases")
    seen = [board.phase, *(play(board, rng, 1).phase for _ in range(20))]
    assert seen == sorted(seen)
    assert len(set(seen)) == 21


@pytest.mark.parametrize("text", ["", "S1901", "S1901A", "W1901M", "s1901M", "S1901M ", "S19O1M", "FORMING", "X1901M"])
def test_what_is_no_phase_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no phase such as S1901M"):
        Phase(text)


@given(UNITS)
def test_a_unit_is_its_notation(text: str) -> None:
    unit = Unit(text)
    assert unit == text == f"{unit.kind} {unit.location}"
    assert unit.province == unit.location[:3]


@given(ORDERS)
def test_an_order_is_its_notation(text: str) -> None:
    order = Order(text)
    words: list[str] = []
    if order.verb != "WAIVE":
        words = [order.unit, order.verb, order.helped or ""]
        words += ["-" if order.helped and order.location else "", order.location, "VIA" if order.via else ""]
    assert str(order) == text == (" ".join(filter(None, words)) or "WAIVE")
    assert order.mover == (order.helped or order.unit)
    assert order.goal == order.location[:3]
    assert order.target == (order.goal if order.verb == "-" else None)
    assert order.supported == (order.helped if order.verb == "S" else None)


@pytest.mark.parametrize("text", ["", "A", "A PARIS", "a par", "A PAR ", "C PAR", "A STP/XC"])
def test_what_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no unit such as A PAR"):
        Unit(text)


@pytest.mark.parametrize(
    "text", ["", "A PAR", "A PAR - ", "A PAR-BUR", "A PAR C A BUR", "A PAR R BUR VIA", "A PAR S", "a par h", "waive"]
)
def test_what_is_no_order_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no order such as A PAR - BUR"):
        Order(text)


@given(st.one_of(PARTS.map(lambda parts: Phase(written(*parts))), UNITS.map(Unit), ORDERS.map(Order)))
def test_a_value_is_equal_to_its_text_everywhere(value: Phase | Unit | Order) -> None:
    text = str(value)
    assert type(text) is str
    assert value == text
    assert hash(value) == hash(text)
    assert {text: 1}[value] == {value: 1}[text] == 1
    assert type(value)(value) is value
    assert json.dumps([value]).encode() == orjson.dumps([value]) == orjson.dumps([text])
    for same in (copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert (type(same), same) == (type(value), value)
        assert getattr(same, "kind", None) == getattr(value, "kind", None)


@given(st.lists(st.one_of(UNITS.map(Unit), ORDERS.map(Order))))
def test_units_and_orders_sort_as_their_texts(values: list[str]) -> None:
    assert sorted(values) == sorted(map(str, values))


def test_the_order_for_a_unit_is_found() -> None:
    orders = [Order("A PAR - BUR"), Order("F STP/SC S A LVN"), Order("WAIVE")]
    assert order_for(Unit("F STP/SC"), orders) is orders[1]
    assert order_for(Unit("A LVN"), orders) is None


@pytest.mark.parametrize("name", MAPS)
def test_all_that_a_board_gives_is_a_value(name: str) -> None:
    board, rng = Board(name), random.Random(f"values {name}")
    for _ in range(8):
        for power in board.powers:
            situation = board.situation(power)
            assert type(situation.phase) is Phase
            for order in (order for orders in situation.legal_orders.values() for order in orders):
                assert type(order) is Order
                assert type(order.unit) is Unit
            assert all(type(unit) is Unit for units in situation.units.values() for unit in units)
        play(board, rng, 1)
