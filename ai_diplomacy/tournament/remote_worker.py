"""A worker elsewhere, from both sides: what is told of it here, and what it does there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from ..models.budget import Amount, Budget
from .dispatcher import WorkerLost
from .folder import TournamentFolder
from .game_runner import GameRunner, Result
from .schedule import Match
from .shared_budget import BudgetClient, Call
from .spec import Spec

PATIENCE = 60.0
"""Seconds in which a worker that is told to stop must have saved its games, and then those in which it must end."""


class RemoteWorker:
    """A worker as its dispatcher sees it."""

    def __init__(
        self, call: Call, end: Callable[[], Awaitable[None]], settled: Callable[[Amount], Awaitable[None]]
    ) -> None:
        """``call``: a method of its ``RemoteRunner``; raises ``WorkerLost``. ``end``: of the process, alive or not.
        ``settled`` hears what its games cost."""
        self._call = call
        self._end = end
        self._settled = settled

    async def begin(self, name: str, spec: Spec, folder: TournamentFolder, keys: Mapping[str, str]) -> None:
        """Returns when it is ready. ``keys``: what its environment may lack. Raises ``WorkerLost``."""
        try:
            await self._call("begin", name, spec, TournamentFolder(folder.path.absolute()), keys)
        except BaseException:
            await self.close()
            raise

    async def play(self, match: Match) -> Result:
        """Raises ``WorkerLost``."""
        result: Result = await self._call("play", match)
        await self._settled(result.spent)
        return result

    async def close(self) -> None:
        """Its games are saved when this returns."""
        with suppress(TimeoutError, WorkerLost):
            async with asyncio.timeout(PATIENCE):
                await self._call("close")
        await self._end()


class RemoteRunner:
    """The runner of its games, where it is."""

    def __init__(self, call: Call) -> None:
        """``call``: a method of the shared budget."""
        self._call = call
        self._budget = Budget(lambda _: None)
        self._runner: GameRunner | None = None

    async def begin(self, name: str, spec: Spec, folder: TournamentFolder, keys: Mapping[str, str]) -> None:
        if spec.capped:
            self._budget = BudgetClient(name, self._call)
        self._runner = GameRunner(spec, folder, {**os.environ, **keys}, self._budget)

    async def play(self, match: Match) -> Result:
        assert self._runner is not None
        return await self._runner.play(match)

    async def stop(self) -> None:
        """Its games are saved when this returns."""
        if self._runner is not None:
            await self._runner.close()

    async def close(self) -> None:
        """The same, and what they cost is told."""
        await self.stop()
        if isinstance(self._budget, BudgetClient):
            await self._budget.settled()
