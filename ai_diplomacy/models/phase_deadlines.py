"""The time that a phase of the game may take: how it is shared among what is left to do, and what becomes of a call
that is not answered in time: it is given up, and its late reply, which is paid for, still awaited and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from .model import ModelError, Reply
from .stopping import Stopped


class LateError(ModelError):
    """A call was not answered before the deadline of the game. It may still be, too late to count."""

    def __init__(self, message: str = "no answer before the phase's deadline") -> None:
        super().__init__(message, kind="transient")


class PhaseDeadlines:
    """Of one run: the interval that is being played, and the calls that missed the end of theirs."""

    def __init__(self, phase_seconds: float | None = None) -> None:
        """``phase_seconds``: what a phase may take, for ``share``."""
        self._phase_seconds = phase_seconds
        self._phase_ends: float | None = None
        self._number = 0
        self.passed = False
        """Whether the interval should be over: what begins in it now, and is needed in it, comes too late."""
        self._waiting: dict[asyncio.Future[None], int | None] = {}
        """What waits -> the interval whose end it may miss."""
        self._late: set[asyncio.Task[None]] = set()

    def share(self, left: int) -> AbstractContextManager[None]:
        """The next interval of a phase of which so many are left, this one included: each may take an equal share of
        the time that is left, so that an actor that says nothing in the first does not cost the others their decisions
        in the last."""
        if self._phase_seconds is None:
            return nullcontext()
        now = asyncio.get_running_loop().time()
        ends = now + self._phase_seconds if self._phase_ends is None else self._phase_ends
        self._phase_ends = None if left == 1 else ends
        return self.interval((ends - now) / left)

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

    async def in_time(
        self,
        ask: Callable[[], Coroutine[Any, Any, Reply]],
        *,
        background: bool,
        late: Callable[[Reply], Awaitable[None]],
        cancelled: Callable[[Reply], Awaitable[None]],
    ) -> Reply:
        """The reply to a call. Raises ``LateError`` when it does not come before the deadline, or is not even asked
        for, as nobody would wait for it; what ``ask`` raises otherwise.

        ``background``: it is not needed in the interval in which it begins, so it has until a later one must end.
        ``late``, ``cancelled``: keep a reply that came too late, or in the moment in which the call was cancelled."""
        if self.passed and not background:
            raise LateError
        asked = asyncio.create_task(ask())
        try:
            in_time = await self._ends_in_time(asked, background=background)
        except asyncio.CancelledError:
            asked.cancel()
            await asyncio.wait((asked,))
            if not asked.cancelled() and asked.exception() is None:
                await cancelled(asked.result())
            raise
        if in_time:
            return asked.result()
        self._keep(_kept_when_late(asked, late))
        raise LateError

    async def _ends_in_time(self, task: asyncio.Task[Any], *, background: bool) -> bool:
        missed = asyncio.get_running_loop().create_future()
        outlasts = self._number if background else None
        self._waiting[missed] = outlasts
        try:
            await asyncio.wait((task, missed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._waiting[missed]
            missed.cancel()
        return task.done()

    def _keep(self, late: Coroutine[Any, Any, None]) -> None:
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


async def _kept_when_late(asked: asyncio.Task[Reply], late: Callable[[Reply], Awaitable[None]]) -> None:
    """What became of the call otherwise matters to nobody any more, and its cost is on the bill already."""
    try:
        reply = await asked
    except (ModelError, Stopped):
        return
    finally:
        asked.cancel()
    await late(reply)
