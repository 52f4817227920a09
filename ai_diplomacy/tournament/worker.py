"""A worker process: plays the games that it is told to over its standard input, and tells of them over its output.

Both ways go lines of JSON. In: first ``{"text", "path", "out", "capped"}``, then ``{"play": number}``, answers
``{"room": id, "reached": ... or null}``, and ``{"stop": true}``; the end of the input, which is the end of whoever
started it, says the same. Out: ``{"ready": true}``, ``{"result": ...}``, and with a cap ``{"need": id, "cost_usd",
"tokens"}`` and ``{"back": ..., "charge": ...}``.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..models.budget import NOTHING, Amount, Budget
from ..models.events import BudgetReached
from .folder import TournamentFolder
from .playing import Table
from .purse import Share
from .spec import parse_spec


def reached_document(reached: BudgetReached | None) -> dict[str, Any] | None:
    """Why there is no room, as plain JSON data."""
    return None if reached is None else asdict(reached)


def main() -> int:
    """Runs until it is told to stop. What is printed goes to the standard error."""
    out = os.dup(1)
    os.dup2(2, 1)
    asyncio.run(_work(out))
    return 0


async def _work(out: int) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        setup = await reader.readline()
        if setup:
            await _Worker(json.loads(setup), out).obey(reader)
    finally:
        transport.close()
        os.close(out)


class _Worker:
    def __init__(self, setup: Mapping[str, Any], out: int) -> None:
        self._out = out
        spec = parse_spec(setup["text"], Path(setup["path"]))
        self._matches = {match.number: match for match in spec.matches()}
        self._ids = itertools.count()
        self._asked: dict[int, asyncio.Future[BudgetReached | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        budget = Share(self._ask, self._give_back) if setup["capped"] else Budget(lambda _: None)
        self._table = Table(spec, TournamentFolder(Path(setup["out"])), os.environ, budget)

    async def obey(self, reader: asyncio.StreamReader) -> None:
        self._tell(ready=True)
        try:
            while (line := await reader.readline()) and not (order := json.loads(line)).get("stop"):
                if "play" in order:
                    task = asyncio.create_task(self._play(order["play"]))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                else:
                    self._answered(order)
        finally:
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._table.close()

    async def _play(self, number: int) -> None:
        result = await self._table.play(self._matches[number])
        self._tell(result=result.document())

    async def _ask(self, need: Amount) -> BudgetReached | None:
        request = next(self._ids)
        self._asked[request] = answer = asyncio.get_running_loop().create_future()
        self._tell(need=request, **need.document())
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            # What is granted to nobody goes back when it comes.
            answer.add_done_callback(lambda done: None if done.result() else self._give_back(need, NOTHING))
            raise

    def _answered(self, order: Mapping[str, Any]) -> None:
        reached = order["reached"]
        self._asked.pop(order["room"]).set_result(None if reached is None else BudgetReached(**reached))

    def _give_back(self, reserved: Amount, charge: Amount) -> None:
        self._tell(back=reserved.document(), charge=charge.document())

    def _tell(self, **news: Any) -> None:
        line = f"{json.dumps(news)}\n".encode()
        try:
            while line:
                line = line[os.write(self._out, line) :]
        except BrokenPipeError:
            # Nobody listens any more: the end of the input, which comes at once, ends this process.
            pass


if __name__ == "__main__":
    sys.exit(main())
