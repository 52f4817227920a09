"""A run at a glance: what the two ends of its events tell, for whoever asks many runs."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EVENTS = "events.jsonl"
_END = 65536
"""Bytes at the end of the log that are looked through."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A log that cannot be read so far is told of by what is known."""

    models: tuple[str, ...] = ()
    """Each once, sorted."""
    source: str = ""
    """The run that it was forked from, or empty."""
    imported: str = ""
    """What it was before it was imported, or empty."""
    phase: str = ""
    """The last one that the log names, or empty."""
    outcome: str = ""
    """How the game ended, or empty."""
    finished: bool = False
    """Whether the last event says that it was played to its end."""
    written: float = 0.0
    """When it last told of something, seconds since 1970."""


def glance(path: Path) -> Glance:
    """Of a run's folder. Raises ``OSError``."""
    with (path / EVENTS).open("rb") as file:
        first, second = _record(file.readline()), _record(file.readline())
        written, size = os.fstat(file.fileno()).st_mtime, file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _END))
        lines = file.read().splitlines(keepends=True)
    told = [record for line in lines if (record := _record(line))]
    last: dict[str, Any] = next((record for record in reversed(told) if "phase" in record), {})
    models = first.get("models", {})
    whole = bool(lines) and lines[-1].endswith(b"\n") and _record(lines[-1]).get("type") == "run_finished"
    return Glance(
        models=tuple(sorted({str(model) for model in models.values()})) if isinstance(models, dict) else (),
        source=str(second.get("source", "")) if second.get("type") == "run_forked" else "",
        imported=str(second.get("format", "")) if second.get("type") == "run_imported" else "",
        phase=str(last.get("phase", "")),
        outcome=str(last["outcome"]) if last.get("type") == "run_finished" else "",
        finished=whole,
        written=written,
    )


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
