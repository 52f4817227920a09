"""Whom a text addresses: powers and the public in any spelling, and what in it nobody can be sure of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from .order_lexicon import EXCEPT, POLITE, PUBLIC, lexicon
from .terrain import Terrain, terrain

ALL = "ALL"
"""The recipient of a public message."""

_LONGEST_NAME = 400
_SEPARATOR = re.compile(r"[,;:/|&+\n\r\t()\[\]{}<>\"“”]|\band\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")  # noqa: RUF001 - an apostrophe that models write
_NOT = re.compile(r"[!~^¬≠\-–—]\w")  # noqa: RUF001 - dashes that models write
_TELLING = PUBLIC | EXCEPT
_LONGEST_SHORT = 4
"""Letters of an abbreviation; more of them are a name that is misspelt."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whom the recipients of a message are, as far as they are understood."""

    known: frozenset[str]
    """Powers, and ``ALL``."""
    unknown: tuple[str, ...]
    """What is no power and not the public."""

    @property
    def doubtful(self) -> bool:
        """Whether the unknown may say who shall not read it, and is more than a misspelt name."""
        return any(_NOT.match(text) or len(_WORD.findall(text)) > 1 for text in self.unknown)


def addressed(names: Iterable[str], ground: Terrain) -> Addressed:
    """``England``, ``the French``, ``GER.``, ``Italy and @turkey``, ``Everyone!``. Of ``all but France and Italy``
    nobody is understood. Never raises."""
    known: set[str] = set()
    unknown: dict[str, None] = {}
    for name in names:
        meant = _parts(_plain(name), _names(ground.name))
        strange = [part for part, powers in meant.items() if not powers]
        if not meant or any(_NOT.match(part) or _words(part) & _TELLING.union(_names(ground.name)) for part in strange):
            unknown[name.strip()] = None
        else:
            known = known.union(*meant.values())
            unknown |= dict.fromkeys(strange)
    return Addressed(frozenset(known), tuple(unknown))


def _plain(name: str) -> str:
    shown = unicodedata.normalize("NFKC", name[:_LONGEST_NAME])
    return "".join(letter for letter in shown if unicodedata.category(letter) != "Cf").replace("_", " ")


def _words(text: str) -> set[str]:
    return {word.upper().removesuffix("'S").removesuffix("’S") for word in _WORD.findall(text)}  # noqa: RUF001


def _parts(text: str, names: Mapping[str, str]) -> dict[str, set[str]]:
    """The parts of a text between separators, each with the powers that it names, or ``ALL``; with nothing unless every
    word of it is understood."""
    found = {}
    for part in map(str.strip, _SEPARATOR.split(text)):
        words = {word.upper() for word in _WORD.findall(part)} - POLITE
        if words and PUBLIC.issuperset(words):
            found[part] = {ALL}
        elif words:
            found[part] = {names[word] for word in words} if words <= names.keys() and not _NOT.match(part) else set()
    return found


@cache
def _names(map_name: str) -> Mapping[str, str]:
    """The lexicon's names of powers, their plurals, and abbreviations that only one of them has."""
    powers, names = terrain(map_name).powers, dict(lexicon(map_name).powers)
    names |= {f"{name}S": power for name, power in names.items() if len(name) > _LONGEST_SHORT}
    for length in range(1, _LONGEST_SHORT + 1):
        short = [power[:length] for power in powers]
        names |= {power[:length]: power for power in powers if short.count(power[:length]) == 1}
    return names
