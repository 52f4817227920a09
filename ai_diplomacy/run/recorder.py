"""Where everything that happens is told: written to ``events.jsonl`` and passed to whoever listens."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..records.durable import AppendLog
from ..records.events import Event, Listener
from .events import RunResumed

logger = logging.getLogger(__name__)


class Recorder:
    """The listener that tells all others of one run."""

    def __init__(self, log: AppendLog, already_logged: Counter[tuple[Any, ...]] | None = None) -> None:
        """``log`` stands behind its last line. ``already_logged``: the identities of events that are in it and will
        happen again, because the run is played again from its journal; they are not written a second time."""
        self._log = log
        self._already_logged = Counter() if already_logged is None else already_logged.copy()
        self._listeners: list[Listener] = []
        self._watchers: list[Listener] = []
        self.anything_new = False
        """Whether the game has come to something that was not told before."""
        self.faults = 0
        """Of listeners: some file, or the terminal, lacks something."""

    def listen(self, *listeners: Listener) -> None:
        """They hear everything but what only passes, from the start of the game."""
        self._listeners += listeners

    def watch(self, *watchers: Listener) -> None:
        """They hear of every call, and of what was not told before."""
        self._watchers += watchers

    def event(self, event: Event) -> None:
        """Never waits; ``synced`` makes it durable."""
        again = event.written and event.replayed and self._was_logged(event)
        if event.written and not again:
            self.anything_new = self.anything_new or not isinstance(event, RunResumed)
            self._log.append(event.record(time.time()))
        if not event.passing:
            self.recall(event)
        if not again:
            self._tell(self._watchers, event)

    def recall(self, event: Event) -> None:
        """Tell the listeners of an event that is in the log already."""
        self._tell(self._listeners, event)

    def _tell(self, listeners: Sequence[Listener], event: Event) -> None:
        for listener in listeners:
            try:
                listener.event(event)
            except Exception:
                # It is no part of the game: were its fault to cost an actor a step, then a replay, to which nobody
                # listens, would come to another game.
                self.faults += 1
                logger.exception("%s cannot take %s", type(listener).__name__, type(event).__name__)

    async def synced(self) -> None:
        """Returns once every event so far is on the disk. Raises ``DiskError``."""
        await self._log.synced()

    async def close(self) -> None:
        await self._log.close()

    def _was_logged(self, event: Event) -> bool:
        if not self._already_logged:
            return False
        identity = event.identity()
        if identity not in self._already_logged:
            return False
        self._already_logged[identity] -= 1
        if not self._already_logged[identity]:
            del self._already_logged[identity]
        return True
