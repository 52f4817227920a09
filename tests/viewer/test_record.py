"""The page's document is what the run's files tell, however often they were looked at while they grew."""

import json
import shutil
from pathlib import Path

import pytest
from browsing import records, write_records
from command_runs import CommandRun, play_by_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.viewer.record import RunRecord


def whole(path: Path) -> dict:
    record = RunRecord(path)
    record.read()
    return record.document()


def without_versions(document: dict) -> dict:
    phases = [{name: value for name, value in phase.items() if name != "changed"} for phase in document["phases"]]
    return document | {"phases": phases}


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=4))
def test_a_run_read_in_pieces_is_the_run_read_at_once(offline_run: CommandRun, tmp_path_factory, cuts):
    """The pieces end anywhere, inside a line too."""
    run = tmp_path_factory.mktemp("grown") / "run"
    shutil.copytree(offline_run.path, run)
    logs = {name: (run / name).read_bytes() for name in ("events.jsonl", "calls.jsonl")}
    first = logs["events.jsonl"].index(b"\n") + 1
    (run / "events.jsonl").write_bytes(logs["events.jsonl"][:first])
    (run / "calls.jsonl").write_bytes(b"")
    record = RunRecord(run)
    record.read()
    merged: dict = {}
    since = 0
    ends = (
        [*zip(*(sorted(column) for column in zip(*cuts, strict=True)), strict=True), (1.0, 1.0)] if cuts else [(1, 1)]
    )
    for events, calls in ends:
        for name, part in (("events.jsonl", events), ("calls.jsonl", calls)):
            (run / name).write_bytes(
                logs[name][: max(first if name == "events.jsonl" else 0, int(part * len(logs[name])))]
            )
        record.read()
        change = record.document(since)
        merged |= {phase["phase"]: phase for phase in change["phases"]}
        since = change["version"]
    expected = without_versions(whole(offline_run.path))
    got = without_versions(change | {"phases": list(merged.values())})
    assert got == expected
    assert not record.read()


def test_counts_are_those_of_the_files(offline_run):
    document = whole(offline_run.path)
    counts, models, config = [
        json.loads(line) for line in (offline_run.path / "overview.jsonl").read_text().splitlines()
    ]
    for power, row in document["figures"]["counts"].items():
        assert row == {name: counts["errors_by_power"][power][name] for name in row}
    assert document["figures"]["spending"] == counts["spending"]
    assert document["run"]["config"] == config
    assert {power: changes[-1]["model"] for power, changes in document["run"]["models"].items()} == models
    assert sum(len(phase["calls"]) for phase in document["phases"]) == len(records(offline_run.path / "calls.jsonl"))
    timing = json.loads((offline_run.path / "timing.json").read_text())
    assert document["run"]["timing"]["critical_path"] == timing["critical_path"]


@pytest.mark.slow
def test_a_run_that_was_forked_and_gone_on_with(offline_run, tmp_path):
    run, fork = tmp_path / "run", tmp_path / "fork"
    flags = ("--num_negotiation_rounds", "1", "--max_year", "1901")
    play_by_command(run, *flags, "--end_at_phase", "S1901M")
    record = RunRecord(run)
    record.read()
    assert record.document()["run"]["finished"]["phase"] == "S1901M"
    play_by_command(run, "--end_at_phase", "W1901A", "--override", "--models", "FRANCE=offline:random")
    assert record.read()
    grown = record.document()
    assert grown["run"]["sessions"] == 2
    assert grown["run"]["finished"]["phase"] == "W1901A"
    assert [change["model"] for change in grown["run"]["models"]["FRANCE"]] == ["offline", "offline:random"]
    assert without_versions(grown) == without_versions(whole(run))
    play_by_command(run, "--resume_from_phase", "F1901M", "--fork_to", str(fork))
    told = whole(fork)
    assert told["run"]["forked"] == {"source": str(run), "phase": "F1901M"}
    inherited = [call["reply"]["inherited"] for phase in told["phases"] for call in phase["calls"]]
    assert any(inherited)
    counts = json.loads((fork / "overview.jsonl").read_text().splitlines()[0])
    assert told["figures"]["spending"] == counts["spending"]


def test_texts_of_a_call(offline_run):
    record = RunRecord(offline_run.path)
    record.read()
    calls = records(offline_run.path / "calls.jsonl")
    for line in (1, 17, len(calls)):
        request = calls[line - 1]["request"]
        assert record.call(line) == {
            "system": request["system"],
            "prompt": request["prompt"],
            "reply": calls[line - 1]["reply"]["text"],
        }
    with pytest.raises(KeyError):
        record.call(len(calls) + 1)
    assert [line for line, _, _ in record.calls()] == list(range(1, len(calls) + 1))


def test_failed_and_late_calls(offline_run, tmp_path):
    shutil.copytree(offline_run.path, tmp_path / "run")
    calls = records(tmp_path / "run" / "calls.jsonl")
    late = json.loads(json.dumps(calls[3]))
    del calls[3]["reply"]
    calls[3]["failure"] = {"kind": "late", "message": "no answer before the phase's deadline"}
    write_records(tmp_path / "run" / "calls.jsonl", [*calls, late | {"late": True}])
    document, before = whole(tmp_path / "run"), whole(offline_run.path)
    rows = {call["line"]: call for phase in document["phases"] for call in phase["calls"]}
    assert rows[4]["failure"]["message"] == "no answer before the phase's deadline"
    assert rows[len(calls) + 1]["late"]
    assert "verdict" not in rows[len(calls) + 1]
    # A reply that comes too late is paid for all the same.
    assert document["figures"]["spending"] == before["figures"]["spending"]


def test_damage_is_named(offline_run, tmp_path):
    shutil.copytree(offline_run.path, tmp_path / "run")
    log = tmp_path / "run" / "events.jsonl"
    log.write_bytes(log.read_bytes().replace(b"AUSTRIA", b"AUSTRIX", 3))
    with pytest.raises(ConfigError, match=r"events\.jsonl, line 1"):
        RunRecord(tmp_path / "run").read()
    with pytest.raises(ConfigError, match="not the folder of a run"):
        RunRecord(tmp_path)
    (tmp_path / "events.jsonl").write_bytes(b"")
    (tmp_path / "calls.jsonl").write_bytes(b"")
    with pytest.raises(ConfigError, match="is empty"):
        RunRecord(tmp_path).read()
