"""A promise that was broken, as words about it are held against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ..board.breaking import Ground, breaking, same_order
from ..board.commitments import Commitment
from ..board.units import Order, Unit
from .turns import Turn


def went(orders: Iterable[Order]) -> frozenset[str]:
    """The provinces to which orders move, or help to move, or in which they stay."""
    return frozenset(order.goal or order.mover.province for order in orders if order != "WAIVE")


@dataclass(frozen=True, slots=True)
class Aim:
    """A promise as private words are held against it."""

    sender: str
    recipient: str
    commitment: Commitment
    wrong: tuple[Order, ...]
    """The orders that broke it."""
    turn: Turn
    """In which they were given."""
    done: frozenset[str] = frozenset()
    """Where its orders went in an earlier turn, so that words of that turn may be about those."""

    @property
    def own(self) -> Sequence[Unit]:
        return self.turn.units.get(self.sender, ())

    @property
    def others(self) -> Sequence[Unit]:
        return [unit for power, units in self.turn.units.items() if power != self.sender for unit in units]

    @property
    def provinces(self) -> frozenset[str]:
        """Those that the promise names."""
        promise = self.commitment.promise
        if promise is None:
            return frozenset()
        named = {promise.province, promise.unit.province if promise.unit else ""}
        if promise.order is not None:
            named |= {promise.order.mover.province, promise.order.goal}
        return frozenset(named - {""})

    @property
    def goals(self) -> frozenset[str]:
        """Where the orders that broke it went."""
        return went(self.wrong) - self.done

    def broken_by(self, order: Order) -> bool:
        """Whether an order that was planned for an own unit would break it."""
        promise = self.commitment.promise
        if promise is None or promise.winter != (order.verb in ("B", "D")):
            return False
        if promise.kind == "order" and (promise.unit is None or promise.unit.province != order.unit.province):
            return promise.winter and order in self.wrong
        ground = Ground(self.turn.units, self.turn.centers)
        phase = next((p for p in self.turn.orders if p.kind == ("A" if promise.winter else "M")), self.turn.phase)
        return breaking(promise, self.sender, phase, ground, {self.sender: (order,)}) is not None

    def returns(self, order: Order, breakers: Collection[Unit]) -> bool:
        """Whether a unit that broke it, or that it binds, is planned to keep it after all."""
        return self.kept_by(order) or (order.unit in breakers and not self.broken_by(order))

    def kept_by(self, order: Order) -> bool:
        promised = self.commitment.order
        return promised is not None and same_order(order, promised)
