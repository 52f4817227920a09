"""Resolve: whose trust this power breaks in a phase, and why: as it had decided, or for what the press has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..board.units import Order
from .assessment import Assessment
from .breaches import broken_by, guarded
from .commitments import Bond, Commitments, lasting
from .trust import wronged_by

Reason = Literal["refused", "threatened", "warned", "joined", "announced", "wronged"]

_DOUBT = {2: 0.3, 1: 0.5, 0: 0.85, -1: 1.3, -2: 1.8}
"""How much more, or less, than usual a promise is at risk with an Ally, ... an Enemy."""


def temptation(assessment: Assessment, power: str) -> float:
    """From 0 to 1: how likely it is that promises to this power are broken now."""
    prompt = assessment.prompt
    lure, odds = assessment.lure(power)
    if lure is None:
        return 0.0
    gain = odds * (0.6 if prompt.situation.season == "S" else 1.0)
    factors = (1.4 if assessment.final else 1.0) * (1.5 if wronged_by(prompt, power) else 1.0)
    # A promise that has stood for a while is not broken for a little.
    factors *= 0.7 if any(said.sender == prompt.me and power in said.recipients for said in prompt.standing) else 1.0
    return min(0.9, (1 - assessment.nature.loyalty) * (0.25 + 0.9 * gain) * factors * _DOUBT[prompt.stance(power)])


def betrayed_power(assessment: Assessment) -> str | None:
    """The power whose trust will be broken in this phase, if any; one at most. It is the same in every step of the
    phase, whatever is said in it, so that what is written about it in private is true."""
    prompt = assessment.prompt
    tempted = [
        (temptation(assessment, power) - prompt.chance("betray", power).random(), power)
        for power in prompt.others
        if prompt.stance(power) >= -1 and not _hurts_another(assessment, power)
    ]
    margin, power = max(tempted, default=(-1.0, ""))
    return power if margin > 0 else None


def _hurts_another(assessment: Assessment, power: str) -> bool:
    """Whether the blow against the power would break what somebody else was promised before."""
    prompt, blow = assessment.prompt, strike(assessment, power)
    others = (bond for bond in lasting(prompt) if power not in bond.to)
    return blow is not None and any(broken_by(bond.commitment, (blow,), prompt.situation) for bond in others)


def strike(assessment: Assessment, power: str | None) -> Order | None:
    """The move to what tempts us away from our word to the power."""
    situation = assessment.prompt.situation
    if power is None or situation.kind != "M":
        return None
    lure, _ = assessment.lure(power)
    moves = [o for orders in situation.legal_orders.values() for o in orders if o.target == lure and not o.via]
    return min(moves, default=None)


@dataclass(frozen=True, slots=True)
class Turning:
    """A change of mind about a power, for what the press of the phase or the turn before has brought."""

    power: str
    reason: Reason
    by: str = ""
    """Who else has to do with it, or what was announced."""


_WEIGHT: dict[Reason, float] = {
    "announced": 0.8,
    "joined": 0.5,
    "wronged": 0.5,
    "warned": 0.4,
    "threatened": 0.2,
    "refused": 0.2,
}


def turning(assessment: Assessment, agreed: Commitments, betrayed: str | None) -> Turning | None:
    """The power that will not get what it was promised, for a reason that was not known when it was promised."""
    prompt = assessment.prompt
    if prompt.situation.kind != "M":
        return None
    for power in sorted(agreed.powers - {betrayed}):
        luck = prompt.chance("turning", power)
        for found in _reasons(assessment, agreed, power):
            doubt = _WEIGHT[found.reason] * (1.4 - assessment.nature.loyalty) * _DOUBT[prompt.stance(power)]
            if luck.random() < doubt:
                return found
    return None


def _reasons(assessment: Assessment, agreed: Commitments, power: str) -> list[Turning]:
    prompt, found = assessment.prompt, []
    ours = guarded(prompt.me, prompt.situation) | set(agreed.zones.get(power, ()))
    heard = [m for m in assessment.press if m.sender != prompt.me and "odd" not in m.intents]
    for m in heard:
        for commitment in m.message.pledges:
            order = commitment.order
            hostile = order is not None and order.goal in ours and order.mover not in prompt.situation.own_units
            if m.sender == power and hostile:
                found.append(Turning(power, "announced", str(order)))
        if m.sender != power and power in m.powers and m.message.private and prompt.stance(m.sender) >= 0:
            if "tip" in m.intents:
                found.append(Turning(power, "warned", m.sender))
            elif "coalition" in m.intents and _joined(assessment, m.sender):
                found.append(Turning(power, "joined", m.sender))
        if m.sender == power and m.message.private:
            if "decline" in m.intents:
                found.append(Turning(power, "refused"))
            elif "warning" in m.intents and m.ask is None:
                found.append(Turning(power, "threatened"))
    if any(event.power == power and event.kind in ("attacked", "took", "broke") for event in assessment.events):
        found.append(Turning(power, "wronged"))
    return found


def _joined(assessment: Assessment, power: str) -> bool:
    me = assessment.prompt.me
    return any(
        m.sender == me and m.yes and "coalition" in m.intents and power in m.message.recipients
        for m in assessment.press
    )


def reconsidered(assessment: Assessment, agreed: Commitments) -> tuple[Bond, ...]:
    """Promises of this phase that are let drop without malice: what was offered was refused, or met with silence;
    rarely a plain change of mind."""
    luck = assessment.prompt.chance("second thoughts")
    found = []
    for bond in agreed.bonds:
        order = bond.commitment.order
        if not bond.round or not bond.declared or order is None:
            continue
        given = order.supported is not None and order.supported not in assessment.prompt.situation.own_units
        doubt = _SECOND_THOUGHTS[reception(assessment, bond)][given] * (1.5 - assessment.nature.loyalty)
        if luck.random() < doubt:
            found.append(bond)
    return tuple(found)


_SECOND_THOUGHTS = {"refused": (0.3, 0.7), "silent": (0.12, 0.35), "welcome": (0.06, 0.04)}
"""How a pledge was received -> the doubt about it, and about it when it is a support of somebody else's unit."""


def reception(assessment: Assessment, bond: Bond) -> str:
    """How those it was promised to took a promise of this phase."""
    me, press = assessment.prompt.me, assessment.press
    offers = [m for m in press if m.sender == me and bond.commitment in m.message.pledges]
    replies = [m for m in press if m.sender in bond.to and me in m.message.recipients and m.message.round > bond.round]
    if any("decline" in m.intents for m in replies):
        return "refused"
    answerable = any(m.message.round > bond.round for m in press)
    wanted = any(m.yes for m in (*offers, *replies)) or not answerable
    return "welcome" if wanted else "silent"
