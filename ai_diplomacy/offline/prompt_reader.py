"""Reading the prompt: from its text to the situation, the press and the memory that it holds, all of it checked."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ..board.chance import chance
from ..board.commitments import Commitment
from ..board.possible import possible_orders
from ..board.press import ALL
from ..board.situation import Situation
from ..board.situation_document import situation_of

STEPS = ("initialize", "provisional", "negotiate", "plan", "order", "reflect", "consolidate", "interview")
WORDS = ("Enemy", "Unfriendly", "Neutral", "Friendly", "Ally")
LONGEST_MESSAGE = 2000
"""Characters of a message that are looked at."""

_FENCE = re.compile(r"^[ \t]*```json[ \t]*\r?\n\s*", re.MULTILINE)
_VERBS = {"M": ("H", "-", "S", "C"), "R": ("R", "D"), "A": ("WAIVE", "B", "D")}


@dataclass(frozen=True, slots=True)
class PressMessage:
    """A message as the prompt shows it."""

    sender: str
    recipients: tuple[str, ...]
    round: int
    body: str
    pledges: tuple[Commitment, ...]
    number: int = field(default=0, compare=False)
    """Under which its reader may say how far it believes it; 0: it has none."""

    @property
    def private(self) -> bool:
        return ALL not in self.recipients


@dataclass(frozen=True, slots=True)
class PastPledge:
    """A pledge of the turn before."""

    sender: str
    recipients: tuple[str, ...]
    pledged: Commitment
    verdict: str
    """``kept``, ``broken``, ``void`` and so on."""

    @property
    def kept(self) -> bool:
        return self.verdict == "kept"

    @property
    def broken(self) -> bool:
        return self.verdict == "broken"


@dataclass(frozen=True, slots=True)
class HeldPledge:
    """A pledge of an earlier turn that still holds."""

    sender: str
    recipients: tuple[str, ...]
    pledged: Commitment


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """All that a prompt says, checked: whatever else stood in it is left out."""

    game: str
    step: str
    round: int
    rounds: int
    situation: Situation
    last_year: int
    goals: tuple[str, ...]
    relationships: Mapping[str, str]
    """Every other surviving power -> one of ``WORDS``."""
    diary: tuple[str, ...]
    past: str
    directive: str
    press: tuple[PressMessage, ...]
    awaiting: tuple[PressMessage, ...]
    unanswered: tuple[str, ...]
    returned: tuple[str, ...]
    pledges: tuple[PastPledge, ...]
    standing: tuple[HeldPledge, ...]
    question: str
    """What an interview asks."""
    corrected: bool
    """Whether this asks again for a reply that could not be used."""
    form: str = ""
    """What stands behind the document: the question, and the form of the reply."""

    @property
    def me(self) -> str:
        return self.situation.power

    @property
    def others(self) -> tuple[str, ...]:
        return tuple(power for power in self.situation.survivors if power != self.me)

    @property
    def opening(self) -> bool:
        """Whether this is the first phase of the game."""
        return self.situation.phase == self.situation.terrain.start

    def chance(self, *purpose: object) -> random.Random:
        """Randomness for one purpose in this phase: the same in every step, whatever the press says."""
        return chance(self.game, self.situation.phase, self.me, *purpose)

    def stance(self, power: str) -> int:
        """From -2 (Enemy) to 2 (Ally)."""
        return WORDS.index(self.relationships.get(power, "Neutral")) - 2


def read(prompt: str) -> ParsedPrompt | None:
    """What the first fenced JSON document of a prompt says; ``None`` when it is not a position with a known step."""
    fence = _FENCE.search(prompt)
    if fence is None:
        return None
    try:
        document, end = json.JSONDecoder(strict=False).raw_decode(prompt, fence.end())
        return _parsed(document, prompt[end:])
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
        # Whatever is wrong with it, the document is not a position.
        return None


def _parsed(document: Mapping[str, Any], form: str) -> ParsedPrompt:
    step, _, rounds = document["step"].partition(" ")
    if step not in STEPS:
        raise ValueError(f"unknown step {step!r}")
    round, _, rounds = rounds.partition(" of ")
    situation = _situation(document)
    powers = frozenset(situation.units)
    words = {
        power: word for word, meant in (document.get("relationships") or {}).items() for power in str(meant).split()
    }
    return ParsedPrompt(
        game=str(document.get("game", "")),
        step=step,
        round=int(round or 1),
        rounds=int(rounds or 1),
        situation=situation,
        last_year=int(document.get("last_year", situation.year + 1)),
        goals=_texts(document.get("goals")),
        relationships={
            power: words[power] if words.get(power) in WORDS else "Neutral"
            for power in situation.survivors
            if power != situation.power
        },
        diary=_texts(document.get("diary")),
        past=str(document.get("past") or ""),
        directive=str(document.get("directive") or ""),
        press=tuple(
            message
            for round, said in (document.get("press") or {}).items()
            for message in _messages(said, int(round), powers)
        ),
        awaiting=tuple(_messages(document.get("awaiting"), 1, powers)),
        unanswered=tuple(power for power in _texts(document.get("unanswered")) if power in powers),
        returned=_texts(document.get("returned")),
        pledges=tuple(_past_pledges(document.get("pledges"), powers)),
        standing=tuple(
            HeldPledge(sender, recipients, pledged)
            for sender, recipients, told in _told(document.get("standing"), powers)
            for pledged in _pledges(told)
        ),
        question=str(document.get("question") or ""),
        corrected=bool(document.get("correction")),
        form=form,
    )


def _situation(document: Mapping[str, Any]) -> Situation:
    """Raises one of the errors that ``read`` expects when something in the position does not fit the map."""
    situation = situation_of(document)
    if situation.kind == "M" and not situation.legal_orders and situation.own_units:
        situation = replace(situation, legal_orders=possible_orders(situation, situation.power))
    if situation.kind not in _VERBS or not _board_is_sound(situation) or not _orders_are_sound(situation):
        raise ValueError("the document is not a position on this map")
    return situation


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


def _pledges(value: Any) -> tuple[Commitment, ...]:
    """Those of the texts in a list, as people write one down, that are commitments."""
    found: list[Commitment] = []
    for text in str(value or "").split(", "):
        with suppress(ValueError):
            found.append(Commitment(text))
    return tuple(found)


def _messages(value: Any, round: int, powers: frozenset[str]) -> Iterator[PressMessage]:
    for shown in value or ():
        pledges, number = _pledges(shown.pop("pledges", "")), int(shown.pop("number", 0))
        for sender, recipients, body in _told(shown, powers):
            yield PressMessage(sender, recipients, round, body[:LONGEST_MESSAGE], pledges, number)


_OUTCOME = re.compile(r"(.+) (kept|broken|void|retracted|released|condition not met)(?: by .+)?")


def _past_pledges(value: Any, powers: frozenset[str]) -> Iterator[PastPledge]:
    for sender, recipients, told in _told(value, powers):
        for found in filter(None, map(_OUTCOME.fullmatch, told.split(", "))):
            for pledged in _pledges(found[1]):
                yield PastPledge(sender, recipients, pledged, found[2])


def _told(value: Any, powers: frozenset[str]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Who said something, to whom, and what."""
    for heading, told in (value or {}).items():
        sender, _, recipients = heading.partition(" to ")
        if sender in powers:
            yield sender, tuple(recipients.split(", ")), str(told)


def _board_is_sound(situation: Situation) -> bool:
    ground = situation.terrain
    powers = set(situation.units)
    units = [unit for held in (*situation.units.values(), *situation.dislodged.values()) for unit in held]
    provinces = [at for owned in (*situation.centers.values(), *situation.homes.values()) for at in owned]
    return (
        situation.power in powers <= set(ground.powers)
        and powers >= set(situation.dislodged) | set(situation.adjustments)
        and all(unit.province in ground.kinds for unit in units)
        and all(province in ground.kinds for province in provinces)
        and all(result.phase.kind for result in situation.recent)
        and powers.issuperset(power for result in situation.recent for power in result.captures.values())
        and powers.issuperset(power for result in situation.recent for power in result.orders)
        and set(ground.kinds).issuperset(at for result in situation.recent for at in result.captures)
    )


def _orders_are_sound(situation: Situation) -> bool:
    """Whether the listed orders are those of a phase of this kind, unit by unit."""
    legal = situation.legal_orders
    listed = [(at, order) for at, orders in legal.items() for order in orders]
    if not all(legal.values()) or not all(order.verb in _VERBS[situation.kind] for _, order in listed):
        return False
    if situation.kind == "A" and situation.due > 0:
        return all(order.unit.province == home for home, order in listed)
    if not all(order.unit == unit for unit, order in listed):
        return False
    if situation.kind == "M":
        return set(legal) == set(situation.own_units)
    takers = situation.dislodged.get(situation.power, ()) if situation.kind == "R" else situation.own_units
    return set(legal) <= set(takers)
