"""What breaks a promise: orders held against a commitment, as the documents define it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..board.commitments import Commitment, Promise
from ..board.situation import Situation
from ..board.terrain import province_of
from ..board.units import Order


def broken_by(commitment: Commitment, orders: Iterable[Order], situation: Situation) -> tuple[Order, ...]:
    """Those of our orders in this phase that break it, whether its condition is met or not."""
    promise = commitment.promise
    if promise is None or commitment.ends or promise.winter != (situation.kind == "A"):
        return ()
    return tuple(_offences(promise, tuple(orders), situation))


def _offences(promise: Promise, orders: tuple[Order, ...], situation: Situation) -> Iterator[Order]:
    match promise.kind:
        case "out":
            for order in orders:
                stands = order.unit.province == promise.province and order.verb in "HSCB"
                if stands or _enters(order, promise.province):
                    yield order
        case "peace":
            theirs = situation.units.get(promise.power, ())
            for order in orders:
                # Who helps a unit of the power attacks nothing of it.
                if order.helped not in theirs and any(_enters(order, at) for at in guarded(promise.power, situation)):
                    yield order
        case "stays" if situation.kind == "M":
            yield from (order for order in orders if order.unit == promise.unit and order.verb == "-")
        case "not":
            yield from (order for order in orders if promise.order is not None and same(promise.order, order))
        case "order" if situation.kind == "A" and promise.order is not None:
            if not any(same(promise.order, order) for order in orders):
                yield from orders[:1]
        case "order" if situation.kind == "M" and promise.order is not None:
            yield from (o for o in orders if o.unit == promise.unit and not same(promise.order, o))


def guarded(power: str, situation: Situation) -> frozenset[str]:
    """Provinces that whoever keeps peace with the power does not attack."""
    return frozenset((*situation.centers.get(power, ()), *(unit.province for unit in situation.units.get(power, ()))))


def forbidden_provinces(commitment: Commitment, situation: Situation) -> frozenset[str]:
    """Provinces that are not entered by whoever keeps it."""
    promise = commitment.promise
    if promise is None or commitment.ends:
        return frozenset()
    return frozenset((promise.province,)) - {""} if promise.kind != "peace" else guarded(promise.power, situation)


def same(promised: Order, order: Order) -> bool:
    """Whether the order is what was promised, by convoy or not, at any coast if none was named."""
    goal = (order.location if "/" in promised.location else province_of(order.location)) if order.location else ""
    return (promised.unit, promised.verb, promised.helped, promised.location) == (
        order.unit,
        order.verb,
        order.helped,
        goal,
    )


def _enters(order: Order, province: str) -> bool:
    """Whether it brings a unit of anybody into the province."""
    return order.verb in "-SCR" and order.goal == province
