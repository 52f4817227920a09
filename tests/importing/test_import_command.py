"""The command ``import``, and what the others say of games that were imported, or are not yet."""

import json
from pathlib import Path

import pytest
from command_runs import run
from importing.foreign_games import ancestors_run, human_game
from playing import recorded_game

from ai_diplomacy.command.main import main
from ai_diplomacy.run.glance import glance
from ai_diplomacy.viewer.export import exported
from ai_diplomacy.viewer.listed_games import listed_game
from ai_diplomacy.viewer.record import RunRecord


def status(*arguments: str) -> int:
    try:
        return main(arguments, "ai-diplomacy")
    except SystemExit as stopped:
        return int(stopped.code or 0)


@pytest.fixture(scope="module")
def human(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("human")
    (folder / "people.json").write_text(json.dumps(human_game(recorded_game(3))))
    assert status("import", str(folder / "people.json"), "--out", str(folder / "runs")) == 0
    return folder / "runs" / "people"


def test_it_says_in_two_lines_what_came_and_what_is_missing(tmp_path, capsys):
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps(recorded_game(3)))
    (tmp_path / "three.json").write_text("{")
    given = [str(tmp_path / f"{name}.json") for name in ("one", "two", "three")]
    assert status("import", *given, "--out", str(tmp_path / "out")) == 0
    said, odd = capsys.readouterr()
    assert said.splitlines()[0] == (
        f"{tmp_path / 'out'}: 2 games imported, 1 could not be read; 104 phases, 410 messages"
    )
    assert said.splitlines()[1].startswith("missing: what it cost, prompts and replies, who played,")
    assert odd.splitlines()[0].startswith(f"{tmp_path / 'three.json'}: it is not JSON")
    assert odd.splitlines()[1].startswith("one, F1906M: the engine finds other results: A MAR")


def test_bad_input_is_one_line_and_status_2(tmp_path, capsys):
    assert status("import", str(tmp_path / "nothing.json"), "--out", str(tmp_path / "out")) == 2
    assert status("import", str(tmp_path), "--out", str(tmp_path / "out")) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.rpartition("nothing.json ")[2] for line in said] == [
        "is neither a file nor a folder",
        f"ai-diplomacy import: {tmp_path} holds no game: no *.json, *.jsonl or lmvsgame.json",
    ]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["view", "export", "analyze", "ask", "bundle"])
def test_who_wants_a_run_is_told_how_a_game_of_another_program_becomes_one(command, offline_run, tmp_path, capsys):
    folder = ancestors_run(offline_run.path, tmp_path / "theirs" / "game1")
    (tmp_path / "people.json").write_text(json.dumps(human_game(recorded_game(3))))
    more = {"export": ["-o", "x.html"], "ask": ["FRANCE", "Why?"], "bundle": ["--out", str(tmp_path / "x")]}
    for path in (folder, folder.parent, tmp_path / "people.json"):
        assert status(command, str(path), *more.get(command, ())) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert f"{path} holds a game of another program; make a run of it: ai-diplomacy import {path} --out DIR" in said


@pytest.mark.parametrize(
    "flags",
    [
        ("--run_dir", "RUN"),
        ("--run_dir", "RUN", "--max_year", "1999"),
        ("--run_dir", "RUN", "--resume_from_phase", "S1902M", "--fork_to", "NEW"),
        ("--replay", "RUN"),
    ],
)
def test_nobody_plays_an_imported_run_on(flags, human, tmp_path, capsys):
    places = {"RUN": str(human), "NEW": str(tmp_path / "new")}
    before = {path: path.read_bytes() for path in human.rglob("*") if path.is_file()}
    assert run(*(places.get(flag, flag) for flag in flags)) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert (
        "was imported (a game of phases): it can be read, but nobody can go on with it, fork, replay or ask it" in said
    )
    assert not (tmp_path / "new").exists()
    assert {path: path.read_bytes() for path in human.rglob("*") if path.is_file()} == before


def test_nobody_can_be_asked_in_an_imported_run(human, capsys):
    assert status("ask", str(human), "FRANCE", "Why?") == 2
    assert "was imported (a game of phases)" in capsys.readouterr().err


def test_the_page_and_the_library_say_that_it_was_imported_and_know_no_bill(human):
    record = RunRecord(human)
    record.read()
    document = record.document()
    assert document["run"]["imported"]["format"] == "a game of phases"
    assert "what it cost" in document["run"]["imported"]["missing"]
    assert document["run"]["models"]["FRANCE"] == [{"after": "", "model": "human"}]
    assert document["figures"]["scores"]["RUSSIA"]["centers"] == 15
    bill = document["figures"]["spending"]
    assert (bill["total"]["total_usd"], bill["by_power"]["FRANCE"]["total_usd"]) == (None, None)
    assert len(document["phases"]) == 52
    assert glance(human).imported == "a game of phases"
    _, row = listed_game(human)
    assert (row.state, row.outcome, row.cost, row.defaulted) == ("imported", "limit", None, None)
    assert "</html>" in exported(human)


def test_the_page_of_a_run_with_calls_does_not_say_what_they_took(offline_run, tmp_path):
    folder = ancestors_run(offline_run.path, tmp_path / "game1")
    assert status("import", str(folder), "--out", str(tmp_path / "runs")) == 0
    record = RunRecord(tmp_path / "runs" / "game1")
    record.read()
    calls = [call for phase in record.document()["phases"] for call in phase["calls"]]
    assert calls
    for call in calls:
        reply = call["reply"]
        assert (reply["latency"], reply["cost_usd"], reply["usage"]["output"]) == (None, None, None)
        assert not reply["inherited"]


def test_a_bundle_of_imported_runs_tells_nothing_of_the_machine_and_holds(human, tmp_path, capsys):
    out = tmp_path / "bundle"
    assert status("bundle", str(human.parent), "--out", str(out)) == 0
    assert "1 of them were played by another version or program" in capsys.readouterr().out
    assert status("bundle", str(out), "--verify") == 0
    log = (out / "runs" / "people" / "events.jsonl").read_text()
    assert '"source":"outside:people.json"' in log
    assert '"sha256":{"people.json":"' in log
    assert str(human.parent.parent) not in log
