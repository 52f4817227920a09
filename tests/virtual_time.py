"""An event loop whose clock jumps to the next timer when nothing is ready: hours of waiting pass in milliseconds."""

import asyncio
import functools
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


class _JumpingSelector(selectors.DefaultSelector):
    loop: "VirtualTimeLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.loop.outside:
            # A thread is at work: its time is real, and the virtual clock stands still until it is done.
            return super().select(None)
        if timeout is None:
            raise RuntimeError("everything waits and no timer is set: this test would hang for ever")
        self.loop.jump(timeout)
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Starts at time 0. Sleeps, time-outs and ``loop.time()`` are virtual; work on threads is waited for really."""

    def __init__(self) -> None:
        self.now = 0.0
        self.outside = 0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now

    def jump(self, timeout: float) -> None:
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        # The timer's own moment, not a sum of time-outs, so that schedules can be compared exactly.
        self.now = max(self.now, min(self.now + timeout, scheduled[0].when()) if scheduled else self.now + timeout)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        future = super().run_in_executor(executor, func, *args)
        self.outside += 1
        future.add_done_callback(self._back)
        return future

    async def shutdown_default_executor(self, *timeout: float | None) -> None:
        # Python 3.12 gave it a time-out.
        self.outside += 1
        try:
            await super().shutdown_default_executor(*timeout)
        finally:
            self.outside -= 1

    def _back(self, _: object) -> None:
        self.outside -= 1


def run_virtual(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(coroutine)


def virtual_time(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Decorates an async test so that it runs in virtual time, from 0."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        run_virtual(test(*args, **kwargs))  # type: ignore[arg-type]

    return run
