"""Searches run beside the event loop: on processes of their own, at most as many as there are processors.

The processes are made when searches are first asked for, and shared by all games that this process plays. Threads would
not do: the loop would wait for them, five milliseconds and more, each time it has anything to do.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

from ..board.terrain import terrain
from ..records.worker_processes import worker_processes

_TRIES = 3
"""A search whose process was killed is begun anew; one that loses its process each time is given up."""

P = ParamSpec("P")
T = TypeVar("T")


class _Processes:
    """A pool, and another one when that is broken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, function: Callable[[], T]) -> Future[T]:
        """Starts a process where one more is needed, which takes too long for an event loop."""
        with self._lock:
            if self._pool is not None:
                with suppress(BrokenProcessPool):
                    return self._pool.submit(function)
            self._pool = worker_processes(os.cpu_count() or 1, terrain)
            return self._pool.submit(function)


_PROCESSES = _Processes()


async def beside(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What the function answers: a pure one of a module, with arguments and an answer that can be pickled.

    Raises what it raises, and ``BrokenProcessPool`` when its processes die again and again.
    """
    asked = partial(function, *arguments, **named)
    for tried in range(1, _TRIES + 1):
        answer = await asyncio.to_thread(_PROCESSES.submit, asked)
        try:
            return await asyncio.wrap_future(answer)
        except BrokenProcessPool:
            if tried == _TRIES:
                raise
    raise AssertionError("the last try returns or raises")
