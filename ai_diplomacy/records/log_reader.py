"""Reading a log back: every line checked, a torn last one left out, damage anywhere else named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .lines import unsealed


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
    """Iterates over the records of a log, oldest first; ``end`` then tells how far it stands. The file may grow
    meanwhile. Raises ``DamagedLogError`` or ``OSError``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.end = LogEnd()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        lines = size = 0
        with self.path.open("rb") as file:
            for line in file:
                whole = line.endswith(b"\n")
                try:
                    record = unsealed(line[:-1] if whole else line, lines + 1)
                except ValueError as error:
                    if whole:
                        raise DamagedLogError(f"{self.path}, line {lines + 1}: {error}") from None
                    self.end = LogEnd(lines, size, torn=len(line))
                    return
                lines, size = lines + 1, size + len(line)
                self.end = LogEnd(lines, size, unended=not whole)
                yield record
