"""The runs in a folder, found by their logs, and each in one row of a list: who plays, and how far it has come."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..run.defaulted_steps import Defaults, summed
from ..run.glance import EVENTS, glance
from ..run.history import is_run

_DEPTH = 3
"""How far below the folder a run may lie: forks lie in folders of their own."""
_LONGEST_COUNTS = 2**20
"""Bytes of the line that holds a run's counts."""
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
class RunRow:
    """What the list tells of a run."""

    models: tuple[str, ...]
    defaults: str
    """How many steps were played on defaults, and who did not play; empty for none."""
    phase: str
    stands: str
    """How the game ended, if it did."""
    when: str
    """When the run last told of something."""


def run_row(path: Path) -> RunRow:
    """Raises ``OSError``."""
    told = glance(path)
    when = datetime.fromtimestamp(told.written, UTC).strftime("%Y-%m-%d %H:%M UTC")
    stands = f"{_ENDS.get(told.outcome, told.outcome)}{', imported' if told.imported else ''}"
    return RunRow(told.models, _defaults(path), told.phase, stands, when)


def _defaults(path: Path) -> str:
    """By the counts that a run writes after each phase."""
    try:
        with (path / "overview.jsonl").open("rb") as file:
            counts = json.loads(file.readline(_LONGEST_COUNTS))["errors_by_power"]
        seats = {
            str(power): Defaults(row["calls"] - row["reasked"], row["defaulted_steps"]) for power, row in counts.items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return ""
    total = summed(list(seats.values()))
    idle = ", ".join(power.title() for power, seat in seats.items() if seat.mostly)
    told = [f"{total.defaulted} of {total.steps} steps", *([f"{idle} did not play"] if idle else [])]
    return "; ".join(told) if total.defaulted else ""
