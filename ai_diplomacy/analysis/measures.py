"""The measures of an analysis, which ``measures.toml`` lists. Each is a ratio of two sums over a player's seats, and so
its mean, its error and its comparison are the same arithmetic for all of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

GROUPS: Mapping[str, str] = {
    "score": "Scores",
    "regret": "Regret",
    "orders": "Orders",
    "press": "Press",
    "honesty": "Honesty",
    "stabs": "Stabs, and what they cost",
    "aftermath": "After a stab",
    "trust": "Trust",
    "belief": "Belief",
    "persuasion": "Persuasion",
    "relations": "Relationships",
    "calls": "Calls and cost",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a player: the sum of ``over`` through the sum of ``under``, both as ``tallies`` counts them."""

    group: str
    """A key of ``GROUPS``."""
    name: str
    title: str
    what: str
    """A sentence on it."""
    over: str
    under: str
    share: bool = False
    """Whether it lies between 0 and 1, and is shown in per cent."""
    digits: int = 2


MEASURES: tuple[Measure, ...] = tuple(
    Measure(group, name, **told)
    for group, measures in tomllib.loads((files(__package__) / "measures.toml").read_text(encoding="utf-8")).items()
    for name, told in measures.items()
)

NAMED: Mapping[str, Measure] = {measure.name: measure for measure in MEASURES}
