"""Attacks, help, alliances and open borders, read from orders alone: in games played for it, and one between people."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from analysis.making import acted
from board.playing import position, recorded_game

from ai_diplomacy.analysis.alliances import LAPSE, relations, spells
from ai_diplomacy.analysis.dealings import dealings
from ai_diplomacy.analysis.read_games import read_game
from ai_diplomacy.board.units import Order

ALLIES = {
    "S1901M": {"FRANCE": ["A PAR - BUR", "A MAR S A PAR - BUR"], "GERMANY": ["A MUN - RUH"]},
    "F1901M": {"FRANCE": ["A BUR - BEL"], "GERMANY": ["A RUH S A BUR - BEL", "F KIE - HOL"]},
    "S1902M": {"FRANCE": ["A BEL S F HOL"], "GERMANY": ["F HOL H"]},
    "F1902M": {"FRANCE": ["A BEL S A RUH - BUR"], "GERMANY": ["F HOL H", "A RUH - MUN"]},
    "S1903M": {"FRANCE": ["A BEL - HOL"]},
}


def done(folder, turns):
    return list(dealings(read_game(acted(folder / "run", turns), folder)))


def between(found, one, other):
    return [row for row in found if (row.one, row.other) == (one, other)]


def test_an_alliance_is_a_spell_of_help_both_ways_without_attack(tmp_path):
    phases = done(tmp_path, ALLIES)
    (spell,) = between(spells(phases), "FRANCE", "GERMANY")
    assert (spell.first, spell.last, spell.phases) == ("F1901M", "F1902M", 3)
    assert spell.mutual
    assert spell.helped == (2, 1)
    assert spell.used == (1, 1), "the army in the Ruhr went elsewhere"
    assert (spell.ended, spell.by, spell.phase, spell.how) == ("attack", "FRANCE", "S1903M", ("A BEL - HOL",))
    (told,) = between(relations(phases), "FRANCE", "GERMANY")
    assert (told.phases, told.attacked, told.helped) == (5, (1, 0), (2, 1))
    assert told.peaceful == told.near - 1


def test_help_for_one_that_did_nothing_back_is_no_alliance(tmp_path):
    turns = {"S1901M": {"ITALY": ["A VEN S F TRI"]}, "S1903M": {}}
    (spell,) = between(spells(done(tmp_path, turns)), "AUSTRIA", "ITALY")
    assert not spell.mutual
    assert spell.helped == (0, 1)
    assert spell.ended == "lapsed"
    assert (spell.first, spell.last, spell.phases) == ("S1901M", "S1901M", 1)


def test_a_spell_ends_with_the_game_or_with_who_helped(tmp_path):
    phases = done(tmp_path, {"S1901M": {"ITALY": ["A VEN S F TRI"]}, "F1901M": {}})
    (spell,) = spells(phases)
    assert spell.ended == "end"
    board = position(
        {"FRANCE": ["A BUR", "A RUH"], "GERMANY": ["A BOH"], "ITALY": ["A TYR"]},
        centers={"FRANCE": ["PAR", "MAR"], "ITALY": ["VEN"]},
        phase="F1903M",
    )
    turns = {"F1903M": {"ITALY": ["A TYR S A BOH"]}, "S1904M": {}}
    (spell,) = spells(list(dealings(read_game(acted(tmp_path / "gone", turns, board=board), tmp_path))))
    assert (spell.ended, spell.by, spell.phase) == ("elimination", "GERMANY", "S1904M")


def test_help_in_a_phase_with_an_attack_begins_no_spell(tmp_path):
    turns = {"S1901M": {"ITALY": ["A VEN S F TRI"], "AUSTRIA": ["F TRI - VEN"]}, "F1901M": {}}
    assert spells(done(tmp_path, turns)) == []


def test_a_centre_left_open_beside_another_power_is_spared_or_not(tmp_path):
    """Munich, when its army goes to the Ruhr and others stand beside it."""
    turns = {
        "S1901M": {"FRANCE": ["A PAR - BUR"], "ITALY": ["A VEN - TYR"]},
        "F1901M": {"GERMANY": ["A MUN - RUH"], "FRANCE": ["A BUR - MUN"], "ITALY": ["A TYR H"]},
    }
    first, second = done(tmp_path, turns)
    assert ("GERMANY", "FRANCE") not in first.open, "its army stays"
    assert second.open["GERMANY", "FRANCE"] == ("MUN",)
    assert second.open["GERMANY", "ITALY"] == ("MUN",)
    assert (second.entered["GERMANY", "FRANCE"], second.entered["GERMANY", "ITALY"]) == (1, 0)
    assert second.attacks["FRANCE", "GERMANY"] == ("A BUR - MUN",)
    assert ("ITALY", "GERMANY") in second.near
    assert ("ENGLAND", "GERMANY") not in second.near
    assert ("GERMANY", "ENGLAND") not in second.open, "no English unit could step into it"
    guarded = {"S1901M": {"FRANCE": ["A PAR - BUR"]}, "F1901M": {"GERMANY": ["A MUN H"]}}
    assert ("GERMANY", "FRANCE") not in done(tmp_path / "guarded", guarded)[1].open


@pytest.fixture(scope="module")
def game_of_people(tmp_path_factory):
    """One of the engine's recorded games, with 50 phases and more."""
    phases = [phase for phase in recorded_game(1)["phases"] if phase["name"] != "COMPLETED"]
    turns = {phase["name"]: {power: orders for power, orders in phase["orders"].items() if orders} for phase in phases}
    folder = tmp_path_factory.mktemp("people")
    return list(dealings(read_game(acted(folder / "run", turns), folder)))


@pytest.mark.slow
def test_in_a_game_between_people_every_spell_is_what_it_says(game_of_people):
    at = {phase.phase: number for number, phase in enumerate(game_of_people)}
    found = spells(game_of_people)
    assert sum(spell.mutual for spell in found) > 3
    assert {spell.ended for spell in found} >= {"attack", "lapsed"}
    for spell in found:
        ways = ((spell.one, spell.other), (spell.other, spell.one))
        held = game_of_people[at[spell.first] : at[spell.last] + 1]
        assert len(held) == spell.phases
        assert not any(way in phase.attacks for phase in held for way in ways)
        assert all(any(way in phase.helps for way in ways) for phase in (held[0], held[-1]))
        helped = [at[phase.phase] for phase in held if any(way in phase.helps for way in ways)]
        assert all(later - earlier <= LAPSE for earlier, later in pairwise(helped))
        if spell.ended == "attack":
            ended = game_of_people[at[spell.phase]]
            assert set(spell.how) == {order for way in ways for order in ended.attacks.get(way, ())}
            assert at[spell.phase] > at[spell.last]


@pytest.mark.slow
def test_in_a_game_between_people_help_and_attacks_are_the_orders_of_who_gave_them(game_of_people):
    counted = Counter()
    for phase in game_of_people:
        seen, ordered = phase.played.situation, phase.played.ordered
        owner = {unit: power for power, units in seen.units.items() for unit in units}
        for (one, other), orders in (*phase.helps.items(), *phase.attacks.items()):
            assert set(orders) <= set(ordered[one])
            assert one != other
        for power, orders in ordered.items():
            for order in map(Order, orders):
                if order.helped is not None and owner[order.helped] != power:
                    counted["help"] += 1
                    assert order in phase.helps[power, owner[order.helped]]
                stands = [unit for unit in owner if unit.province == order.target]
                wanted = {o.helped for who, theirs in ordered.items() if who != power for o in theirs}
                for unit in stands:
                    if owner[unit] != power and order.unit not in wanted:
                        counted["attack"] += 1
                        assert order in phase.attacks[power, owner[unit]]
        assert all(0 <= phase.entered[pair] <= len(left) for pair, left in phase.open.items())
        assert all(0 <= phase.used[pair] <= len(given) for pair, given in phase.helps.items())
    assert counted["help"] > 50
    assert counted["attack"] > 100
