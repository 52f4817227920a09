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

from ..board.board import Board
from ..board.player import Player
from ..board.press import Mailbox
from ..game.counts import Statistics
from ..game.lmvsgame import SavedGame
from ..game.manifesto import Manifesto
from ..game.program import Segment
from ..game.story import Stories
from ..records.durable import DiskError, replace_files
from .history import CALLS
from .recorder import Recorder
from .response_log import ResponseLog
from .settings_history import SettingsHistory
from .timing import Timing
from .trace import Trace

_THREADS = ThreadPoolExecutor(2, thread_name_prefix="files")
"""Of their own: when many games save at once, the journals, which calls wait for, still find threads free."""


class RunFolder:
    """Writes the artefacts of a run. The logs (``calls.jsonl``, ``events.jsonl``) grow by themselves; the rest is
    made from what this class hears from the start of the game, a whole file at a time, on a thread."""

    def __init__(self, path: Path, timeline: SettingsHistory) -> None:
        self.path = path
        self._config = timeline.last
        self.timing = Timing()
        self.trace = Trace(self._config.terrain.powers)
        self.statistics = Statistics(timeline)
        self._responses = ResponseLog()
        self._responses_begun = False
        self._stories = Stories(timeline.first.terrain, timeline)
        self._manifesto = Manifesto()
        self._saved = SavedGame(self._config.document(), self._config.terrain.powers)
        self._written: dict[Path, int] = {}
        """File -> hash of what this program wrote into it."""
        self._writing = asyncio.Lock()

    @property
    def log(self) -> Path:
        return self.path / "general_game.log"

    def listen_to(self, recorder: Recorder) -> None:
        recorder.listen(self.timing, self.trace, self.statistics, self._responses, self._stories, self._manifesto)

    def discard(self) -> None:
        """Take the folder away again after a game in which nothing was paid for; calls that were, or may be, stay."""
        journal = self.path / CALLS
        if not self.statistics.total("lost_calls") and journal.exists() and journal.stat().st_size == 0:
            # What a link names is taken away; the link is somebody else's.
            shutil.rmtree(self.path.resolve())

    def crossed(self, segment: Segment) -> None:
        """The steps before a barrier have ended."""
        self.timing.crossed(segment)
        self.trace.crossed(segment)

    def adjudicated(self, phase: str, players: Mapping[str, Player]) -> None:
        """Keep what the players thought in this phase."""
        self._saved.adjudicated(phase, players)

    def save(
        self,
        board: Board,
        mailbox: Mailbox,
        players: Mapping[str, Player],
        *,
        spending: Mapping[str, Any],
        total_time: float,
        setup_time: float,
    ) -> Coroutine[None, None, None]:
        """Bring every file up to what has happened by now; what is awaited is the writing. Raises ``DiskError``."""
        saved = self._saved.text(board, mailbox, players)
        timing = {"execution": self._config.execution} | self.timing.document(total_time, setup_time)
        overview = [
            self.statistics.document() | {"spending": spending},
            self._config.model_names(),
            self._config.document(),
        ]
        texts = {
            **{f"powers/{power}.md": self._stories.text(power) for power in self._stories.powers()},
            "game_manifesto.txt": self._manifesto.text(),
            "trace.json": self.trace.text(),
            "lmvsgame.json": f"{saved}\n",
        }
        rows = self._responses.take()

        def write() -> None:
            texts["overview.jsonl"] = "".join(f"{_json(line)}\n" for line in overview)
            texts["timing.json"] = _json(timing, indent=1) + "\n"
            try:
                self._append_rows(rows)
                self._replace(texts)
            except OSError as error:
                raise DiskError(f"cannot write {error.filename or self.path}: {error.strerror or error}") from error

        return self._beside(write)

    async def _beside(self, write: Callable[[], None]) -> None:
        async with self._writing:
            started = time.time()
            await asyncio.get_running_loop().run_in_executor(_THREADS, write)
            self.trace.saved(started, time.time())

    def _replace(self, texts: Mapping[str, str]) -> None:
        """Whole files, less those that have not changed since this program wrote them."""
        files = {self.path / name: text.encode("utf-8", "replace") for name, text in texts.items()}
        digests = {path: hash(data) for path, data in files.items()}
        replace_files({path: data for path, data in files.items() if self._written.get(path) != digests[path]})
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


def _json(value: Any, indent: int | None = None) -> str:
    # Escaped beyond ASCII, because a power's words may hold what UTF-8 cannot.
    return json.dumps(value, indent=indent, ensure_ascii=True)
