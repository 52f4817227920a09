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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_calls_in_flight_are_given_up_and_the_way_on_is_told(tmp_path, hanging, number):
    path = tmp_path / "run"
    with program("lm_game.py", "--run_dir", str(path), "--models", f"openai:x@{hanging}/v1") as game:
        wait_for_requests(hanging)
        game.send_signal(number)
        _, said = game.communicate(timeout=60)
    assert game.returncode == 3
    assert said == f"lm_game.py: stopped; everything is kept. Go on with: python lm_game.py --run_dir {path}\n"
    lost = [event for event in events(path) if event["type"] == "call_lost"]
    assert len(lost) == 7
    assert (path / "lmvsgame.json").exists()


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


STUBBORN = """
import sys, threading
sys.path.insert(0, ".")
import lm_game
from ai_diplomacy.game.run_folder import RunFolder

async def save(self, *_, **__):
    print("saving", file=sys.stderr, flush=True)
    import asyncio
    await asyncio.Event().wait()

RunFolder.save = save
sys.exit(lm_game.main(sys.argv[1:]))
"""


def events(path):
    return [json.loads(line) for line in (path / "events.jsonl").read_text().splitlines()]
