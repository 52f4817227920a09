"""A committed folder of this generation, ended in the middle of a movement phase: whatever plays games makes of it what
it made of it when the folder was written. Where prompts, the reading of replies, the program of steps or the bots have
changed it does not, and then the generation is another one.

``python -m pytest tests/game/test_an_unfinished_run_of_this_generation.py -n 0 --update-snapshots`` writes it anew.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ai_diplomacy.run.create import GENERATION

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "unfinished_run"
FLAGS = ("--max_year", "1901", "--num_negotiation_rounds", "1", "--seed", "4", "--models", "TURKEY=bot:dumbbot")
FORK = ("--resume_from_phase", "F1901M", "--models", "RUSSIA=offline:random", "--end_at_phase", "F1901M")
QUESTION = ("RUSSIA", "Whom do you trust?")

pytestmark = pytest.mark.slow


def command(*words: object) -> str:
    """What a command prints that ends well and complains of nothing."""
    done = subprocess.run([sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def digest(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def game(path: Path) -> dict[str, Any]:
    """All that must not change of a game."""
    events, calls = lines(path / "events.jsonl"), lines(path / "calls.jsonl")
    return {
        "orders": [[event["phase"], event["orders"]] for event in events if event["type"] == "phase_adjudicated"],
        "messages": [
            [event[name] for name in ("phase", "sender", "recipients", "body", "pledges")]
            for event in events
            if event["type"] == "message_delivered"
        ],
        "prompts": {" ".join(map(str, call["key"].values())): call["request"]["sha256"][:16] for call in calls},
        "stories": {story.stem: digest(story.read_text()) for story in sorted((path / "powers").iterdir())},
    }


def gone_on(path: Path) -> dict[str, Any]:
    command("lm_game.py", "--run_dir", path, "--display", "none")
    return game(path)


def forked(path: Path) -> dict[str, Any]:
    fork = path.parent / "fork"
    command("lm_game.py", "--run_dir", path, "--fork_to", fork, "--display", "none", *FORK)
    return game(fork)


def asked(path: Path) -> str:
    return command("-m", "ai_diplomacy", "ask", path, *QUESTION)


def played_again(path: Path) -> str:
    return command("lm_game.py", "--replay", path).removeprefix(f"{path}: ").strip()


MADE = {"gone on": gone_on, "forked": forked, "asked": asked, "played again": played_again}


def unpacked(folder: Path) -> Path:
    with tarfile.open(FOLDER / "run.tar.gz") as packed:
        packed.extractall(folder, filter="data")
    return folder / "run"


def write_anew(folder: Path) -> None:
    """Plays a game, and leaves of its logs what they held in the middle of its second phase."""
    whole, path = folder / "whole", folder / "run"
    command("lm_game.py", "--run_dir", whole, "--display", "none", *FLAGS)
    (path / "powers").mkdir(parents=True)
    calls = (whole / "calls.jsonl").read_text().splitlines(keepends=True)
    later = [at for at, call in enumerate(calls) if json.loads(call)["key"]["phase"] == "F1901M"]
    (path / "calls.jsonl").write_text("".join(calls[: later[4]]))
    events = (whole / "events.jsonl").read_text().splitlines(keepends=True)
    starts = [at for at, event in enumerate(map(json.loads, events)) if event["type"] == "phase_started"]
    (path / "events.jsonl").write_text("".join(events[: starts[1] + 1]))
    FOLDER.mkdir(exist_ok=True)
    with tarfile.open(FOLDER / "run.tar.gz", "w:gz") as packed:
        packed.add(path, "run")


@pytest.fixture(scope="module")
def expected(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    if request.config.getoption("--update-snapshots"):
        write_anew(tmp_path_factory.mktemp("anew"))
        told = {name: make(unpacked(tmp_path_factory.mktemp("made"))) for name, make in MADE.items()}
        (FOLDER / "expected.json").write_text(json.dumps(told, indent=1))
    return json.loads((FOLDER / "expected.json").read_text())


@pytest.mark.parametrize("name", MADE)
def test_it_is_made_of_it_what_was_made_of_it(tmp_path, expected, name):
    found = MADE[name](unpacked(tmp_path))
    if not isinstance(found, dict):
        assert found == expected[name]
        return
    for part, told in expected[name].items():
        assert found[part] == told, part


def test_it_is_of_this_generation_and_goes_on_with_its_lines_as_they_were(tmp_path, expected):
    path = unpacked(tmp_path)
    before = {log: (path / log).read_bytes() for log in ("calls.jsonl", "events.jsonl")}
    assert lines(path / "events.jsonl")[0]["generation"] == GENERATION
    gone_on(path)
    for log, text in before.items():
        after = (path / log).read_bytes()
        assert after.startswith(text)
        assert len(after) > len(text)
