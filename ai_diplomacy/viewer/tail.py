"""A log that may still grow, read as far as it stands, and on from there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..records.lines import unsealed
from ..records.log_reader import DamagedLogError


class Tail:
    """Iterating gives the records that came since the last time, oldest first, each with the byte at which its line
    begins. A last line without its end is left for the next time. Raises ``DamagedLogError`` or ``OSError``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        """How many were read so far."""
        self._size = 0

    @property
    def shrunk(self) -> bool:
        """Whether the file is shorter than what was read of it: it is another file now."""
        return self.path.stat().st_size < self._size

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        with self.path.open("rb") as file:
            file.seek(self._size)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                try:
                    record = unsealed(line[:-1], self.lines + 1)
                except ValueError as error:
                    raise DamagedLogError(f"{self.path}, line {self.lines + 1}: {error}") from None
                at = self._size
                self.lines += 1
                self._size += len(line)
                yield at, record


def record_at(path: Path, at: int, number: int) -> dict[str, Any]:
    """The record of line ``number``, which begins at byte ``at``. Raises ``DamagedLogError`` or ``OSError``."""
    with path.open("rb") as file:
        file.seek(at)
        try:
            return unsealed(file.readline().rstrip(b"\n"), number)
        except ValueError as error:
            raise DamagedLogError(f"{path}, line {number}: {error}") from None
