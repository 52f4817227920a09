"""Thinking of answers away from the event loop, and never twice of the same one."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from ...board.terrain import terrain
from ...records.worker_processes import worker_processes
from ..model import Style
from ..strategist import answer

REMEMBERED = 50_000
"""Answers kept, about a kilobyte each: retries, hedges and further runs of a game cost no thought."""


class Thinker:
    """Answers prompts on one thread, or on a number of processes."""

    def __init__(self, workers: int = 0) -> None:
        self._width = max(1, workers)
        self._pool: Executor = (
            worker_processes(workers, _read_map) if workers else ThreadPoolExecutor(1, thread_name_prefix="thinking")
        )
        self._answers: OrderedDict[bytes, asyncio.Future[str]] = OrderedDict()

    async def start(self) -> None:
        """Reads the map, which would make the first answers late by half a second."""
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._pool, _read_map) for _ in range(self._width)))

    async def answer(self, prompt: str, style: Style) -> str:
        mark = hashlib.sha256(f"{style}\x00{prompt}".encode("utf-8", "surrogatepass")).digest()
        found = self._answers.get(mark)
        if found is None or found.cancelled() or (found.done() and found.exception()):
            found = asyncio.get_running_loop().run_in_executor(self._pool, partial(answer, prompt, style=style))
            self._answers[mark] = found
            if len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        # Whoever else waits for the same answer gets it although this client may go away.
        return await asyncio.shield(found)

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)


def _read_map() -> None:
    terrain()
