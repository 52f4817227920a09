"""The built wheel holds all that a game, a page and a tournament need, and runs away from the checkout."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, built with the packages of this environment and unpacked in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns(".git", ".venv", "results", "build", "*.egg-info", "__pycache__", "tests")
    shutil.copytree(ROOT, source, ignore=ignored)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(source)], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    shutil.rmtree(source)
    return folder / "site"


@pytest.fixture
def program(installed, tmp_path, monkeypatch):
    """Runs ``ai-diplomacy`` as the wheel's entry point does, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    (entry,) = installed.glob("*.dist-info/entry_points.txt")
    assert "ai-diplomacy = ai_diplomacy.__main__:program" in entry.read_text()
    started = "import sys; from ai_diplomacy.__main__ import program; program()"

    def run(*arguments: str) -> str:
        environment = os.environ | {"PYTHONPATH": str(installed), "COLUMNS": "100"}
        command = [sys.executable, "-c", started, *arguments]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


def test_every_file_that_the_package_reads_is_in_it(installed):
    package = installed / "ai_diplomacy"
    of_checkout = {
        path.relative_to(ROOT / "ai_diplomacy")
        for path in (ROOT / "ai_diplomacy").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    prompts = {Path("prompts") / path.relative_to(ROOT / "prompts") for path in (ROOT / "prompts").rglob("*.j2")}
    there = {path.relative_to(package) for path in package.rglob("*") if path.is_file()}
    assert there == of_checkout | prompts


def test_a_game_is_played_shown_asked_and_analysed(program, tmp_path):
    said = program("play", "--max_year", "1901", "--num_negotiation_rounds", "1", "--run_dir", "run")
    assert "run folder: run" in said
    program("play", "--replay", "run")
    program("export", "run", "-o", "game.html")
    assert "<title>run" in (tmp_path / "game.html").read_text()
    assert program("ask", "run", "FRANCE", "Why?").strip()
    assert "centres" in program("analyze", "run")


def test_a_tournament_is_played(program, tmp_path):
    spec = tmp_path / "bots.toml"
    spec.write_text(
        'schedule = "round_robin"\ngames = 2\nlast_year = 1901\nrounds = 0\nprocesses = 2\n'
        'baselines = ["bot:hold"]\n[players.dumb]\nmodel = "bot:dumbbot"\n'
    )
    program("tournament", str(spec), "--out", "out")
    assert len(list((tmp_path / "out" / "games").glob("*/events.jsonl"))) == 2


def test_the_seats_of_a_run_know_their_prompts(program, tmp_path):
    program("play", "--end_at_phase", "S1901M", "--num_negotiation_rounds", "0", "--run_dir", "run")
    first = json.loads((tmp_path / "run" / "calls.jsonl").read_text().splitlines()[0])
    assert "Diplomacy" in first["request"]["system"]
