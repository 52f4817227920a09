"""The runs in a folder, found by their logs, and each in one row of a list: who plays, and how far it has come."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..run.history import EVENTS, is_run

_DEPTH = 3
"""How far below the folder a run may lie: forks lie in folders of their own."""
_END = 65536
"""Bytes at the end of the log that are looked through."""
_ENDS = {"": "not finished", "solo": "won", "draw": "draw", "last_power": "won", "limit": "ended"}


@dataclass(frozen=True, slots=True)
class Library:
    """One run, or a folder of runs."""

    root: Path

    @property
    def single(self) -> bool:
        return is_run(self.root)

    def runs(self) -> dict[str, Path]:
        """Name -> folder, the latest first. The name of a run is its path below the folder. Links are not followed."""
        if self.single:
            return {self.root.resolve().name: self.root}
        found = {str(path.relative_to(self.root)): path for path in _below(self.root, _DEPTH)}
        return dict(sorted(found.items(), key=lambda run: (-_written(run[1]), run[0])))


def _below(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = [Path(entry.path) for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return
    for path in entries:
        if is_run(path):
            yield path
        elif depth > 1:
            yield from _below(path, depth - 1)


def _written(path: Path) -> float:
    """When the run last told of something, seconds since 1970."""
    try:
        return (path / EVENTS).stat().st_mtime
    except OSError:
        return 0.0


@dataclass(frozen=True, slots=True)
class Brief:
    """What the list tells of a run. A log that cannot be read so far is told of by what is known."""

    models: tuple[str, ...]
    """Each once, sorted."""
    phase: str
    """The last one that the log names, or empty."""
    stands: str
    """How the game ended, if it did."""
    when: str
    """When the run last told of something."""


def brief(path: Path) -> Brief:
    """Read from the two ends of the log alone. Raises ``OSError``."""
    with (path / EVENTS).open("rb") as file:
        first = _record(file.readline())
        written = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _END))
        tail = file.read()
    phase = outcome = ""
    for record in map(_record, reversed(tail.splitlines())):
        if "phase" in record:
            phase = str(record["phase"])
            outcome = str(record["outcome"]) if record.get("type") == "run_finished" else ""
            break
    models = first.get("models", {})
    return Brief(
        models=tuple(sorted({str(model) for model in models.values()})) if isinstance(models, dict) else (),
        phase=phase,
        stands=_ENDS.get(outcome, outcome),
        when=written.strftime("%Y-%m-%d %H:%M UTC"),
    )


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
