"""A run in one row of the list: who plays, and how far it has come. Read from the two ends of its log alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..run.history import EVENTS

_END = 65536
"""Bytes at the end of the log that are looked through."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What the list tells of a run. A log that cannot be read so far is told of by what is known."""

    models: tuple[str, ...]
    """Each once, sorted."""
    phase: str
    """The last one that the log names, or empty."""
    outcome: str
    """How the game ended, or empty."""
    written: float
    """When the run last told of something, seconds since 1970."""


def brief(path: Path) -> Brief:
    """Raises ``OSError``."""
    with (path / EVENTS).open("rb") as file:
        first = _record(file.readline())
        written = os.fstat(file.fileno()).st_mtime
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _END))
        tail = file.read()
    phase = outcome = ""
    for record in _from_the_end(tail):
        if "phase" in record:
            phase = str(record["phase"])
            outcome = str(record["outcome"]) if record.get("type") == "run_finished" else ""
            break
    models = first.get("models", {})
    return Brief(
        models=tuple(sorted({str(model) for model in models.values()})) if isinstance(models, dict) else (),
        phase=phase,
        outcome=outcome,
        written=written,
    )


def _from_the_end(tail: bytes) -> Iterator[dict[str, Any]]:
    for line in reversed(tail.splitlines()):
        if record := _record(line):
            yield record


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
