"""Who runs which step when: the chains of the powers, concurrently, from one barrier to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ..models.stopping import Stopped
from ..records.durable import DiskError
from .program import Segment, Stage

Act = Callable[[str, Stage], Awaitable[None]]
"""Takes one step of one power. Must not raise: a step that fails costs that power the step, never the others."""


class ConcurrentChains:
    """Every power runs its own chain; nobody waits for anybody before the barrier.

    At the cap of the budget, or when a model is given up, a chain ends where it is, while the others finish the calls
    that they have in flight: they are paid for.

    An async context manager: leaving it waits for the steps that run beside the chains, or, when it is left
    by an exception, cancels them.
    """

    def __init__(self) -> None:
        self._beside: dict[str, asyncio.Task[None]] = {}
        self._stopped: Stopped | None = None

    async def __aenter__(self) -> ConcurrentChains:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        tasks = list(self._beside.values())
        self._beside.clear()
        if kind is not None and not issubclass(kind, Stopped):
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=kind is not None)
        if kind is None:
            self._stop()

    async def run(self, segment: Segment, act: Act) -> None:
        """Returns when every chain of the segment has ended. Raises ``DiskError`` or ``Stopped``."""
        try:
            async with asyncio.TaskGroup() as group:
                for power in segment.powers:
                    group.create_task(self._chain(power, segment, act), name=f"chain of {power}")
        except BaseExceptionGroup as errors:
            # One full disk fails many chains at once; its reader needs to hear of it once.
            disk, _ = errors.split(DiskError)
            raise _first(disk or errors) from None
        self._stop()

    async def _chain(self, power: str, segment: Segment, act: Act) -> None:
        for stage in segment.chain(power):
            if self._stopped is not None:
                return
            if stage.beside:
                self._beside[power] = asyncio.create_task(self._taken(power, stage, act), name=f"beside {power}")
                continue
            if stage.step == "reflect" and power in self._beside:
                await self._beside.pop(power)
            await self._taken(power, stage, act)

    async def _taken(self, power: str, stage: Stage, act: Act) -> None:
        try:
            await act(power, stage)
        except Stopped as stopped:
            self._stopped = self._stopped or stopped

    def _stop(self) -> None:
        if self._stopped is not None:
            raise self._stopped


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
