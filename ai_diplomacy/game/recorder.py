"""Where everything that happens is told: written to ``events.jsonl`` and passed to whoever listens."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

from ..asking import Exchange
from ..records.durable import AppendLog
from ..records.events import Event


class Listener(Protocol):
    """Something that makes a file, or a picture, out of what happens."""

    def event(self, event: Event) -> None: ...

    def exchange(self, exchange: Exchange) -> None: ...


class Recorder:
    """The witness of one run."""

    def __init__(self, path: Path) -> None:
        """Opens the event log for appending. Raises ``OSError``."""
        self._log = AppendLog(path)
        self._listeners: list[Listener] = []

    def listen(self, *listeners: Listener) -> None:
        self._listeners += listeners

    def event(self, event: Event) -> None:
        """Never waits; ``synced`` makes it durable."""
        self._log.append(event.record(time.time()))
        for listener in self._listeners:
            listener.event(event)

    def exchange(self, exchange: Exchange) -> None:
        """The call itself is in the journal already; this is for the listeners."""
        for listener in self._listeners:
            listener.exchange(exchange)

    async def synced(self) -> None:
        """Returns once every event so far is on the disk. Raises ``OSError``."""
        await self._log.synced()

    async def close(self) -> None:
        await self._log.close()
