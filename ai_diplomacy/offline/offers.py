"""What this power could offer or ask: supports that fit both sides, and third powers to speak about."""

from __future__ import annotations

from dataclasses import dataclass

from ..board.situation import unit_of
from ..board.terrain import province_of
from .aftermath import target_of
from .design import Design
from .outlook import Outlook
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


def gift(outlook: Outlook, design: Design, power: str, taken: frozenset[str]) -> JointMove | None:
    """The best support that we could offer the power with a unit that has little else to do."""
    situation = outlook.reading.situation
    best: tuple[float, str, JointMove] | None = None
    for unit, legal in situation.legal_orders.items():
        if unit in taken or not _idle(outlook, design, unit):
            continue
        for order in legal:
            helped = order.partition(" S ")[2]
            mover, goal = unit_of(helped), target_of(helped)
            if goal is None or mover not in situation.units[power] or not situation.terrain.touches(mover, goal):
                continue
            gain = _gain(outlook, power, goal)
            if gain > 0 and (best is None or (-gain, order) < (-best[0], best[1])):
                best = gain, order, JointMove(helped, unit)
    return best[2] if best else None


def wish(outlook: Outlook, design: Design, power: str, taken: frozenset[str]) -> JointMove | None:
    """The move of ours that most needs a support that the power could give."""
    situation = outlook.reading.situation
    best: tuple[float, str, JointMove] | None = None
    for order in design.orders:
        goal = target_of(order)
        if goal is None or unit_of(order) in taken or " VIA" in order or not _contested(outlook, goal, power):
            continue
        for unit in situation.units[power]:
            if situation.terrain.touches(unit, goal) and province_of(unit[2:]) != goal:
                worth = design.valuation.unit_worth.get(f"{order[0]} {order.rpartition(' ')[2]}", 0.0)
                if best is None or (-worth, unit) < (-best[0], best[1]):
                    best = worth, unit, JointMove(order, unit)
    return best[2] if best else None


def joint_slots(outlook: Outlook, joint: JointMove) -> dict[str, str]:
    ground = outlook.reading.situation.terrain
    return {
        "helper": unit_words(ground, joint.helper),
        "mover": unit_words(ground, unit_of(joint.move)),
        "target": place(ground, target_of(joint.move) or ""),
    }


def third_power(outlook: Outlook, about: str) -> str:
    """A power worth speaking about with the other: the leader, else a bad neighbour of both; itself if alone."""
    reading = outlook.reading
    candidates = [power for power in reading.others if power != about]
    if not candidates:
        return about
    if outlook.leader in candidates:
        return str(outlook.leader)

    def rank(power: str) -> tuple[int, bool, int, str]:
        near = power in outlook.neighbours
        return (reading.stance(power), not near, outlook.distance[power], power)

    return min(candidates, key=rank)


def _idle(outlook: Outlook, design: Design, unit: str) -> bool:
    """Whether the unit takes no centre and supports nothing of ours."""
    order = design.order_of(unit)
    goal = target_of(order)
    if goal is not None:
        owner = outlook.reading.situation.owners().get(goal)
        return goal not in outlook.reading.situation.terrain.centers or owner == outlook.reading.me
    return " S " not in order or unit_of(order.partition(" S ")[2]) not in outlook.reading.situation.own_units


def _gain(outlook: Outlook, power: str, goal: str) -> float:
    """What the province would be to the power, seen from here: nothing of ours or of our friends is given away."""
    situation, reading = outlook.reading.situation, outlook.reading
    owner = situation.owners().get(goal)
    holder = situation.occupants().get(goal, ("", ""))[0]
    if {owner, holder} & {reading.me, power} or any(reading.stance(p) > 0 for p in (owner, holder) if p):
        return 0.0
    if goal in situation.terrain.centers:
        return 3.0 if owner is None else 2.0
    return 1.0 if holder else 0.0


def _contested(outlook: Outlook, goal: str, helper: str) -> bool:
    """Whether somebody else than the helper could keep us out of the place."""
    situation = outlook.reading.situation
    owner, holder = situation.owners().get(goal), situation.occupants().get(goal, ("", ""))[0]
    if helper in (owner, holder) or holder == outlook.reading.me:
        return False
    return any(
        power not in (helper, outlook.reading.me) and any(situation.terrain.touches(unit, goal) for unit in units)
        for power, units in situation.units.items()
    )
