"""Workers in processes of their own, on this machine."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ..models.budget import Amount
from .directing import WorkerLost
from .folder import TournamentFolder
from .playing import Result
from .purse import Purse
from .schedule import Match
from .spec import Spec
from .worker import reached_document

PATIENCE = 60.0
"""Seconds in which a worker that is told to stop must have saved its games and gone."""


class Processes:
    """Starts workers."""

    def __init__(self, spec: Spec, folder: TournamentFolder, purse: Purse, lock: int) -> None:
        """``lock``: of the tournament; a worker holds on to it until it ends."""
        self._spec = spec
        self._folder = folder
        self._purse = purse
        self._lock = lock
        self._numbers = itertools.count(1)

    async def hire(self) -> ProcessWorker:
        """A worker that is ready. Raises ``WorkerLost`` when it is not to be had."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"{__package__}.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=(self._lock,),
            # Ctrl-C at the terminal is for whoever started it, who then tells it to stop.
            start_new_session=True,
        )
        worker = ProcessWorker(process, self._purse, f"process {next(self._numbers)}")
        spec = self._spec
        setup = {
            "text": spec.text,
            "path": str(spec.path.absolute()),
            "out": str(self._folder.path.absolute()),
            "capped": self._purse.capped,
        }
        try:
            await worker.begin(setup)
        except BaseException:
            await worker.close()
            raise
        return worker


class ProcessWorker:
    """One worker process, from outside."""

    def __init__(self, process: asyncio.subprocess.Process, purse: Purse, name: str) -> None:
        self.process = process
        self._purse = purse
        self._name = name
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._playing: dict[int, asyncio.Future[Result]] = {}
        self._asking: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Task[None] | None = None

    async def begin(self, setup: Mapping[str, Any]) -> None:
        """Raises ``WorkerLost``."""
        self._listening = asyncio.create_task(self._listen())
        self._tell(**setup)
        await self._ready

    async def play(self, match: Match) -> Result:
        """Raises ``WorkerLost``."""
        if self._listening is None or self._listening.done():
            raise WorkerLost(self._name)
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._playing[match.number] = result
        self._tell(play=match.number)
        return await result

    async def close(self) -> None:
        """Its games are saved when this returns."""
        self._tell(stop=True)
        try:
            async with asyncio.timeout(PATIENCE):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
        if self._listening is not None:
            await self._listening

    async def _listen(self) -> None:
        assert self.process.stdout is not None
        try:
            while line := await self.process.stdout.readline():
                if not line.endswith(b"\n"):
                    break
                self._heard(json.loads(line))
        finally:
            self._gone()

    def _heard(self, news: Mapping[str, Any]) -> None:
        if "ready" in news:
            self._ready.set_result(None)
        elif "need" in news:
            task = asyncio.create_task(self._grant(news))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        elif "back" in news:
            self._purse.release(self._name, Amount.from_document(news["back"]), Amount.from_document(news["charge"]))
        else:
            result = Result.from_document(news["result"])
            if not self._purse.capped:
                self._purse.charge(result.spent)
            waiting = self._playing.pop(result.number, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(result)

    async def _grant(self, news: Mapping[str, Any]) -> None:
        reached = await self._purse.reserve(self._name, Amount.from_document(news))
        self._tell(room=news["need"], reached=reached_document(reached))

    def _gone(self) -> None:
        """Nothing more will be heard of it."""
        for task in list(self._asking):
            task.cancel()
        self._purse.lost(self._name)
        waits: list[asyncio.Future[Any]] = [self._ready, *self._playing.values()]
        for waiting in waits:
            if not waiting.done():
                waiting.set_exception(WorkerLost(self._name))
                # Whoever waits for it may have been cancelled.
                waiting.exception()
        self._playing.clear()

    def _tell(self, **order: Any) -> None:
        assert self.process.stdin is not None
        with suppress(BrokenPipeError, ConnectionResetError):
            if not self.process.stdin.is_closing():
                self.process.stdin.write(f"{json.dumps(order)}\n".encode())
