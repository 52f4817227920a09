"""Calls between two processes over a pipe: each serves the methods of an object to the other."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any


class Peer:
    """The process at the other end of a pipe. Calls reach it in the order in which they are made."""

    def __init__(self, connection: Connection[Any, Any], gone: Exception | None = None) -> None:
        """``gone``: for those who wait for an answer when the other process ends; ``None`` leaves them waiting, to be
        cancelled by whoever waits for ``ended``."""
        self.served: object = None
        """Whose methods, async or not, the other process may call. To be set before the event loop turns."""
        self.ended = asyncio.Event()
        self._connection = connection
        self._gone = gone
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        asyncio.get_running_loop().add_reader(connection.fileno(), self._receive)

    def call(self, method: str, *arguments: object) -> asyncio.Future[Any]:
        """The answer, or ``RuntimeError`` with what was raised there."""
        number, answer = next(self._numbers), asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        if self.ended.is_set():
            self._give_up()
        self._send("call", number, (method, arguments))
        return answer

    def close(self) -> None:
        """Ends the connection, and what it serves."""
        if self.ended.is_set():
            return
        self.ended.set()
        asyncio.get_running_loop().remove_reader(self._connection.fileno())
        self._connection.close()
        for task in list(self._tasks):
            task.cancel()
        self._give_up()

    def _give_up(self) -> None:
        if self._gone is None:
            return
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(self._gone)
                # Whoever waits for it may have been cancelled.
                answer.exception()
        self._waiting.clear()

    def _receive(self) -> None:
        try:
            kind, number, value = self._connection.recv()
        except (EOFError, OSError):
            self.close()
            return
        if kind == "call":
            self._serve(number, *value)
        elif not (answer := self._waiting.pop(number)).done():
            if kind == "answer":
                answer.set_result(value)
            else:
                answer.set_exception(RuntimeError(value))

    def _serve(self, number: int, method: str, arguments: tuple[Any, ...]) -> None:
        outcome = getattr(self.served, method)(*arguments)
        if not asyncio.iscoroutine(outcome):
            self._send("answer", number, outcome)
            return
        task = asyncio.create_task(outcome)
        self._tasks.add(task)
        task.add_done_callback(partial(self._served_to, number))

    def _served_to(self, number: int, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._send("answer", number, task.result())
        else:
            self._send("error", number, f"{type(error).__name__}: {error}")

    def _send(self, kind: str, number: int, value: object) -> None:
        # The end of the other process is told by its end of the pipe.
        with suppress(OSError):
            self._connection.send((kind, number, value))
