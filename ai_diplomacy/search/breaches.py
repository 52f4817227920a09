"""What a broken promise cost its victim and brought its breaker: the movement phase as it was ordered, beside the same
phase with the promise kept.

All figures are differences of the value (``value``) as the moves leave the board, in centres that a power may expect to
own two years later. Where the promise is kept, nothing changes but the orders that broke it, and those that only
helped them: they are replaced by what is best for the breaker of what keeps the promise, beside everything else as it
was ordered. ``bait``, ``switch`` and ``edge`` are those of CTRL-D (Wongkamjan et al. 2025, "Should I Trust You?
Detecting Deception in Negotiations using Counterfactual RL", arXiv 2502.12436), with best replies found by hill
climbing in place of a trained policy's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..board.situation import Situation
from ..board.units import Order
from . import legal
from .best_reply import JointPlan, Trials, best_reply, climbed, moved
from .candidates import Force, Plan
from .geography import CONVOY, HOLDS, SUPPORT
from .position import Position
from .value import CENTRE, Outlook, no_pull

BREACH_PRICING = 2
"""Raised whenever prices come out otherwise."""
SAMPLES = 8
"""Draws of the breaker's orders that stand for not having its promise."""
_PASSES = 2


@dataclass(frozen=True, slots=True)
class BreachPrice:
    """What a breach was worth, in centres. The last three are about two plans of the victim: one that trusts, its best
    reply to the promise kept, and one without the promise, its best reply to draws of DumbBot's for the breaker."""

    cost: float
    """To the victim, with its orders as they were: its value with the promise kept less that of what happened."""
    gain: float
    """To the breaker: its value of what happened less that with the promise kept."""
    bait: float
    """What the promise held out: the victim's value when the promise is kept and it trusts, less that when it is kept
    and it does not."""
    switch: float
    """What the breach takes from who trusts: the victim's value when the promise is kept, less that of what was really
    ordered, trusting both times."""
    edge: float
    """What the victim's trust brings to the breaker: its value of what it really ordered when the victim trusts, less
    that when it does not."""
    kept: tuple[Order, ...]
    """The breaker's orders with the promise kept."""


def price_breach(
    situation: Situation,
    ordered: Mapping[str, Sequence[Order]],
    breaker: str,
    victim: str,
    breaks: Callable[[Order], bool],
    *,
    samples: int = SAMPLES,
    seed: int = 0,
) -> BreachPrice | None:
    """The price of the orders of ``breaker`` of which ``breaks`` is true; ``None`` if there is none, or if one of their
    units has no legal order that keeps the promise.

    ``situation``: of any power in a movement phase; ``ordered``: power -> its legal orders; units without one hold. The
    same for the same situation, orders, samples and seed. Raises ``ValueError`` in another phase.
    """
    if situation.kind != "M":
        raise ValueError(f"no moves to price in {situation.phase}")
    phase = _PricedPhase(Position.of(situation), ordered)
    liar, reader = phase.force(breaker), phase.force(victim)
    kept = phase.keeping(liar, breaks)
    if kept is None:
        return None
    happened, promised = phase.joint, phase.with_plan(phase.joint, liar, kept)
    doubts = [phase.with_plan(happened, liar, plan) for plan in liar.draws(samples, seed)]
    likely = [phase.given(reader), *dict.fromkeys(reader.draws(samples, seed, "candidates"))]

    def reply(joint: Sequence[JointPlan], *more: Plan) -> Plan:
        return best_reply(phase.trials(reader, joint), [*more, *likely], _PASSES)

    wary = reply(doubts)
    trusting = reply([promised], wary)

    def when(joint: JointPlan, plan: Plan) -> JointPlan:
        return phase.with_plan(joint, reader, plan)

    value = phase.value
    trusted = value(reader, when(promised, trusting))
    return BreachPrice(
        cost=(value(reader, promised) - value(reader, happened)) / CENTRE,
        gain=(value(liar, happened) - value(liar, promised)) / CENTRE,
        bait=(trusted - value(reader, when(promised, wary))) / CENTRE,
        switch=(trusted - value(reader, when(happened, trusting))) / CENTRE,
        edge=(value(liar, when(happened, trusting)) - value(liar, when(happened, wary))) / CENTRE,
        kept=liar.orders(kept),
    )


class _PricedPhase:
    """The orders of all powers in a movement phase, and what comes of others in their place."""

    def __init__(self, position: Position, ordered: Mapping[str, Sequence[Order]]) -> None:
        self._position = position
        self._outlook = Outlook.behind(position)
        self._pull = no_pull(position.geography)
        self.joint: JointPlan = position.encode(order for orders in ordered.values() for order in orders)

    def force(self, power: str) -> Force:
        return Force(self._position, self._position.geography.power[power])

    def given(self, force: Force) -> Plan:
        return tuple(self.joint[force.first : force.first + force.size])

    def with_plan(self, joint: JointPlan, force: Force, plan: Plan) -> JointPlan:
        return [*joint[: force.first], *plan, *joint[force.first + force.size :]]

    def trials(self, force: Force, samples: Sequence[JointPlan]) -> Trials:
        return Trials(force, samples, self._pull)

    def value(self, force: Force, joint: JointPlan) -> int:
        """In thousandths of a centre."""
        pieces, driven_out = moved(self._position, joint)
        return self._outlook.worth(force.power, pieces, self._pull, driven_out[force.power])

    def keeping(self, force: Force, breaks: Callable[[Order], bool]) -> Plan | None:
        """What is best for the power of all that keeps the promise and leaves its other orders as they are."""
        given = self.given(force)
        pieces = self._position.units[force.first : force.first + force.size]
        honest = [
            [code for code in codes if not breaks(legal.written(self._position, piece, code))]
            for piece, codes in zip(pieces, force.legal, strict=True)
        ]
        breaking = [unit for unit, order in enumerate(force.orders(given)) if breaks(order)]
        if not breaking or not all(honest[unit] for unit in breaking):
            return None
        homes = {force.homes[unit] for unit in breaking}
        freed = {unit for unit, (verb, at, _) in enumerate(given) if verb in (SUPPORT, CONVOY) and at in homes}
        freed.update(breaking)
        trials = self.trials(force, [self.joint])
        plan = tuple(HOLDS if unit in breaking else code for unit, code in enumerate(given))
        for unit in breaking:
            plan = max(((*plan[:unit], code, *plan[unit + 1 :]) for code in honest[unit]), key=trials.total)
        allowed = [frozenset(honest[unit]) if unit in freed else frozenset({code}) for unit, code in enumerate(given)]

        def honestly(changed: Plan) -> bool:
            return all(code in mine for code, mine in zip(changed, allowed, strict=True))

        return climbed(trials, plan, _PASSES, honestly)
