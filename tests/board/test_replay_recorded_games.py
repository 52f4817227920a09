"""The three games of people that the engine's package holds replay through the board as they were played."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from playing import recorded_game

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.press import ALL, Message
from ai_diplomacy.board.units import Order

GAMES = {1: (56, 1814), 2: (52, 473), 3: (51, 205)}
"""Recorded game -> its transitions and messages: 159 and 2,492 in all."""

# Where the recording holds retreats that the rules forbid: the fault of the engine after a convoyed attack.
FORBIDDEN_RETREATS = {
    (1, "F1902R", "F NWY"): {"NTH", "NWG", "SKA", "STP/NC", "SWE"},
    (2, "S1902R", "A BUL"): {"CON", "GRE", "RUM"},
    (2, "F1908R", "A SEV"): {"ARM", "RUM", "UKR"},
}

# Where the recording, made by an older engine, does not call void a support of an attack on a unit of the same power.
UNMARKED_VOIDS = {
    (1, "S1903M", "F AEG"),
    (1, "S1912M", "F ENG"),
    (2, "F1908M", "A SER"),
    (2, "F1909M", "F BLA"),
    (2, "S1910M", "F BLA"),
    (2, "F1910M", "F BLA"),
    (2, "F1910M", "F TYS"),
    (3, "F1906M", "A MAR"),
}


@cache
def recorded(number: int) -> list[dict[str, Any]]:
    return recorded_game(number)["phases"]


@cache
def replayed(number: int) -> tuple[list[dict[str, Any]], list[str]]:
    """The phases as the board saves them after the replay, and the orders that it did not take as recorded."""
    board, refused, sequence = Board(), [], 0
    for phase in recorded(number):
        assert board.phase == phase["name"]
        messages = []
        for message in phase["messages"]:
            sequence += 1
            to = ALL if message["recipient"] == "GLOBAL" else message["recipient"]
            messages.append(Message(message["sender"], (to,), message["message"], (), phase["name"], 1, sequence))
        board.add_messages(messages)
        if phase is recorded(number)[-1]:
            break
        for power, orders in phase["orders"].items():
            report = board.submit(power, orders)
            refused += [f"{phase['name']} {line.text}" for line in report.rejected]
            refused += [f"{phase['name']} default {order}" for order in report.defaults if order != "WAIVE"]
        board.adjudicate()
    return board.to_saved_game()["phases"], refused


@pytest.mark.parametrize("number", GAMES)
def test_every_recorded_order_is_taken(number: int) -> None:
    assert replayed(number)[1] == []


@pytest.mark.parametrize("number", GAMES)
def test_every_transition_is_equal(number: int) -> None:
    phases, before = replayed(number)[0], recorded(number)
    assert len(phases) - 1 == GAMES[number][0]
    assert [phase["name"] for phase in phases] == [phase["name"] for phase in before]
    for ours, theirs in zip(phases, before, strict=True):
        for table in ("units", "centers", "homes", "influence"):
            for power, owned in theirs["state"][table].items():
                assert sorted(ours["state"][table][power]) == sorted(owned), (ours["name"], table, power)
        assert ours["state"]["builds"] == theirs["state"]["builds"]


@pytest.mark.parametrize("number", GAMES)
def test_orders_are_recorded_as_they_were(number: int) -> None:
    for ours, theirs in list(zip(replayed(number)[0], recorded(number), strict=True))[:-1]:
        for power, orders in theirs["orders"].items():
            assert sorted(ours["orders"][power]) == sorted(orders), (ours["name"], power)


@pytest.mark.parametrize("number", GAMES)
def test_results_are_equal_but_for_voids_that_the_older_engine_did_not_mark(number: int) -> None:
    different = set()
    for ours, theirs in list(zip(replayed(number)[0], recorded(number), strict=True))[:-1]:
        assert set(ours["results"]) == set(theirs["results"]), ours["name"]
        for unit, words in theirs["results"].items():
            if sorted(map(str, ours["results"][unit])) != sorted(words):
                different.add((number, ours["name"], unit))
                assert [str(word) for word in ours["results"][unit]] == ["void"]
                assert words == []
                assert helps_against_its_own_power(unit, theirs)
    assert different == {fault for fault in UNMARKED_VOIDS if fault[0] == number}


def helps_against_its_own_power(unit: str, phase: dict[str, Any]) -> bool:
    power, order = next(
        (power, order) for power, orders in phase["orders"].items() for order in orders if Order(order).unit == unit
    )
    target = order.rpartition(" - ")[2][:3]
    return " S " in order and any(own[2:5] == target for own in phase["state"]["units"][power])


@pytest.mark.parametrize("number", GAMES)
def test_retreats_are_equal_but_for_those_that_the_rules_forbid(number: int) -> None:
    different = {}
    phases = replayed(number)[0]
    for before, ours, theirs in zip([None, *phases], phases, recorded(number), strict=False):
        for power, units in theirs["state"]["retreats"].items():
            assert set(ours["state"]["retreats"][power]) == set(units)
            for unit, places in units.items():
                if taken := set(places) ^ set(ours["state"]["retreats"][power][unit]):
                    different[number, ours["name"], unit] = taken
                    assert taken <= set(places)
                    assert all(occupied(place, ours) or fought_over(place, before) for place in taken)
    assert different == {key: places for key, places in FORBIDDEN_RETREATS.items() if key[0] == number}


def occupied(place: str, phase: dict[str, Any]) -> bool:
    return any(unit[2:5] == place[:3] for units in phase["state"]["units"].values() for unit in units)


def fought_over(place: str, phase: dict[str, Any]) -> bool:
    bounced = {unit for unit, words in phase["results"].items() if "bounce" in map(str, words)}
    orders = [order for orders in phase["orders"].values() for order in orders]
    return any(Order(order).unit in bounced and f" - {place[:3]}" in order for order in orders)


@pytest.mark.parametrize("number", GAMES)
def test_all_press_comes_back_in_its_order(number: int) -> None:
    def press(phases: list[dict[str, Any]]) -> list[tuple[str, ...]]:
        return [
            (message["phase"], message["sender"], message["recipient"], message["message"])
            for phase in phases
            for message in sorted(phase["messages"], key=lambda message: message["time_sent"])
        ]

    assert len(press(replayed(number)[0])) == GAMES[number][1]
    assert press(replayed(number)[0]) == press(recorded(number))


@pytest.mark.parametrize("number", GAMES)
def test_a_recorded_game_loads_and_is_written_back(number: int) -> None:
    saved = {"id": "recorded", "map": "standard", "rules": [], "phases": recorded(number)}
    again = Board.from_saved_game(saved).to_saved_game()["phases"]
    assert [phase["name"] for phase in again] == [phase["name"] for phase in recorded(number)]
    assert sum(len(phase["messages"]) for phase in again) == GAMES[number][1]
    assert again[-1]["state"]["units"] == recorded(number)[-1]["state"]["units"]
