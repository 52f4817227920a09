"""What another program recorded is in the import: every unit, centre, order, result and message."""

import gzip
import hashlib
import json
import random
import tracemalloc
from pathlib import Path

import pytest
from importing.foreign_games import MODEL, ancestors_run, check_equal, events, human_game
from playing import play, recorded_game

from ai_diplomacy.agent.events import DiaryWritten, Initialized, Reflected
from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.board.board import Board
from ai_diplomacy.game.events import MessageDelivered, PhaseAdjudicated
from ai_diplomacy.importing.importing import ANCESTOR, HUMANS, SAVED_GAME, Imported, import_games
from ai_diplomacy.models.events import CallAnswered
from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.run.events import ReplyRead, RunFinished, RunImported
from ai_diplomacy.viewer.ancestors_files import export_for_ancestor


def write(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def imported(out: Path, *paths: Path) -> Imported:
    return import_games(paths, out)


def told(run: Path) -> RunImported:
    return next(event for event in events(run) if isinstance(event, RunImported))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_recorded_games_of_the_engines_package(number, tmp_path):
    document = recorded_game(number)
    imported(tmp_path / "out", write(tmp_path / "game.json", document))
    check_equal(tmp_path / "out" / "game", document)
    run = told(tmp_path / "out" / "game")
    assert run.format == SAVED_GAME
    assert "prompts and replies" in run.missing
    assert "results (adjudicated again)" not in run.missing
    # Those of tests/board/test_replay_recorded_games.py, which an older engine did not call void.
    assert all("none and not void; the record's stand" in problem for problem in run.problems)
    assert len(run.problems) == {1: 2, 2: 4, 3: 1}[number]


@pytest.mark.parametrize("number", [2, 3])
def test_a_game_of_people_without_results(number, tmp_path):
    document = human_game(recorded_game(number))
    imported(tmp_path / "out", write(tmp_path / "people.json", document))
    check_equal(tmp_path / "out" / "people", document)
    run = told(tmp_path / "out" / "people")
    assert (run.format, run.problems) == (HUMANS, [])
    assert "results (adjudicated again)" in run.missing
    with_results = tmp_path / "with"
    imported(with_results, write(tmp_path / "saved.json", recorded_game(number)))
    again, source = (
        {event.phase: event.results for event in events(path) if isinstance(event, PhaseAdjudicated)}
        for path in (tmp_path / "out" / "people", with_results / "saved")
    )
    differing = sum(again[phase] != source[phase] for phase in again)
    assert differing == len(told(with_results / "saved").problems)


def test_a_run_of_the_ancestor_with_its_minds_and_calls(offline_run, tmp_path):
    folder = ancestors_run(offline_run.path, tmp_path / "game1")
    imported(tmp_path / "out", folder)
    check_equal(tmp_path / "out" / "game1", json.loads((folder / "lmvsgame.json").read_text()))
    run, there, own = told(tmp_path / "out" / "game1"), events(tmp_path / "out" / "game1"), events(offline_run.path)
    assert (run.format, run.problems) == (ANCESTOR, [])
    assert run.sha256 == {
        f"game1/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()
    }
    assert not {"diaries", "relationships", "prompts and replies", "who played"} & set(run.missing)

    def diaries(found):
        return sorted((e.power, e.phase, e.text) for e in found if isinstance(e, DiaryWritten))

    assert diaries(there) == diaries(own)
    last = {e.power: (list(e.goals), dict(e.relationships)) for e in own if isinstance(e, Initialized | Reflected)}
    assert {e.power: (e.goals, e.relationships) for e in there if isinstance(e, Reflected)} == last
    calls = [call for call in there if isinstance(call, CallAnswered)]
    asked = [call for call in own if isinstance(call, CallAnswered)]
    assert [(c.key.actor, c.key.phase, c.key.step, c.request.prompt, c.reply.text) for c in calls] == [
        (c.key.actor, c.key.phase, c.key.step, c.request.prompt, c.reply.text) for c in asked
    ]
    assert all((c.model, c.reply.cost_usd, c.reply.usage.total) == (MODEL, None, None) for c in calls)
    assert sum(isinstance(event, ReplyRead) for event in there) == len(calls)


def test_a_run_exported_for_the_ancestor_comes_back(offline_run, tmp_path):
    export_for_ancestor(offline_run.path, tmp_path / "game1")
    imported(tmp_path / "out", tmp_path / "game1")
    check_equal(tmp_path / "out" / "game1", json.loads((tmp_path / "game1" / "lmvsgame.json").read_text()))
    assert told(tmp_path / "out" / "game1").problems == []
    noted = [
        {(e.power, e.text) for e in events(path) if isinstance(e, DiaryWritten)}
        for path in (offline_run.path, tmp_path / "out" / "game1")
    ]
    assert noted[0] == noted[1]


def test_games_of_a_file_of_lines_packed_or_not_are_runs_of_their_own(tmp_path):
    games = [human_game(recorded_game(number)) for number in (2, 3)]
    lines = "".join(f"{json.dumps(game)}\n" for game in games)
    (tmp_path / "many.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "some").mkdir()
    write(tmp_path / "some" / "list.json", games)
    found = imported(tmp_path / "out", tmp_path / "many.jsonl.gz", tmp_path / "some")
    assert list(found.runs) == ["many-1", "many-2", "list-1", "list-2"]
    for name, game in zip(found.runs, [*games, *games], strict=True):
        check_equal(tmp_path / "out" / name, game)


def random_game(seed: int) -> dict:
    return json.loads(json.dumps(play(Board(game_id=str(seed)), random.Random(seed), 40).to_saved_game(), default=str))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_random_game_is_the_same_by_either_form(seed, tmp_path):
    saved = random_game(seed)
    found = imported(
        tmp_path / "out", write(tmp_path / "saved.json", saved), write(tmp_path / "people.json", human_game(saved))
    )
    assert list(found.problems) == []
    check_equal(tmp_path / "out" / "saved", saved)
    check_equal(tmp_path / "out" / "people", human_game(saved))
    results = [
        {event.phase: event.results for event in events(tmp_path / "out" / name) if isinstance(event, PhaseAdjudicated)}
        for name in ("saved", "people")
    ]
    assert results[0] == results[1]


def test_the_end_is_what_the_record_says(tmp_path):
    board = play(Board(), random.Random(1), 5)
    board.draw(["FRANCE", "TURKEY"])
    drawn = json.loads(json.dumps(board.to_saved_game(), default=str))
    imported(tmp_path / "out", write(tmp_path / "drawn.json", drawn))
    check_equal(tmp_path / "out" / "drawn", drawn)
    end = events(tmp_path / "out" / "drawn")[-1]
    assert isinstance(end, RunFinished)
    assert (end.outcome, end.winners) == ("draw", ["FRANCE", "TURKEY"])
    assert "an end (it stops where its record does)" not in told(tmp_path / "out" / "drawn").missing


def test_a_round_ends_when_somebody_writes_who_was_written_to(tmp_path):
    document = human_game(recorded_game(3))
    said = [("FRANCE", "ITALY"), ("ENGLAND", "ITALY"), ("ITALY", "FRANCE"), ("GERMANY", "ALL"), ("TURKEY", "ITALY")]
    document["phases"][0]["messages"] = [
        {"sender": sender, "recipient": to, "message": "x", "phase": "S1901M", "time_sent": 9 * at}
        for at, (sender, to) in enumerate(said)
    ]
    imported(tmp_path / "out", write(tmp_path / "people.json", document))
    rounds = [e.round for e in events(tmp_path / "out" / "people") if isinstance(e, MessageDelivered)][:5]
    assert rounds == [1, 1, 2, 2, 3]


def test_what_cannot_be_read_is_named_with_its_phase_and_what_was_done(tmp_path):
    document = human_game(recorded_game(3))
    first, second, third = document["phases"][:3]
    first["messages"] = [{"sender": "omniscient", "recipient": "FRANCE", "message": "x", "time_sent": 1}]
    first["orders"]["FRANCE"] = ["A PAR - MOS", *first["orders"]["FRANCE"][1:]]
    second["state"]["units"]["FRANCE"] = ["F BRE", "A MAR", "A GAS", "F PAR"]
    second["state"]["centers"]["ITALY"] = ["ROM", "VEN", "NAP", "BRE", "OUR"]
    third.pop("state")
    imported(tmp_path / "out", write(tmp_path / "odd.json", document))
    problems = "\n".join(told(tmp_path / "out" / "odd").problems)
    for said in (
        "S1901M: message 1, from 'OMNISCIENT' to 'FRANCE', is left out",
        "S1901M: FRANCE's order 'A PAR - MOS' does not stand",
        "F1901M: FRANCE's unit 'F PAR' cannot stand there: it is left out",
        "F1901M: BRE is owned by FRANCE and by ITALY: it is left to FRANCE",
        "F1901M: ITALY's centre 'OUR' is none: it is left out",
        "F1901M: by the engine FRANCE stands otherwise (A GAS, A PAR)",
        "phase 3: it has no position (state): the phase is left out",
        "S1902M: by the engine W1901A comes next; the record's position stands",
    ):
        assert said in problems


def test_it_counts_in_an_analysis_and_nobody_says_what_it_cost(offline_run, tmp_path):
    ancestors_run(offline_run.path, tmp_path / "in" / "one")
    write(tmp_path / "in" / "two.json", human_game(recorded_game(3)))
    imported(tmp_path / "out", tmp_path / "in")
    found = analyze(tmp_path / "out")
    assert found.games == {MODEL: 1, "human": 1}
    assert found.provenance.imported == {ANCESTOR: 1, HUMANS: 1}
    assert "1 imported (a run of AI_Diplomacy)" in found.provenance.line()
    assert found.provenance.warnings == ()
    sums = found.sums["human"]
    columns = {measure.name: at for at, measure in enumerate(sums.measures)}
    assert all(value != value for value in sums.over[:, columns["cost"]])  # NaN
    assert not sums.under[:, columns["legal_before"]].any()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "it is not JSON"),
        ("{", "it is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("7", "no game: it has no list of phases"),
        ("[]", "no game was found"),
        ('{"phases": []}', "no phase that can be read"),
        ('{"phases": [1, {"state": 3}]}', "no phase that can be read: phase 1: it has no position"),
        ('{"phases": [{"name": "S1901M", "state": {"units": {"FRANCE": ["A PAR"]}}}]}', "nothing was played in it"),
        ('{"map": "atlantis", "phases": [{}]}', "it is played on the map 'atlantis'"),
        (json.dumps({"phases": [{}] * 1001}), "more than 1000 phases"),
        ("9" * 100_000, "it is not JSON|no game"),
    ],
)
def test_what_is_no_game_is_refused_and_nothing_is_written(text, complaint, tmp_path):
    (tmp_path / "in.json").write_text(text)
    with pytest.raises(ConfigError, match=complaint):
        imported(tmp_path / "out", tmp_path / "in.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.json"]


def test_more_than_a_game_may_hold_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("ai_diplomacy.importing.source_files.MOST_BYTES", 2**20)
    (tmp_path / "bomb.json.gz").write_bytes(gzip.compress(b" " * 2**26))
    (tmp_path / "bomb.jsonl").write_bytes(b" " * 2**24)
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(b"{}" * 2**10)[:-9])
    tracemalloc.start()
    with pytest.raises(ConfigError, match=r"more than 1 MB; .* more than 1 MB; .*whole gzip file"):
        imported(tmp_path / "out", *sorted(tmp_path.iterdir()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**24


def test_one_that_cannot_be_read_does_not_keep_the_others_out(tmp_path):
    write(tmp_path / "good.json", recorded_game(3))
    (tmp_path / "bad.json").write_text("{")
    found = imported(tmp_path / "out", tmp_path / "good.json", tmp_path / "bad.json")
    assert list(found.runs) == ["good"]
    assert "bad.json: it is not JSON" in found.unreadable[0]


def test_what_is_there_already_is_left_as_it_is(tmp_path):
    write(tmp_path / "a.json", recorded_game(3))
    write(tmp_path / "b.json", recorded_game(3))
    (tmp_path / "out" / "b").mkdir(parents=True)
    (tmp_path / "out" / "b" / "mine").write_text("mine")
    with pytest.raises(ConfigError, match="is there already; nothing was imported"):
        imported(tmp_path / "out", tmp_path / "a.json", tmp_path / "b.json")
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["b", "mine"]
