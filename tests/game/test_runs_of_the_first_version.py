"""Folders that version 0.1.0 has written: whatever plays games now opens them, and makes of them what it made of them.

``first_version_runs`` holds them packed, and beside each what that version made of it: ``plays_again`` is what
``--replay`` said, ``gone_on`` the game after going on, ``forked`` that of a fork, ``asked`` a question and its answer.
All seats are the offline model's or bots', so that a game can be told word for word. Nothing here knows more of the
program than its commands and the files that it writes.

``killed``, ``planning_and_killed`` and ``forked_and_killed`` (a fork of ``finished_with_bots``) ended by SIGKILL in the
middle of a movement phase. So did ``overridden``, which was then gone on with to its end by other settings.
"""

import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RUNS = Path(__file__).parent / "first_version_runs"
UNFINISHED = ("forked_and_killed", "killed", "planning_and_killed")
FINISHED = ("finished_with_bots", "overridden")
ALL = (*UNFINISHED, *FINISHED)
EXPECTED = {name: json.loads((RUNS / f"{name}.json").read_text()) for name in ALL}
LOGS = ("calls.jsonl", "events.jsonl")

pytestmark = pytest.mark.slow


# The runs, and the commands


def unpacked(name: str, folder: Path) -> Path:
    with tarfile.open(RUNS / f"{name}.tar.gz") as packed:
        packed.extractall(folder, filter="data")
    return folder / name


def ran(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )


def command(*words: object) -> str:
    """What a command prints that ends well and complains of nothing."""
    done = ran(*words)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def played_again(path: Path) -> str:
    """What ``--replay`` says of a run, its folder apart."""
    return command("lm_game.py", "--replay", path).removeprefix(f"{path}: ").strip()


def analyzed(folder: Path, out: Path) -> list[str]:
    """What ``analyze`` prints of a folder of runs, but for where it wrote its report."""
    printed = command("-m", "ai_diplomacy", "analyze", folder, "--out", out).splitlines()
    assert printed.pop() == f"report: {out / 'report.html'}"
    return [line.rstrip() for line in printed]


@dataclass(frozen=True)
class GoneOn:
    """A run of the first version after somebody has gone on with it."""

    name: str
    path: Path
    before: dict[str, bytes]
    """Its files as the first version left them."""
    said: str


def go_on(name: str, path: Path) -> GoneOn:
    before = files(path)
    said = command("lm_game.py", "--run_dir", path, "--display", "none", *EXPECTED[name]["gone_on"]["flags"])
    return GoneOn(name, path, before, said)


# What a run's files tell


def files(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def digest(told: bytes) -> str:
    return hashlib.sha256(told).hexdigest()[:16]


def game(path: Path) -> dict[str, Any]:
    """All that must not change of a game."""
    events = lines(path / "events.jsonl")
    return {
        "ending": [ending(event) for event in events if event["type"] == "run_finished"],
        "orders": [
            f"{event['phase']} {power}: {', '.join(orders)}"
            for event in events
            if event["type"] == "phase_adjudicated"
            for power, orders in event["orders"].items()
        ],
        "messages": [message(event) for event in events if event["type"] == "message_delivered"],
        "stories": {story.stem: digest(story.read_bytes()) for story in sorted((path / "powers").iterdir())},
        "prompts": dict(sorted(prompt(call) for call in lines(path / "calls.jsonl"))),
        "saved_game": [saved(phase) for phase in json.loads((path / "lmvsgame.json").read_text())["phases"]],
    }


def ending(event: Any) -> dict[str, Any]:
    return {name: event[name] for name in ("outcome", "winners", "phase", "centers")}


def message(event: Any) -> str:
    pledges = f" [{', '.join(event['pledges'])}]" if event["pledges"] else ""
    place = f"{event['phase']} {event['round']}.{event['sequence']}"
    return f"{place} {event['sender']} to {', '.join(event['recipients'])}: {event['body']}{pledges}"


def prompt(call: Any) -> tuple[str, str]:
    """A call by the words of its key, and a digest of its prompt."""
    asked, key = call["request"], call["key"]
    words = (str(key[name]) for name in ("phase", "power", "step", "round", "attempt", "raised"))
    return " ".join(words), digest(f"{asked['system']}\0{asked['prompt']}".encode())


def saved(phase: Any) -> str:
    """A digest of what tools that know the format of the engine, and those that read minds, find in a phase."""
    told = ("orders", "results", "messages", "state_agents", "agent_relationships")
    position = {name: value for name, value in phase["state"].items() if name != "timestamp"}
    text = json.dumps([position, *(phase[name] for name in told)], sort_keys=True)
    return f"{phase['name']} {digest(text.encode())}"


def shapes(records: list[Any]) -> dict[str, set[frozenset[str]]]:
    """Kind of line -> the fields that such lines have, those of a call with all that is in them."""
    found: dict[str, set[frozenset[str]]] = {}
    for record in records:
        kind = record.get("type", "call")
        found.setdefault(kind, set()).add(frozenset(fields(record) if kind == "call" else record))
    return found


def fields(record: Any) -> list[str]:
    if not isinstance(record, dict):
        return []
    return [f"{name}.{inner}" for name, value in record.items() for inner in ("", *fields(value))]


def assert_same_game(path: Path, expected: dict[str, Any]) -> None:
    """Part by part, so that what is shown is the first that differs."""
    found = game(path)
    assert found.keys() == expected.keys()
    for part, told in expected.items():
        assert found[part] == told, part


# Going on


@pytest.fixture(scope="module")
def went_on(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], GoneOn]:
    """Goes on with a run, all in one folder, each once. Tests only read what comes of it."""
    folder = tmp_path_factory.mktemp("gone_on")
    return cache(lambda name: go_on(name, unpacked(name, folder)))


@pytest.fixture(params=ALL)
def gone_on(request: pytest.FixtureRequest, went_on: Callable[[str], GoneOn]) -> GoneOn:
    return went_on(request.param)


def test_a_run_goes_on_as_the_game_that_the_first_version_makes_of_it(gone_on):
    assert gone_on.said.replace(str(gone_on.path), "RUN") == EXPECTED[gone_on.name]["gone_on"]["said"]
    assert_same_game(gone_on.path, EXPECTED[gone_on.name]["gone_on"]["game"])


@pytest.mark.parametrize("log", LOGS)
def test_lines_that_were_written_stay_and_more_follow_them(gone_on, log):
    before, after = gone_on.before[log], (gone_on.path / log).read_bytes()
    assert before.endswith(b"\n")
    assert after.startswith(before)
    assert len(after) > len(before)


def test_lines_are_of_the_same_format_after_going_on(gone_on):
    calls, events = (lines(gone_on.path / log) for log in LOGS)
    assert {call["format"] for call in calls} == {2}
    assert [event["format"] for event in events if event["type"] == "run_started"] == [2]
    for name, after in zip(LOGS, (calls, events), strict=True):
        before = shapes([json.loads(line) for line in gone_on.before[name].splitlines()])
        assert {kind: shape for kind, shape in shapes(after).items() if kind in before} == before
        assert [line["line"] for line in after] == list(range(1, len(after) + 1))


def test_a_prompt_has_the_digest_by_which_a_call_is_known_again(gone_on):
    for call in lines(gone_on.path / "calls.jsonl"):
        assert call["request"]["sha256"].startswith(prompt(call)[1])


def test_it_plays_again_after_going_on(gone_on):
    assert played_again(gone_on.path) == EXPECTED[gone_on.name]["gone_on"]["plays_again"]


def test_torn_last_lines_are_dropped_and_the_game_is_the_same(tmp_path):
    path = unpacked("killed", tmp_path)
    whole = {log: (path / log).read_bytes() for log in LOGS}
    for log in LOGS:
        (path / log).write_bytes(whole[log][:-20])
    done = ran("lm_game.py", "--run_dir", path, "--display", "none")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"{path / log}: the last line was torn when the program ended; it is dropped" for log in LOGS
    ]
    for log in LOGS:
        lines_before = whole[log].splitlines(keepends=True)[:-1]
        assert (path / log).read_bytes().startswith(b"".join(lines_before))
    assert_same_game(path, EXPECTED["killed"]["gone_on"]["game"])


def test_a_finished_run_says_so_and_is_left_alone(tmp_path):
    path = unpacked("overridden", tmp_path)
    before = files(path)
    said = command("lm_game.py", "--run_dir", path, "--display", "none")
    assert said == f"{path} is finished: the game ended after W1901A (limit)\n"
    assert files(path) == before


# Commands that only read a run


@pytest.mark.parametrize("name", ALL)
def test_it_plays_again_as_it_was_written(tmp_path, name):
    path = unpacked(name, tmp_path)
    before = files(path)
    assert played_again(path) == EXPECTED[name]["plays_again"]
    assert files(path) == before


@pytest.mark.parametrize("name", UNFINISHED)
def test_a_fork_plays_the_game_that_the_first_version_makes_of_it(tmp_path, name):
    path, fork, expected = unpacked(name, tmp_path), tmp_path / "fork", EXPECTED[name]["forked"]
    before = files(path)
    command("lm_game.py", "--run_dir", path, "--fork_to", fork, "--display", "none", *expected["flags"])
    assert files(path) == before
    assert_same_game(fork, expected["game"])
    assert {call["format"] for call in lines(fork / "calls.jsonl")} == {3}
    assert {call["reply"]["inherited"] for call in lines(fork / "calls.jsonl")} == {True, False}


@pytest.mark.parametrize(("name", "phase"), [("finished_with_bots", "W1901A"), ("overridden", "F1901M")])
def test_a_fork_with_the_same_settings_is_the_same_game_again(tmp_path, name, phase):
    path, fork = unpacked(name, tmp_path), tmp_path / "fork"
    before = files(path)
    command("lm_game.py", "--run_dir", path, "--fork_to", fork, "--display", "none", "--resume_from_phase", phase)
    assert files(path) == before
    assert_same_game(fork, game(path))


@pytest.mark.parametrize("name", ALL)
def test_an_agent_of_it_answers_what_it_answered(tmp_path, name):
    path, asked = unpacked(name, tmp_path), EXPECTED[name]["asked"]
    before = files(path)
    assert command("-m", "ai_diplomacy", "ask", path, *asked["words"]) == asked["answer"]
    assert files(path) == before


@pytest.mark.parametrize("name", ["finished_with_bots", "killed"])
def test_it_is_exported_as_a_page(tmp_path, name):
    path, page = unpacked(name, tmp_path), tmp_path / "page.html"
    before = files(path)
    said = command("-m", "ai_diplomacy", "export", path, "-o", page)
    assert re.fullmatch(r"\d+\.\d MB", said.removeprefix(f"{page}: ").strip())
    assert f"<title>{name} · AI Diplomacy</title>" in page.read_text()
    assert files(path) == before


def test_the_analysis_of_them_all_prints_what_it_printed(tmp_path):
    for name in ALL:
        unpacked(name, tmp_path / "runs")
    before = files(tmp_path / "runs")
    assert analyzed(tmp_path / "runs", tmp_path / "out") == (RUNS / "analysis.txt").read_text().splitlines()
    assert files(tmp_path / "runs") == before


def test_the_analysis_of_them_all_after_going_on_prints_what_it_printed(tmp_path, went_on):
    (folder,) = {went_on(name).path.parent for name in ALL}
    expected = (RUNS / "analysis_after_going_on.txt").read_text().splitlines()
    assert tables(analyzed(folder, tmp_path / "out")) == expected


def tables(printed: list[str]) -> list[str]:
    """Without the seconds that calls took, and the versions that the games were played with."""
    found, clocked = [], None
    for line in itertools.takewhile(lambda line: "AI Diplomacy" not in line, printed):
        cells = re.split("[┃│]", line)
        names = [cell.strip() for cell in cells]
        if "seconds a call" in names:
            clocked = names.index("seconds a call")
        elif clocked is not None and len(cells) > clocked:
            cells[clocked] = " " * len(cells[clocked])
        found.append("│".join(cells).rstrip())
    return found
