"""Taking one step of one actor: guarded, timed and told."""

from __future__ import annotations

import asyncio
import logging
import time

from ..models.call_log import PromptDiffersError
from ..models.stopping import Stopped
from ..records.durable import DiskError
from ..records.events import Listener
from .events import StepDefaulted, StepFinished
from .protocols import Game, PendingStep
from .stages import Stage

logger = logging.getLogger(__name__)

_ENDS_GAME: tuple[type[Exception], ...] = (DiskError, PromptDiffersError, Stopped)
"""What ends any game: playing on would lose what is paid for, or play an actor whom nobody plays."""


class Steps:
    """Takes the steps of one game."""

    def __init__(self, game: Game, listener: Listener, ends_game: tuple[type[Exception], ...] = ()) -> None:
        """``ends_game``: what ends this game besides what ends any."""
        self._game = game
        self._listener = listener
        self._ends_game = (*_ENDS_GAME, *ends_game)
        self._clock = time.perf_counter()

    async def take(self, actor: str, stage: Stage) -> None:
        """Raises nothing but what ends the game; whatever else goes wrong costs the actor this step, and nobody else
        anything."""
        started = time.perf_counter()
        step = self._game.step(actor, stage)
        try:
            await step.take()
        except self._ends_game:
            raise
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Nobody cancelled the game: it leaked out of something that the player uses.
            self._failed(actor, stage, step, error)
        except Exception as error:  # noqa: BLE001 - a player's turn is guarded here, whatever the player is
            self._failed(actor, stage, step, error)
        began, seconds = started - self._clock, time.perf_counter() - started
        self._listener.event(
            StepFinished(actor, step.phase, stage.step, stage.round, started=round(began, 6), seconds=round(seconds, 6))
        )

    def _failed(self, actor: str, stage: Stage, step: PendingStep, error: BaseException) -> None:
        logger.error("%s failed at %s in %s", actor, stage.step, step.phase, exc_info=error)
        reason = f"{type(error).__name__}: {error}"
        self._listener.event(StepDefaulted(actor, step.phase, stage.step, stage.round, step.model, reason))
