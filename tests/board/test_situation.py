"""What a power sees: the document says all of it, in little space and time, and nothing else depends on chance."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from playing import adjudicate, play, position

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.situation import PhaseResult
from ai_diplomacy.board.situation_document import (
    document_of,
    grouped,
    result_document,
    result_of,
    situation_of,
    ungrouped,
)
from ai_diplomacy.board.terrain import MAPS, province_of
from ai_diplomacy.board.units import Order, Unit


def orders(*texts: str) -> tuple[Order, ...]:
    return tuple(map(Order, texts))


def as_read(document: object) -> object:
    return json.loads(json.dumps(document))


@pytest.mark.parametrize("name", MAPS)
def test_the_document_says_everything(name: str) -> None:
    seen = set()
    for seed in range(4 if name == "standard" else 1):
        board, rng = Board(name), random.Random(f"document {name} {seed}")
        for _ in range(24):
            for power in board.powers:
                situation = board.situation(power)
                again = situation_of(as_read(document_of(situation)))
                assert again == situation
                assert document_of(again) == document_of(situation)
                words = {word for result in situation.recent for told in result.results.values() for word in told}
                seen |= {(situation.kind, word) for word in words | {"due"} if word != "due" or situation.due}
            play(board, rng, 1)
    if name == "standard":
        assert {("A", "due"), ("M", "disband"), ("R", "dislodged"), ("M", "no convoy"), ("M", "void")} <= seen


def test_results_come_through_the_document() -> None:
    result = PhaseResult(
        phase=Phase("F1903M"),
        orders={
            "FRANCE": orders("A BRE - LON VIA", "F ENG C A BRE - LON", "F MAO S F ENG"),
            "ENGLAND": orders("F NTH - ENG"),
        },
        results={
            "A BRE": ("no convoy",),
            "F ENG": ("void", "no convoy", "dislodged", "disband"),
            "A PAR": ("dislodged",),  # had no order: only in games recorded elsewhere
        },
        captures={"LON": "FRANCE"},
    )
    document = as_read(result_document(result))
    assert document["FRANCE"].startswith("A BRE - LON VIA (no convoy); F ENG C")
    assert document["unordered"] == {"A PAR": "dislodged"}
    assert result_of("F1903M", document) == result


def test_two_waived_builds_come_through_the_document() -> None:
    result = PhaseResult(Phase("W1901A"), {"RUSSIA": orders("A MOS B", "WAIVE", "WAIVE")}, {}, {})
    assert result_of("W1901A", as_read(result_document(result))) == result


def test_outcomes_are_found_by_order() -> None:
    result = PhaseResult(Phase("S1901M"), {"RUSSIA": orders("F STP/SC - BOT")}, {"F STP/SC": ("bounce",)}, {})
    assert result.outcome(Order("F STP/SC - BOT")) == ("bounce",)
    assert result.outcome(Order("A MOS H")) == ()


@pytest.mark.parametrize("power", Board().powers)
def test_the_first_document_is_short(power: str) -> None:
    text = json.dumps(document_of(Board().situation(power)), separators=(",", ":"))
    assert len(text) < 1500


def test_a_document_reads_as_a_person_would_say_it() -> None:
    board = position(
        {"FRANCE": ["A PAR", "F MAO"], "GERMANY": ["A BUR", "F POR"], "ENGLAND": ["F NTH"]},
        centers={"FRANCE": ["PAR", "BRE"], "GERMANY": ["MUN"], "ENGLAND": ["LON", "EDI"]},
    )
    document = document_of(board.situation("FRANCE"))
    assert document["you"] == "FRANCE"
    assert document["powers"]["GERMANY"] == "A BUR, F POR; owns MUN"
    assert "homes" not in document
    assert document["nearby"] == {
        "BUR": "A of GERMANY",
        "POR": "F of GERMANY, neutral centre",
        "SPA": "neutral centre",
    }
    assert document["threats"] == {"MAO": "F POR GERMANY", "PAR": "A BUR GERMANY"}
    assert document["legal_orders"]["A PAR"] == "H | - BRE,BUR,GAS,PIC | S A BUR H - GAS,PIC; F MAO - BRE,GAS"
    assert "last_turn" not in document


@pytest.mark.parametrize("name", MAPS)
def test_grouped_orders_lose_nothing(name: str) -> None:
    board, rng = Board(name), random.Random(f"grouped {name}")
    kinds = set()
    for _ in range(24):
        for power in board.powers:
            for unit, legal in board.situation(power).legal_orders.items():
                assert ungrouped(unit, grouped(legal)) == legal
                kinds |= {order.verb for order in legal}
        play(board, rng, 1)
    assert kinds >= {"H", "-", "S"}
    if name == "standard":
        assert kinds == {"H", "-", "S", "C", "R", "D", "B"}


def test_only_what_differs_from_the_map_is_said_about_other_homes() -> None:
    saved = Board().to_saved_game()
    saved["phases"][0]["state"]["homes"]["ITALY"] = ["NAP", "ROM"]
    board = Board.from_saved_game(saved)
    situation = board.situation("FRANCE")
    assert set(document_of(situation)["homes"]) == {"ITALY"}
    assert situation_of(as_read(document_of(situation))) == situation


def test_where_powers_build_anywhere_homes_are_their_centres() -> None:
    board = play(Board("modern"), random.Random("anywhere"), 12)
    situation = board.situation("EGYPT")
    assert situation.centers != board.terrain.homes
    assert situation.homes == situation.centers
    assert "homes" not in document_of(situation)


def test_a_completed_game_still_has_a_situation() -> None:
    board = play(Board(), random.Random(3), 3)
    year = board.phase.year
    board.draw(board.survivors)
    situation = board.situation("ITALY")
    assert (situation.phase, situation.year, situation.legal_orders) == ("COMPLETED", year, {})
    assert situation_of(as_read(document_of(situation))) == situation


@pytest.mark.parametrize("damage", ["units", "map", "type", "list", "orders", "empty"])
def test_what_is_no_document_is_refused(damage: str) -> None:
    document = as_read(document_of(Board().situation("ITALY")))
    if damage == "units":
        document["powers"]["ITALY"] = "an army in Rome"
    elif damage == "map":
        document["map"] = "atlantis"
    elif damage == "type":
        document["powers"] = ["ITALY"]
    elif damage == "list":
        document = [document]
    elif damage == "orders":
        document["last_turn"] = {"S1901M": ["A ROM H"]}
    else:
        document = {}
    with pytest.raises((KeyError, TypeError, ValueError)):
        situation_of(document)


def test_situations_cannot_be_changed() -> None:
    situation = play(Board(), random.Random(1), 5).situation("ITALY")
    for table in (
        situation.units,
        situation.centers,
        situation.homes,
        situation.legal_orders,
        situation.recent[0].orders,
    ):
        with pytest.raises(TypeError):
            table["ITALY"] = ()


def test_a_dislodged_unit_and_its_dislodger_in_one_province() -> None:
    board = position({"FRANCE": ["A PAR", "A PIC"], "GERMANY": ["A BUR"]})
    adjudicate(board, {"FRANCE": ["A PAR - BUR", "A PIC S A PAR - BUR"]})
    assert board.phase == "S1901R"
    french, german = board.situation("FRANCE"), board.situation("GERMANY")
    assert french.occupants()["BUR"] == ("FRANCE", "A BUR")
    assert german.dislodged == {"GERMANY": {"A BUR": ("BEL", "GAS", "MAR", "MUN", "RUH")}}
    retreats = tuple(f"A BUR R {at}" for at in ("BEL", "GAS", "MAR", "MUN", "RUH"))
    assert german.legal_orders == {"A BUR": ("A BUR D", *retreats)}
    assert french.legal_orders == {}
    assert german.survivors == ("AUSTRIA", "ENGLAND", "FRANCE", "GERMANY", "ITALY", "RUSSIA", "TURKEY")
    assert board.choosers() == ("GERMANY",)


def test_a_unit_on_a_coast() -> None:
    situation = position({"RUSSIA": ["F STP/SC", "A FIN"], "TURKEY": ["F CON", "F RUM", "F AEG"]}).situation("RUSSIA")
    assert "F STP/SC - BOT" in situation.legal_orders["F STP/SC"]
    assert not any("- BAR" in order for order in situation.legal_orders["F STP/SC"])
    assert "A FIN S F STP/SC" in situation.legal_orders["A FIN"]
    assert situation.occupants()["STP"] == ("RUSSIA", "F STP/SC")
    turkish = position({"TURKEY": ["F CON", "F RUM", "F AEG"]}).situation("TURKEY")
    assert {"F CON - BUL/EC", "F CON - BUL/SC"} <= set(turkish.legal_orders["F CON"])
    assert "F CON - BUL" not in turkish.legal_orders["F CON"]
    # The coast of a supported move is left open: one spelling, which fits whichever coast is ordered.
    assert [o for o in turkish.legal_orders["F RUM"] if " S F CON - BUL" in o] == ["F RUM S F CON - BUL"]


def test_threats_are_who_can_step_in() -> None:
    board = play(Board(), random.Random("threats"), 11)
    for power in board.powers:
        situation = board.situation(power)
        for province, units in situation.threats().items():
            for line in units:
                unit, _, owner = line.rpartition(" ")
                assert unit in situation.units[owner]
                assert owner != power
                assert board.terrain.touches(Unit(unit), province)
                assert province in situation.centers[power] or province in {
                    province_of(own[2:]) for own in situation.own_units
                }


@pytest.mark.slow
def test_legal_orders_do_not_depend_on_the_hash_seed() -> None:
    program = """
import hashlib, json, random
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.situation_document import document_of
from ai_diplomacy.board.terrain import MAPS
from playing import play
board, rng, digest = Board(), random.Random(5), hashlib.sha256()
for _ in range(12):
    documents = [document_of(board.situation(power)) for power in board.powers]
    digest.update(json.dumps(documents).encode())
    play(board, rng, 1)
for name in MAPS:
    board = Board(name)
    digest.update(json.dumps([document_of(board.situation(power)) for power in board.powers]).encode())
print(digest.hexdigest())
"""
    here = Path(__file__)
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join([str(here.parents[2]), str(here.parent)]),
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "4242")
    }
    assert len(digests) == 1
