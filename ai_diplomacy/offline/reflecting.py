"""The steps ``initialize``, ``reflect``, ``consolidate`` and ``interview``: opinions, the year in short, memories."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .assessment import Assessment, assess
from .commitments import Commitments, commitments, remembered_pacts, remembered_zones
from .diary import of_turn
from .goals import choose_goals
from .prompt_reader import WORDS, ParsedPrompt
from .turn_events import TurnEvent
from .wording import entry, name, places

LONGEST_SUMMARY = 500
_MOST_REMEMBERED = 4
"""Entries of the diary in the answer to a question."""

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


def initialize(prompt: ParsedPrompt) -> dict[str, Any]:
    """Opinions of a power that has not had a message yet."""
    assessment = assess(prompt)
    words = {power: _first_word(assessment, power) for power in prompt.others}
    return {"goals": choose_goals(assessment, words, {}, []), "relationships": words}


def _first_word(assessment: Assessment, power: str) -> str:
    luck = assessment.prompt.chance("first", power).random()
    if power not in assessment.neighbours:
        return "Neutral"
    if luck < 0.35 * assessment.nature.trust:
        return "Friendly"
    return "Unfriendly" if luck > 1 - 0.2 * assessment.nature.nerve else "Neutral"


def reflect(prompt: ParsedPrompt) -> dict[str, Any]:
    """What the turn has changed: relationships, goals, and an entry in the diary."""
    assessment = assess(prompt)
    agreed = commitments(assessment)
    words = _second_thoughts(assessment, agreed)
    # Prompts go on showing what was pledged for longer.
    noted = Commitments(tuple(bond for bond in agreed.bonds if not bond.commitment.mutual), ())
    zones = {
        power: provinces[-1]
        for power, provinces in noted.zones.items()
        if words.get(power) in WORDS[2:]
        # Nor did anybody go there, we included.
        and not any(_moved_into(prompt, anybody, provinces) for anybody in prompt.situation.units)
    }
    return {
        "diary": of_turn(prompt, assessment.events),
        "goals": choose_goals(assessment, words, zones, _pacts(assessment, agreed, words)),
        "relationships": words,
    }


def _pacts(assessment: Assessment, agreed: Commitments, words: Mapping[str, str]) -> list[str]:
    """Friends that an alliance was agreed with, now or earlier."""
    spoken = {m.sender for m in assessment.press if "alliance" in m.intents} | {
        power
        for m in assessment.press
        if m.sender == assessment.prompt.me and "alliance" in m.intents
        for power in m.message.recipients
    }
    agreed_now = agreed.peace & spoken
    return [
        power for power in sorted(agreed_now | remembered_pacts(assessment.prompt)) if words.get(power) in WORDS[3:]
    ]


def _second_thoughts(assessment: Assessment, agreed: Commitments) -> dict[str, str]:
    prompt = assessment.prompt
    scores = {power: _score(assessment, agreed, power) for power in prompt.others}
    allies = sum(prompt.stance(power) == 2 for power in prompt.others)
    words = {}
    for power in sorted(scores, key=lambda p: (-scores[p], p)):
        stance = prompt.stance(power)
        needed = _PACT if stance == 1 and power in agreed.peace else _STEP
        wronged = any(
            event.power == power and event.kind in ("attacked", "took", "broke") for event in assessment.events
        )
        if scores[power] >= needed and not wronged and stance < 2 and (stance < 1 or allies < _ALLIES):
            stance += 1
            allies += stance == 2
        elif scores[power] <= -2.5 * _STEP and stance > -1:
            stance -= 2
        elif scores[power] <= -_STEP and stance > -2:
            stance -= 1
        words[power] = WORDS[stance + 2]
    return dict(sorted(words.items()))


def _score(assessment: Assessment, agreed: Commitments, power: str) -> float:
    """What the turn says for the power, less what it says against it."""
    prompt = assessment.prompt
    score = sum(_WEIGHTS[event.kind] for event in _distinct(assessment.events, power))
    if power in agreed.zones:
        score += _ZONE_BROKEN if _moved_into(prompt, power, agreed.zones[power]) else _ZONE_KEPT
    if power in agreed.peace:
        score += _SAID_YES
    if power in remembered_pacts(prompt):
        score += _PACT_HELD
    for received in assessment.press:
        if received.sender == power and received.message.private:
            score += _SAID_NO * ("decline" in received.intents) + _THREATENED * ("warning" in received.intents)
    if power == assessment.leader:
        score -= 0.4
    return score + prompt.chance("mood", power).uniform(-0.2, 0.2)


def _distinct(events: Sequence[TurnEvent], power: str) -> list[TurnEvent]:
    """The power's events, two of a kind at most, so that one busy turn does not settle everything."""
    mine = [event for event in events if event.power == power]
    return [event for place, event in enumerate(mine) if sum(e.kind == event.kind for e in mine[:place]) < 2]


def _moved_into(prompt: ParsedPrompt, power: str, provinces: Sequence[str]) -> bool:
    return any(
        order.target in provinces for result in prompt.situation.recent for order in result.orders.get(power, ())
    )


def consolidate(prompt: ParsedPrompt) -> dict[str, Any]:
    """The years gone by in a few sentences."""
    years = sorted({match[1] for text in prompt.diary if (match := _YEAR.match(text))})
    told = _telling(prompt) or ["Nothing that still matters."]
    when = [f"{' and '.join(years)}."] if years else []
    return {"summary": entry([*when, *told, *_standing(prompt)], LONGEST_SUMMARY)}


def _telling(prompt: ParsedPrompt) -> list[str]:
    """Sentences of the diary that will matter later, the latest first."""
    sentences = [
        sentence
        for text in (*reversed(prompt.diary), prompt.past)
        for sentence in re.split(r"(?<=[.!?])(?<!\bSt\.) ", _PREFIX.sub("", text))
        if _TELLING.search(sentence) and len(sentence) < 120
    ]
    return list(dict.fromkeys(sentences))[:5]


def _standing(prompt: ParsedPrompt) -> list[str]:
    kept = remembered_zones(prompt)
    ground = prompt.situation.terrain
    return [f"{name(power)} and I keep out of {places(ground, at)}." for power, at in sorted(kept.items())]


def interview(prompt: ParsedPrompt) -> dict[str, Any]:
    """The answer to a question from outside of the game: what was noted of the powers in it, or else noted last."""
    meant = [power for power in prompt.others if _names(prompt.question, power)]
    written = [note for note in (prompt.past, *prompt.diary) if note]
    told = ([note for note in written if any(_names(note, power) for power in meant)] or written)[-_MOST_REMEMBERED:]
    parts = [f"{name(power)} is to me: {prompt.relationships[power]}." for power in meant]
    if told:
        parts.append(f"What I wrote down: {' '.join(told)}")
    else:
        parts.append("I have written nothing down yet.")
    if prompt.goals:
        parts.append(f"What I want: {'; '.join(prompt.goals)}.")
    return {"answer": " ".join(parts)}


def _names(text: str, power: str) -> bool:
    # Austria and Austrian, Turkey and Turkish, France and French.
    return re.search(rf"\b{re.escape(power[:4])}", text, re.IGNORECASE) is not None
