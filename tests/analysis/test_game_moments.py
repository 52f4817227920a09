"""The moments of a game: one list, ranked by size in centres, of what happened on the board."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from analysis.making import acted, message, one_year, write_run
from analysis.making import config as settings
from board.playing import adjudicate, position, recorded_game

from ai_diplomacy.analysis.breaches import breaches
from ai_diplomacy.analysis.decisions import PricedDecision, decisions
from ai_diplomacy.analysis.moments import BLUNDER, NEAR, moments
from ai_diplomacy.analysis.read_games import read_game
from ai_diplomacy.analysis.stabs import stab_rows
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.search.position import Position
from ai_diplomacy.search.value import values


def found(run, *, priced=True):
    game = read_game(run, run)
    stabs = stab_rows(game, [(breach, breach.priced() if priced else None) for breach in breaches(game)])
    return moments(game, stabs)


def of_kind(kind, moments_):
    return [moment for moment in moments_ if moment.kind == kind]


def test_a_stab_is_a_moment_of_the_size_of_its_price(tmp_path):
    turns = {
        "S1901M": {"FRANCE": ["A PAR - BUR"], "GERMANY": ["A MUN - TYR"]},
        "F1901M": {"FRANCE": ["A BUR - MUN"]},
    }
    word = message("F1901M", "FRANCE", "GERMANY", "I leave Munich alone.", "peace GERMANY")
    run = acted(tmp_path / "run", turns, [word])
    (stab,) = of_kind("stab", found(run))
    (row,) = stab_rows(read_game(run, run), [(b, b.priced()) for b in breaches(read_game(run, run))])
    assert stab.size == row.figures.cost > 0
    assert (stab.phase, stab.powers) == ("F1901M", ("FRANCE", "GERMANY"))
    assert stab.text == "France breaks its word to Germany (peace GERMANY): A BUR - MUN, and wins MUN"
    assert not moments(read_game(run, run), [replace(row, stab=False)]), "a breach that is no stab is no moment"
    (unpriced,) = of_kind("stab", found(run, priced=False))
    assert unpriced.size == 1
    assert asdict(stab).keys() == {"kind", "phase", "powers", "text", "size"}


def test_a_turn_of_the_balance_is_the_change_of_what_may_be_expected(tmp_path):
    board = position(
        {"FRANCE": ["A BUR", "A RUH", "A BOH"], "GERMANY": ["A KIE"], "TURKEY": ["A CON"]},
        centers={"FRANCE": ["PAR", "MAR", "BRE"], "GERMANY": ["MUN", "BER", "KIE"], "TURKEY": ["CON"]},
        phase="F1903M",
    )
    saved = board.to_saved_game()
    attack = {"FRANCE": ["A BOH - MUN", "A BUR S A BOH - MUN", "A RUH - HOL"]}
    run = acted(tmp_path / "run", {"F1903M": attack, "S1904M": {}}, board=board)
    (turn,) = of_kind("turn", found(run))

    again = adjudicate(Board.from_saved_game(saved), attack)
    before = values(Position.of(Board.from_saved_game(saved).situation("FRANCE")))
    while again.phase != "S1904M":
        again.adjudicate()
    after = values(Position.of(again.situation("FRANCE")))
    power = max(before, key=lambda name: abs(after[name] - before[name]))
    assert turn.powers == (power,)
    assert turn.size == pytest.approx(abs(after[power] - before[power]))


def test_who_leads_is_told_when_it_is_another_one(tmp_path):
    centers = {"FRANCE": ["PAR", "MAR", "BRE"], "GERMANY": ["MUN", "BER"], "TURKEY": ["CON"]}
    units = {"FRANCE": ["A PAR", "A MAR", "A BRE"], "GERMANY": ["A RUH", "F HEL"], "TURKEY": ["A CON"]}
    board = position(units, centers=centers, phase="S1903M")
    taken = {"GERMANY": ["A RUH - HOL", "F HEL - DEN"]}
    run = acted(tmp_path / "run", {"S1903M": {}, "F1903M": taken, "S1904M": {}}, board=board)
    (lead,) = of_kind("lead", found(run))
    assert (lead.phase, lead.powers, lead.size) == ("F1903M", ("GERMANY", "FRANCE"), 2)
    assert lead.text == "Germany leads with 4 centres; France, which led, has 3"


def test_an_elimination_is_as_large_as_the_power_once_was(tmp_path):
    board = position(
        {"FRANCE": ["A BUR", "A RUH"], "GERMANY": []},
        centers={"FRANCE": ["PAR", "MAR"], "GERMANY": ["MUN", "HOL"]},
        phase="S1903M",
    )
    run = acted(tmp_path / "run", {"S1903M": {}, "F1903M": {"FRANCE": ["A BUR - MUN", "A RUH - HOL"]}}, board=board)
    (gone,) = of_kind("elimination", found(run))
    assert (gone.phase, gone.powers, gone.size) == ("F1903M", ("GERMANY",), 2)
    assert gone.text == "Germany is eliminated; at its best it had 2 centres, after 1902"


@pytest.mark.parametrize(("count", "kinds"), [(14, set()), (15, {"near solo"}), (17, {"near solo"}), (18, {"solo"})])
def test_a_solo_and_what_comes_near_to_one(tmp_path, count, kinds):
    end = one_year({"FRANCE": count, "TURKEY": 3}, outcome="solo" if count == 18 else "limit")
    run = write_run(tmp_path / "run", settings(), end)
    assert terrain().victory - NEAR == 15
    assert {moment.kind for moment in found(run)} & {"solo", "near solo"} == kinds


def test_who_stays_near_a_solo_comes_near_to_it_once(tmp_path):
    board = position({"FRANCE": ["A PAR"]}, centers={"FRANCE": terrain().centers[:15]}, phase="S1903M")
    run = acted(tmp_path / "run", {"S1903M": {}, "S1904M": {}}, board=board)
    (near,) = of_kind("near solo", found(run))
    assert near.phase == "F1902M"


def test_where_nobody_moves_the_balance_stays(tmp_path):
    run = acted(tmp_path / "run", {"S1901M": {}, "S1902M": {}})
    assert of_kind("turn", found(run)) == []


def test_a_blunder_is_what_other_orders_were_worth(tmp_path):
    run = acted(tmp_path / "run", {"S1901M": {}, "F1901M": {"FRANCE": ["A PAR - PIC"]}})
    game = read_game(run, run)
    prices = [PricedDecision(str(one.situation.phase), one.power, one.priced()) for one in decisions(game)]
    large = {(one.phase, one.power): one.price.forward for one in prices if one.price.forward >= BLUNDER}
    told = of_kind("blunder", moments(game, [], prices))
    assert {(moment.phase, moment.powers[0]): moment.size for moment in told} == large
    assert large, "who holds loses what it could have taken"


@pytest.mark.slow
def test_a_game_between_people_is_one_ranked_list(tmp_path):
    phases = [phase for phase in recorded_game(1)["phases"] if phase["name"] != "COMPLETED"]
    turns = {phase["name"]: {power: orders for power, orders in phase["orders"].items() if orders} for phase in phases}
    run = acted(tmp_path / "run", turns)
    listed = found(run)
    assert [moment.size for moment in listed] == sorted((moment.size for moment in listed), reverse=True)
    gone = {moment.powers[0] for moment in of_kind("elimination", listed)}
    assert gone == {"FRANCE", "TURKEY"}
    assert of_kind("lead", listed)
    assert of_kind("turn", listed)
    assert {moment.powers[0] for moment in of_kind("near solo", listed)} == {"ITALY"}
