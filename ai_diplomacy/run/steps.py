"""Taking one step of one actor: guarded, timed and told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable

from ..models.call_log import PromptDiffersError
from ..models.stopping import Stopped, told_to_end
from ..records.durable import DiskError
from ..records.events import Listener
from .events import StepDefaulted, StepFaulted, StepFinished
from .protocols import Game, PendingStep
from .stages import Stage

logger = logging.getLogger(__name__)

_ENDS_GAME: tuple[type[Exception], ...] = (DiskError, PromptDiffersError, Stopped)
"""What ends any game: playing on would lose what is paid for, or play an actor whom nobody plays."""


async def _kept_nowhere() -> None:
    """Of a game that nobody records."""


class Steps:
    """Takes the steps of one game."""

    def __init__(
        self,
        game: Game,
        listener: Listener,
        ends_game: tuple[type[Exception], ...] = (),
        faults: Iterable[StepFaulted] = (),
        synced: Callable[[], Awaitable[None]] = _kept_nowhere,
    ) -> None:
        """``ends_game``: what ends this game besides what ends any. ``faults``: those of the game so far. ``synced``
        returns when what was told is on the disk."""
        self._game = game
        self._listener = listener
        self._ends_game = (*_ENDS_GAME, *ends_game)
        self._faults = {(fault.actor, fault.phase, fault.step, fault.round): fault for fault in faults}
        self._synced = synced
        self._clock = time.perf_counter()

    async def take(self, actor: str, stage: Stage) -> None:
        """Raises nothing but what ends the game; whatever else goes wrong costs the actor this step, and nobody else
        anything."""
        started = time.perf_counter()
        step = self._game.step(actor, stage)
        place = actor, step.phase, stage.step, stage.round
        fault = self._faults.get(place)
        if fault is None:
            reason = await self._taken(step, actor, stage)
            fault = None if reason is None else StepFaulted(*place, reason)
        if fault is not None:
            self._listener.event(fault)
            self._listener.event(StepDefaulted(*place, step.model, fault.reason))
            # What the actor does next depends on it.
            await self._synced()
        began, seconds = started - self._clock, time.perf_counter() - started
        self._listener.event(StepFinished(*place, started=round(began, 6), seconds=round(seconds, 6)))

    async def _taken(self, step: PendingStep, actor: str, stage: Stage) -> str | None:
        """Why it failed, if it did."""
        try:
            await step.take()
        except self._ends_game:
            raise
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and told_to_end():
                raise
            logger.error("%s failed at %s in %s", actor, stage.step, step.phase, exc_info=error)
            return f"{type(error).__name__}: {error}"
        return None
