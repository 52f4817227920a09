"""One program's part in a run: goes on from what is recorded, plays to the end or to where it cannot, and saves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..models.budget import Budget
from ..models.circuit_breaker import CircuitBreaker, ModelRefused
from ..models.events import BudgetWarned, CallAnswered, CallLate, CallLost, ModelRemarked, ParameterDropped
from ..models.hedging import Latencies
from ..models.ids import ModelId
from ..models.journal import Journal
from ..models.layers import CallServices, OpenModel, limited, remembered
from ..models.ledger import Ledger
from ..models.model import Model, Reply, Request
from ..models.phase_deadlines import PhaseDeadlines
from ..models.stopping import Stopped
from ..records.cleaning import cleaned
from ..records.durable import DiskError
from ..records.events import Listener
from .create import check_playable
from .events import RunFinished, RunResumed
from .folder import RunFolder
from .history import HeldRun, RunHistory
from .idle_seats import IdleSeats
from .policies import policy
from .protocols import Artefacts, G, Game, GameKind
from .recorder import Recorder
from .settings_history import RunSettings, S
from .steps import Steps

logger = logging.getLogger(__name__)

LAST_CHANCE = 10.0
"""Seconds that late replies get when the game has ended, before their calls are cancelled."""


@dataclass(frozen=True, slots=True)
class Played:
    """A finished game and its figures."""

    finished: RunFinished
    folder: RunFolder
    artefacts: Artefacts
    ledger: Ledger
    faults: int = 0
    """Of the program while it told of the game; the log tells of each."""


async def play_on(
    run: HeldRun[S],
    config: S,
    kind: GameKind[S, G],
    display: Listener | None = None,
    *,
    started: float,
    open_model: OpenModel,
    lenient: bool = False,
) -> Played:
    """Goes on with a run, from its journal up to where that ends, with these settings for the phases behind the one
    in which it stands; how models are asked changes at once.

    ``started``: ``time.perf_counter()`` when the program began. ``lenient``: whether a prompt may differ by now from
    the one that a call of the journal answered. Raises ``ConfigError`` or ``PromptError`` before anything is written;
    ``DiskError`` when a record cannot be, ``BudgetExceeded`` at a cap, ``ModelRefused`` when a model cannot be asked,
    ``SeatsIdle`` when its replies are unusable, ``PromptDiffersError``, all five with nothing lost.
    """
    history = run.history
    check_playable(history)
    same = config.game_settings() == history.settings.last.game_settings()
    settings = history.settings.renewed(config) if same else history.settings.changed(history.phase, config)
    settings = settings.keyed(config.models)
    folder = RunFolder(history.path, settings.last)
    for log, end in zip((run.journal, run.events), history.ends.values(), strict=True):
        log.go_on(end)
    journal = Journal(run.journal, history.calls, lenient=lenient)
    recorder = Recorder(run.events, history.already_logged)
    services = _call_services(config, history, journal, recorder)
    try:
        async with _closed(recorder, journal, folder):
            game = kind.begin(
                settings,
                lambda model: remembered(_AtFirstCall(model, open_model, services), services),
                recorder,
            )
            if history.recorded and kind.recall is not None:
                kind.recall(game, history.recorded)
            artefacts = kind.artefacts(settings, game)
            folder.listen_to(recorder)
            idle = IdleSeats(config.calls.max_unusable_steps, history.calls)
            recorder.listen(artefacts, idle)
            for event in (*history.recorded, *history.operational):
                recorder.recall(event)
            if display is not None:
                recorder.watch(display)
            if history.sessions or not same:
                recorder.event(RunResumed(__version__, history.phase, config.document(), history.torn))
                # Before any call: a program that dies in the first segment has been here all the same.
                await recorder.synced()
            logger.info("ai-diplomacy %s, %s", __version__, config.document())
            setup_time = time.perf_counter() - started
            session = _Session(
                game,
                Steps(game, recorder, kind.ends_game, history.faults, recorder.synced),
                idle,
                config,
                folder,
                artefacts,
                recorder,
                services,
                elapsed=history.elapsed,
                setup_time=setup_time,
            )
            return await session.played()
    except ModelRefused as refused:
        if refused.at_once and not services.budget.ledger.total().lost_calls:
            await asyncio.to_thread(folder.discard)
        raise


class _AtFirstCall:
    """A model behind its limits, opened when it is first asked: one that played in phases gone by may be gone too."""

    def __init__(self, model_id: ModelId, open_model: OpenModel, services: CallServices) -> None:
        self.name = str(model_id)
        self._model_id = model_id
        self._open_model = open_model
        self._services = services
        self._model: Model | None = None

    async def generate(self, request: Request) -> Reply:
        if self._model is None:
            try:
                opened = self._open_model(self._model_id)
            except ValueError as error:
                raise ModelRefused(f"{self.name} cannot be asked: {error}", at_once=False) from None
            self._services.windows.learn(self.name, self._model_id.window)
            self._model = limited(opened.model, self._services, opened.price, opened.gate)
        return await self._model.generate(request)


def _call_services(config: S, history: RunHistory[S], journal: Journal, recorder: Recorder) -> CallServices:
    """What the seats share, with all that was spent before on the bill."""
    calls = config.calls
    budget = Budget(recorder.event, max_cost_usd=calls.max_cost_usd, max_tokens_total=calls.max_tokens_total)
    charge(budget, history)
    breaker = CircuitBreaker({call.model for call in history.calls if isinstance(call, CallAnswered)})
    for event in history.operational:
        if isinstance(event, ParameterDropped):
            breaker.news(event.model, (event.parameter,))
        elif isinstance(event, ModelRemarked):
            breaker.news(event.model, (event.remark,))
    return CallServices(
        journal,
        budget,
        recorder.event,
        hedge=Latencies() if calls.hedge else None,
        breaker=breaker,
        deadlines=None if calls.phase_deadline is None else PhaseDeadlines(calls.phase_deadline),
    )


def charge(budget: Budget, history: RunHistory[Any]) -> None:
    """Puts on the bill what was spent so far, late replies and calls without an answer included."""
    for event in history.operational:
        if isinstance(event, BudgetWarned):
            budget.restore_warned(event)
    answered: list[CallAnswered | CallLate] = [call for call in history.calls if isinstance(call, CallAnswered)]
    for call in answered + history.calls.late:
        if not call.reply.inherited:
            budget.restore(call.key, call.model, call.reply)
    for event in history.operational:
        if isinstance(event, CallLost):
            budget.restore_lost(event)
    budget.warn()


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


class _Session:
    """The game with its folder, which is saved whenever a phase has ended."""

    def __init__(
        self,
        game: Game,
        steps: Steps,
        idle: IdleSeats,
        config: RunSettings,
        folder: RunFolder,
        artefacts: Artefacts,
        recorder: Recorder,
        services: CallServices,
        *,
        elapsed: float,
        setup_time: float,
    ) -> None:
        """``elapsed``: seconds that were played before."""
        self._game = game
        self._config = config
        self._folder = folder
        self._artefacts = artefacts
        self._recorder = recorder
        self._services = services
        self._setup_time = setup_time
        self._steps = steps
        self._idle = idle
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
                deadlines = self._services.deadlines
                while (segment := self._game.segment()) is not None:
                    with nullcontext() if deadlines is None else deadlines.share(segment.left):
                        await steps.run(segment, self._steps.take)
                    self._folder.crossed(segment)
                    await self._recorder.synced()
                    self._idle.check(phase_ends=segment.ends_phase)
                    await self._game.cross(segment)
                    if segment.ends_phase:
                        await self._phase_ended()
        except (Stopped, asyncio.CancelledError) as stopped:
            logger.warning("stopped: %s", str(stopped) or "told to")
            await self._settled(0.0 if isinstance(stopped, asyncio.CancelledError) else LAST_CHANCE)
            await self._save()
            raise
        await self._settled(LAST_CHANCE)
        finished = await self._finish()
        account = self._folder.timing.account(time.perf_counter() - self._began, self._setup_time)
        logger.info("%s after %s; %s", finished.outcome, finished.phase, account)
        ledger = self._services.budget.ledger
        return Played(finished, self._folder, self._artefacts, ledger, self._recorder.faults)

    async def _finish(self) -> RunFinished:
        # The save that is still being written belongs to the game's time, and it may fail.
        await self._saved()
        finished = self._game.finished(round(time.perf_counter() - self._began, 6))
        self._recorder.event(finished)
        await self._save()
        await self._recorder.synced()
        return finished

    async def _phase_ended(self) -> None:
        self._artefacts.phase_ended()
        if self._recorder.anything_new:
            # The files are made from this moment and written while the game goes on.
            await self._saved()
            self._begin_saving()

    async def _settled(self, seconds: float) -> None:
        """What is paid for is kept, though nobody waits for it any more."""
        if self._services.deadlines is not None:
            await self._services.deadlines.settle(seconds)

    async def _save(self) -> None:
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
            self._artefacts,
            spending=self._services.budget.ledger.document(),
            total_time=time.perf_counter() - self._began,
            setup_time=self._setup_time,
        )
        self._saving = asyncio.create_task(writing)


_logged: ContextVar[Path | None] = ContextVar("the log of the game that this task plays", default=None)


class _CleanLines(logging.Formatter):
    """A message is a line; what failed and where may follow it in more."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that is called
        return cleaned(super().formatMessage(record), "line")

    def format(self, record: logging.LogRecord) -> str:
        return cleaned(super().format(record), "text")


def _log_to(path: Path) -> logging.Handler:
    """Sends what is logged in this task, and in those that it starts, to a file of its own: many games may share
    the process."""
    _logged.set(path)
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.addFilter(lambda _: _logged.get() == path)
    handler.setFormatter(_CleanLines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    package = logging.getLogger("ai_diplomacy")
    package.setLevel(logging.INFO)
    package.propagate = False
    package.addHandler(handler)
    return handler
