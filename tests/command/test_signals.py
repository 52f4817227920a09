"""Signals: the first one ends the game in good order, the second one at once, and it goes on afterwards either way."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import lm_game

ROOT = Path(lm_game.__file__).parent


def usual_signals() -> None:
    """As a terminal starts a program, whatever whoever runs the tests has ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@contextlib.contextmanager
def program(*command: str, **how):
    running = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=usual_signals,
        **how,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


@pytest.fixture
def hanging():
    """The address of a server that never answers."""
    with program("-m", "ai_diplomacy", "serve", "--port", "0", "--faults", "hang:1") as server:
        line = server.stdout.readline()
        yield next(word for word in line.split() if word.startswith("http")).rstrip("/.,")


def requests_at(address: str) -> int:
    with urllib.request.urlopen(f"{address}/stats", timeout=10) as answer:
        return int(json.load(answer)["requests"])


def wait_for_requests(address: str) -> None:
    while requests_at(address) < 7:
        os.sched_yield()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_calls_in_flight_are_given_up_and_the_way_on_is_told(tmp_path, hanging, number):
    path = tmp_path / "run"
    with program("lm_game.py", "--run_dir", str(path), "--models", f"openai:x@{hanging}/v1") as game:
        wait_for_requests(hanging)
        game.send_signal(number)
        _, said = game.communicate(timeout=60)
    assert game.returncode == 3
    way_on = f"Go on with: python lm_game.py --run_dir {path}"
    assert said == f"lm_game.py: stopped; all that was answered is kept. {way_on}\n"
    lost = [event for event in events(path) if event["type"] == "call_lost"]
    assert len(lost) == 7
    assert (path / "lmvsgame.json").exists()


@pytest.mark.slow
def test_a_second_signal_ends_the_program_at_once_and_the_run_goes_on(tmp_path, hanging):
    path = tmp_path / "run"
    # Its files cannot be saved before the pipe is read, so the second signal meets it while it ends.
    with program("-c", STUBBORN, "--run_dir", str(path), "--models", f"openai:x@{hanging}/v1") as game:
        wait_for_requests(hanging)
        game.send_signal(signal.SIGINT)
        assert game.stderr.readline() == "saving\n"
        game.send_signal(signal.SIGINT)
        _, said = game.communicate(timeout=60)
    assert game.returncode == 3
    assert said == f"lm_game.py: stopped at once. Go on with: python lm_game.py --run_dir {path}\n"
    override = ("--models", "offline", "--max_year", "1901", "--override")
    assert lm_game.main(["--run_dir", str(path), *override]) == 0


INTERRUPTING = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["INTERRUPTED"]:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize(
    ("command", "module"),
    [
        (["lm_game.py"], "asyncio"),
        (["lm_game.py"], "ai_diplomacy.command.flags"),
        (["lm_game.py"], "ai_diplomacy.command.play"),
        (["lm_game.py"], "ai_diplomacy.run.session"),
        (["-m", "ai_diplomacy", "analyze", "."], "argparse"),
        (["-m", "ai_diplomacy", "analyze", "."], "ai_diplomacy.analysis.command"),
        (["-m", "ai_diplomacy", "tournament", "spec.toml"], "ai_diplomacy.tournament.run_tournament"),
    ],
)
def test_stopped_while_it_still_imports_it_ends_without_a_traceback_and_nothing_is_written(tmp_path, command, module):
    (tmp_path / "before").mkdir()
    (tmp_path / "before" / "sitecustomize.py").write_text(INTERRUPTING)
    (tmp_path / "here").mkdir()
    ended = subprocess.run(
        [sys.executable, *(str(ROOT / part) if part.endswith(".py") else part for part in command)],
        cwd=tmp_path / "here",
        env=os.environ | {"PYTHONPATH": f"{tmp_path / 'before'}:{ROOT}", "INTERRUPTED": module},
        capture_output=True,
        text=True,
        preexec_fn=usual_signals,
        check=False,
    )
    assert ended.returncode in (3, -signal.SIGINT)
    assert ended.stderr.count("\n") == (ended.returncode == 3)
    assert "stopped" in ended.stderr or ended.returncode != 3
    assert list((tmp_path / "here").iterdir()) == []


STUBBORN = """
import sys, threading
sys.path.insert(0, ".")
import lm_game
from ai_diplomacy.run.folder import RunFolder

async def save(self, *_, **__):
    print("saving", file=sys.stderr, flush=True)
    import asyncio
    await asyncio.Event().wait()

RunFolder.save = save
sys.exit(lm_game.main(sys.argv[1:]))
"""


def events(path):
    return [json.loads(line) for line in (path / "events.jsonl").read_text().splitlines()]
