"""What this power could offer or ask: supports that fit both sides, and third powers to speak about."""

from __future__ import annotations

from dataclasses import dataclass

from ..board.situation import unit_of
from ..board.terrain import province_of
from .assessment import Assessment
from .order_planning import OrderPlan
from .turn_events import target_of
from .wording import place, unit_words


@dataclass(frozen=True, slots=True)
class JointMove:
    """A move of one power supported by a unit of another."""

    move: str
    """``A MUN - BUR``"""
    helper: str
    """The unit that supports it."""

    @property
    def support(self) -> str:
        return f"{self.helper} S {unit_of(self.move)} - {target_of(self.move)}"


def gift(assessment: Assessment, order_plan: OrderPlan, power: str, taken: frozenset[str]) -> JointMove | None:
    """The best support that we could offer the power with a unit that has little else to do."""
    situation = assessment.prompt.situation
    best: tuple[float, str, JointMove] | None = None
    for unit, legal in situation.legal_orders.items():
        if unit in taken or not _idle(assessment, order_plan, unit):
            continue
        for order in legal:
            helped = order.partition(" S ")[2]
            mover, goal = unit_of(helped), target_of(helped)
            if goal is None or mover not in situation.units[power] or not situation.terrain.touches(mover, goal):
                continue
            gain = _gain(assessment, power, goal)
            if gain > 0 and (best is None or (-gain, order) < (-best[0], best[1])):
                best = gain, order, JointMove(helped, unit)
    return best[2] if best else None


def wish(assessment: Assessment, order_plan: OrderPlan, power: str, taken: frozenset[str]) -> JointMove | None:
    """The move of ours that most needs a support that the power could give."""
    situation = assessment.prompt.situation
    best: tuple[float, str, JointMove] | None = None
    for order in order_plan.orders:
        goal = target_of(order)
        if goal is None or unit_of(order) in taken or " VIA" in order or not _contested(assessment, goal, power):
            continue
        for unit in situation.units[power]:
            if situation.terrain.touches(unit, goal) and province_of(unit[2:]) != goal:
                worth = order_plan.valuation.unit_worth.get(f"{order[0]} {order.rpartition(' ')[2]}", 0.0)
                if best is None or (-worth, unit) < (-best[0], best[1]):
                    best = worth, unit, JointMove(order, unit)
    return best[2] if best else None


def joint_slots(assessment: Assessment, joint: JointMove) -> dict[str, str]:
    ground = assessment.prompt.situation.terrain
    return {
        "helper": unit_words(ground, joint.helper),
        "mover": unit_words(ground, unit_of(joint.move)),
        "target": place(ground, target_of(joint.move) or ""),
    }


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


def _idle(assessment: Assessment, order_plan: OrderPlan, unit: str) -> bool:
    """Whether the unit takes no centre and supports nothing of ours."""
    order = order_plan.order_of(unit)
    goal = target_of(order)
    if goal is not None:
        owner = assessment.prompt.situation.owners().get(goal)
        return goal not in assessment.prompt.situation.terrain.centers or owner == assessment.prompt.me
    return " S " not in order or unit_of(order.partition(" S ")[2]) not in assessment.prompt.situation.own_units


def _gain(assessment: Assessment, power: str, goal: str) -> float:
    """What the province would be to the power, seen from here: nothing of ours or of our friends is given away."""
    situation, prompt = assessment.prompt.situation, assessment.prompt
    owner = situation.owners().get(goal)
    holder = situation.occupants().get(goal, ("", ""))[0]
    if {owner, holder} & {prompt.me, power} or any(prompt.stance(p) > 0 for p in (owner, holder) if p):
        return 0.0
    if goal in situation.terrain.centers:
        return 3.0 if owner is None else 2.0
    return 1.0 if holder else 0.0


def _contested(assessment: Assessment, goal: str, helper: str) -> bool:
    """Whether somebody else than the helper could keep us out of the place."""
    situation = assessment.prompt.situation
    owner, holder = situation.owners().get(goal), situation.occupants().get(goal, ("", ""))[0]
    if helper in (owner, holder) or holder == assessment.prompt.me:
        return False
    return any(
        power not in (helper, assessment.prompt.me) and any(situation.terrain.touches(unit, goal) for unit in units)
        for power, units in situation.units.items()
    )
