"""On which line of a TOML text each key stands, for messages about what it says."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*\[\[?\s*(?P<name>[^\[\]]+?)\s*\]?\]")
_KEY = re.compile(
    r"""^\s*(?P<name>(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_:-]+|"[^"]*"|'[^']*'""")

Path = tuple[str, ...]


class Lines:
    """The lines of the keys of a text that parses."""

    def __init__(self, text: str) -> None:
        self._at: dict[Path, int] = {}
        table: Path = ()
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                table = _parts(header["name"])
                self._at.setdefault(table, number)
            elif key := _KEY.match(line):
                self._at.setdefault((*table, *_parts(key["name"])), number)

    def of(self, *path: str) -> int:
        """The line of a key; of what it stands in where the key itself is inside a line; 1 for the whole text."""
        while path and path not in self._at:
            path = path[:-1]
        return self._at.get(path, 1)


def _parts(name: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(name))
