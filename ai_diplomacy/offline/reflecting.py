"""The steps ``initialize``, ``reflect`` and ``consolidate``: first opinions, second thoughts, and the year in short."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .aftermath import Deed, target_of
from .aims import aims
from .commitments import Commitments, commitments, remembered_pacts, remembered_zones
from .diary import entry, of_turn
from .outlook import Outlook, survey
from .reading import WORDS, Reading
from .wording import name, places

LONGEST_SUMMARY = 500

_WEIGHTS = {
    "took": -1.6,
    "attacked": -0.8,
    "bounced": -0.3,
    "broke": -1.1,
    "kept": 0.6,
    "supported": 0.9,
    "struck": -0.4,
    "won": -1.2,
}
_ZONE_KEPT, _ZONE_BROKEN = 0.5, -1.0
_PACT_HELD = 0.3
_SAID_YES, _SAID_NO, _THREATENED = 0.7, -0.2, -0.2
_STEP = 0.75
"""Sum of the weights at which a relationship moves by a word; twice that and a half, by two downwards."""
_PACT = 0.5
"""The same for a friend with whom something was agreed in so many words."""
_ALLIES = 2
"""Powers that one can stand by at the same time."""
_YEAR = re.compile(r"[SFW](\d{4})[MRA]: ")
_PREFIX = re.compile(r"^[SFW]\d+[MRA]: ")
_TELLING = re.compile(r"\b(Took|Won|Gained|took|lost|broke|pledged|support|allies|driven|struck|Agreed|alliance)\b")


def initialize(reading: Reading) -> dict[str, Any]:
    """Opinions of a power that has not yet heard a word."""
    outlook = survey(reading)
    words = {power: _first_word(outlook, power) for power in reading.others}
    return {"goals": aims(outlook, words, {}, []), "relationships": words}


def _first_word(outlook: Outlook, power: str) -> str:
    luck = outlook.reading.chance("first", power).random()
    if power not in outlook.neighbours:
        return "Neutral"
    if luck < 0.35 * outlook.nature.trust:
        return "Friendly"
    return "Unfriendly" if luck > 1 - 0.2 * outlook.nature.nerve else "Neutral"


def reflect(reading: Reading) -> dict[str, Any]:
    """What the turn has changed: relationships, goals, and an entry in the diary."""
    outlook = survey(reading)
    agreed = commitments(outlook)
    words = _second_thoughts(outlook, agreed)
    zones = {
        power: provinces[-1]
        for power, provinces in agreed.zones.items()
        if words.get(power) in WORDS[2:] and not _entered(reading, provinces)
    }
    return {
        "diary": of_turn(reading, outlook.deeds),
        "goals": aims(outlook, words, zones, _pacts(outlook, agreed, words)),
        "relationships": words,
    }


def _pacts(outlook: Outlook, agreed: Commitments, words: Mapping[str, str]) -> list[str]:
    """Friends that an alliance was agreed with, now or earlier."""
    spoken = {h.sender for h in outlook.heard if "alliance" in h.kinds} | {
        power
        for h in outlook.heard
        if h.sender == outlook.reading.me and "alliance" in h.kinds
        for power in h.letter.recipients
    }
    agreed_now = agreed.peace & spoken
    return [power for power in sorted(agreed_now | remembered_pacts(outlook.reading)) if words.get(power) in WORDS[3:]]


def _second_thoughts(outlook: Outlook, agreed: Commitments) -> dict[str, str]:
    reading = outlook.reading
    scores = {power: _score(outlook, agreed, power) for power in reading.others}
    allies = sum(reading.stance(power) == 2 for power in reading.others)
    words = {}
    for power in sorted(scores, key=lambda p: (-scores[p], p)):
        stance = reading.stance(power)
        needed = _PACT if stance == 1 and power in agreed.peace else _STEP
        wronged = any(deed.power == power and deed.kind in ("attacked", "took", "broke") for deed in outlook.deeds)
        if scores[power] >= needed and not wronged and stance < 2 and (stance < 1 or allies < _ALLIES):
            stance += 1
            allies += stance == 2
        elif scores[power] <= -2.5 * _STEP and stance > -1:
            stance -= 2
        elif scores[power] <= -_STEP and stance > -2:
            stance -= 1
        words[power] = WORDS[stance + 2]
    return dict(sorted(words.items()))


def _score(outlook: Outlook, agreed: Commitments, power: str) -> float:
    """What the turn says for the power, less what it says against it."""
    reading = outlook.reading
    score = sum(_WEIGHTS[deed.kind] for deed in _distinct(outlook.deeds, power))
    if power in agreed.zones:
        score += _ZONE_BROKEN if _moved_into(reading, power, agreed.zones[power]) else _ZONE_KEPT
    if power in agreed.peace:
        score += _SAID_YES
    if power in remembered_pacts(reading):
        score += _PACT_HELD
    for heard in outlook.heard:
        if heard.sender == power and heard.letter.private:
            score += _SAID_NO * ("decline" in heard.kinds) + _THREATENED * ("warning" in heard.kinds)
    if power == outlook.leader:
        score -= 0.4
    return score + reading.chance("mood", power).uniform(-0.2, 0.2)


def _distinct(deeds: Sequence[Deed], power: str) -> list[Deed]:
    """The power's deeds, two of a kind at most, so that one busy turn does not settle everything."""
    mine = [deed for deed in deeds if deed.power == power]
    return [deed for place, deed in enumerate(mine) if sum(d.kind == deed.kind for d in mine[:place]) < 2]


def _moved_into(reading: Reading, power: str, provinces: Sequence[str]) -> bool:
    return any(
        target_of(order) in provinces for result in reading.situation.recent for order in result.orders.get(power, ())
    )


def _entered(reading: Reading, provinces: Sequence[str]) -> bool:
    """Whether anybody went into the zone, we included."""
    return any(_moved_into(reading, power, provinces) for power in reading.situation.units)


def consolidate(reading: Reading) -> dict[str, Any]:
    """The years gone by in a few sentences."""
    years = sorted({match[1] for text in reading.diary if (match := _YEAR.match(text))})
    told = _telling(reading) or ["Nothing that still matters."]
    when = [f"{' and '.join(years)}."] if years else []
    return {"summary": entry([*when, *told, *_standing(reading)], LONGEST_SUMMARY)}


def _telling(reading: Reading) -> list[str]:
    """Sentences of the diary that will matter later, the latest first."""
    sentences = [
        sentence
        for text in reversed(reading.diary)
        for sentence in re.split(r"(?<=[.!?])(?<!\bSt\.) ", _PREFIX.sub("", text))
        if _TELLING.search(sentence) and len(sentence) < 120
    ]
    return list(dict.fromkeys(sentences))[:5]


def _standing(reading: Reading) -> list[str]:
    kept = remembered_zones(reading)
    ground = reading.situation.terrain
    return [f"{name(power)} and I keep out of {places(ground, at)}." for power, at in sorted(kept.items())]
