"""What our orders would break, and what a promise forbids to enter."""

from __future__ import annotations

from collections.abc import Iterable

from ..board.breaking import Ground, breaking, concerns
from ..board.commitments import Commitment
from ..board.situation import Situation
from ..board.units import Order


def broken_by(commitment: Commitment, orders: Iterable[Order], situation: Situation) -> tuple[Order, ...]:
    """Those of our orders in this phase that break it, whether its condition is met or not."""
    promise = commitment.promise
    if promise is None or commitment.ends or not concerns(promise, situation.phase):
        return ()
    ground = Ground(situation.units, situation.centers)
    return breaking(promise, situation.power, situation.phase, ground, {situation.power: tuple(orders)}) or ()


def guarded(power: str, situation: Situation) -> frozenset[str]:
    """Provinces that whoever keeps peace with the power does not attack."""
    return frozenset((*situation.centers.get(power, ()), *(unit.province for unit in situation.units.get(power, ()))))


def forbidden_provinces(commitment: Commitment, situation: Situation) -> frozenset[str]:
    """Provinces that are not entered by whoever keeps it."""
    promise = commitment.promise
    if promise is None or commitment.ends:
        return frozenset()
    return frozenset((promise.province,)) - {""} if promise.kind != "peace" else guarded(promise.power, situation)
