"""Joint moves: a move of one power that a unit of another supports, offered or asked for."""

from __future__ import annotations

from dataclasses import dataclass

from ..board.units import Order, Unit
from .assessment import Assessment
from .order_planning import OrderPlan
from .wording import place, unit_words


@dataclass(frozen=True, slots=True)
class JointMove:
    """A move of one power supported by a unit of another."""

    move: Order
    """``A MUN - BUR``"""
    helper: Unit
    """The unit that supports it."""

    @property
    def support(self) -> Order:
        return Order(f"{self.helper} S {self.move.unit} - {self.move.goal}")


def gift(assessment: Assessment, order_plan: OrderPlan, power: str, taken: frozenset[Unit]) -> JointMove | None:
    """The best support that we could offer the power with a unit that has little else to do."""
    situation = assessment.prompt.situation
    best: tuple[float, str, JointMove] | None = None
    for legal in situation.legal_orders.values():
        supports = [order for order in legal if order.supported in situation.units[power] and order.goal]
        if not supports or supports[0].unit in taken or not _idle(assessment, order_plan, supports[0].unit):
            continue
        for order in supports:
            mover, goal = order.mover, order.goal
            if not situation.terrain.touches(mover, goal):
                continue
            gain = _gain(assessment, power, goal)
            if gain > 0 and (best is None or (-gain, order) < (-best[0], best[1])):
                best = gain, order, JointMove(Order(f"{mover} - {order.location}"), order.unit)
    return best[2] if best else None


def wish(assessment: Assessment, order_plan: OrderPlan, power: str, taken: frozenset[Unit]) -> JointMove | None:
    """The move of ours that most needs a support that the power could give."""
    situation = assessment.prompt.situation
    best: tuple[float, str, JointMove] | None = None
    for order in order_plan.orders:
        goal = order.target
        if goal is None or order.unit in taken or order.via or not _contested(assessment, goal, power):
            continue
        for unit in situation.units[power]:
            if situation.terrain.touches(unit, goal) and unit.province != goal:
                worth = order_plan.valuation.unit_worth.get(f"{order.unit.kind} {order.location}", 0.0)
                if best is None or (-worth, unit) < (-best[0], best[1]):
                    best = worth, unit, JointMove(order, unit)
    return best[2] if best else None


def joint_fields(assessment: Assessment, joint: JointMove) -> dict[str, str]:
    ground = assessment.prompt.situation.terrain
    return {
        "helper": unit_words(ground, joint.helper),
        "mover": unit_words(ground, joint.move.unit),
        "target": place(ground, joint.move.goal),
    }


def _idle(assessment: Assessment, order_plan: OrderPlan, unit: str) -> bool:
    """Whether the unit takes no centre and supports nothing of ours."""
    order = order_plan.order_of(unit)
    goal = order.target
    if goal is not None:
        owner = assessment.prompt.situation.owners().get(goal)
        return goal not in assessment.prompt.situation.terrain.centers or owner == assessment.prompt.me
    return order.supported not in assessment.prompt.situation.own_units


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
