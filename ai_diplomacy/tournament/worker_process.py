"""A worker process: plays the games that it is told to over a pipe, until the other end is closed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection

from ..models.budget import Budget
from .folder import TournamentFolder
from .game_runner import GameRunner, Result
from .remote_calls import Peer
from .schedule import Match
from .shared_budget import Ask, BudgetClient
from .spec import Spec


class RemoteRunner:
    """A runner of games that is told of them from another process, or another machine."""

    def __init__(self, ask: Ask) -> None:
        """``ask`` calls the shared budget."""
        self._ask = ask
        self._budget = Budget(lambda _: None)
        self._runner: GameRunner | None = None

    async def begin(self, name: str, spec: Spec, folder: TournamentFolder, keys: Mapping[str, str]) -> None:
        """``keys``: what its environment may lack."""
        if spec.capped:
            self._budget = BudgetClient(name, self._ask)
        self._runner = GameRunner(spec, folder, {**os.environ, **keys}, self._budget)

    async def play(self, match: Match) -> Result:
        assert self._runner is not None
        return await self._runner.play(match)

    async def close(self) -> None:
        """Its games are saved, and what they cost is told, when this returns."""
        if self._runner is not None:
            await self._runner.close()
        if isinstance(self._budget, BudgetClient):
            await self._budget.settled()


async def _serve(connection: Connection) -> None:
    peer = Peer(connection)
    peer.served = runner = RemoteRunner(peer.call)
    await peer.ended.wait()
    await runner.close()


if __name__ == "__main__":
    asyncio.run(_serve(Connection(int(sys.argv[1]))))
