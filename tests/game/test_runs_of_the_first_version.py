"""Folders that version 0.1.0 has written: whatever reads opens them and leaves them as they are, and whatever plays
refuses them in a line, as their prompts and the reading of their replies were others.

``first_version_runs`` holds them packed. All seats are the offline model's or bots'. ``killed``,
``planning_and_killed`` and ``forked_and_killed`` (a fork of ``finished_with_bots``) ended by SIGKILL in the middle of a
movement phase. So did ``overridden``, which was then gone on with to its end by other settings.
"""

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNS = Path(__file__).parent / "first_version_runs"
ALL = ("forked_and_killed", "killed", "planning_and_killed", "finished_with_bots", "overridden")

pytestmark = pytest.mark.slow


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


def files(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@pytest.mark.parametrize("name", ALL)
def test_it_is_exported_as_a_page_with_its_stories(tmp_path, name):
    path, page = unpacked(name, tmp_path), tmp_path / "page.html"
    before = files(path)
    said = command("-m", "ai_diplomacy", "export", path, "-o", page)
    assert re.fullmatch(r"\d+\.\d MB", said.removeprefix(f"{page}: ").strip())
    assert f"<title>{name} · AI Diplomacy</title>" in page.read_text()
    assert files(path) == before
    assert before["powers/FRANCE.md"].startswith(b"# France\n")


def test_the_analysis_of_them_all_prints_what_it_printed(tmp_path):
    for name in ALL:
        unpacked(name, tmp_path / "runs")
    before = files(tmp_path / "runs")
    printed = command("-m", "ai_diplomacy", "analyze", tmp_path / "runs", "--out", tmp_path / "out").splitlines()
    assert printed.pop() == f"report: {tmp_path / 'out' / 'report.html'}"
    assert [line.rstrip() for line in printed] == (RUNS / "analysis.txt").read_text().splitlines()
    assert files(tmp_path / "runs") == before


@pytest.mark.parametrize("name", ALL)
def test_whatever_plays_refuses_it_in_a_line_and_touches_nothing(tmp_path, name):
    path = unpacked(name, tmp_path)
    before = files(path)
    for words in (
        ("lm_game.py", "--run_dir", path, "--max_year", "1903", "--override"),
        ("lm_game.py", "--replay", path),
        ("lm_game.py", "--run_dir", path, "--resume_from_phase", "S1901M", "--fork_to", tmp_path / "fork"),
        ("-m", "ai_diplomacy", "ask", path, "FRANCE", "Whom do you trust?"),
    ):
        done = ran(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert "was played by version 0.1.0 (generation 1)" in done.stderr
        assert done.stderr.count("\n") == 1
    assert files(path) == before
    assert not (tmp_path / "fork").exists()
