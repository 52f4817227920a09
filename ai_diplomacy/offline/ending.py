"""Ending a promise before it is broken: taking one's own back, and letting another off."""

from __future__ import annotations

from collections.abc import Iterator

from ..board.commitments import Commitment
from ..board.terrain import Terrain
from .commitments import Bond
from .resolve import reception
from .round_plan import PlannedMessage, RoundPlan
from .wording import place, unit_words


def endings(plan: RoundPlan, power: str) -> Iterator[tuple[float, PlannedMessage]]:
    """The promise to the power that an honest mind takes back rather than break, and how badly it wants to."""
    if power == plan.order_plan.betrayed:
        return
    honest = plan.assessment.nature.loyalty * plan.assessment.nature.candour
    luck = plan.prompt.chance("withdraw", power, plan.prompt.round)
    for bond in plan.agreed.to(power):
        why = _why(plan, bond, power)
        if why and bond.declared and luck.random() < honest + 0.1:
            what = _words(plan.prompt.situation.terrain, bond.commitment)
            fields = {"what": what, "why": why}
            ending = Commitment(f"withdraw {bond.commitment.promise}")
            yield 1.2, PlannedMessage((power,), "withdraw", fields, pledges=(ending,))
            return


def _why(plan: RoundPlan, bond: Bond, power: str) -> str:
    """Why the promise should not stand; nothing if it may."""
    prompt, assessment = plan.prompt, plan.assessment
    if not bond.round:
        hostile = [event for event in assessment.events if event.power == power and event.kind in ("attacked", "took")]
        if hostile:
            return "after your last move it cannot stand"
        return "you and I are friends no longer" if prompt.stance(power) < 0 else ""
    if prompt.round > bond.round and reception(assessment, bond) == "refused":
        return "you did not want the bargain"
    return ""


def released(plan: RoundPlan, pledged: tuple[Commitment, ...]) -> tuple[Commitment, ...]:
    """Frees the power from supports that it pledged and that we shall not use."""
    own = plan.prompt.situation.own_units
    return tuple(
        Commitment(f"release {pledge.promise}")
        for pledge in pledged
        if pledge.order is not None and pledge.order.supported in own
    )[:1]


def _words(ground: Terrain, commitment: Commitment) -> str:
    """What was promised, as it stands behind "I take back"."""
    promise = commitment.promise
    if promise is None:
        return "all that I promised"
    if promise.kind == "out":
        return f"my word on {place(ground, promise.province)}"
    if promise.unit is None:
        return "my word of peace"
    return f"my word on the {unit_words(ground, promise.unit)}"
