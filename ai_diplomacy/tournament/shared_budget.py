"""The caps on a whole tournament, wherever its games are played.

One ``SharedBudget`` knows what is spent and what is set aside for calls in flight, over all games and workers. A game
asks it before each call, through the same layer that keeps the caps of a single game, and tells it afterwards what the
call cost. Workers elsewhere do so through a ``BudgetClient``: a fraction of a millisecond a call, which takes seconds.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from typing import Any, Protocol

from ..models.budget import NOTHING, Amount, Budget, BudgetExceeded
from ..models.events import BudgetReached


class SharedBudget(Budget):
    """What a tournament may spend, has spent, and has set aside. Games in this process ask it themselves."""

    def __init__(
        self, spent: Amount = NOTHING, *, max_cost_usd: float | None = None, max_tokens: int | None = None
    ) -> None:
        """``spent``: before, by the games that are there already."""
        super().__init__(lambda _: None, max_cost_usd=max_cost_usd, max_tokens_total=max_tokens)
        self.charged = spent
        self._held: defaultdict[str, Amount] = defaultdict(lambda: NOTHING)
        """Worker -> what is set aside for its calls."""

    async def reserve_for(self, worker: str, need: Amount) -> BudgetReached | None:
        """``None`` when the amount is set aside for this worker; why it never will be, otherwise."""
        try:
            await self.reserve(need)
        except BudgetExceeded:
            return self.reached
        self._held[worker] += need
        return None

    def release_for(self, worker: str, reserved: Amount, charge: Amount) -> None:
        """A call of this worker has ended."""
        self._held[worker] -= reserved
        self.release(reserved, charge)

    def worker_lost(self, worker: str) -> None:
        """A worker is gone: its calls in flight may be billed, at worst all that was set aside for them."""
        held = self._held.pop(worker, NOTHING)
        self.release(held, held)


class Call(Protocol):
    """Calls a method of an object elsewhere. Calls reach it in the order in which they are made."""

    def __call__(self, method: str, *arguments: object) -> Awaitable[Any]: ...


class BudgetClient(Budget):
    """The budget of the games of one worker, all of whose calls ask the shared one."""

    def __init__(self, worker: str, call: Call) -> None:
        super().__init__(lambda _: None)
        self._worker = worker
        self._call = call

    async def reserve(self, need: Amount) -> None:
        """Raises ``BudgetExceeded``."""
        answer = asyncio.ensure_future(self._call("reserve_for", self._worker, need))
        try:
            reached: BudgetReached | None = await asyncio.shield(answer)
        except asyncio.CancelledError:
            # What is granted to nobody goes back when it comes.
            answer.add_done_callback(lambda done: self._back(need, done.result()))
            raise
        if reached is not None:
            raise BudgetExceeded(reached)
        await super().reserve(need)

    def release(self, reserved: Amount, charge: Amount = NOTHING) -> None:
        super().release(reserved, charge)
        self._call("release_for", self._worker, reserved, charge)

    async def settled(self) -> None:
        """Returns when the shared budget knows of all that was released."""
        await self._call("release_for", self._worker, NOTHING, NOTHING)

    def _back(self, need: Amount, reached: BudgetReached | None) -> None:
        if reached is None:
            self._call("release_for", self._worker, need, NOTHING)
