"""The position is the board: whatever is ordered, both lead to the same phase, for every power that looks."""

from __future__ import annotations

import random

import pytest
from crowded import STYLES, Style, adjudicated, differences, orders_of, played
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import adjudicate, position, recorded_game

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.civil_disorder import CivilDisorder
from ai_diplomacy.board.terrain import MAPS, Terrain, province_of, terrain
from ai_diplomacy.board.units import Order, Unit
from ai_diplomacy.search.legal import written
from ai_diplomacy.search.lookahead import after
from ai_diplomacy.search.position import Position


def of(board: Board) -> Position:
    return Position.of(board.situation(board.powers[0]))


# Whole games


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_recorded_games_go_as_they_went(number: int) -> None:
    phases = recorded_game(number)["phases"]
    board = Board()
    for phase in phases[:-1]:
        orders = {power: board.submit(power, texts).orders for power, texts in phase["orders"].items()}
        assert adjudicated(board, orders) == []
    assert board.phase == phases[-1]["name"]


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("style", STYLES)
def test_a_game_begins_as_on_the_board(name: str, style: Style) -> None:
    assert [told for checked in played(name, style, 0, 8) for told in checked.differences] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("style", STYLES)
def test_games_go_as_on_the_board(name: str, style: Style) -> None:
    """With the beginnings above some 2,000 positions; ``experiments/check_adjudicator.py`` looks at 100,000."""
    count = seed = 0
    while count < 42:
        seed += 1
        for checked in played(name, style, seed, 42 - count):
            count += 1
            assert checked.differences == [], (name, style, seed, checked.board.last_turn[-1].phase)


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["home", "owned"])
def test_civil_disorder_takes_the_same_units_by_either_rule(rule: CivilDisorder) -> None:
    """Random orders disband too few now and then."""
    for seed in range(3):
        for checked in played("standard", "random", seed, 40, rule):
            assert checked.differences == []


# Any placement of units


def near(ground: Terrain, start: str, count: int) -> list[str]:
    """The provinces nearest to one, itself first."""
    found = [start]
    for place in found:
        around = {province_of(at) for at in ground.borders[place]} & set(ground.provinces)
        found += sorted(around - set(found))
        if len(found) >= count:
            break
    return found[:count]


@st.composite
def boards(draw: st.DrawFn) -> Board:
    """Units of up to three powers close together."""
    name = draw(st.sampled_from(MAPS))
    ground = terrain(name)
    seas = [at for at in ground.provinces if ground.kinds[at] == "sea"] or list(ground.provinces)
    units: dict[str, list[str]] = {}
    for place in near(ground, draw(st.sampled_from(seas)), draw(st.integers(2, 22))):
        kinds = [f"A {place}"] if place in ground.armies else []
        kinds += [f"F {at}" for at in (place, *ground.coasts.get(place, ())) if at in ground.fleets]
        units.setdefault(draw(st.sampled_from(ground.powers[:3])), []).append(draw(st.sampled_from(kinds)))
    return position(units, phase=f"{draw(st.sampled_from('SF'))}{ground.start[1:-1]}M", map_name=name)


def drawn_orders(board: Board, data: st.DataObject) -> dict[str, list[Order]]:
    """Armies first, most of them by sea; then fleets that convoy or attack, and what supports what was ordered."""
    legal = {unit: (power, own) for power in board.powers for unit, own in board.situation(power).legal_orders.items()}
    given: dict[tuple[str, str], str] = {}
    orders: dict[str, list[Order]] = {}
    for _, (power, own) in sorted(legal.items()):
        voyages = [order for order in own if order.via]
        helps = [order for order in own if order.helped and given.get((order.helped, order.goal), "S") != "S"]
        moves = [order for order in own if order.verb == "-"]
        pools = [pool for pool in (voyages, helps, moves, own) if pool]
        order = data.draw(st.sampled_from(data.draw(st.sampled_from(pools))))
        given[order.unit, order.target or ""] = "-"
        orders.setdefault(power, []).append(order)
    return orders


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(boards(), st.data())
def test_any_legal_orders_lead_to_the_same(board: Board, data: st.DataObject) -> None:
    assert differences(of(board), board) == []
    assert adjudicated(board, drawn_orders(board, data)) == []


# What is easily done wrong


def lead_to(units: dict[str, list[str]], orders: dict[str, list[str]], **more: object) -> Position:
    """The position after these orders, which is compared with the board."""
    board = position(units, **more)  # type: ignore[arg-type]
    found = after(of(board), {power: [Order(text) for text in own] for power, own in orders.items()})
    adjudicate(board, orders)
    assert differences(found, board) == []
    return found


def units_of(found: Position, power: str) -> list[str]:
    return list(found.seen_by(power).own_units)


def test_three_armies_move_in_a_circle() -> None:
    units = {"TURKEY": ["A ANK", "A CON", "A SMY"]}
    found = lead_to(units, {"TURKEY": ["A ANK - CON", "A CON - SMY", "A SMY - ANK"]})
    assert units_of(found, "TURKEY") == ["A ANK", "A CON", "A SMY"]
    assert found.phase == "F1901M"


def test_two_armies_change_places_only_by_sea() -> None:
    units = {"ENGLAND": ["A NWY", "F SKA"], "RUSSIA": ["A SWE"]}
    by_land = lead_to(units, {"ENGLAND": ["A NWY - SWE"], "RUSSIA": ["A SWE - NWY"]})
    assert units_of(by_land, "RUSSIA") == ["A SWE"]
    by_sea = {"ENGLAND": ["A NWY - SWE VIA", "F SKA C A NWY - SWE"], "RUSSIA": ["A SWE - NWY"]}
    assert units_of(lead_to(units, by_sea), "RUSSIA") == ["A NWY"]


def test_an_army_that_needs_the_fleet_whose_attack_it_would_cut_stays() -> None:
    """Pandin's paradox, resolved as Szykman has it: the convoy fails."""
    units = {"ENGLAND": ["F LON", "F WAL"], "FRANCE": ["A BRE", "F ENG"]}
    orders = {
        "ENGLAND": ["F LON S F WAL - ENG", "F WAL - ENG"],
        "FRANCE": ["A BRE - LON VIA", "F ENG C A BRE - LON"],
    }
    found = lead_to(units, orders)
    assert units_of(found, "FRANCE") == ["A BRE"]
    assert units_of(found, "ENGLAND") == ["F ENG", "F LON"]


def test_a_chain_of_supports_is_followed_to_the_coast_that_is_meant() -> None:
    """Support for a fleet to the south coast of Spain is none for the one in the north that supports the convoy."""
    units = {
        "FRANCE": ["A BRE", "F MAO", "A PAR", "F POR", "A MAR"],
        "ENGLAND": ["F ENG", "F IRI"],
        "ITALY": ["A GAS", "F WES"],
        "GERMANY": ["F SPA/NC"],
    }
    orders = {
        "FRANCE": [
            *("A BRE - GAS VIA", "F MAO C A BRE - GAS", "A PAR S A BRE - GAS"),
            *("F POR S F MAO", "A MAR S F SPA/NC"),
        ],
        "ENGLAND": ["F ENG - MAO", "F IRI S F ENG - MAO"],
        "ITALY": ["A GAS S F WES - SPA", "F WES - SPA/SC"],
        "GERMANY": ["F SPA/NC S F MAO"],
    }
    assert "A GAS" in units_of(lead_to(units, orders), "FRANCE")


def test_the_engine_does_not_see_that_a_power_helps_an_army_from_the_sea_against_itself() -> None:
    units = {"ENGLAND": ["A LON", "F WAL"], "FRANCE": ["A BRE", "F ENG"]}
    orders = {"ENGLAND": ["F WAL S A BRE - LON"], "FRANCE": ["A BRE - LON VIA", "F ENG C A BRE - LON"]}
    assert "A LON" in units_of(lead_to(units, orders), "FRANCE")


def test_an_army_whose_fleet_is_saved_by_another_landing_sails() -> None:
    units = {"ENGLAND": ["A LON", "F NTH", "A CLY", "F NWG"], "RUSSIA": ["F SKA", "F NWY"]}
    orders = {
        "ENGLAND": [
            *("A LON - BEL VIA", "F NTH C A LON - BEL"),
            *("A CLY - NWY VIA", "F NWG C A CLY - NWY"),
        ],
        "RUSSIA": ["F SKA - NTH", "F NWY S F SKA - NTH"],
    }
    assert "A BEL" in units_of(lead_to(units, orders), "ENGLAND")


def test_of_two_ways_over_a_fleet_that_is_lost_the_engine_sees_only_one_at_first() -> None:
    """The army does not arrive, and yet it cuts the support in Brest."""
    sea = ["NTH", "ENG", "NWG", "NAO", "MAO"]
    units = {
        "ENGLAND": ["A YOR", *(f"F {at}" for at in sea)],
        "GERMANY": ["F HOL", "F DEN"],
        "FRANCE": ["A BRE", "A GAS"],
        "ITALY": ["A PAR"],
    }
    orders = {
        "ENGLAND": ["A YOR - BRE VIA", *(f"F {at} C A YOR - BRE" for at in sea)],
        "GERMANY": ["F HOL - NTH", "F DEN S F HOL - NTH"],
        "FRANCE": ["A BRE S A GAS - PAR", "A GAS - PAR"],
    }
    found = lead_to(units, orders)
    assert units_of(found, "ITALY") == ["A PAR"]
    assert "A YOR" in units_of(found, "ENGLAND")


def test_a_unit_with_nowhere_to_go_after_an_attack_by_sea_has_a_phase_to_itself() -> None:
    units = {"ENGLAND": ["A LON", "F NTH", "F HOL", "A RUH", "A PIC"], "FRANCE": ["A BEL"], "GERMANY": ["A BUR"]}
    attack = ["A LON - BEL VIA", "F NTH C A LON - BEL", "F HOL S A LON - BEL"]
    found = lead_to(units, {"ENGLAND": attack})
    assert found.phase == "S1901R"
    assert dict(found.seen_by("FRANCE").dislodged["FRANCE"]) == {"A BEL": ()}


def test_the_win_ends_the_game_at_once() -> None:
    ground = terrain()
    centers = {"FRANCE": [at for at in ground.centers if at not in ("MUN", "KIE")][:17], "GERMANY": ["KIE", "MUN"]}
    units = {"FRANCE": ["A BUR"], "GERMANY": ["F KIE"]}
    found = lead_to(units, {"FRANCE": ["A BUR - MUN"]}, phase="F1907M", centers=centers)
    assert found.phase == "COMPLETED"
    assert found.seen_by("FRANCE").legal_orders == {}
    with pytest.raises(RuntimeError, match="there is nothing to move in COMPLETED"):
        after(found, {})


def test_the_game_is_drawn_after_a_century() -> None:
    assert lead_to({"FRANCE": ["A PAR"]}, {}, phase="F2000M").phase == "COMPLETED"
    assert lead_to({"FRANCE": ["A PAR"]}, {}, phase="F1999M").phase == "W1999A"


def test_the_winter_is_left_out_where_nothing_is_due() -> None:
    found = lead_to({"FRANCE": ["A PAR"]}, {}, phase="F1901M", centers={"FRANCE": ["PAR"]})
    assert found.phase == "S1902M"


def test_two_that_retreat_to_one_place_are_lost() -> None:
    units = {"FRANCE": ["A GAS", "A BUR"], "GERMANY": ["A MUN", "A BEL", "A SPA", "F BRE"]}
    board = position(units, phase="F1901M")
    attack = ["A SPA - GAS", "F BRE S A SPA - GAS", "A MUN - BUR", "A BEL S A MUN - BUR"]
    adjudicate(board, {"GERMANY": attack})
    orders = {"FRANCE": [Order("A GAS R PAR"), Order("A BUR R PAR")]}
    assert adjudicated(board, orders) == []
    assert board.units["FRANCE"] == ()


def test_a_way_that_begins_in_a_port_is_none_for_the_fleet_at_its_end() -> None:
    """The engine goes through a port only from where the army embarks, and asks each fleet for the way back."""
    board = position({"ROME": ["A SAG", "F BAL", "F LIG", "F TYN"]}, map_name="ancmed", phase="S0001M")
    seen = of(board).seen_by("ROME")
    assert Order("A SAG - SIC VIA") in seen.legal_orders["A SAG"]
    assert not any(order.verb == "C" and order.goal == "SIC" for order in seen.legal_orders["F TYN"])
    assert differences(of(board), board) == []


def test_who_goes_in_civil_disorder_is_told_by_the_rule() -> None:
    centers = {"RUSSIA": ["GRE"]}
    saved = position({"RUSSIA": ["A GRE", "A MOS"]}, phase="W1903A", centers=centers).to_saved_game()
    rules: dict[CivilDisorder, str] = {"home": "A MOS", "owned": "A GRE"}
    for rule, left in rules.items():
        board = Board.from_saved_game(saved, civil_disorder=rule)
        assert adjudicated(board, {}, rule) == []
        assert board.units["RUSSIA"] == (left,)


def test_nobody_retreats_to_where_somebody_stands_whatever_a_saved_game_offers() -> None:
    board = position({"FRANCE": ["A BUR"], "GERMANY": ["A MUN", "A RUH"]}, phase="F1901M")
    saved = adjudicate(board, {"GERMANY": ["A MUN - BUR", "A RUH S A MUN - BUR"]}).to_saved_game()
    saved["phases"][-1]["state"]["retreats"]["FRANCE"]["A BUR"].append("RUH")
    board = Board.from_saved_game(saved)
    assert "RUH" in board.dislodged["FRANCE"][Unit("A BUR")]
    assert differences(of(board), board) == []


def test_the_orders_of_a_position_are_numbers_that_are_written_as_they_were() -> None:
    for checked in played("modern", "crowded", 3, 6):
        board = checked.board
        if board.phase.kind == "M":
            orders = orders_of(board, "crowded", random.Random(1))
            given = [order for own in orders.values() for order in own]
            codes = of(board).encode(given)
            again = [written(of(board), piece, code) for piece, code in zip(of(board).units, codes, strict=True)]
            assert sorted(again) == sorted(given)
