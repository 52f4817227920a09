"""Terminals and pipes that are closed, go away, or cannot show a letter: every command does its work all the same."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow

TROUBLE = {"ascii": "| cat", "gone": "| true", "full": "> /dev/full", "closed": ">&-", "all closed": "<&- >&- 2>&-"}


def shell(folder, *command, terminal="", **how):
    line = f"{shlex.join([sys.executable, '-m', 'ai_diplomacy', *map(str, command)])} {terminal}"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"], capture_output=True, text=True, cwd=folder, env=environment, **how
    )


@pytest.fixture
def runs(tmp_path, offline_run):
    """A folder whose name is not ASCII, with a run in it."""
    folder = tmp_path / "Zürich"
    folder.mkdir()
    (folder / "rün").symlink_to(offline_run.path)
    return folder


@pytest.mark.parametrize("terminal", TROUBLE.values(), ids=TROUBLE)
def test_an_analysis_and_an_export_are_written(runs, terminal):
    done = shell(runs, "analyze", "rün", "--out", "näch", terminal=terminal, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (runs / "näch" / "report.html").is_file()
    done = shell(runs, "export", "rün", "-o", "seite-ü.html", terminal=terminal, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (runs / "seite-ü.html").is_file()


@pytest.mark.parametrize("terminal", TROUBLE.values(), ids=TROUBLE)
def test_a_tournament_is_played_to_its_end(tmp_path, terminal):
    folder = tmp_path / "Zürich"
    folder.mkdir()
    (folder / "spëc.toml").write_text(
        'schedule = "round_robin"\ngames = 2\nlast_year = 1901\nbaselines = ["bot:hold"]\n'
        '[players."bot:dümb"]\nmodel = "bot:dumbbot"\n',
        encoding="utf-8",
    )
    done = shell(folder, "tournament", "spëc.toml", "--out", "äus", terminal=terminal, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "äus" / "analysis" / "report.html").is_file()


def test_a_page_is_served_and_a_question_is_answered(runs):
    asked = shell(runs, "ask", "rün", "FRANCE", "Why, Zoë?", check=False)
    assert asked.returncode == 0, asked.stderr
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "ai_diplomacy", "view", "rün", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=runs, env=environment)
    assert server.stdout is not None
    assert b"shows r?n" in server.stdout.readline()
    server.send_signal(signal.SIGTERM)
    assert (server.communicate()[1], server.returncode) == (b"", 0)
