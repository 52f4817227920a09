"""Plays one configured game into a folder, from checking the prompts to the last file."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..board.situation import PhaseResult
from ..models.ids import ModelId
from ..models.journal import Journal
from ..models.model import Model
from ..player import Player
from ..records.events import RunFinished, RunStarted
from .config import GameConfig
from .display import Display
from .execution import ConcurrentChains
from .game import Game, GameResult
from .program import Segment
from .recorder import Recorder
from .run_folder import FORMAT, RunFolder
from .seats import open_model, prompt_books, seat_players

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Played:
    """A finished game and its figures."""

    result: GameResult
    finished: RunFinished
    folder: RunFolder


async def play_game(
    config: GameConfig,
    path: Path,
    display: Display | None = None,
    *,
    started: float,
    open_model: Callable[[ModelId], Model] = open_model,
) -> Played:
    """Play a game into a new folder. ``started``: ``time.perf_counter()`` when the program began; ``open_model``
    gives the model of an id.

    Raises ``ConfigError`` or ``PromptError`` before anything is written, ``DiskError`` when a record cannot be.
    """
    books = prompt_books(config)
    models = {power: str(model) for power, model in sorted(config.models.items())}
    folder = RunFolder(path, config, models)
    log = _log_to(folder.log)
    recorder = Recorder(folder.events)
    journal = Journal(folder.journal)
    try:
        folder.listen_to(recorder)
        if display is not None:
            recorder.listen(display)
        recorder.event(RunStarted(FORMAT, __version__, config.document(), models))
        logger.info("ai-diplomacy %s, %s", __version__, config.document())
        players = seat_players(config, books, journal, recorder, open_model)
        run = _Run(config, folder, recorder, players, setup_time=time.perf_counter() - started)
        result = await run.play()
        finished = await run.finish(result)
        logger.info(
            "%s after %s; total_time %.3f s, setup_time %.3f s, %d calls",
            result.outcome,
            result.last_phase,
            finished.total_time,
            run.setup_time,
            folder.timing.calls,
        )
        return Played(result, finished, folder)
    finally:
        await recorder.close()
        await journal.close()
        logging.getLogger("ai_diplomacy").removeHandler(log)
        log.close()


class _Run:
    """The game with its folder: saves at each adjudication, beside the play that goes on."""

    def __init__(
        self,
        config: GameConfig,
        folder: RunFolder,
        recorder: Recorder,
        players: Mapping[str, Player],
        *,
        setup_time: float,
    ) -> None:
        self.setup_time = setup_time
        self._folder = folder
        self._recorder = recorder
        self._players = players
        self._game = Game(config, players, recorder)
        self._began = time.perf_counter()

    async def play(self) -> GameResult:
        async with ConcurrentChains() as chains:
            return await self._game.play(chains, after_segment=self._after_segment, after_phase=self._after_phase)

    async def finish(self, result: GameResult) -> RunFinished:
        await self._save()
        finished = RunFinished(
            outcome=result.outcome,
            winners=result.winners,
            phase=result.last_phase,
            centers=result.centers,
            total_time=round(time.perf_counter() - self._began, 6),
        )
        self._recorder.event(finished)
        await self._save()
        await self._recorder.synced()
        return finished

    async def _after_segment(self, segment: Segment) -> None:
        self._folder.timing.crossed(segment)
        await self._recorder.synced()

    async def _after_phase(self, result: PhaseResult) -> None:
        self._folder.adjudicated(result.phase, self._players)
        logger.info("%s adjudicated: %s", result.phase, dict(result.captures) or "no centre changed hands")
        await self._save()

    async def _save(self) -> None:
        await self._folder.save(
            self._game.board,
            self._game.mailbox,
            self._players,
            total_time=time.perf_counter() - self._began,
            setup_time=self.setup_time,
        )


def _log_to(path: Path) -> logging.Handler:
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    package = logging.getLogger("ai_diplomacy")
    package.setLevel(logging.INFO)
    package.propagate = False
    package.addHandler(handler)
    return handler
