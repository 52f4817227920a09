"""Pledging: which of the messages of a round carry a commitment, of which kind, term and condition."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from ..board.commitments import Commitment
from ..board.units import Order
from .breaches import guarded
from .order_planning import OrderPlan
from .round_plan import PlannedMessage, RoundPlan
from .wording import doing, unit_words

_OFFERS = frozenset({"zone", "peace", "counter_alliance"})
_PLEDGEABLE = _OFFERS | {"accept_zone", "accept_peace", "accept_alliance", "alliance", "thanks_word", "excuse"}
_WITH_AN_ORDER = frozenset({"zone", "peace", "accept_zone", "accept_peace"})
"""Purposes that have wordings for a pledged order."""


def with_pledges(plan: RoundPlan) -> list[PlannedMessage]:
    """The messages, the more of them with a pledge the more candid the power is, each with the term that it gives."""
    final = plan.plan_orders()
    luck = plan.prompt.chance("backed", plan.prompt.round)
    messages = []
    for planned in plan.messages:
        chosen = luck.random() < plan.assessment.nature.candour
        if chosen and planned.purpose in _PLEDGEABLE and not planned.pledges:
            planned = _with_pledge(plan, final, planned, luck)
        messages.append(_with_term(plan, planned))
    return messages


def _with_pledge(plan: RoundPlan, final: OrderPlan, planned: PlannedMessage, luck: random.Random) -> PlannedMessage:
    (power,) = planned.to
    if planned.purpose in ("thanks_word", "excuse"):
        return replace(planned, pledges=(Commitment(f"peace {power}"),)) if _harmless(plan, final, power) else planned
    if planned.purpose in _WITH_AN_ORDER and luck.random() < 0.3:
        shown = _shown_order(plan, final, planned)
        if shown is not None:
            return _with_order(plan, planned, shown, luck)
    promises = [f"out of {at}" for at in planned.zone]
    if planned.purpose in ("peace", "accept_peace", "accept_alliance", "alliance"):
        promises = [f"peace {power}"]
    term = _term(plan, planned, luck)
    if planned.purpose in _OFFERS | {"alliance"}:
        promises = [f"{promise}{_asked(plan, promise, power) or term}" for promise in promises]
    else:
        promises = [f"{promise}{term}" for promise in promises]
    return replace(planned, pledges=tuple(map(Commitment, promises)))


def _asked(plan: RoundPlan, promise: str, power: str) -> str:
    """The condition of an offer: that the other does the same. The nervous do not insist on it."""
    if plan.prompt.chance("asked", power, plan.prompt.round).random() > 0.35 + 0.5 * plan.assessment.nature.nerve:
        return ""
    return f" if {power}: {promise}" if promise.startswith("out") else f" if {power}: peace {plan.prompt.me}"


def _term(plan: RoundPlan, planned: PlannedMessage, luck: random.Random) -> str:
    """For how long a promise is given: mostly for the phase, by friends for longer."""
    situation, stance = plan.prompt.situation, plan.prompt.stance(planned.to[0])
    draw = luck.random()
    if planned.purpose == "accept_alliance" and draw < 0.6:
        return " while kept"
    if stance >= 1 and draw < 0.2:
        return " while kept"
    if draw < 0.5 and situation.season == "S":
        return f" until F{situation.year:04}"
    if stance >= 1 and draw > 0.85 and situation.season == "F" and not plan.assessment.final:
        return f" until S{situation.year + 1:04}"
    return ""


def _with_term(plan: RoundPlan, planned: PlannedMessage) -> PlannedMessage:
    """The words for the term: those of the pledge, if there is one."""
    term = "this spring" if plan.prompt.situation.season == "S" else "this fall"
    for pledge in planned.pledges:
        peace = pledge.promise is not None and pledge.promise.kind == "peace"
        if pledge.mutual:
            term = "as long as you keep it too" if peace and "alliance" not in planned.purpose else "as long as you do"
        elif pledge.condition is not None and not peace:
            term = "if you do"
        elif pledge.until:
            term = "until the year is out" if pledge.until[0] == "F" else "until next spring is over"
    return replace(planned, fields={"term": term, **planned.fields})


def _harmless(plan: RoundPlan, final: OrderPlan, power: str) -> bool:
    """Whether the orders in mind keep peace with the power anyway."""
    feared = guarded(power, plan.prompt.situation)
    return power in plan.assessment.neighbours and not any(order.goal in feared for order in final.orders)


def _shown_order(plan: RoundPlan, final: OrderPlan, planned: PlannedMessage) -> Order | None:
    """The order of a unit that could have done harm and does not."""
    situation = plan.prompt.situation
    ground, (power,) = situation.terrain, planned.to
    theirs = guarded(power, situation)
    feared = set(planned.zone) or theirs
    for order in _unmoved(plan, final):
        unit = order.unit
        harmless = order.goal not in theirs | set(planned.zone) and unit.province not in situation.homes[power]
        if harmless and any(ground.touches(unit, at) for at in feared):
            return order
    return None


def _unmoved(plan: RoundPlan, final: OrderPlan) -> Iterator[Order]:
    taken = plan.taken
    yield from (order for order in final.orders if order.unit not in taken or order in plan.orders_promised)


def _with_order(plan: RoundPlan, planned: PlannedMessage, order: Order, luck: random.Random) -> PlannedMessage:
    """The message with this order pledged; of a unit that does not move, rather that it stays."""
    ground = plan.prompt.situation.terrain
    words, pledge = doing(ground, order), Commitment(order)
    if order.verb != "-" and order not in plan.orders_promised and luck.random() < 0.7:
        words, pledge = "stays where it is", Commitment(f"{order.unit} stays")
    return replace(
        planned,
        purpose=f"{planned.purpose}_pledged",
        fields={**planned.fields, "unit": unit_words(ground, order.unit), "goes": words},
        pledges=(pledge,),
    )
