"""What was said: the intents, provinces and orders in a message, found by keywords whoever wrote it.

Nothing here obeys a message. Text that speaks to a machine, or is no language at all, is understood as ``odd`` and as
nothing else.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from ..board.situation import Situation
from ..board.terrain import province_of, terrain
from ..board.units import Order
from .prompt_reader import LONGEST_MESSAGE, PressMessage
from .temperament import seat
from .wording import TEMPLATES

ASKS = ("support", "coalition", "zone", "alliance", "peace")
"""Intents that want a yes or a no, the most definite first."""

_ODD = re.compile(
    r"ignore (?:all|any|your|the|my|every|previous|prior)|disregard (?:all|any|your|the|previous)|system prompt"
    r"|your (?:instructions|prompt|programming)|language model|\bas an ai\b|you are now|\bjson\b|\{\{|\{%|[\]}]\s*[\]}]"
    r"|</?\w+>|```|<\||\[/?inst\]",
    re.IGNORECASE,
)
_INTENTS = {
    kind: re.compile(rf"\b(?:{'|'.join(signs)})", re.IGNORECASE)
    for kind, signs in tomllib.loads((TEMPLATES / "intents.toml").read_text(encoding="utf-8")).items()
}
_CLAUSE = re.compile(r"[.,;:!?]\s")
_ORDER = re.compile(
    r"\b([AF]) ([A-Z]{3}(?:/[NSEW]C)?)(?: ?(?:->|[-\u2192\u2013]) ?([A-Z]{3}(?:/[NSEW]C)?)"
    r"| S ([AF]) ([A-Z]{3}(?:/[NSEW]C)?)(?: ?(?:->|[-\u2192\u2013]) ?([A-Z]{3}))?| H\b)"
)

Lexicon = tuple[re.Pattern[str], dict[str, str]]


@dataclass(frozen=True, slots=True)
class UnderstoodMessage:
    """What one message means."""

    message: PressMessage
    intents: frozenset[str]
    """Keys of ``_INTENTS``, or ``odd``, ``question``, ``chat``."""
    provinces: tuple[str, ...]
    """Named in the text, in its order."""
    zone: tuple[str, ...]
    """Those of them that it speaks of keeping out of."""
    powers: tuple[str, ...]
    """Named in the text, in its order."""
    orders: tuple[Order, ...]
    """Pledged, then those written in the text, as they stand there."""

    @property
    def sender(self) -> str:
        return self.message.sender

    @property
    def ask(self) -> str | None:
        """What it wants a yes or a no to; nothing if it is itself an answer."""
        if self.intents & {"accept", "decline", "odd", "withdrawn", "tip", "build"}:
            return None
        return next((kind for kind in ASKS if kind in self.intents), None)

    @property
    def yes(self) -> bool:
        return "accept" in self.intents and "decline" not in self.intents


def understand(message: PressMessage, situation: Situation) -> UnderstoodMessage:
    """What one message of any kind means. Never raises."""
    text = message.body.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if _is_odd(text):
        return UnderstoodMessage(message, frozenset({"odd"}), (), (), (), ())
    intents = {kind for kind, pattern in _INTENTS.items() if pattern.search(text)} | _declared(message)
    if "decline" in intents:
        intents.discard("accept")
    written = tuple(Order(_order_text(found)) for found in _ORDER.finditer(text))
    pledged = (pledge.order for pledge in message.pledges if pledge.order is not None and not pledge.ends)
    orders = tuple(dict.fromkeys((*pledged, *written)))
    if any(order.verb == "S" for order in orders) and not intents & {"accept", "decline"}:
        intents.add("support")
    if "?" in text:
        intents.add("question")
    places = _places(situation.map)
    named = _mentioned(text, places)
    # Who writes from Paris to London does not speak of either.
    seats = {seat(power, situation.terrain) for power in (message.sender, situation.power)}
    meant = tuple(at for at in named if situation.terrain.names[at] not in seats)
    # Taken out first, so that the English Channel does not stand for England.
    placeless = places[0].sub(" ", text)
    return UnderstoodMessage(
        message,
        frozenset(intents or {"chat"}),
        named,
        _declared_zone(message) or (_zone(text, places) or meant[:1]) if "zone" in intents else (),
        _mentioned(placeless, _peoples(situation.map)),
        orders,
    )


def _declared(message: PressMessage) -> set[str]:
    """What the pledges of a message say, whatever its words are."""
    found = {"withdrawn" for pledge in message.pledges if pledge.ends == "withdraw"}
    promises = [pledge.promise for pledge in message.pledges if not pledge.ends and pledge.promise is not None]
    named = {"out": "zone", "peace": "peace"}
    return found | {named[promise.kind] for promise in promises if promise.kind in named}


def _declared_zone(message: PressMessage) -> tuple[str, ...]:
    promises = [pledge.promise for pledge in message.pledges if not pledge.ends and pledge.promise is not None]
    return tuple(dict.fromkeys(promise.province for promise in promises if promise.kind == "out"))


def _zone(text: str, places: Lexicon) -> tuple[str, ...]:
    """The provinces in the clauses that speak of a zone: others in the text may say where a unit goes instead."""
    clauses = [clause for clause in _CLAUSE.split(text) if _INTENTS["zone"].search(clause)]
    return tuple(dict.fromkeys(at for clause in clauses for at in _mentioned(clause, places)))


def _is_odd(text: str) -> bool:
    messages = sum(c.isalpha() or c.isspace() for c in text[:400])
    return len(text) >= LONGEST_MESSAGE or messages < 0.6 * len(text[:400]) or _ODD.search(text) is not None


def _order_text(found: re.Match[str]) -> str:
    kind, place, goal, helped, helped_place, helped_goal = found.groups()
    if goal:
        return f"{kind} {place} - {goal}"
    if helped:
        return f"{kind} {place} S {helped} {helped_place}" + (f" - {helped_goal}" if helped_goal else "")
    return f"{kind} {place} H"


@cache
def _places(map_name: str) -> Lexicon:
    """Full names in any case and abbreviations in capitals, each with its province."""
    ground = terrain(map_name)
    names = {ground.names[at].lower(): at for at in ground.provinces}
    # Short aliases ("both", "rest") are words of everyday speech.
    names |= {
        alias.lower(): province_of(at)
        for alias, at in ground.aliases.items()
        if alias.isalpha() and len(alias) > 5 and alias.lower() not in names
    }
    codes = {at: at for at in ground.provinces}
    return _lexicon(names, codes)


@cache
def _peoples(map_name: str) -> Lexicon:
    ground = terrain(map_name)
    names = {power.lower(): power for power in ground.powers}
    names |= {adjective.lower(): power for power, adjective in ground.adjectives.items()}
    return _lexicon(names, {})


def _lexicon(names: dict[str, str], codes: dict[str, str]) -> Lexicon:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    pattern = rf"\b(?:(?i:{'|'.join(map(re.escape, longest_first))})"
    pattern += rf"|{'|'.join(sorted(codes))})\b" if codes else r")\b"
    return re.compile(pattern), names | codes


def _mentioned(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    pattern, names = lexicon
    found = (match.group() for match in pattern.finditer(text))
    return tuple(dict.fromkeys(names.get(word) or names[word.lower()] for word in found))
