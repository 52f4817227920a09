"""What orders cost in a position of the bank: priced while other positions are still being answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from ..board.units import Order
from ..search.beside import beside
from ..search.best_reply import Trials
from ..search.candidates import Force
from ..search.value import CENTRE
from .bank import BankPosition, bank


def value_of(position: BankPosition, orders: Sequence[Order]) -> float:
    """What the orders are worth, the mean over what the bank says that the others may order."""
    board = position.position
    force = Force(board, board.geography.power[position.power])
    samples = [[Order(order) for theirs in others.values() for order in theirs] for others in position.others]
    worths = Trials(force, list(map(board.encode, samples))).worths(force.plan(tuple(orders)))
    return sum(worths) / len(worths) / CENTRE


def value_in_bank(name: str, orders: Sequence[Order]) -> float:
    """``value_of`` in the position of that name; every process reads the bank for itself."""
    return value_of(bank().named[name], orders)


class Scoring:
    """Prices the orders of one examination, beside the event loop."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[float]] = {}

    def begin(self, name: str, orders: Sequence[Order]) -> None:
        """``name``: of a position. Does nothing for one that has been priced, or is being."""
        if name not in self._running:
            self._running[name] = asyncio.create_task(beside(value_in_bank, name, tuple(orders)))

    async def ended(self) -> None:
        """Returns when everything is priced that was begun."""
        await asyncio.gather(*self._running.values())

    def values(self) -> Mapping[str, float]:
        """Position -> value, of those that are priced by now."""
        return {name: priced.result() for name, priced in self._running.items() if priced.done()}
