"""How much longer the machine takes for the same work because of others who use it.

The cores of a virtual machine may be threads of cores that others use too. While somebody computes on the other thread,
the same instructions take longer (up to 1.8 times on the machine of the experiment log), and only a clock shows it.
"""

from __future__ import annotations

import asyncio
import statistics
import time

_EVERY = 0.02
"""Seconds between two turns."""
_TURNS = 3000
"""0.1 ms on an undisturbed core: long beside the clock's grain, short beside an event loop's other work."""


class CpuContention:
    """Times one small loop again and again on the event loop, beside whatever else runs there."""

    def __init__(self) -> None:
        self.cpu_seconds = 0.0
        """What the timing itself has cost."""
        self._took: list[float] = []
        self._probing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> CpuContention:
        self._probing = asyncio.create_task(self._probe())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._probing is not None
        self._probing.cancel()
        await asyncio.gather(self._probing, return_exceptions=True)

    def slowdown(self) -> float:
        """Mean time of the loop as a multiple of that of its fastest twentieth. A machine that was disturbed for more
        than 95 % of the time is taken for a slower one, so that the figure is rather too low than too high."""
        return statistics.fmean(self._took) / statistics.quantiles(self._took, n=20)[0]

    async def _probe(self) -> None:
        while True:
            # The first turn only brings the loop back into the caches.
            cold, warm = _timed(), _timed()
            self.cpu_seconds += cold + warm
            self._took.append(warm)
            await asyncio.sleep(_EVERY)


def _timed() -> float:
    """CPU seconds of this thread."""
    began, table = time.thread_time(), {}
    for turn in range(_TURNS):
        table[turn & 63] = turn
    return time.thread_time() - began
