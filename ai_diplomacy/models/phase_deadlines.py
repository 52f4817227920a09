"""Deadlines of the game, not of the network: a call that is not answered when its interval of the game must end is
given up, and its late reply, which is paid for, still awaited and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from .model import ModelError


class LateError(ModelError):
    """A call was not answered before the deadline of the game. It may still be, too late to count."""

    def __init__(self, message: str = "no answer before the phase's deadline") -> None:
        super().__init__(message, kind="transient")


class PhaseDeadlines:
    """Of one run: the interval that is being played, and the calls that missed the end of theirs."""

    def __init__(self) -> None:
        self._number = 0
        self.passed = False
        """Whether the interval should be over: what begins in it now, and is needed in it, comes too late."""
        self._waiting: dict[asyncio.Future[None], int | None] = {}
        """What waits -> the interval whose end it may miss."""
        self._late: set[asyncio.Task[None]] = set()

    @contextmanager
    def interval(self, seconds: float) -> Iterator[None]:
        """A part of the game that should be over in so many seconds."""
        self._number += 1
        self.passed = False
        timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._pass)
        try:
            yield
        finally:
            timer.cancel()

    def _pass(self) -> None:
        self.passed = True
        for missed, outlasts in self._waiting.items():
            if outlasts != self._number and not missed.done():
                missed.set_result(None)

    async def wait_for(self, task: asyncio.Task[Any], *, background: bool) -> bool:
        """Whether the task ends before the deadline; returns when that is known. ``background``: what it does is
        not needed in the interval in which it begins, so it has until a later one must end."""
        missed = asyncio.get_running_loop().create_future()
        outlasts = self._number if background else None
        self._waiting[missed] = outlasts
        try:
            await asyncio.wait((task, missed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._waiting[missed]
            missed.cancel()
        return task.done()

    def keep(self, late: Coroutine[Any, Any, None]) -> None:
        """Go on with a call that the game no longer waits for."""
        task = asyncio.create_task(late)
        self._late.add(task)
        task.add_done_callback(self._kept)

    def _kept(self, task: asyncio.Task[None]) -> None:
        self._late.discard(task)
        # A disk that failed is told by the next line that the journal should take.
        _ = task.cancelled() or task.exception()

    async def settle(self, seconds: float) -> None:
        """Wait that long for the late calls; what is left then is cancelled, and waited for too."""
        late = set(self._late)
        if late:
            await asyncio.wait(late, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.wait(late)
