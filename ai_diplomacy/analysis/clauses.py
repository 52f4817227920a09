"""Prose about promises cut into clauses, each with the orders, provinces and powers that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from ..board.press import ALL
from ..board.terrain import Terrain, province_of, terrain
from ..board.units import Order, Unit

_SENTENCE = re.compile(r"(?<!\bSt)[.!?]+(?=[\s\"')]|$)|\n+")
_CLAUSE = re.compile(
    r"\s*(?:;|:(?=\s)|\u2014|\s(?:--|\u2013)\s|,?\s+(?:but|while|whereas|yet|however|although|though)\b,?)\s*"
    r"|,?\s+(?:and|so)\s+(?=(?:I|my|break|keep|betray|ignore|stab|not|the (?:one|promise|pledge))\b)",
    re.IGNORECASE,
)
_PROMISES = re.compile(
    r"\b(?:(?:all|every|each|any|none|both)\b(?:\W+\w+){0,3}?|my|our|the)\W+"
    r"(?:promises?|pledges?|word|agreements?|commitments?|deals?|letters?|bargains?)\b",
    re.IGNORECASE,
)
_PLACE = r"[A-Z]{3}(?:/[NESW]C)?"
_ORDER = re.compile(
    rf"\b([AF] {_PLACE})(?: (?:[HDB]\b|R {_PLACE}|- {_PLACE}|[SC] [AF] {_PLACE}(?: - {_PLACE})?))?(?: VIA)?"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence."""

    text: str
    sentence: int
    orders: frozenset[str] = frozenset()
    """Orders, or bare units, in the engine's notation."""
    units: frozenset[Unit] = frozenset()
    """Those that the orders are for."""
    places: frozenset[str] = frozenset()
    """Provinces, those of the orders apart."""
    powers: frozenset[str] = frozenset()
    inherited: bool = False
    """Whether it names nothing itself, and these are what the clause before it named."""

    @property
    def bare(self) -> bool:
        return not (self.orders or self.places or self.powers)

    @property
    def of_all(self) -> bool:
        """Whether it may be about any promise, because it names none, or speaks of promises as such."""
        return self.bare or (self.inherited and bool(_PROMISES.search(self.text)))

    def concerns(self, order: Order) -> bool:
        """Whether it names the unit of an order, or one of its provinces."""
        return order.unit in self.units or bool(self.places & places_of(order))

    def relevance(self, order: Order, recipient: str) -> int:
        """How closely it concerns the promise of an order to a power (or to ``ALL``): 0 not at all, 1 as one of many,
        2 by its recipient or its provinces, 3 by its unit, 4 by the order itself."""
        if self.powers and recipient not in self.powers and recipient != ALL:
            return int(self.of_all)
        if self.orders or not self.powers:
            return self.matter(order)
        return 2 if recipient in self.powers else int(self.of_all)

    def matter(self, order: Order) -> int:
        """The same by what is ordered alone, whoever it was promised to."""
        if self.orders:
            named = order in self.orders or f"{order} VIA" in self.orders
            return 4 if named else 3 if order.unit in self.units else int(self.of_all)
        if self.places & places_of(order):
            return 2
        return 1 if not self.places or self.of_all else 0


def clauses(text: str, sender: str, map_name: str) -> list[Clause]:
    """The clauses of a text of one power. One that names nothing goes on about what the clause before it named."""
    words = _words(map_name)
    found: list[Clause] = []
    for number, sentence in enumerate(_cut(_SENTENCE, text.replace("\u2019", "'"))):
        for part in _cut(_CLAUSE, sentence):
            clause = words.read(part, number, sender)
            if clause.bare and found:
                before = found[-1]
                clause = replace(before, text=clause.text, sentence=clause.sentence, inherited=True)
            found.append(clause)
    return found


def places_of(order: Order) -> frozenset[str]:
    """The provinces that an order names."""
    return frozenset({order.unit.province, order.mover.province, order.goal} - {""})


def power_names(map_name: str) -> str:
    """A pattern that matches any power's name."""
    return _words(map_name).names


def _cut(mark: re.Pattern[str], text: str) -> Iterator[str]:
    return (part.strip() for part in mark.split(text) if part and part.strip())


class _Words:
    """What provinces and powers are called."""

    def __init__(self, ground: Terrain) -> None:
        self._powers = {name.lower(): power for power in ground.powers for name in (power, ground.adjectives[power])}
        self._places = {
            word.lower(): province_of(at)
            for at, name in ground.names.items()
            if province_of(at) in ground.provinces
            for word in (name, name.replace("St. ", "St "))
        }
        self._codes = frozenset(ground.provinces)
        self.names = "(?:" + "|".join(map(re.escape, sorted(self._powers, key=len, reverse=True))) + ")"
        longest = sorted([*self._powers, *self._places], key=len, reverse=True)
        self._name = re.compile(r"\b(" + "|".join(map(re.escape, longest)) + r")\b(?!/)", re.IGNORECASE)
        self._code = re.compile(r"\b[A-Z]{3}\b")

    def read(self, text: str, sentence: int, sender: str) -> Clause:
        orders = list(_ORDER.finditer(text))
        rest = _ORDER.sub(" ", text)
        named = [match[1].lower() for match in self._name.finditer(rest)]
        codes = {match[0] for match in self._code.finditer(rest)} & self._codes
        return Clause(
            text,
            sentence,
            frozenset(match[0] for match in orders),
            frozenset(Unit(match[1]) for match in orders),
            frozenset({self._places[name] for name in named if name in self._places} | codes),
            frozenset(self._powers[name] for name in named if name in self._powers) - {sender},
        )


@cache
def _words(map_name: str) -> _Words:
    return _Words(terrain(map_name))
