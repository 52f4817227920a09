"""Games that are played by the command itself, as its users play them."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import lm_game

ROOT = Path(__file__).parent.parent


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


def run(*flags: str) -> int:
    """The command in this process; its exit status."""
    try:
        return lm_game.main(flags)
    except SystemExit as stopped:
        return int(stopped.code or 0)
