"""What the tools of AI_Diplomacy look for in a run is there: names, types, and as many as the events tell."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from staging import QUIET, SCRIPTED, ScriptedModel, by_step, play, seats

from ai_diplomacy.agent.events import DiaryWritten
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.units import Order
from ai_diplomacy.command.main import main
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.events import MessageDelivered, PhaseAdjudicated
from ai_diplomacy.models.events import CallAnswered
from ai_diplomacy.records.events import Event
from ai_diplomacy.run.history import RunHistory

KINDS = {"-": "move", "S": "support", "H": "hold", "C": "convoy", "B": "build", "D": "disband", "R": "retreat"}
RESULTS = {"success", "void", "no convoy", "disrupted", "bounce", "cut", "dislodged", "disband"}


def events(path: Path) -> list[Event]:
    return [event for _, event in RunHistory(path, DIPLOMACY).read()]


def test_each_order_stands_under_its_power_and_kind_with_its_result(offline_run):
    saved = json.loads((offline_run.path / "lmvsgame.json").read_text())
    done = {event.phase: event for event in events(offline_run.path) if isinstance(event, PhaseAdjudicated)}
    assert {phase["name"] for phase in saved["phases"]} > done.keys()
    found: Counter = Counter()
    for phase in saved["phases"]:
        results = phase["order_results"]
        assert phase["state"]["phase"] == phase["name"]
        entries = [
            (power, kind, entry) for power, kinds in results.items() for kind, told in kinds.items() for entry in told
        ]
        assert all(entry.keys() == {"order", "result"} and entry["result"] in RESULTS for _, _, entry in entries)
        found.update(kind for _, kind, _ in entries)
        if phase["name"] not in done:
            assert results == {}
            continue
        event = done[phase["name"]]
        told = Counter((power, kind, entry["result"] == "success") for power, kind, entry in entries)
        ordered = [(p, KINDS.get(Order(o).verb, "waive"), Order(o)) for p, given in event.orders.items() for o in given]
        failed = event.results.keys()
        assert told == Counter((power, kind, order.unit not in failed) for power, kind, order in ordered)
        assert {entry["order"] for _, _, entry in entries} == {str(order) for _, _, order in ordered}
    assert found.keys() >= {"move", "support", "hold", "build"}


def test_a_state_of_an_agent_holds_how_it_stands_to_the_others(offline_run):
    saved = json.loads((offline_run.path / "lmvsgame.json").read_text())
    for phase in saved["phases"]:
        for power, state in phase["state_agents"].items():
            assert state["relationships"] == phase["agent_relationships"][power]


async def test_orders_of_a_phase_in_which_a_draw_was_agreed_on_have_no_results(tmp_path):
    model = ScriptedModel(by_step(order='{"orders": [], "vote_draw": true}'))
    run = await play(tmp_path / "run", GameConfig(models=seats(SCRIPTED), max_year=1901, rounds=0), model)
    assert run.result.outcome == "draw"
    assert [phase["order_results"] for phase in run.saved["phases"]] == [{}, {}]


@pytest.fixture(scope="module")
def exported(offline_run, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ancestor") / "game1"
    assert main(["export", str(offline_run.path), "--format", "ancestor", "-o", str(folder)]) == 0
    return folder


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "llm_responses.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_exported_table_has_a_row_for_each_decision_in_the_ancestors_words(exported, offline_run):
    told = events(offline_run.path)
    table = rows(exported)
    assert list(table[0]) == ["model", "power", "phase", "response_type", "raw_input", "raw_response", "success"]
    steps = {(c.key.actor, c.key.phase, c.key.step, c.key.round) for c in told if isinstance(c, CallAnswered)}
    names = {
        "initialize": "initial_state_setup",
        "negotiate": "negotiation_message",
        "order": "order_generation",
        "reflect": "state_update",
        "consolidate": "diary_consolidation",
    }
    decided = Counter((actor, phase, names[step]) for actor, phase, step, _ in steps)
    noted = Counter(
        (e.power, e.phase, "negotiation_diary") for e in told if isinstance(e, DiaryWritten) and e.step == "negotiate"
    )
    assert Counter((row["power"], row["phase"], row["response_type"]) for row in table) == decided + noted
    assert all(row["success"] == "Success" or row["success"].startswith("Failure: ") for row in table)
    assert {path.name for path in exported.iterdir()} == {"lmvsgame.json", "overview.jsonl", "llm_responses.csv"}


def test_the_exported_negotiations_hold_the_messages_that_went_out(exported, offline_run):
    sent = Counter(
        (m.sender, m.phase, "GLOBAL" if reader == "ALL" else reader, m.body)
        for m in events(offline_run.path)
        if isinstance(m, MessageDelivered)
        for reader in m.recipients
    )
    found = [
        (row["power"], row["phase"], message["recipient"], message["content"])
        for row in rows(exported)
        if row["response_type"] == "negotiation_message"
        for message in json.loads(row["raw_response"])
    ]
    assert sent == Counter(found)
    assert all(Phase(phase).kind == "M" for _, phase, _, _ in found)


async def test_a_corrected_reply_is_one_row_that_tells_what_is_still_wrong(tmp_path):
    def answers(request):
        said = "MOS" if request.key.attempt else "UKR"
        return (
            f'{{"orders": ["A PAR - {said}", "F BRE - ENG"]}}'
            if request.key.step == "order"
            else QUIET[request.key.step]
        )

    model = ScriptedModel(answers)
    config = GameConfig(models=seats(SCRIPTED), max_year=1901, end_at_phase="S1901M", rounds=0)
    await play(tmp_path / "run", config, model)
    main(["export", str(tmp_path / "run"), "--format", "ancestor", "-o", str(tmp_path / "out")])
    french = [row for row in rows(tmp_path / "out") if row["power"] == "FRANCE"]
    assert [row["response_type"] for row in french] == ["initial_state_setup", "order_generation"]
    assert "A PAR - UKR" in french[1]["raw_input"]
    assert "A PAR - MOS" in french[1]["raw_response"]
    assert french[1]["success"] == "Failure: Invalid LLM Moves (1): A PAR - MOS"
