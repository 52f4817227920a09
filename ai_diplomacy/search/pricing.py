"""What orders were worth, beside what looking ahead would have ordered in their place.

The best reply is found on one sample of what the others may order and priced, as the orders are, on another, so that
luck with the first sample is not taken for worth. *Forward*, the others' orders are draws of DumbBot's: what could be
expected of them from the position alone. In *hindsight* they are what the others really ordered, and there is but one
sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..board.situation import Situation
from ..board.units import Order
from .best_reply import Trials, best_reply, joined
from .candidates import Force, Plan
from .position import Position
from .value import CENTRE

PRICING = 2
"""Raised whenever prices come out otherwise: when the value, the search or DumbBot's draws change."""
SAMPLES = 8
"""Joint draws of the others' orders in each of the two samples."""
_LOTS = 16
"""Plans drawn by lot for the stake."""


@dataclass(frozen=True, slots=True)
class OrderPrice:
    """The worth of one power's orders in one movement phase, in centres that it may expect to own two years later."""

    value: float
    """Mean worth of what was ordered."""
    best: float
    """Mean worth of the best reply found. On another sample than it was found on, it may be worth less than what was
    ordered: the difference is a fair estimate only as long as it is not cut at zero."""
    stake: float
    """``best`` less the mean worth of orders drawn by lot from all that are legal: what playing without a thought
    loses. It can be next to nothing: take a share of sums (of regrets, of stakes) and not the mean of shares."""
    usual: float
    """Mean worth of draws of DumbBot's orders. Players that were in different positions are best told apart by
    ``usual - value``: what a position is like for everybody, which is most of what makes regrets differ, is in both."""
    orders: tuple[Order, ...]
    """The best reply."""


def price(
    situation: Situation,
    orders: Sequence[Order],
    *,
    others: Mapping[str, Sequence[Order]] | None = None,
    samples: int = SAMPLES,
    seed: int = 0,
) -> OrderPrice:
    """The price of legal ``orders`` of ``situation.power`` in a movement phase; units without one hold.

    ``others``: power -> what it ordered, for the price in hindsight (its own entry does not matter, who is missing
    holds); ``None`` for the price forward. The same for the same situation, samples and seed, wherever it is asked.

    Raises ``ValueError`` in another phase and for a power without units.
    """
    if situation.kind != "M" or not situation.own_units:
        raise ValueError(f"no moves of {situation.power} to price in {situation.phase}")
    position = Position.of(situation)
    given = None if others is None else tuple((name, *others[name]) for name in sorted(others))
    found = _found(position, position.geography.power[situation.power], given, samples, seed)
    best = found.mean(found.best)
    return OrderPrice(found.mean(found.force.plan(orders)), best, best - found.by_lot, found.usual, found.written)


class _Found:
    """The best reply of a power in a position, and what other plans of it are priced on."""

    def __init__(self, force: Force, searched: Trials, priced: Trials, samples: int, seed: int) -> None:
        self.force = force
        self.priced = priced
        drawn = force.draws(2 * samples, seed, "candidates")
        self.best = best_reply(searched, drawn)
        self.written = force.orders(self.best)
        self.usual = self._mean(drawn)
        self.by_lot = self._mean(force.by_lot(_LOTS, seed))

    def mean(self, plan: Plan) -> float:
        return self._mean([plan])

    def _mean(self, plans: Sequence[Plan]) -> float:
        """Of whole numbers, so that no version of Python adds them up otherwise."""
        worths = [worth for plan in plans for worth in self.priced.worths(plan)]
        return sum(worths) / len(worths) / CENTRE


@lru_cache(maxsize=32)
def _found(
    position: Position, power: int, others: tuple[tuple[str, ...], ...] | None, samples: int, seed: int
) -> _Found:
    """Kept for a while: several players are priced in one position."""
    forces = [Force(position, index) for index in range(len(position.geography.powers))]
    force = forces[power]
    if others is None:
        drawn = [other.draws(2 * samples, seed) for other in forces]
        joint = [joined(position, {who: plans[at] for who, plans in enumerate(drawn)}) for at in range(2 * samples)]
        return _Found(force, Trials(force, joint[:samples]), Trials(force, joint[samples:]), samples, seed)
    real = Trials(force, [position.encode(Order(order) for _, *orders in others for order in orders)])
    return _Found(force, real, real, samples, seed)
