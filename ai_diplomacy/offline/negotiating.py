"""The step ``negotiate``: answer who wrote, approach who matters, and note in the diary what is really meant."""

from __future__ import annotations

from typing import Any

from .answering import answer, opening, waiting, wants_its_own_answer
from .assessment import assess
from .candour import tagged
from .commitments import commitments
from .diary import of_negotiation
from .ending import endings
from .intents import UnderstoodMessage
from .messages import composed
from .order_planning import plan_orders
from .pledging import with_pledges
from .prompt_reader import ParsedPrompt
from .proposing import coalition, proposals, public
from .round_plan import PlannedMessage, RoundPlan
from .wording import templates

MOST_AT_FIRST = 3
"""Messages in one round of the first phase, when prompts are to stay short."""
MOST = 4
"""Messages in one round later on."""
_UNSOFTENED = frozenset({"warning", "betrayed", "grown", "nudge"})
"""Purposes that would sound false after a polite opening."""
_SECOND_OFFERS = frozenset({"alliance", "alliance_against", "zone", "peace", "offer_support", "ask_support"})
"""Purposes that make sense after a refusal."""
_URGENT = frozenset({"tip_attack", "tip_league", "withdraw"})
"""Purposes for which a power writes once more in a later round."""
_AFTERTHOUGHT = 0.2
"""How often a power still opens a subject in a later round."""


def negotiate(prompt: ParsedPrompt) -> dict[str, Any]:
    """The messages of one round, and a private entry about them."""
    assessment = assess(prompt)
    agreed = commitments(assessment)
    plan = RoundPlan(assessment, agreed, plan_orders(assessment, agreed, negotiating=True))
    most = MOST_AT_FIRST if prompt.opening else MOST
    _answer_all(plan, waiting(plan), most)
    _approach(plan, most)
    messages = with_pledges(plan)
    written = composed(plan, messages)
    return {
        "diary": of_negotiation(assessment, agreed, messages),
        "messages": tagged(assessment, written, messages) if '"meant"' in prompt.form else written,
    }


def _answer_all(plan: RoundPlan, messages: dict[str, UnderstoodMessage], most: int) -> None:
    """One message for each power that waits; several powers share one when there are too many."""
    ranked = sorted(messages, key=lambda p: (not wants_its_own_answer(messages[p]), plan.assessment.distance[p], p))
    single, rest = (ranked, []) if len(ranked) <= most else (ranked[: most - 1], ranked[most - 1 :])
    for power in single:
        plan.add(_answer_or_proposal(plan, power, messages[power]))
    if rest:
        plan.add(PlannedMessage(tuple(sorted(rest)), "group"))


def _answer_or_proposal(plan: RoundPlan, power: str, received: UnderstoodMessage) -> PlannedMessage:
    """In a first round old messages are mostly answered by what comes next."""
    ending = next(endings(plan, power), None)
    if ending is not None and not wants_its_own_answer(received):
        return ending[1]
    fresh = received.message not in plan.prompt.awaiting
    if fresh or wants_its_own_answer(received):
        return answer(plan, received)
    found = next((planned for planned in proposals(plan) if planned.to == (power,)), None)
    if found is None:
        return answer(plan, received)
    mood = opening(received)
    if plan.prompt.chance("opened", power).random() < 0.35 or found.purpose in _UNSOFTENED:
        return found
    if mood == "regret" and found.purpose not in _SECOND_OFFERS:
        return found
    start = plan.prompt.chance("opening", power).choice(templates()["openings"][mood])
    return PlannedMessage(found.to, found.purpose, found.fields, found.pledges, found.zone, start)


def _approach(plan: RoundPlan, most: int) -> None:
    prompt = plan.prompt
    luck = prompt.chance("approach", prompt.round)
    for planned in (coalition(plan), public(plan)):
        if planned is not None and len(plan.messages) < most:
            plan.add(planned)
    liked = plan.assessment.nature.messages + luck.choice((-1, -1, 0, 0, 1))
    if prompt.opening:
        liked = min(liked, most - 1)
    if prompt.round > 1:
        _add_urgent(plan, most)
        liked = len(plan.messages) + (not prompt.opening and luck.random() < _AFTERTHOUGHT)
    while len(plan.messages) < min(liked, most):
        ideas = proposals(plan)
        if not ideas:
            return
        plan.add(ideas[0])
    if prompt.round == 1 and not plan.messages:
        for planned in proposals(plan)[:1]:
            plan.add(planned)


def _add_urgent(plan: RoundPlan, most: int) -> None:
    """In a later round: what cannot wait, such as what an ally of theirs has just asked of us."""
    urgent = next((planned for planned in proposals(plan) if planned.purpose in _URGENT), None)
    if urgent is not None and len(plan.messages) < most:
        plan.add(urgent)
