"""Where everything that happens is told: written to ``events.jsonl`` and passed to whoever listens."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Protocol

from ..agent.asking import Exchange
from ..records.durable import AppendLog
from ..records.events import Event
from ..run.events import RunResumed


class Listener(Protocol):
    """Something that makes a file, or a picture, out of what happens."""

    def event(self, event: Event) -> None: ...

    def exchange(self, exchange: Exchange) -> None: ...


class Recorder:
    """The witness of one run."""

    def __init__(self, log: AppendLog, told: Counter[tuple[Any, ...]] | None = None) -> None:
        """``log`` stands behind its last line. ``told``: what is in it already and will happen again, because the run
        is played again from its journal; it is not written a second time."""
        self._log = log
        self._told = Counter() if told is None else told.copy()
        self._listeners: list[Listener] = []
        self._watchers: list[Listener] = []
        self.anything_new = False
        """Whether the game has come to something that was not told before."""

    def listen(self, *listeners: Listener) -> None:
        """They hear everything, from the start of the game."""
        self._listeners += listeners

    def watch(self, *watchers: Listener) -> None:
        """They hear what was not told before."""
        self._watchers += watchers

    def event(self, event: Event) -> None:
        """Never waits; ``synced`` makes it durable."""
        again = event.recurs and self._was_told(event)
        if not again:
            self.anything_new = self.anything_new or not isinstance(event, RunResumed)
            self._log.append(event.record(time.time()))
        self.recall(event)
        if not again:
            for watcher in self._watchers:
                watcher.event(event)

    def recall(self, event: Event) -> None:
        """Tell the listeners of an event that is in the log already."""
        for listener in self._listeners:
            listener.event(event)

    def exchange(self, exchange: Exchange) -> None:
        """The call itself is in the journal already; this is for the listeners."""
        for listener in (*self._listeners, *self._watchers):
            listener.exchange(exchange)

    async def synced(self) -> None:
        """Returns once every event so far is on the disk. Raises ``OSError``."""
        await self._log.synced()

    async def close(self) -> None:
        await self._log.close()

    def _was_told(self, event: Event) -> bool:
        if not self._told:
            return False
        identity = event.identity()
        if identity not in self._told:
            return False
        self._told[identity] -= 1
        if not self._told[identity]:
            del self._told[identity]
        return True
