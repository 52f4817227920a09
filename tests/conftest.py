"""One offline game, played once by the README's command and read by many tests."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the rendered prompts down anew")


@dataclass(frozen=True)
class CommandRun:
    """A game that was played by the command itself."""

    path: Path
    output: str


def play_by_command(path: Path, *flags: str, **environment: str) -> CommandRun:
    command = [sys.executable, str(ROOT / "lm_game.py"), "--run_dir", str(path), *flags]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=path.parent,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "120", **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return CommandRun(path, done.stdout)


@pytest.fixture(scope="session")
def offline_run(tmp_path_factory: pytest.TempPathFactory) -> CommandRun:
    """``python lm_game.py --max_year 1902 --num_negotiation_rounds 2``."""
    folder = tmp_path_factory.mktemp("offline")
    return play_by_command(folder / "run", "--max_year", "1902", "--num_negotiation_rounds", "2")
