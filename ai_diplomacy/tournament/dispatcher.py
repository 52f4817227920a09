"""Who plays which game when: games are handed to workers, and taken back from those that are lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from ..run.policies import first_error
from .game_runner import Result
from .schedule import Match

MOST_LOSSES = 5
"""Workers that may be lost in a row without a game finished in between."""


class WorkerLost(Exception):  # noqa: N818 - it is somebody else's death
    """A worker is gone. Its games go on elsewhere."""

    def __init__(self, name: str, why: str = "killed, out of memory, or its machine is gone") -> None:
        super().__init__(f"{name} is lost ({why})")


class Worker(Protocol):
    """Plays games: in this process, in another one, or on another machine."""

    async def play(self, match: Match) -> Result:
        """Raises ``WorkerLost``."""

    async def close(self) -> None:
        """Lets what it plays be saved, and ends it."""


class TooManyLossesError(Exception):
    """Workers die as soon as they are spawned. Its text fits a line."""


Spawn = Callable[[], Awaitable[Worker]]
"""Raises ``WorkerLost`` when a worker is not to be had."""


class Dispatcher:
    """Leads the games of a tournament to their ends."""

    def __init__(
        self,
        spawn: Spawn,
        *,
        workers: int,
        each: int,
        told: Callable[[Result], None],
        begun: Callable[[Match], None],
        lost: Callable[[str, Sequence[Match]], None],
    ) -> None:
        """``each``: games at once a worker. ``told`` hears of every result, ``begun`` of every game handed out,
        ``lost`` of every worker that is gone, and of the games that it had."""
        self._spawn = spawn
        self._workers = workers
        self._each = each
        self._told = told
        self._begun = begun
        self._lost = lost
        self._waiting: deque[Match] = deque()
        self._losses = 0
        self.halted: Result | None = None
        """The first game that could not go on."""

    async def play(self, matches: Sequence[Match]) -> None:
        """Plays them all, or until a game cannot go on; those that are under way by then come to their own ends. Raises
        ``TooManyLossesError``. Cancelled, it returns when everything is saved."""
        self._waiting = deque(matches)
        workers = min(self._workers, max(1, -(-len(matches) // self._each)))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(workers):
                    group.create_task(self._work())
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None

    async def _work(self) -> None:
        """One worker and those that replace it."""
        while self._waiting and self.halted is None:
            under_way: dict[int, Match] = {}
            try:
                worker = await self._spawn()
            except WorkerLost as error:
                self._replace(str(error), under_way)
                continue
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(self._each):
                        group.create_task(self._slot(worker, under_way))
            except* WorkerLost as errors:
                self._replace(str(first_error(errors)), under_way)
            finally:
                with contextlib.suppress(WorkerLost):
                    await asyncio.shield(asyncio.create_task(worker.close()))

    async def _slot(self, worker: Worker, under_way: dict[int, Match]) -> None:
        while self._waiting and self.halted is None:
            match = self._waiting.popleft()
            under_way[match.number] = match
            self._begun(match)
            result = await worker.play(match)
            del under_way[match.number]
            self._losses = 0
            if result.halt is not None:
                self.halted = self.halted or result
            self._told(result)

    def _replace(self, worker: str, under_way: dict[int, Match]) -> None:
        matches = sorted(under_way.values(), key=lambda match: match.number)
        self._lost(worker, matches)
        self._losses += 1
        if self._losses >= MOST_LOSSES:
            raise TooManyLossesError(f"{self._losses} workers died one after another, and no game was finished")
        self._waiting.extendleft(reversed(matches))
