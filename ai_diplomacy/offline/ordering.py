"""The steps ``order``, ``provisional`` and ``plan``: orders, the reasons for them, and what becomes of promises."""

from __future__ import annotations

from typing import Any

from .assessment import Assessment, assess
from .candour import beliefs
from .commitments import Commitments, commitments
from .confessing import intent, traitor_fields, turning_words
from .diary import gains_of, of_orders
from .order_planning import OrderPlan, plan_orders
from .prompt_reader import ParsedPrompt
from .wording import entry, listed, name, place, places, templates, unit_words

LONGEST_REASONING = 300
LONGEST_DIRECTIVE = 300


def order(prompt: ParsedPrompt) -> dict[str, Any]:
    """Orders for any kind of phase."""
    assessment = assess(prompt)
    agreed = commitments(assessment)
    found = plan_orders(assessment, agreed)
    return {
        "reasoning": _reasoning(assessment, found),
        **({"beliefs": believed} if (believed := beliefs(assessment)) else {}),
        "intent": intent(assessment, agreed, found),
        "orders": list(found.orders),
        "vote_draw": _draw(assessment),
        "diary": of_orders(assessment, found.orders, _betrayed(assessment, agreed, found)),
    }


def provisional(prompt: ParsedPrompt) -> dict[str, Any]:
    """The orders that it would give by what was said so far."""
    assessment = assess(prompt)
    return {"orders": list(plan_orders(assessment, commitments(assessment)).orders)}


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
    broken = found.breaches(assessment, agreed)
    if betrayed := _betrayed(assessment, agreed, found):
        fields = traitor_fields(assessment, betrayed)
        lines.append(f"Break with {fields['you']}: {fields['prize']} is worth more than its goodwill.")
    elif found.turned is not None and any(found.turned.power in bond.to for bond, _ in broken):
        why = turning_words(assessment, found.turned)
        lines.append(f"Owe {name(found.turned.power)} nothing any more: {why}.")
    kept = sorted(agreed.powers - {power for bond, _ in broken for power in bond.to})
    if kept:
        lines.append(f"Keep what was promised to {listed([name(power) for power in kept])}.")
    lines.append(f"Orders in mind: {listed(found.orders[:4])}.")
    return {"directive": entry(lines, LONGEST_DIRECTIVE)}


def _betrayed(assessment: Assessment, agreed: Commitments, found: OrderPlan) -> str | None:
    """The power that the orders betray on purpose."""
    broken = {power for bond, _ in found.breaches(assessment, agreed) for power in bond.to}
    return found.betrayed if found.betrayed in broken else None


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
