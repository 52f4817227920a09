"""A table for a person: on the page, on the terminal, in Markdown and in LaTeX. Its cells are text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from .formatting import NONE

_NOTHING = re.compile(r"[0.,%$\u00b1 \u2013-]*")
"""What a figure looks like that tells of nothing: zeros, or a dash."""

LONG = 22
"""Characters beside each other of a column of words that stand in several lines."""


@dataclass(frozen=True, slots=True)
class ShownTable:
    """Rows of text. A cell may have a second line, which is told in a smaller voice."""

    name: str
    """Of its file."""
    title: str
    head: tuple[str, ...]
    names: int
    """Columns of words, which come first."""
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    """What a reader must know of it, in a sentence or two."""
    strong: frozenset[int] = frozenset()
    """Rows that stand out, by their numbers."""
    shades: tuple[tuple[float, ...], ...] = ()
    """For each figure from -1 to 1 how it is coloured; empty where nothing is."""
    words: frozenset[int] = field(default_factory=frozenset)
    """Columns of long text, beyond the names."""
    phases: tuple[str, ...] = ()
    """For each row the phase of its game that it tells of; empty where rows tell of no phase."""

    def useful(self, *, counts: int = 0) -> ShownTable:
        """Without the rows whose figures are all zero or missing, and the columns that hold nothing at all. ``counts``:
        figures at the beginning that do not make a row useful, such as the number of games."""
        begun = self.names + counts
        kept = [at for at, row in enumerate(self.rows) if not all(map(_empty, row[begun:])) or len(row) == begun]
        rows = [self.rows[at] for at in kept]
        missing = [all(row[at].split("\n")[0] in ("", NONE) for row in rows) for at in range(len(self.head))]
        columns = [at for at in range(len(self.head)) if at < begun or not missing[at]]
        return replace(
            self,
            head=tuple(self.head[at] for at in columns),
            rows=tuple(tuple(row[at] for at in columns) for row in rows),
            strong=frozenset(new for new, old in enumerate(kept) if old in self.strong),
            shades=tuple(tuple(self.shades[old][at - self.names] for at in columns if at >= self.names) for old in kept)
            if self.shades
            else (),
            words=frozenset(new for new, old in enumerate(columns) if old in self.words),
        )

    def without_zeros(self) -> ShownTable:
        """Without the columns of figures that are zero or missing in every row."""
        columns = [
            at for at in range(len(self.head)) if at < self.names or not all(_empty(row[at]) for row in self.rows)
        ]
        return replace(
            self,
            head=tuple(self.head[at] for at in columns),
            rows=tuple(tuple(row[at] for at in columns) for row in self.rows),
        )

    def long(self) -> frozenset[int]:
        """Columns of words that are folded, so that each takes ``LONG`` characters."""
        return self.words | {at for at, width in enumerate(self._widths()[: self.names]) if width > LONG}

    def widths(self) -> list[int]:
        """Characters that each column takes, long ones folded and titles in several lines."""
        long = self.long()
        return [min(width, LONG) if at in long else width for at, width in enumerate(self._widths())]

    def _widths(self) -> list[int]:
        return [_width(title, (row[at] for row in self.rows)) for at, title in enumerate(self.head)]

    def folded(self, width: int, *, between: int = 3, edge: int = 2) -> Iterator[ShownTable]:
        """Tables beside whose names only so many figures stand that each is at most so many characters wide.
        ``between``: characters between two columns; ``edge``: beside the outer ones together."""
        widths = self.widths()
        begun = edge + sum(widths[: self.names]) + between * max(0, self.names - 1)
        parts: list[list[int]] = [[]]
        used = begun
        for at in range(self.names, len(self.head)):
            if parts[-1] and used + between + widths[at] > width:
                parts.append([])
                used = begun
            parts[-1].append(at)
            used += between + widths[at]
        for number, part in enumerate(parts):
            columns = [*range(self.names), *part]
            yield replace(
                self,
                name=self.name if len(parts) == 1 else f"{self.name}_{number + 1}",
                title=self.title if not number else f"{self.title} (continued)",
                head=tuple(self.head[at] for at in columns),
                rows=tuple(tuple(row[at] for at in columns) for row in self.rows),
                note=self.note if number == len(parts) - 1 else "",
                shades=(),
                words=frozenset(columns.index(at) for at in self.words if at in columns),
            )


def _empty(cell: str) -> bool:
    return _NOTHING.fullmatch(cell.split("\n")[0]) is not None


def _width(head: str, cells: Iterable[str]) -> int:
    """Of a column, whose title may stand in several lines."""
    longest = max((len(line) for cell in cells for line in cell.split("\n")), default=0)
    return max(longest, *(len(word) for word in head.split() or [""]))


def shown_table(
    name: str, title: str, head: Sequence[str], names: int, rows: Iterable[Sequence[str]], note: str = ""
) -> ShownTable:
    """``names``: columns of words, which come first."""
    return ShownTable(name, title, tuple(head), names, tuple(map(tuple, rows)), note)
