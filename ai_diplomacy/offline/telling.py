"""Telling others: warnings to a victim, offers passed on, broken words made known, now and then a false rumour."""

from __future__ import annotations

from collections.abc import Iterator

from .assessment import Assessment
from .breaches import guarded
from .round_plan import PlannedMessage, RoundPlan
from .wording import name, place

_SLANDER = 0.35
"""How often a power without any candour makes something up when it could."""


def news(plan: RoundPlan, power: str) -> Iterator[tuple[float, PlannedMessage]]:
    """What the power should know about others, and how much we want it to."""
    if plan.said("tip", power):
        return
    yield from _warnings(plan, power)
    yield from _broken_words(plan, power)
    yield from _slander(plan, power)


def _warnings(plan: RoundPlan, power: str) -> Iterator[tuple[float, PlannedMessage]]:
    """What somebody else asked us to do to the power, told to it if it is dearer to us."""
    prompt, ground = plan.prompt, plan.prompt.situation.terrain
    theirs = guarded(power, prompt.situation)
    for m in (*plan.assessment.awaiting, *plan.assessment.press):
        third = m.sender
        if third in (power, prompt.me) or not m.message.private or prompt.stance(third) > prompt.stance(power):
            continue
        liking = 0.45 + 0.25 * (prompt.stance(power) - prompt.stance(third))
        aims = [
            order
            for order in m.orders
            if order.unit in prompt.situation.units.get(third, ()) and order.target in theirs
        ]
        if m.ask == "support" and aims:
            fields = {"third": name(third), "at": place(ground, aims[0].goal)}
            yield liking, PlannedMessage((power,), "tip_attack", fields)
        elif m.ask in ("coalition", "alliance") and power in m.powers:
            yield liking, PlannedMessage((power,), "tip_league", {"third": name(third)})


def _broken_words(plan: RoundPlan, power: str) -> Iterator[tuple[float, PlannedMessage]]:
    """That somebody broke its word to us, told to whom it may concern, with a call to arms to friends."""
    prompt, nature = plan.prompt, plan.assessment.nature
    for pledge in prompt.pledges:
        third = pledge.sender
        if not pledge.broken or third in (power, prompt.me) or prompt.stance(third) > 0 or third not in prompt.others:
            continue
        fields = {"third": name(third), "order": f"`{pledge.pledged.promise}`"}
        yield 0.3 + 0.4 * nature.nerve, PlannedMessage((power,), "report", fields)
        if third in plan.assessment.neighbours and prompt.stance(power) >= 0:
            yield 0.2 + 0.5 * nature.nerve, PlannedMessage((power,), "punish", fields)


def _slander(plan: RoundPlan, power: str) -> Iterator[tuple[float, PlannedMessage]]:
    """A rumour that we make up about a rival."""
    prompt, ground = plan.prompt, plan.prompt.situation.terrain
    luck = prompt.chance("slander", power)
    if prompt.opening or luck.random() > _SLANDER * (1 - plan.assessment.nature.candour):
        return
    for third in plan.assessment.neighbours:
        if third == power or prompt.stance(third) > -1 or prompt.stance(power) > 1:
            continue
        near = [
            at
            for at in prompt.situation.centers[power]
            if any(ground.touches(unit, at) for unit in prompt.situation.units[third])
        ]
        if near:
            fields = {"third": name(third), "at": place(ground, luck.choice(near))}
            yield 0.8, PlannedMessage((power,), "rumour", fields)


def third_power(assessment: Assessment, about: str) -> str:
    """A power worth speaking about with the other: the leader, else a bad neighbour of both; itself if alone."""
    prompt = assessment.prompt
    candidates = [power for power in prompt.others if power != about]
    if not candidates:
        return about
    if assessment.leader in candidates:
        return str(assessment.leader)

    def rank(power: str) -> tuple[int, bool, int, str]:
        near = power in assessment.neighbours
        return (prompt.stance(power), not near, assessment.distance[power], power)

    return min(candidates, key=rank)
