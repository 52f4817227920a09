"""The question that a tournament is held for, asked before its first game: ``[analysis]`` in the specification.

One measure, one contrast of two players, and the numbers of games at which it is looked at, each with its share of the
5 % of error: at most two, whose shares add up (Bonferroni). It is kept in ``tournament.json`` with its hash, and a
folder in which a game was begun takes no other one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .measures import MEASURES, NAMED

AGREED = "tournament.json"
ERROR = 0.05
"""How often at most a question, or a family of tests, finds what is not there."""
_KEYS = ("primary", "contrast", "looks", "error", "families")
_MOST_LOOKS = 2


class QuestionError(ValueError):
    """A question that cannot be asked; ``key``: what of it."""

    def __init__(self, problem: str, *key: str) -> None:
        super().__init__(problem)
        self.key = key


@dataclass(frozen=True, slots=True)
class PrimaryQuestion:
    """What is asked, and when."""

    primary: str
    """A measure's name."""
    contrast: tuple[str, str]
    """Two players: the first one less the second."""
    looks: tuple[int, ...]
    """Numbers of games."""
    error: tuple[float, ...]
    """Of each look: how often it may find what is not there."""
    families: Mapping[str, tuple[str, ...]]
    """Name -> the measures that are explored and adjusted together; empty: those of each heading."""

    def __str__(self) -> str:
        """In a line."""
        when = " and ".join(
            f"{look} games ({100 * share:g} % of error)" for look, share in zip(self.looks, self.error, strict=True)
        )
        one, other = self.contrast
        return f"{NAMED[self.primary].title}, {one} less {other}, at {when}; {self.digest}"

    @property
    def digest(self) -> str:
        """A hash of all of it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    def family(self, measure: str) -> str:
        """Of a measure; empty for one that is in none."""
        if not self.families:
            return NAMED[measure].group
        return next((name for name, measures in self.families.items() if measure in measures), "")

    def document(self) -> dict[str, Any]:
        """As plain JSON data, with its hash."""
        told = asdict(self) | {"families": {name: list(measures) for name, measures in self.families.items()}}
        lists = {name: list(told[name]) for name in ("contrast", "looks", "error")}
        return told | lists | {"hash": self.digest}


def read_question(given: object, players: Sequence[str], block: int) -> PrimaryQuestion:
    """The one of a specification. ``block``: looks are whole ones of so many games. Raises ``QuestionError``."""
    if not isinstance(given, dict):
        raise QuestionError('write [analysis] and under it primary = "centers"')
    for name in given:
        if name not in _KEYS:
            raise QuestionError(f"unknown key {name!r} in [analysis]; the keys are {', '.join(_KEYS)}", name)
    looks = _looks(given, block)
    return PrimaryQuestion(
        _measure(given.get("primary", "centers"), "primary"),
        _contrast(given.get("contrast"), players),
        looks,
        _error(given, len(looks)),
        _families(given.get("families", {})),
    )


def _measure(name: object, *key: str) -> str:
    if not isinstance(name, str) or name not in NAMED:
        raise QuestionError(f"{name!r} is no measure; write one of {', '.join(m.name for m in MEASURES)}", *key)
    return name


def _contrast(given: object, players: Sequence[str]) -> tuple[str, str]:
    match given:
        case [str(one), str(other)] if one != other and {one, other} <= set(players):
            return one, other
    raise QuestionError(f"write contrast = [A, B], two different ones of {', '.join(map(repr, players))}", "contrast")


def _looks(given: Mapping[str, object], block: int) -> tuple[int, ...]:
    looks = given.get("looks")
    whole = isinstance(looks, list) and all(type(look) is int and look > 0 and look % block == 0 for look in looks)
    if not isinstance(looks, list) or not whole or not 1 <= len(looks) <= _MOST_LOOKS or sorted(set(looks)) != looks:
        raise QuestionError(
            f"write looks = [GAMES], or [GAMES, MORE] for one planned second look, each a multiple of {block}", "looks"
        )
    return tuple(looks)


def _error(given: Mapping[str, object], looks: int) -> tuple[float, ...]:
    shares = given.get("error", [ERROR] if looks == 1 else None)
    good = isinstance(shares, list) and all(isinstance(share, float) and share > 0 for share in shares)
    if not isinstance(shares, list) or not good or len(shares) != looks or sum(shares) > ERROR + 1e-12:
        raise QuestionError(
            f"write error = {[ERROR] if looks == 1 else [0.01, 0.04]}, a share for each look, {ERROR} in all at most",
            "error",
        )
    return tuple(shares)


def _families(given: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, dict) or not all(isinstance(names, list) for names in given.values()):
        raise QuestionError('write [analysis.families] and under it, say, talk = ["messages", "kept"]', "families")
    found = {name: tuple(_measure(one, "families", name) for one in names) for name, names in given.items()}
    every = [measure for names in found.values() for measure in names]
    if len(set(every)) < len(every):
        raise QuestionError("a measure is in one family only", "families")
    return found


def asked(folder: Path) -> PrimaryQuestion | None:
    """What was asked of the games of a tournament's folder before they began, if anything. One that was changed by hand
    since was not."""
    try:
        kept = agreed(folder)["settings"]["analysis"]
        digest = kept.pop("hash")
        question = read_question(kept, kept["contrast"], 1)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return question if question.digest == digest else None


def agreed(folder: Path) -> Any:
    """What was agreed on in a tournament's folder, or that of its games, in a bundle too. Raises ``OSError`` or
    ``ValueError``."""
    if folder.name in ("games", "runs"):
        folder = folder.parent
    return json.loads((folder / AGREED).read_text(encoding="utf-8"))
