"""Games in other programs' forms, made from a real run, and what an import holds, for the tests."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ai_diplomacy.agent.events import DiaryWritten, Initialized, Reflected
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from ai_diplomacy.models.events import CallAnswered
from ai_diplomacy.records.events import Event
from ai_diplomacy.run.history import RunHistory

RESPONSE_TYPES = {
    "initialize": "initial_state_setup",
    "negotiate": "negotiation_message",
    "order": "order_generation",
    "reflect": "state_update",
    "consolidate": "diary_consolidation",
}
MODEL = "openrouter-acme/big:free"


def events(path: Path) -> list[Event]:
    return [event for _, event in RunHistory(path, DIPLOMACY).read()]


def ancestors_run(run: Path, folder: Path) -> Path:
    """A run of our own as AI_Diplomacy would have left it: ``lmvsgame.json``, the CSV, the overview."""
    folder.mkdir(parents=True)
    saved = json.loads((run / "lmvsgame.json").read_text())
    own = events(run)
    diaries: defaultdict[str, list[str]] = defaultdict(list)
    minds: dict[str, tuple[Any, Any]] = {}
    for phase in saved["phases"]:
        for key in ("state_agents", "agent_relationships", "press"):
            phase.pop(key, None)
        for event in own:
            if isinstance(event, DiaryWritten) and event.phase == phase["name"]:
                diaries[event.power].append(f"[{event.phase}] {event.text}")
            if isinstance(event, Initialized | Reflected) and event.phase == phase["name"]:
                minds[event.power] = event.goals, event.relationships
        phase["state_agents"] = {
            power: {
                "power_name": power,
                "model_id": MODEL,
                "max_tokens": 16000,
                "goals": goals,
                "relationships": relationships,
                "full_private_diary": list(diaries[power]),
                "private_diary": diaries[power][-3:],
            }
            for power, (goals, relationships) in minds.items()
        }
        phase["state_history_plans"] = {}
        phase["config"] = {"max_year": 1902}
    saved.pop("config")
    saved |= {"phase_summaries": {}, "final_agent_states": {}}
    (folder / "lmvsgame.json").write_text(json.dumps(saved))
    with (folder / "llm_responses.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["model", "power", "phase", "response_type", "raw_input", "raw_response", "success"])
        for call in own:
            if isinstance(call, CallAnswered):
                kind = RESPONSE_TYPES.get(call.key.step, call.key.step)
                rows.writerow(
                    [MODEL, call.key.actor, call.key.phase, kind, call.request.prompt, call.reply.text, "Success"]
                )
    lines = [{"errors": {}}, dict.fromkeys(saved["phases"][0]["state"]["units"], MODEL), {"max_year": 1902}]
    (folder / "overview.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return folder


def human_game(saved: Mapping[str, Any]) -> dict[str, Any]:
    """A saved game as public collections of games of people have it: no results, eliminated powers left out, public
    messages to ``ALL``, times in hundredths of a second, the last phase not played."""
    return {
        "id": saved["id"],
        "phases": [
            {
                "name": phase["name"],
                "state": {
                    "name": phase["name"],
                    "units": {power: units for power, units in phase["state"]["units"].items() if units},
                    "centers": {power: owned for power, owned in phase["state"]["centers"].items() if owned},
                    "retreats": {power: units for power, units in phase["state"]["retreats"].items() if units},
                },
                "orders": {power: orders for power, orders in phase["orders"].items() if orders},
                "messages": [
                    message
                    | {"time_sent": 100 * message["time_sent"]}
                    | ({"recipient": "ALL"} if message["recipient"] == "GLOBAL" else {})
                    for message in phase["messages"]
                ],
            }
            for phase in saved["phases"]
        ],
    }


def check_equal(run: Path, source: Mapping[str, Any]) -> None:
    """Every unit, centre, order, result and message of a source is in the import, and no other."""
    told = events(run)
    begun = {event.phase: event for event in told if isinstance(event, PhaseStarted)}
    done = {event.phase: event for event in told if isinstance(event, PhaseAdjudicated)}
    given = {(event.phase, event.power): event for event in told if isinstance(event, OrdersSubmitted)}
    played = [phase for phase in source["phases"] if phase["name"] != "COMPLETED"]
    assert list(begun) == [phase["name"] for phase in played]
    assert list(done) == [phase["name"] for phase in source["phases"][:-1]]
    for number, phase in enumerate(played):
        name, state = phase["name"], phase["state"]
        after = source["phases"][number + 1]["state"] if number + 1 < len(source["phases"]) else None
        powers = begun[name].units.keys()
        for power in powers:
            units, fallen = _parted(state["units"].get(power, ()))
            assert sorted(begun[name].units[power]) == units, (name, power)
            assert sorted(begun[name].centers[power]) == sorted(state["centers"].get(power, ())), (name, power)
            orders = {order for order in phase["orders"].get(power) or () if order != "WAIVE"}
            sent = given.get((name, power))
            assert (set(sent.orders) - set(sent.defaults) - {"WAIVE"} if sent else set()) == orders, (name, power)
            if after is not None:
                units, fallen = _parted(after["units"].get(power, ()))
                fallen = sorted({*fallen, *after.get("retreats", {}).get(power, {})})
                assert sorted(done[name].units[power]) == units, (name, power)
                assert sorted(done[name].dislodged.get(power, ())) == fallen, (name, power)
                assert sorted(done[name].centers[power]) == sorted(after["centers"].get(power, ())), (name, power)
        if after is not None and "results" in phase:
            check_results(name, phase["results"], done[name].results)
    said = [event for event in told if isinstance(event, MessageDelivered)]
    assert [event.sequence for event in said] == list(range(1, len(said) + 1))
    assert [(m.phase, m.sender, *m.recipients, m.body) for m in said] == list(_messages(played))


def check_results(name: str, source: Mapping[str, list[str]], results: Mapping[str, list[str]]) -> None:
    # The engine tells of a unit that is destroyed at once in the phase after: docs/run_folder.md.
    source = {unit: codes for unit, codes in source.items() if unit != "WAIVE"}
    theirs = {unit: {code for code in codes if code and code != "disband"} for unit, codes in source.items()}
    ours = {unit: {code for code in codes if code != "disband"} for unit, codes in results.items()}
    assert {unit: codes for unit, codes in theirs.items() if codes} == {u: c for u, c in ours.items() if c}, name


def _parted(units: list[str]) -> tuple[list[str], list[str]]:
    """Those that stand, and those that are dislodged."""
    standing = sorted(unit for unit in units if not unit.startswith("*"))
    return standing, sorted(unit[1:] for unit in units if unit.startswith("*"))


def _messages(phases: list[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for phase in phases:
        for message in sorted(phase["messages"], key=lambda message: message["time_sent"]):
            to = "ALL" if message["recipient"] in ("ALL", "GLOBAL") else message["recipient"]
            yield phase["name"], message["sender"], to, message["message"]
