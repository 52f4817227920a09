"""Plays one configured game into a folder, from checking the prompts to the last file."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..board.situation import PhaseResult
from ..models.budget import Budget, BudgetExceeded
from ..models.hedging import Latencies
from ..models.journal import Journal
from ..models.layers import Desk
from ..models.spending import Ledger
from ..models.standing import ModelRefused
from ..player import Player
from ..records.events import RunFinished, RunStarted
from .config import GameConfig
from .display import Display
from .execution import policy
from .game import Game, GameResult
from .program import Segment
from .recorder import Recorder
from .run_folder import FORMAT, RunFolder
from .seats import prompt_books, seat_players
from .vendors import Opener

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Played:
    """A finished game and its figures."""

    result: GameResult
    finished: RunFinished
    folder: RunFolder
    ledger: Ledger


async def play_game(
    config: GameConfig,
    path: Path,
    display: Display | None = None,
    *,
    started: float,
    opener: Opener,
) -> Played:
    """Play a game into a new folder. ``started``: ``time.perf_counter()`` when the program began; ``opener`` gives
    the models.

    Raises ``ConfigError`` or ``PromptError`` before anything is written; ``DiskError`` when a record cannot be,
    ``BudgetExceeded`` at a cap, ``ModelRefused`` when a model cannot be asked, all three with everything saved.
    """
    books = prompt_books(config)
    models = {power: str(model) for power, model in sorted(config.models.items())}
    folder = RunFolder(path, config, models)
    try:
        async with _records(folder) as (recorder, journal):
            folder.listen_to(recorder)
            if display is not None:
                recorder.listen(display)
            recorder.event(RunStarted(FORMAT, __version__, config.document(), models))
            logger.info("ai-diplomacy %s, %s", __version__, config.document())
            budget = Budget(
                recorder.event, max_cost_usd=config.calls.max_cost_usd, max_tokens_total=config.calls.max_tokens_total
            )
            desk = Desk(journal, budget, recorder.event, Latencies() if config.calls.hedge else None)
            players = seat_players(config, books, desk, recorder, opener)
            run = _Run(config, folder, recorder, players, budget, setup_time=time.perf_counter() - started)
            return await run.played()
    except ModelRefused as refused:
        if refused.at_once:
            await asyncio.to_thread(folder.discard)
        raise


@asynccontextmanager
async def _records(folder: RunFolder) -> AsyncIterator[tuple[Recorder, Journal]]:
    """The run's open logs, closed again whatever happens."""
    log = _log_to(folder.log)
    recorder = Recorder(folder.events)
    journal = Journal(folder.journal)
    try:
        yield recorder, journal
    finally:
        logging.getLogger("ai_diplomacy").removeHandler(log)
        log.close()
        try:
            await recorder.close()
        finally:
            await journal.close()


class _Run:
    """The game with its folder: saves at each adjudication, beside the play that goes on."""

    def __init__(
        self,
        config: GameConfig,
        folder: RunFolder,
        recorder: Recorder,
        players: Mapping[str, Player],
        budget: Budget,
        *,
        setup_time: float,
    ) -> None:
        self.setup_time = setup_time
        self._folder = folder
        self._recorder = recorder
        self._players = players
        self._budget = budget
        self._game = Game(config, players, recorder)
        self._began = time.perf_counter()

    async def played(self) -> Played:
        """Plays to the end, or to where the game cannot go on; everything is saved either way."""
        try:
            async with policy(self._game.config.execution, self._game.config.threads) as steps:
                result = await self._game.play(steps, after_segment=self._after_segment, after_phase=self._after_phase)
        except (BudgetExceeded, ModelRefused, asyncio.CancelledError) as stopped:
            logger.warning("stopped: %s", str(stopped) or "told to")
            await self.save()
            raise
        finished = await self._finish(result)
        logger.info(
            "%s after %s; %s",
            result.outcome,
            result.last_phase,
            self._folder.timing.account(time.perf_counter() - self._began, self.setup_time),
        )
        return Played(result, finished, self._folder, self._budget.ledger)

    async def _finish(self, result: GameResult) -> RunFinished:
        await self.save()
        finished = RunFinished(
            outcome=result.outcome,
            winners=result.winners,
            phase=result.last_phase,
            centers=result.centers,
            total_time=round(time.perf_counter() - self._began, 6),
        )
        self._recorder.event(finished)
        await self.save()
        await self._recorder.synced()
        return finished

    async def _after_segment(self, segment: Segment) -> None:
        self._folder.crossed(segment)
        await self._recorder.synced()

    async def _after_phase(self, result: PhaseResult) -> None:
        self._folder.adjudicated(result.phase, self._players)
        logger.info("%s adjudicated: %s", result.phase, dict(result.captures) or "no centre changed hands")
        await self.save()

    async def save(self) -> None:
        """Brings every file up to now."""
        await self._folder.save(
            self._game.board,
            self._game.mailbox,
            self._players,
            spending=self._budget.ledger.document(),
            total_time=time.perf_counter() - self._began,
            setup_time=self.setup_time,
        )


_logged: ContextVar[Path | None] = ContextVar("the log of the game that this task plays", default=None)


def _log_to(path: Path) -> logging.Handler:
    """Sends what is logged in this task, and in those that it starts, to a file of its own: many games may share
    the process."""
    _logged.set(path)
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.addFilter(lambda _: _logged.get() == path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    package = logging.getLogger("ai_diplomacy")
    package.setLevel(logging.INFO)
    package.propagate = False
    package.addHandler(handler)
    return handler
