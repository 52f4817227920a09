"""Tournaments for tests, held by the command itself, in a process of its own or in this one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from staging import without_timestamps

from ai_diplomacy.command.main import main

SMALL = """\
schedule = "round_robin"
games = {games}
last_year = 1901
rounds = 1
seed = 5
baselines = ["bot:hold"]
concurrency = {concurrency}
processes = {processes}
[players.off]
model = "offline"
{more}
"""


def small(
    folder: Path, *, games: int = 6, concurrency: int = 2, processes: int = 1, more: str = "", name: str = "spec"
) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(SMALL.format(games=games, concurrency=concurrency, processes=processes, more=more))
    return path


def held(spec: Path, out: Path, *flags: str) -> int:
    """In this process."""
    try:
        return main(["tournament", str(spec), "--out", str(out), *flags])
    except SystemExit as stopped:
        return int(stopped.code or 0)


def begin(spec: Path, out: Path, *flags: str) -> subprocess.Popen[str]:
    """In a process of its own."""
    command = [sys.executable, "-m", "ai_diplomacy", "tournament", str(spec), "--out", str(out), *flags]
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=out.parent, env=environment
    )


def until_finished(process: subprocess.Popen[str], games: int) -> None:
    """Reads what it prints until so many games are finished."""
    assert process.stdout is not None
    for line in process.stdout:
        if f" {games} of " in line:
            return
    raise AssertionError(f"it ended: {process.communicate()[1]}")


def ended(process: subprocess.Popen[str], status: int = 0) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == status, out + err
    return err if status else out


def killed(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def children(pid: int) -> dict[int, str]:
    """Process id -> command line, of all descendants."""
    found: dict[int, str] = {}
    # Each thread has its own.
    direct = [child for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()]
    for child in map(int, direct):
        try:
            found[child] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        found |= children(child)
    return found


def gone(pid: int, seconds: float = 30.0) -> bool:
    """Whether a process has ended by then."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def games(out: Path) -> dict[str, Any]:
    """Game -> its saved form."""
    return {
        path.parent.name: without_timestamps(json.loads(path.read_text()))
        for path in sorted(out.glob("games/*/lmvsgame.json"))
    }


def untimed(out: Path) -> Mapping[str, Any]:
    """The report's tables, but for what a clock put into them."""
    tables = json.loads((out / "analysis" / "analysis.json").read_text())
    for table in tables.values():
        columns = table["columns"]
        timed = [columns.index(name) for name in ("measure", "family") if name in columns]
        # Holm's procedure lets one measure's probability depend on the others of its family.
        clocked = {"latency", "waited", "calls"} if "family" in columns else {"latency", "waited"}
        table["rows"] = [row for row in table["rows"] if not any(row[at] in clocked for at in timed)]
    return tables


def finished_logs(out: Path) -> dict[str, tuple[int, bytes]]:
    """Finished game -> inode and bytes of its log."""
    return {
        path.parent.name: (path.stat().st_ino, path.read_bytes())
        for path in sorted(out.glob("games/*/events.jsonl"))
        if b'"run_finished"' in path.read_bytes()
    }
