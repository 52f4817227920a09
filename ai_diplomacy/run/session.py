"""Plays one configured game into a folder, from checking the prompts to the last file."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..board.situation import PhaseResult
from ..game.config import GameConfig
from ..game.game import Game, GameResult
from ..game.model_factory import OpenModel
from ..game.program import Segment
from ..game.seats import Seats, prompt_books
from ..models.budget import Budget
from ..models.circuit_breaker import CircuitBreaker, ModelRefused
from ..models.events import WishWithheld
from ..models.hedging import Latencies
from ..models.ids import ModelId
from ..models.journal import Journal
from ..models.layers import CallServices, limited, remembered
from ..models.ledger import Ledger
from ..models.model import Model, Reply, Request
from ..models.phase_deadlines import PhaseDeadlines
from ..models.stopping import Stopped
from ..records.durable import DiskError
from ..run.events import RunFinished, RunResumed
from .create import create_run
from .folder import RunFolder
from .history import HeldRun, RunHistory, held
from .policies import policy
from .recorder import Listener, Recorder

logger = logging.getLogger(__name__)


LAST_CHANCE = 10.0
"""Seconds that late replies get when the game has ended, before their calls are cancelled."""


@dataclass(frozen=True, slots=True)
class Played:
    """A finished game and its figures."""

    result: GameResult
    finished: RunFinished
    folder: RunFolder
    ledger: Ledger


async def play_game(
    config: GameConfig, path: Path, display: Listener | None = None, *, started: float, opener: OpenModel
) -> Played:
    """Plays a game into a new folder. ``started``: ``time.perf_counter()`` when the program began; ``opener`` gives
    the models.

    Raises ``ConfigError`` or ``PromptError`` before anything is written; ``DiskError`` when a record cannot be,
    ``BudgetExceeded`` at a cap, ``ModelRefused`` when a model cannot be asked, all three with everything saved.
    """
    prompt_books(config)
    create_run(path, config)
    with held(path) as run:
        return await play_on(run, config, display, started=started, opener=opener)


async def play_on(
    run: HeldRun,
    config: GameConfig,
    display: Listener | None = None,
    *,
    started: float,
    opener: OpenModel,
    lenient: bool = False,
) -> Played:
    """Goes on with a run, from its journal up to where that ends, with these settings for the phases behind the one
    in which it stands; how models are asked changes at once.

    ``lenient``: whether a prompt may differ by now from the one that a call of the journal answered. Raises what
    ``play_game`` raises, and ``PromptDiffersError``, all with nothing lost.
    """
    past, begun = run.past, run.past.sittings > 0
    same = config.game_settings() == past.timeline.last.game_settings()
    timeline = past.timeline.renewed(config) if same else past.timeline.changed(past.phase, config)
    timeline = timeline.keyed(config.models)
    folder = RunFolder(past.path, timeline)
    run.journal.go_on(past.calls.end)
    run.events.go_on(past.events_end)
    journal, recorder = Journal(run.journal, past.calls, lenient=lenient), Recorder(run.events, past.told)
    try:
        async with _closed(recorder, journal, folder):
            folder.listen_to(recorder)
            for incident in past.incidents:
                recorder.recall(incident)
            if display is not None:
                recorder.watch(display)
            if begun or not same:
                recorder.event(RunResumed(__version__, past.phase, config.document(), past.torn))
                # Before any call: a program that dies in the first stretch has been here all the same.
                await recorder.synced()
            logger.info("ai-diplomacy %s, %s", __version__, config.document())
            desk = _desk(config, past, journal, recorder)

            seats = Seats(timeline, lambda model: remembered(_AtFirstCall(model, opener, desk), desk), recorder)
            sitting = _Sitting(
                folder, recorder, seats, desk, elapsed=past.elapsed, setup_time=time.perf_counter() - started
            )
            return await sitting.played()
    except ModelRefused as refused:
        if refused.at_once:
            await asyncio.to_thread(folder.discard)
        raise


class _AtFirstCall:
    """A model behind its limits, opened when it is first asked: one that played in phases gone by may be gone too."""

    def __init__(self, model_id: ModelId, opener: OpenModel, desk: CallServices) -> None:
        self.name = str(model_id)
        self._model_id = model_id
        self._opener = opener
        self._desk = desk
        self._model: Model | None = None

    async def generate(self, request: Request) -> Reply:
        if self._model is None:
            try:
                opened = self._opener(self._model_id)
            except ValueError as error:
                raise ModelRefused(f"{self.name} cannot be asked: {error}", at_once=False) from None
            self._model = limited(opened.model, self._desk, opened.price, opened.gate)
        return await self._model.generate(request)


def _desk(config: GameConfig, past: RunHistory, journal: Journal, recorder: Recorder) -> CallServices:
    """What the seats share, with all that was spent before on the bill."""
    calls = config.calls
    budget = Budget(recorder.event, max_cost_usd=calls.max_cost_usd, max_tokens_total=calls.max_tokens_total)
    past.charge(budget)
    standing = CircuitBreaker({call.model for call in past.calls if isinstance(call.outcome, Reply)})
    for incident in past.incidents:
        if isinstance(incident, WishWithheld):
            standing.news(incident.model, (incident.wish,))
    return CallServices(
        journal,
        budget,
        recorder.event,
        hedge=Latencies() if calls.hedge else None,
        standing=standing,
        deadlines=None if calls.phase_deadline is None else PhaseDeadlines(),
    )


@asynccontextmanager
async def _closed(recorder: Recorder, journal: Journal, folder: RunFolder) -> AsyncIterator[None]:
    """Whatever happens, what is not yet on the disk gets there, and the log of the program ends."""
    try:
        log = _log_to(folder.log)
    except OSError as error:
        raise DiskError(f"cannot write {folder.log}: {error.strerror or error}") from None
    try:
        yield
    finally:
        logging.getLogger("ai_diplomacy").removeHandler(log)
        log.close()
        try:
            await recorder.close()
        finally:
            await journal.close()


class _Sitting:
    """One program's part in a run: the game with its folder, which is saved at each adjudication."""

    def __init__(
        self,
        folder: RunFolder,
        recorder: Recorder,
        seats: Seats,
        desk: CallServices,
        *,
        elapsed: float,
        setup_time: float,
    ) -> None:
        """``elapsed``: seconds that were played before."""
        self.setup_time = setup_time
        self._folder = folder
        self._recorder = recorder
        self._desk = desk
        self._config = seats.timeline.last
        self._game = Game(seats, recorder, desk.deadlines)
        self._began = time.perf_counter() - elapsed
        self._saving: asyncio.Task[None] | None = None

    async def played(self) -> Played:
        """Plays to the end, or to where the game cannot go on; everything is saved either way."""
        try:
            return await self._played()
        finally:
            if self._saving is not None:
                await asyncio.gather(self._saving, return_exceptions=True)

    async def _played(self) -> Played:
        try:
            async with policy(self._config.execution, self._config.threads) as steps:
                result = await self._game.play(steps, after_segment=self._after_segment, after_phase=self._after_phase)
        except (Stopped, asyncio.CancelledError) as stopped:
            logger.warning("stopped: %s", str(stopped) or "told to")
            await self._settled(0.0 if isinstance(stopped, asyncio.CancelledError) else LAST_CHANCE)
            await self.save()
            raise
        await self._settled(LAST_CHANCE)
        finished = await self._finish(result)
        logger.info(
            "%s after %s; %s",
            result.outcome,
            result.last_phase,
            self._folder.timing.account(time.perf_counter() - self._began, self.setup_time),
        )
        return Played(result, finished, self._folder, self._desk.budget.ledger)

    async def _finish(self, result: GameResult) -> RunFinished:
        # The save that is still being written belongs to the game's time, and it may fail.
        await self._saved()
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
        self._folder.adjudicated(result.phase, self._game.players_of(result.phase))
        logger.info("%s adjudicated: %s", result.phase, dict(result.captures) or "no centre changed hands")
        if self._recorder.anything_new:
            # The files are made from this moment and written while the game goes on.
            await self._saved()
            self._begin_saving()

    async def _settled(self, seconds: float) -> None:
        """What is paid for is kept, though nobody waits for it any more."""
        if self._desk.deadlines is not None:
            await self._desk.deadlines.settle(seconds)

    async def save(self) -> None:
        """Brings every file up to now."""
        await self._saved()
        self._begin_saving()
        await self._saved()

    async def _saved(self) -> None:
        """Waits for the save that is being written. Raises ``DiskError`` when it cannot be."""
        if self._saving is not None:
            # Shielded: a game that is told to stop must not begin its last save while a thread still writes this one.
            await asyncio.shield(self._saving)
            self._saving = None

    def _begin_saving(self) -> None:
        writing = self._folder.save(
            self._game.board,
            self._game.mailbox,
            self._game.players,
            spending=self._desk.budget.ledger.document(),
            total_time=time.perf_counter() - self._began,
            setup_time=self.setup_time,
        )
        self._saving = asyncio.create_task(writing)


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
