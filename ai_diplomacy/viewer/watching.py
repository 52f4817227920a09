"""One run that several readers look at: read once for all of them, and again as it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from ..records.errors import ConfigError
from .bundle import page_json
from .deeds import Deeds
from .record import RunRecord

_PAUSE = 0.4
"""Seconds between two looks at the logs while somebody watches."""


class WatchedRun:
    """A run, and those who watch it."""

    def __init__(self, path: Path) -> None:
        """Raises ``ConfigError``."""
        self._record = RunRecord(path)
        self._lock = asyncio.Lock()
        self._deeds = Deeds(path)
        self._judging = asyncio.Lock()
        self._judged: tuple[int, bytes] = (0, b"")
        """The version that was last asked for word and deed, and what was told."""
        self._grown = asyncio.Condition()
        self._watchers = 0
        self._looking: asyncio.Task[None] | None = None
        self._problem = ""

    @property
    def map(self) -> str:
        return self._record.map

    async def document(self) -> bytes:
        """The whole document, as of now, in JSON. Raises ``ConfigError``."""
        async with self._lock:
            return await asyncio.to_thread(self._document)

    async def call(self, line: int) -> bytes:
        """The texts of a call, in JSON. Raises ``KeyError`` or ``ConfigError``."""
        async with self._lock:
            return page_json(await asyncio.to_thread(self._record.call, line))

    async def deeds(self) -> bytes:
        """Word and deed so far, in JSON. Raises ``ConfigError``."""
        async with self._judging:
            version = self._record.version
            if version != self._judged[0] or not version:
                self._judged = (version, page_json(await asyncio.to_thread(self._deeds.document)))
            return self._judged[1]

    async def changes(self, since: int) -> AsyncGenerator[tuple[str, int, bytes], None]:
        """``(kind, version, JSON)`` whenever there is something to tell: a ``change`` since that version, or once a
        ``problem`` with which the run cannot be read any further."""
        self._watchers += 1
        if self._looking is None or self._looking.done():
            self._problem = ""
            self._looking = asyncio.create_task(self._look())
        try:
            while True:
                version = self._record.version
                if version < since:
                    # The run was begun anew, or another server told of it.
                    since = 0
                if version > since:
                    async with self._lock:
                        version, change = self._record.version, self._record.document(since)
                        data = await asyncio.to_thread(page_json, change)
                    yield "change", version, data
                    since = version
                elif self._problem:
                    yield "problem", since, page_json(self._problem)
                    return
                else:
                    async with self._grown:
                        await self._grown.wait_for(lambda seen=version: self._record.version != seen or self._problem)  # type: ignore[misc]
        finally:
            self._watchers -= 1

    async def _look(self) -> None:
        """Reads on while there are watchers."""
        while self._watchers:
            try:
                async with self._lock:
                    grown = await asyncio.to_thread(self._record.read)
            except ConfigError as error:
                self._problem, grown = str(error), True
            if grown:
                async with self._grown:
                    self._grown.notify_all()
            if self._problem:
                return
            await asyncio.sleep(_PAUSE)

    def _document(self) -> bytes:
        self._record.read()
        return page_json(self._record.document())
