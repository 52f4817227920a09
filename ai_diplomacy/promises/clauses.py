"""Prose cut into clauses, each with the orders, provinces and powers that it names, and signs in their place.

In a clause's ``marked`` text a province is ``<ENG>``, a power ``{FRANCE}``, an order in notation ``[0]``; the writer's
own name is ``I`` or ``my``. So rules about words need no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from ..board.terrain import Terrain, province_of, terrain
from ..board.units import Order
from .phrases import PROMISE
from .unsaid import said_by_writer

_SENTENCE = re.compile(r"(?<!\bSt)(?<!\b\d)(?<!\bi\.e)(?<!\be\.g)[.!?]+(?=[\s\"')\u201d]|$)|\n+|[\u3002\uff01\uff1f]")
_CLAUSE = re.compile(
    r"\s*(?:[;\uff1b]|:(?=\s)|\u2014|\s(?:--|\u2013)\s|(?<!(?-i:[A-Z]{3}|/[NSEW]C))\s-\s(?!(?-i:[A-Z]{3})\b)"
    r"|,?\s+(?:but|while|whereas|yet|however|although|though|because|then|so that)\b,?)\s*"
    r"|,?\s+(?:and|so)\s+(?=(?:I|I'm|I'll|we|my|then|break|keep|betray|ignore|stab|take|grab|move|not|help"
    r"|the (?:one|promise|pledge))\b)",
    re.IGNORECASE,
)
_OF_PROMISES = re.compile(
    rf"\b(?:(?:all|every|each|any|none|both)\b(?:\W+\w+){{0,3}}?|my|our|the)\W+(?:\w+\W+)?{PROMISE}\b"
    r"|\bwhat(?:ever)? (?:i|we) (?:have )?(?:told|promised|said|wrote|agreed|pledged)\b",
    re.IGNORECASE,
)
_SHORT = {
    "Channel": "English Channel",
    "Bight": "Helgoland Bight",
    "Heligoland": "Helgoland Bight",
    "Heligoland Bight": "Helgoland Bight",
    "Helgoland": "Helgoland Bight",
    "Bothnia": "Gulf of Bothnia",
    "Mid-Atlantic": "Mid-Atlantic Ocean",
    "Mid Atlantic": "Mid-Atlantic Ocean",
    "Skaggerak": "Skagerrak",
    "Ionian": "Ionian Sea",
    "Aegean": "Aegean Sea",
    "Adriatic": "Adriatic Sea",
    "Tyrrhenian": "Tyrrhenian Sea",
    "Baltic": "Baltic Sea",
    "Barents": "Barents Sea",
    "Petersburg": "St. Petersburg",
    "St Pete": "St. Petersburg",
    "Romania": "Rumania",
    "Gulf of Lyons": "Gulf of Lyon",
}
_COURTS = {
    "AUSTRIA": "Vienna|Habsburgs?|Austro-Hungary",
    "ENGLAND": "London|Britain|British",
    "FRANCE": "Paris",
    "GERMANY": "Berlin|(?:the )?Kaiser",
    "ITALY": "Rome",
    "RUSSIA": "Moscow|(?:the )?[TC]sar",
    "TURKEY": "Constantinople|(?:the )?Sultan|Ottomans?",
}
"""Where a power's letters come from: its name as often as a place's."""
_FORCES = re.compile(r"\s+(?:army|armies|fleets?|units?|forces|troops|ships?|cent(?:er|re)s?|diplomacy)", re.IGNORECASE)
_COAST = r"(?:/[NESW]C)?"


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence."""

    text: str
    marked: str
    sentence: int
    whole: str
    """The sentence as it is written."""
    orders: tuple[Order, ...] = ()
    """In notation, whoever's."""
    places: frozenset[str] = frozenset()
    """Provinces, those of the orders apart."""
    powers: frozenset[str] = frozenset()
    courts: frozenset[str] = frozenset()
    """Powers that are named by their capital, unless the place is meant."""
    link: str = ""
    """The word that joins it to the clause before it: ``but``."""
    inherited: bool = False
    """Whether it names nothing itself, and these are what the clause before it named."""

    @property
    def bare(self) -> bool:
        return not (self.orders or self.places or self.powers)

    @property
    def of_all(self) -> bool:
        """Whether it may be about any promise, because it names none, or speaks of promises as such."""
        return self.bare or (self.inherited and self.of_promises)

    @property
    def of_promises(self) -> bool:
        """Whether it names its writer's promises as such."""
        return bool(_OF_PROMISES.search(self.text))

    def quote(self, most: int = 300) -> str:
        """Its words as they stand in the text, with the sentence around them if that is short."""
        return self.whole if len(self.whole) <= most else self.text


@lru_cache(maxsize=2048)
def clauses(text: str, sender: str, map_name: str) -> tuple[Clause, ...]:
    """The clauses of a text of one power. One that names nothing goes on about what the clause before it named."""
    names = _names(map_name)
    found: list[Clause] = []
    said = said_by_writer(text)
    for number, (start, end) in enumerate(_sentences(said)):
        whole = text[start:end]
        for first, last, link in _parts(said[start:end]):
            read = said[start + first : start + last]
            clause = replace(names.read(read, sender, number, whole), text=whole[first:last], link=link)
            if clause.bare and found:
                before = found[-1]
                clause = replace(
                    clause,
                    orders=before.orders,
                    places=before.places,
                    powers=before.powers,
                    courts=before.courts,
                    inherited=True,
                )
            found.append(clause)
    return tuple(found)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where they begin and end. A question keeps its sign, as it says nothing that is so."""
    start = 0
    for found in _SENTENCE.finditer(text):
        asks = found[0].strip().startswith("?")
        yield from _stripped(text, start, found.end() if asks else found.start())
        start = found.end()
    yield from _stripped(text, start, len(text))


def _parts(sentence: str) -> Iterator[tuple[int, int, str]]:
    """Where the clauses of a sentence begin and end, each with the word before it."""
    start, link = 0, ""
    for found in _CLAUSE.finditer(sentence):
        for span in _stripped(sentence, start, found.start()):
            yield *span, link
        start, link = found.end(), found[0].strip(" ,;:-\u2013\u2014").lower()
    for span in _stripped(sentence, start, len(sentence)):
        yield *span, link


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The same stretch without the blanks around it, if anything is left."""
    if part := text[start:end].strip():
        start += text[start:end].index(part)
        yield start, start + len(part)


class _Names:
    """What provinces and powers of a map are called, and how orders are written with them."""

    def __init__(self, ground: Terrain) -> None:
        self._places = {
            word.lower(): province_of(at)
            for at, name in ground.names.items()
            if province_of(at) in ground.provinces and "/" not in at
            for word in (name, name.replace("St. ", "St "))
        }
        self._places |= {
            short.lower(): self._places[name.lower()] for short, name in _SHORT.items() if name.lower() in self._places
        }
        self._powers = {power.lower(): power for power in ground.powers}
        self._peoples = {ground.adjectives[power].lower(): power for power in ground.powers}
        self._courts = {power: re.compile(rf"\b(?:{_COURTS[power]})\b") for power in ground.powers if power in _COURTS}
        self._codes = frozenset(ground.provinces)
        longest = sorted([*self._powers, *self._peoples, *self._places], key=len, reverse=True)
        self._name = re.compile(
            rf"(?<![^\W_])(?:(?P<name>{'|'.join(map(re.escape, longest))})(?![^\W_]|/)"
            r"|(?P<code>(?-i:[A-Z]{3}))(?![A-Za-z]))",
            re.IGNORECASE,
        )
        place = "|".join([*sorted(map(re.escape, self._places), key=len, reverse=True), *sorted(self._codes)])
        unit = rf"(?:A|F|[Aa]rmy|[Ff]leet|ARMY|FLEET)\.? (?:(?:in|at) (?:the )?)?(?i:{place}){_COAST}"
        to = r"\s*(?:-+>?|=>|[\u2192\u2013\u2014\u21d2]|to(?= )|into(?= ))\s*(?:the )?"
        bare = rf"(?:{'|'.join(sorted(self._codes))}){_COAST}"
        self._order = re.compile(
            rf"(?<![A-Za-z'])(?:(?P<unit>{unit})(?:(?P<to>{to})(?P<goal>(?i:{place}){_COAST})(?: VIA)?"
            rf"|\s+(?P<verb>S|C|[Ss]upports?|SUPPORTS?|[Cc]onvoys?)\s+(?P<helped>(?:{unit})|{bare})"
            rf"(?:{to}(?P<aim>(?i:{place}){_COAST}))?"
            rf"|\s+(?P<rest>[HBD]|[Hh]olds?|HOLDS?)(?![A-Za-z])|\s+R\s+(?P<retreat>{bare}))"
            rf"|(?P<from>{bare})\s*(?:-+>?|=>|[\u2192\u2013])\s*(?P<at>{bare})(?: VIA)?)(?![A-Za-z])"
        )

    def read(self, text: str, sender: str, sentence: int, whole: str) -> Clause:
        orders: list[Order] = []
        places: set[str] = set()
        powers: set[str] = set()

        def order_sign(match: re.Match[str]) -> str:
            order = self._as_order(match)
            if order is None:
                return match[0]
            orders.append(order)
            return f"[{len(orders) - 1}]"

        def name_sign(match: re.Match[str]) -> str:
            word = (match["name"] or match["code"]).lower()
            if match["code"] and match["code"] not in self._codes:
                return match[0]
            place = match["code"] or self._places.get(word)
            if place:
                places.add(place)
                return f"<{place}>"
            power = self._powers.get(word) or self._peoples[word]
            if power == sender:
                return "I" if word in self._powers else "my" if _FORCES.match(match.string, match.end()) else match[0]
            powers.add(power)
            return f"{{{power}}}"

        plain = text.replace("\u2019", "'").replace("`", "")
        marked = self._name.sub(name_sign, self._order.sub(order_sign, plain))
        courts = {power for power, name in self._courts.items() if power != sender and name.search(plain)}
        return Clause(
            *(text, marked, sentence, whole, tuple(orders)), frozenset(places), frozenset(powers), frozenset(courts)
        )

    def _as_order(self, match: re.Match[str]) -> Order | None:
        """``A ??? - ENG`` where only places are written, as the type of the unit is not known here."""
        if match["from"]:
            return _order_of(f"A {match['from']} - {match['at']}")
        unit = self._unit(match["unit"])
        if match["goal"]:
            return _order_of(f"{unit} - {self._location(match['goal'])}")
        if match["verb"]:
            helped = match["helped"] if " " in match["helped"] else f"A {match['helped']}"
            aim = f" - {self._location(match['aim'])}" if match["aim"] else ""
            return _order_of(f"{unit} {match['verb'][0].upper()} {self._unit(helped)}{aim}")
        return _order_of(f"{unit} R {match['retreat']}" if match["retreat"] else f"{unit} {match['rest'][0].upper()}")

    def _unit(self, text: str) -> str:
        kind, _, place = text.partition(" ")
        return f"{kind[0].upper()} {self._location(re.sub(r'^(?:in |at )?(?:the )?', '', place))}"

    def _location(self, text: str) -> str:
        name, slash, coast = text.partition("/")
        return self._places.get(name.lower(), name.upper()) + slash + coast


def _order_of(text: str) -> Order | None:
    try:
        return Order(text)
    except ValueError:
        return None


@cache
def _names(map_name: str) -> _Names:
    return _Names(terrain(map_name))
