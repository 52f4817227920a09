"""The folder of one run: what is in it, and when each file is written."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ..records.durable import DiskError, replace_files
from .history import CALLS
from .protocols import Artefacts, File
from .recorder import Recorder
from .response_log import ResponseLog
from .settings_history import RunSettings
from .stages import Segment
from .timing import Timing
from .trace import Trace

_THREADS = ThreadPoolExecutor(2, thread_name_prefix="files")
"""Of their own: when many games save at once, the journals, which calls wait for, still find threads free."""


class RunFolder:
    """Writes the files of a run. The logs (``calls.jsonl``, ``events.jsonl``) grow by themselves; the rest is made from
    what is told from the start of the game, a whole file at a time, on a thread."""

    def __init__(self, path: Path, config: RunSettings) -> None:
        self.path = path
        self._execution = config.execution
        self.timing = Timing()
        self.trace = Trace(tuple(config.models))
        self._responses = ResponseLog()
        self._responses_begun = False
        self._written: dict[Path, int] = {}
        """File -> hash of what this program wrote into it."""
        self._writing = asyncio.Lock()

    @property
    def log(self) -> Path:
        return self.path / "general_game.log"

    def listen_to(self, recorder: Recorder) -> None:
        recorder.listen(self.timing, self.trace, self._responses)

    def discard(self) -> None:
        """Take the folder away again, if no reply is kept in it."""
        journal = self.path / CALLS
        if journal.exists() and journal.stat().st_size == 0:
            # What a link names is taken away; the link is somebody else's.
            shutil.rmtree(self.path.resolve())

    def crossed(self, segment: Segment) -> None:
        """The steps before a barrier have ended."""
        self.timing.crossed(segment)
        self.trace.crossed(segment)

    def save(
        self, artefacts: Artefacts, *, spending: Mapping[str, Any], total_time: float, setup_time: float
    ) -> Coroutine[None, None, None]:
        """Bring every file up to what has happened by now; what is awaited is the writing. Raises ``DiskError``."""
        timing = {"execution": self._execution} | self.timing.document(total_time, setup_time)
        files: dict[str, File] = {
            **artefacts.texts(spending),
            "trace.json": self.trace.text(),
            "timing.json": lambda: json.dumps(timing, indent=1) + "\n",
        }
        rows = self._responses.take()

        def write() -> None:
            try:
                self._append_rows(rows)
                self._replace(files)
            except OSError as error:
                raise DiskError(f"cannot write {error.filename or self.path}: {error.strerror or error}") from error

        return self._in_turn(write)

    async def _in_turn(self, write: Callable[[], None]) -> None:
        async with self._writing:
            started = time.time()
            await asyncio.get_running_loop().run_in_executor(_THREADS, write)
            self.trace.saved(started, time.time())

    def _replace(self, files: Mapping[str, File]) -> None:
        """Whole files, less those that have not changed since this program wrote them."""
        texts = {self.path / name: text if isinstance(text, str) else text() for name, text in files.items()}
        contents = {path: text.encode("utf-8", "replace") for path, text in texts.items()}
        digests = {path: hash(data) for path, data in contents.items()}
        replace_files({path: data for path, data in contents.items() if self._written.get(path) != digests[path]})
        self._written = digests

    def _append_rows(self, rows: bytes) -> None:
        path = self.path / "llm_responses.csv"
        if not self._responses_begun:
            # An earlier program may have died in the middle of a row; this one has heard of all calls since the first.
            replace_files({path: rows})
            self._responses_begun = True
            return
        with path.open("ab") as file:
            file.write(rows)
