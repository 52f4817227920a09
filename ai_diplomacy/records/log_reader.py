"""Reading a log back, as it grows: every line checked, a torn last one left out, damage anywhere else named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .sealing import unsealed


class DamagedLogError(Exception):
    """A log holds something that was never written so. Its text names the file and the line."""


@dataclass(frozen=True, slots=True)
class LogEnd:
    """How far a log stands."""

    lines: int = 0
    size: int = 0
    """Bytes of the lines that stand."""
    torn: int = 0
    """Bytes behind them: a last line that was being written when the program, or the machine, died."""
    unended: bool = False
    """Whether only the newline of the last line is missing."""


class LogReader:
    """Iterates over the records of a log that came since the last time, oldest first; ``end`` then tells how far it
    stands. Raises ``DamagedLogError`` or ``OSError``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.end = LogEnd()
        self.at = 0
        """The byte at which the line of the last record begins."""

    @property
    def shrunk(self) -> bool:
        """Whether the file is shorter than what was read of it: it is another file now."""
        return self.path.stat().st_size < self.end.size

    def __iter__(self) -> Iterator[dict[str, Any]]:
        lines, size, unended = self.end.lines, self.end.size, self.end.unended
        with self.path.open("rb") as file:
            file.seek(size)
            if unended and file.read(1) == b"\n":
                size, unended = size + 1, False
                self.end = LogEnd(lines, size)
            for line in file:
                whole = line.endswith(b"\n")
                try:
                    record = unsealed(line[:-1] if whole else line, lines + 1)
                except ValueError as error:
                    if whole:
                        raise DamagedLogError(f"{self.path}, line {lines + 1}: {error}") from None
                    self.end = LogEnd(lines, size, len(line), unended)
                    return
                self.at = size
                lines, size = lines + 1, size + len(line)
                self.end = LogEnd(lines, size, unended=not whole)
                yield record


def unsealed_head(path: Path) -> dict[str, Any]:
    """The first record of a log from before lines were sealed; empty where it is none. Raises ``OSError``."""
    with path.open("rb") as file:
        try:
            record = json.loads(file.readline())
        except ValueError:
            return {}
    return record if isinstance(record, dict) and "crc32" not in record else {}


def record_at(path: Path, at: int, number: int) -> dict[str, Any]:
    """The record of line ``number``, which begins at byte ``at``. Raises ``DamagedLogError`` or ``OSError``."""
    with path.open("rb") as file:
        file.seek(at)
        try:
            return unsealed(file.readline().rstrip(b"\n"), number)
        except ValueError as error:
            raise DamagedLogError(f"{path}, line {number}: {error}") from None
