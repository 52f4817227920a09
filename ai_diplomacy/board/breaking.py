"""Which orders break a promise: entering, supporting into, attacking, moving off, and whatever else breaks one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .commitments import Promise
from .phase import Phase
from .terrain import province_of
from .units import Order, Unit

_KINDS = {"out": "MRA", "peace": "MR", "stays": "M"}
"""Kind of promise -> kinds of phases whose orders may break it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What stood when a movement phase began."""

    units: Mapping[str, Sequence[Unit]]
    """Power -> its units."""
    centers: Mapping[str, Sequence[str]]
    """Power -> centres that it owns."""

    def owner(self, unit: Unit) -> str:
        """Whose unit it is; empty if it is nobody's."""
        return next((power for power, units in self.units.items() if _find(unit, units)), "")

    def standing(self, unit: Unit, power: str) -> Unit | None:
        """The unit of the power that is meant, with its coast, if it is there."""
        return _find(unit, self.units.get(power, ()))


def concerns(promise: Promise, phase: Phase) -> bool:
    """Whether orders of such a phase may keep or break it."""
    if promise.order is not None:
        return phase.kind == ("A" if promise.winter else "M")
    return phase.kind in _KINDS[promise.kind]


def breaking(
    promise: Promise,
    sender: str,
    phase: Phase,
    ground: Ground,
    orders: Mapping[str, Sequence[Order]],
    reader: str = "",
) -> tuple[Order, ...] | None:
    """The orders of ``sender`` that break its promise in a phase that it concerns; ``None`` if it is kept.

    ``ground``: at the beginning of the turn's movement phase; ``orders``: power -> its orders in the phase; ``reader``:
    to whom it was made, whose own units may be helped. Nothing is in a broken promise's tuple when the unit had no
    order at all."""
    own = orders.get(sender, ())
    match promise.kind:
        case "order":
            assert promise.order is not None
            if any(same_order(order, promise.order) for order in own):
                return None
            return own_orders(promise, own) if not promise.winter else tuple(own)
        case "not":
            assert promise.order is not None
            wrong = [order for order in own if same_order(order, promise.order)]
        case "out":
            wrong = list(_entering(promise.province, sender, reader, phase, ground, own))
        case "peace":
            wrong = list(_attacking(promise.power, phase, ground, own, orders.get(promise.power, ())))
        case "stays":
            wrong = [order for order in own_orders(promise, own) if order.verb == "-"]
    return tuple(wrong) or None


def own_orders(promise: Promise, orders: Iterable[Order]) -> tuple[Order, ...]:
    """Those for the unit that the promise binds."""
    unit = promise.unit
    return tuple(order for order in orders if unit is not None and same_unit(order.unit, unit))


def _entering(
    province: str, sender: str, reader: str, phase: Phase, ground: Ground, own: Iterable[Order]
) -> Iterator[Order]:
    inside = next((unit for unit in ground.units.get(sender, ()) if unit.province == province), None)
    for order in own:
        leaves = order.verb == "-" and order.goal != province
        builds = order.verb == "B" and order.unit.province == province
        enters = order.goal == province and not (reader and ground.owner(order.mover) == reader)
        if enters or builds or (phase.kind == "M" and order.unit == inside and not leaves):
            yield order


def _attacking(
    victim: str, phase: Phase, ground: Ground, own: Iterable[Order], theirs: Sequence[Order]
) -> Iterator[Order]:
    held = set(ground.centers.get(victim, ()))
    if phase.kind == "M":
        held |= {unit.province for unit in ground.units.get(victim, ())}
    for order in own:
        aimed = order.goal in held and ground.owner(order.mover) != victim
        wanted = any(their.helped == order.mover and their.goal == order.goal for their in theirs)
        if aimed and not wanted:
            yield order


def conflict(one: Promise, other: Promise, sender: str, ground: Ground) -> bool:
    """Whether two promises of one power cannot both be kept in one phase."""
    if one.winter != other.winter:
        return False
    if one.kind != "order":
        one, other = other, one
    if one.kind == "stays" and other.kind == "out":
        one, other = other, one
    if one.kind == "out" and other.kind == "stays":
        return other.unit is not None and other.unit.province == one.province
    if one.order is None or one.kind != "order":
        return False
    if other.kind == "order":
        assert other.order is not None
        unit_is_shared = same_unit(one.order.unit, other.order.unit)
        return unit_is_shared and not (same_order(one.order, other.order) or same_order(other.order, one.order))
    phase = Phase("W1A") if one.winter else Phase("S1M")
    return breaking(other, sender, phase, ground, {sender: (one.order,)}) is not None


def same_order(given: Order, promised: Order) -> bool:
    """Whether what was given is what was promised: by convoy or not, and on any coast where none was promised."""
    if given.verb != promised.verb or not same_unit(given.unit, promised.unit):
        return False
    # Who helps nobody moves itself.
    return same_unit(given.mover, promised.mover) and _same_place(given.location, promised.location)


def same_unit(given: Unit, promised: Unit) -> bool:
    """Whether it is the unit that is named, on any coast where none is named."""
    return given.kind == promised.kind and _same_place(given.location, promised.location)


def _same_place(given: str, promised: str) -> bool:
    return promised in (given, province_of(given)) or given == province_of(promised)


def _find(unit: Unit, units: Iterable[Unit]) -> Unit | None:
    return next((other for other in units if same_unit(other, unit)), None)
