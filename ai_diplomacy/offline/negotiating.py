"""The step ``negotiate``: answer who wrote, approach who matters, and note in the diary what is really meant."""

from __future__ import annotations

from typing import Any

from .answering import answer, opening, waiting, wants_its_own_answer
from .commitments import betrayed_power, commitments
from .diary import of_negotiation
from .hearing import Heard
from .outlook import survey
from .proposing import coalition, proposals, public
from .reading import Reading
from .talks import Desk, Talk, backed, messages, open_desk
from .wording import templates

MOST_AT_FIRST = 3
"""Messages in one round of the first phase, when prompts are to stay short."""
MOST = 4
"""Messages in one round later on."""
_UNSOFTENED = frozenset({"warning", "betrayed", "grown", "nudge"})
"""Purposes that would sound false after a polite opening."""
_SECOND_OFFERS = frozenset({"alliance", "alliance_against", "zone", "peace", "offer_support", "ask_support"})
"""Purposes that make sense after a refusal."""
_AFTERTHOUGHT = 0.35
"""How often a power still opens a subject in a later round."""


def negotiate(reading: Reading) -> dict[str, Any]:
    """The messages of one round, and a private entry about them."""
    outlook = survey(reading)
    desk = open_desk(outlook, commitments(outlook))
    most = MOST_AT_FIRST if reading.opening else MOST
    _answer_all(desk, waiting(desk), most)
    _approach(desk, most)
    talks = backed(desk)
    return {
        "diary": of_negotiation(outlook, talks, betrayed_power(outlook)),
        "messages": messages(desk, talks),
    }


def _answer_all(desk: Desk, letters: dict[str, Heard], most: int) -> None:
    """One message for each power that waits; several powers share one when there are too many."""
    ranked = sorted(letters, key=lambda p: (not wants_its_own_answer(letters[p]), desk.outlook.distance[p], p))
    single, rest = (ranked, []) if len(ranked) <= most else (ranked[: most - 1], ranked[most - 1 :])
    for power in single:
        desk.add(_answer_or_proposal(desk, power, letters[power]))
    if rest:
        desk.add(Talk(tuple(sorted(rest)), "group"))


def _answer_or_proposal(desk: Desk, power: str, heard: Heard) -> Talk:
    """In a first round old letters are mostly answered by what comes next."""
    fresh = heard.letter not in desk.reading.awaiting
    if fresh or wants_its_own_answer(heard):
        return answer(desk, heard)
    found = next((talk for talk in proposals(desk) if talk.to == (power,)), None)
    if found is None:
        return answer(desk, heard)
    mood = opening(heard)
    if desk.reading.chance("opened", power).random() < 0.35 or found.purpose in _UNSOFTENED:
        return found
    if mood == "regret" and found.purpose not in _SECOND_OFFERS:
        return found
    start = desk.reading.chance("opening", power).choice(templates()["openings"][mood])
    return Talk(found.to, found.purpose, found.slots, found.pledges, found.zone, start)


def _approach(desk: Desk, most: int) -> None:
    reading = desk.reading
    luck = reading.chance("approach", reading.round)
    for talk in (coalition(desk), public(desk)):
        if talk is not None and len(desk.talks) < most:
            desk.add(talk)
    liked = desk.outlook.nature.letters + luck.choice((-1, 0, 0, 1))
    if reading.opening:
        liked = min(liked, most - 1)
    if reading.round > 1:
        liked = len(desk.talks) + (not reading.opening and luck.random() < _AFTERTHOUGHT)
    while len(desk.talks) < min(liked, most):
        ideas = proposals(desk)
        if not ideas:
            return
        desk.add(ideas[0])
    if reading.round == 1 and not desk.talks:
        for talk in proposals(desk)[:1]:
            desk.add(talk)
