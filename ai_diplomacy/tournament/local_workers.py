"""Workers in processes of their own, on this machine."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import sys
from contextlib import suppress

from ..models.budget import NOTHING
from .dispatcher import PATIENCE, WorkerLost
from .folder import TournamentFolder
from .game_runner import Result
from .remote_calls import Peer
from .schedule import Match
from .shared_budget import SharedBudget
from .spec import Spec


class LocalWorkers:
    """Starts worker processes."""

    def __init__(self, spec: Spec, folder: TournamentFolder, budget: SharedBudget, lock: int) -> None:
        """``lock``: of the tournament; a worker holds on to it until it ends."""
        self._spec = spec
        self._folder = TournamentFolder(folder.path.absolute())
        self._budget = budget
        self._lock = lock
        self._numbers = itertools.count(1)

    async def spawn(self) -> LocalWorker:
        """A worker that is ready. Raises ``WorkerLost`` when it is not to be had."""
        ours, theirs = multiprocessing.Pipe()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                f"{__package__}.worker_process",
                str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=2,
                pass_fds=(theirs.fileno(), self._lock),
                # Ctrl-C at the terminal is for whoever started it, who then tells it to stop.
                start_new_session=True,
            )
        name = f"process {next(self._numbers)}"
        peer = Peer(ours, WorkerLost(name))
        peer.served = self._budget
        worker = LocalWorker(name, process, peer, self._budget, capped=self._spec.capped)
        try:
            await peer.call("begin", name, self._spec, self._folder, {})
        except BaseException:
            await worker.close()
            raise
        return worker


class LocalWorker:
    """One worker process, from outside."""

    def __init__(
        self, name: str, process: asyncio.subprocess.Process, peer: Peer, budget: SharedBudget, *, capped: bool
    ) -> None:
        self._capped = capped
        self._name = name
        self._process = process
        self._peer = peer
        self._budget = budget

    async def play(self, match: Match) -> Result:
        """Raises ``WorkerLost``."""
        result: Result = await self._peer.call("play", match)
        if not self._capped:
            self._budget.release(NOTHING, result.spent)
        return result

    async def close(self) -> None:
        """Its games are saved when this returns."""
        try:
            async with asyncio.timeout(PATIENCE):
                with suppress(WorkerLost):
                    await self._peer.call("close")
                self._peer.close()
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._peer.close()
        self._budget.worker_lost(self._name)
