"""The phrases of ``phrases.toml`` as patterns over the marked text of a clause."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

_BOOK: Mapping[str, Any] = tomllib.loads((files(__package__) / "phrases.toml").read_text(encoding="utf-8"))


def _alternatives(lines: str) -> str:
    return "(?:" + "|".join(line.strip() for line in lines.strip().splitlines()) + ")"


PROMISE = _alternatives(_BOOK["promise"])
_WORDS = r"(?:[\w{}<>'-]+\s+){0,4}?"
_SIGNS = {
    "WORDS": _WORDS,
    "OBJECT": (
        r"(?:(?:it|them)(?!\w)(?!\s+(?:quiet|calm|busy|happy|guessing|secret|hidden|at|away|out|in|from|off|all|home|here|back|on|guard|free|open|alive)\b)"
        r"|(?:that|this|these|those|both|all|every|each|either|to|faith|what|any of|one)(?!\w)|\[\d+\]"
        rf"|(?:(?:my|the|our|any|such|his|its|their)\s+{_WORDS})?{PROMISE}(?!\w))"
    ),
    "THING": (
        r"(?:(?:it|this|everything|that)(?!\w)|what(?:ever)?\s+(?:i|you)(?!\w)|\[\d+\]"
        rf"|(?:(?:my|the|our|your|any|every|all|both|that)\s+{_WORDS})?NOUN(?!\w))"
    ),
    "NOUN": rf"(?:{PROMISE}|support|convoy|help|plans?|move|request|letters?|messages?|last)",
    "PROMISE": PROMISE,
    "THEM": r"(?:\{[A-Z]+\}|them|him|her|it|<[A-Z]{3}>)",
    "NAME": r"\{[A-Z]+\}",
    "PLACE": r"(?:the\s+)?<[A-Z]{3}>",
}


def phrases(table: str, name: str) -> str:
    """The phrases of a list as one pattern, none of whose groups captures."""
    pattern = _alternatives(_BOOK[table][name])
    for sign, meaning in _SIGNS.items():
        pattern = re.sub(rf"(?<![A-Z]){sign}(?![A-Z])", meaning.replace("\\", r"\\"), pattern)
    pattern = pattern.replace("WORDSPROMISE", _WORDS + PROMISE)
    plain = re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern)
    return rf"(?<![\w<{{])(?:{plain})(?!\w)"


def within(table: str, name: str) -> re.Pattern[str]:
    """The phrases of a list as a pattern that matches within words, too: not every language parts its words."""
    return re.compile(_alternatives(_BOOK[table][name]), re.IGNORECASE)


def compiled(table: str, name: str) -> re.Pattern[str]:
    return re.compile(phrases(table, name), re.IGNORECASE)
