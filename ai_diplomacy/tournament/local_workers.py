"""Workers in processes of their own, on this machine."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import sys

from ..models.budget import NOTHING, Amount
from .dispatcher import WorkerLost
from .folder import TournamentFolder
from .remote_calls import Peer
from .remote_worker import PATIENCE, RemoteWorker
from .shared_budget import SharedBudget
from .spec import Spec


class LocalWorkers:
    """Starts worker processes."""

    def __init__(self, spec: Spec, folder: TournamentFolder, budget: SharedBudget, lock: int) -> None:
        """``lock``: of the tournament; a worker holds on to it until it ends."""
        self._spec = spec
        self._folder = folder
        self._budget = budget
        self._lock = lock
        self._numbers = itertools.count(1)

    async def spawn(self) -> RemoteWorker:
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

        async def end() -> None:
            peer.close()
            try:
                async with asyncio.timeout(PATIENCE):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
            self._budget.worker_lost(name)

        worker = RemoteWorker(peer.call, end, self._settled)
        await worker.begin(name, self._spec, self._folder, {})
        return worker

    async def _settled(self, spent: Amount) -> None:
        # Where there is a cap, each call was settled by itself.
        if not self._spec.capped:
            self._budget.release(NOTHING, spent)
