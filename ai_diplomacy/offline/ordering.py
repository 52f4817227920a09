"""The steps ``order`` and ``plan``: the orders of a phase, the reasons for them, and what becomes of promises."""

from __future__ import annotations

from typing import Any

from .assessment import Assessment, assess
from .commitments import Commitments, commitments
from .diary import entry, gains_of, of_orders, traitor_fields
from .order_planning import OrderPlan, plan_orders
from .prompt_reader import ParsedPrompt
from .wording import listed, name, place, places, templates, unit_words

LONGEST_REASONING = 300
LONGEST_DIRECTIVE = 300


def order(prompt: ParsedPrompt) -> dict[str, Any]:
    """Orders for any kind of phase."""
    assessment = assess(prompt)
    agreed = commitments(assessment)
    found = plan_orders(assessment, agreed)
    return {
        "reasoning": _reasoning(assessment, found),
        "intent": _intent(assessment, agreed, found),
        "orders": list(found.orders),
        "vote_draw": _draw(assessment),
        "diary": of_orders(assessment, found.orders, found.betrayed if _betrays(agreed, found) else None),
    }


def plan(prompt: ParsedPrompt) -> dict[str, Any]:
    """A directive for the orders of this phase."""
    assessment = assess(prompt)
    agreed = commitments(assessment)
    found = plan_orders(assessment, agreed)
    ground, lines = prompt.situation.terrain, []
    if gains := gains_of(prompt, found.orders):
        lines.append(f"Take {places(ground, gains[:3])}.")
    threats = [at for at in prompt.situation.threats() if at in prompt.situation.centers[prompt.me]]
    if threats:
        lines.append(f"Watch {places(ground, threats[:2])}.")
    if _betrays(agreed, found):
        fields = traitor_fields(assessment, found.betrayed or "")
        lines.append(f"Break with {fields['you']}: {fields['prize']} is worth more than its goodwill.")
    kept = sorted(agreed.powers - {found.betrayed})
    if kept:
        lines.append(f"Keep what was promised to {listed([name(power) for power in kept])}.")
    lines.append(f"Orders in mind: {listed(found.orders[:4])}.")
    return {"directive": entry(lines, LONGEST_DIRECTIVE)}


def _betrays(agreed: Commitments, found: OrderPlan) -> bool:
    """Whether the orders break a promise on purpose."""
    return found.betrayed in agreed.powers and bool(found.breaches(agreed))


def _reasoning(assessment: Assessment, found: OrderPlan) -> str:
    prompt, situation = assessment.prompt, assessment.prompt.situation
    luck, ground, lines = prompt.chance("reasoning"), situation.terrain, []
    texts = templates()["reasoning"]
    if situation.kind == "R":
        return luck.choice(texts["retreats"])
    if situation.kind == "A":
        return luck.choice(texts["builds" if situation.due > 0 else "disbands"])
    if gains := gains_of(prompt, found.orders):
        lines.append(luck.choice(texts["gains"]).format(at=places(ground, gains[:3])))
    supports = [order for order in found.orders if order.verb == "S"]
    if supports:
        lines.append(luck.choice(texts["supports"]).format(unit=unit_words(ground, supports[0].unit)))
    approaches = [order for order in found.orders if order.target and order.target not in gains]
    if approaches:
        goal = place(ground, approaches[0].goal)
        lines.append(luck.choice(texts["approaches"]).format(unit=unit_words(ground, approaches[0].unit), at=goal))
    holds = [order for order in found.orders if order.verb == "H"]
    if holds:
        lines.append(luck.choice(texts["holds"]).format(unit=unit_words(ground, holds[0].unit)))
    return entry(lines, LONGEST_REASONING)


def _intent(assessment: Assessment, agreed: Commitments, found: OrderPlan) -> str:
    """What it privately means to do about each promise, and why."""
    if assessment.prompt.situation.kind != "M":
        return ""
    luck = assessment.prompt.chance("intent")
    lines = [_confession(assessment, agreed, found)] if found.betrayed in agreed.powers else []
    texts = templates()["intent"]
    reasons = luck.sample(texts["reasons"], len(texts["reasons"]))
    missed = [pledged for pledged in found.dropped if pledged not in found.orders]
    if missed:
        to = dict.fromkeys(power for pledged in missed[:2] for power in agreed.pledges[pledged])
        powers = listed([name(power) for power in to])
        excuse = luck.choice(texts["excuses"])
        lines.append(f"{listed(missed[:2])}, promised to {powers}, I let drop: {excuse}.")
    owed = {power for pledged, to in agreed.pledges.items() if pledged not in missed for power in to}
    for power in sorted((owed | agreed.zones.keys() | agreed.peace) - {found.betrayed}):
        what = _promise(assessment, agreed, power)
        faithful = any(event.power == power and event.kind == "kept" for event in assessment.events)
        faithful = faithful and luck.random() < 0.5
        why = "it has kept faith so far" if faithful or not reasons else reasons.pop()
        lines.append(f"I promised {name(power)} {what} and mean to keep it: {why}.")
    return entry(lines, LONGEST_REASONING) or "I have promised nobody anything this time."


def _confession(assessment: Assessment, agreed: Commitments, found: OrderPlan) -> str:
    power = found.betrayed or ""
    what, fields = _promise(assessment, agreed, power), traitor_fields(assessment, power)
    if not found.breaches(agreed):
        return f"I promised {name(power)} {what} without much meaning it; as it happens, nothing better offers itself."
    late = "the game ends this year" if assessment.final else "its guard is down"
    return f"I promised {name(power)} {what}; I break it: {fields['prize']} is near and {late}."


def _promise(assessment: Assessment, agreed: Commitments, power: str) -> str:
    ground = assessment.prompt.situation.terrain
    if power in agreed.zones:
        return f"to stay out of {places(ground, agreed.zones[power][:2])}"
    pledged = [order for order, to in agreed.pledges.items() if power in to]
    return listed(pledged[:2]) if pledged else "my friendship"


def _draw(assessment: Assessment) -> bool:
    """Only when years have gone by, the end is near, and there is nothing left to win."""
    prompt = assessment.prompt
    situation = prompt.situation
    if situation.kind != "M" or situation.season != "F" or not assessment.final:
        return False
    counts = [len(situation.centers[power]) for power in prompt.others]
    mine = len(situation.centers[prompt.me])
    if situation.year - situation.terrain.first_year < 3:
        # So early only a power on its last legs would rather have it over.
        return mine <= 1 < len(situation.terrain.homes[prompt.me]) and prompt.chance("draw").random() < 0.5
    hopeless = all(assessment.prize(power)[1] < 1 for power in prompt.others)
    return hopeless and mine < max(counts, default=0) and prompt.chance("draw").random() < 0.4
