"""A run at a glance: what the two ends of its events tell, for whoever asks many runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

EVENTS = "events.jsonl"
_BLOCK = 65536
"""Bytes at the end of the log that are read at once."""
_FARTHEST = 32
"""Blocks, at most, through which something is looked for."""
_BEGINNING = 6
"""Records at its beginning that are read."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A log that cannot be read so far is told of by what is known."""

    config: Mapping[str, Any] = field(default_factory=dict)
    """The settings with which the run began; of a fork its own, not those of the run that it was forked from."""
    begun: float | None = None
    """When, seconds since 1970."""
    source: str = ""
    """The run that it was forked from, or empty."""
    imported: str = ""
    """What it was before it was imported, or empty."""
    first: str = ""
    """The first phase, or empty."""
    phase: str = ""
    """The last one that the log names, or empty."""
    outcome: str = ""
    """How the game ended, or empty."""
    finished: bool = False
    """Whether the last event says that it was played to its end."""
    last: Mapping[str, Any] = field(default_factory=dict)
    """The last event that has the field which was asked for."""
    written: float = 0.0
    """When it last told of something, seconds since 1970."""


def glance(path: Path, sought: str = "phase") -> Glance:
    """Of a run's folder. ``sought``: the field that ``last`` is to have. Raises ``OSError``."""
    with (path / EVENTS).open("rb") as file:
        begins = [_record(file.readline()) for _ in range(_BEGINNING)]
        written = os.fstat(file.fileno()).st_mtime
        backwards = _backwards(file)
        # After the end of the last whole line stands nothing, or a torn line.
        torn, ending = next(backwards, b""), _record(next(backwards, b""))
        named, last = _found(ending, backwards, "phase", sought)
    first, second = begins[:2]
    forked = second if second.get("type") == "run_forked" else {}
    finished = ending.get("type") == "run_finished"
    return Glance(
        config=_own_settings(first, forked),
        begun=first["time"] if isinstance(first.get("time"), int | float) else None,
        source=str(forked.get("source", "")),
        imported=str(second.get("format", "")) if second.get("type") == "run_imported" else "",
        first=next((str(record.get("phase", "")) for record in begins if record.get("type") == "phase_started"), ""),
        phase=str(named.get("phase", "")),
        outcome=str(ending.get("outcome", "")) if finished else "",
        finished=finished and not torn,
        last=last,
        written=written,
    )


def _found(ending: dict[str, Any], backwards: Iterator[bytes], *fields: str) -> list[dict[str, Any]]:
    """The last record with each of the fields, or an empty one."""
    found = {name: ending for name in fields if name in ending}
    while missing := [name for name in fields if name not in found]:
        line = next(backwards, None)
        if line is None:
            break
        if any(f'"{name}"'.encode() in line for name in missing):
            record = _record(line)
            found |= {name: record for name in missing if name in record}
    return [found.get(name, {}) for name in fields]


def _backwards(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file from the last one on; the first is empty if the file ends with a line's end."""
    at, rest = file.seek(0, os.SEEK_END), b""
    for _ in range(_FARTHEST):
        start = max(0, at - _BLOCK)
        file.seek(start)
        rest, *lines = (file.read(at - start) + rest).split(b"\n")
        yield from reversed(lines)
        at = start
        if not at:
            yield rest
            return


def _own_settings(first: Mapping[str, Any], forked: Mapping[str, Any]) -> Mapping[str, Any]:
    changes = forked.get("settings")
    last = changes[-1] if isinstance(changes, list) and changes else first
    config = last.get("config") if isinstance(last, dict) else None
    return config if isinstance(config, dict) else {}


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
