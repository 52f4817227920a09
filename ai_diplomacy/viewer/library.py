"""The folders of a library: games, examinations and tournaments, found by the files that each of them has."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..run.glance import EVENTS
from ..run.history import is_run

AGREED, CARD = "tournament.json", "card.json"
"""What tells a tournament and an examination."""
_DEPTH = 4
"""How far below the folder a run may lie: forks, and the games of a tournament, lie in folders of their own."""


@dataclass(frozen=True, slots=True)
class FoundFolders:
    """The folders below one, by the path that leads there from it."""

    runs: dict[str, Path] = field(default_factory=dict)
    """Examinations among them; sorted, so that the tenth game follows the ninth."""
    tournaments: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Library:
    """One run, or a folder of runs."""

    root: Path

    @property
    def single(self) -> bool:
        return is_run(self.root)

    @property
    def name(self) -> str:
        return self.root.resolve().name

    def found(self) -> FoundFolders:
        """Links are not followed."""
        if self.single:
            return FoundFolders({self.name: self.root})
        runs, tournaments = {}, {}
        for path, is_tournament in _below(self.root, _DEPTH):
            name = str(path.relative_to(self.root))
            if is_tournament:
                tournaments[self.name if name == "." else name] = path
            else:
                runs[name] = path
        return FoundFolders(
            {name: runs[name] for name in sorted(runs, key=natural)},
            {name: tournaments[name] for name in sorted(tournaments, key=natural)},
        )

    def runs(self) -> dict[str, Path]:
        """Those of ``found``."""
        return self.found().runs

    def run(self, name: str) -> Path | None:
        """The folder of a run, or ``None``: for what is no run of this library, and for what lies behind a link."""
        if self.single:
            return self.root if name == self.name else None
        parts = name.split("/")
        if len(parts) > _DEPTH or any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            return None
        path = self.root
        for part in parts:
            # What lies in a run belongs to it.
            if path != self.root and is_run(path):
                return None
            path = path / part
            if path.is_symlink():
                return None
        return path if is_run(path) else None


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts numbers in names as numbers."""
    return [(int(part), "") if part.isdecimal() and len(part) < 18 else (-1, part) for part in re.split(r"(\d+)", name)]


def _below(folder: Path, depth: int) -> Iterator[tuple[Path, bool]]:
    """Folders of runs and of tournaments, and whether it is a tournament."""
    try:
        with os.scandir(folder) as scanned:
            entries = list(scanned)
    except OSError:
        return
    names = {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
    if AGREED in names:
        yield folder, True
    for entry in entries if depth else ():
        if entry.is_dir(follow_symlinks=False):
            path = Path(entry.path)
            if (path / EVENTS).is_file():
                yield path, False
            else:
                yield from _below(path, depth - 1)
