"""Taking one step of one actor: guarded, timed and told; and the time that the steps of a phase may take."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AbstractContextManager, nullcontext

from ..models.call_log import PromptDiffersError
from ..models.phase_deadlines import PhaseDeadlines
from ..models.stopping import Stopped
from ..records.durable import DiskError
from ..records.events import Listener
from .events import StepDefaulted, StepFinished
from .protocols import Game, Turn
from .stages import Segment, Stage

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
        turn = self._game.turn(actor, stage)
        try:
            await turn.take()
        except self._ends_game:
            raise
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Nobody cancelled the game: it leaked out of something that the player uses.
            self._failed(actor, stage, turn, error)
        except Exception as error:  # noqa: BLE001 - a player's turn is guarded here, whatever the player is
            self._failed(actor, stage, turn, error)
        began, seconds = started - self._clock, time.perf_counter() - started
        self._listener.event(
            StepFinished(actor, turn.phase, stage.step, stage.round, started=round(began, 6), seconds=round(seconds, 6))
        )

    def _failed(self, actor: str, stage: Stage, turn: Turn, error: BaseException) -> None:
        logger.error("%s failed at %s in %s", actor, stage.step, turn.phase, exc_info=error)
        reason = f"{type(error).__name__}: {error}"
        self._listener.event(StepDefaulted(actor, turn.phase, stage.step, stage.round, turn.model, reason))


class PhaseClock:
    """Keeps a phase's deadline: each of the segments that are left of it may take an equal share of the time, so that
    an actor that says nothing in the first does not cost the others their decisions in the last."""

    def __init__(self, deadlines: PhaseDeadlines | None, seconds: float | None) -> None:
        """``seconds`` that a phase may take; ``None``: as long as it takes."""
        self._deadlines = deadlines
        self._seconds = seconds
        self._ends: float | None = None

    def over(self, segment: Segment) -> AbstractContextManager[None]:
        """While it is open, the segment is played."""
        if self._deadlines is None or self._seconds is None:
            return nullcontext()
        now = asyncio.get_running_loop().time()
        ends = now + self._seconds if self._ends is None else self._ends
        self._ends = None if segment.ends_phase else ends
        return self._deadlines.interval((ends - now) / segment.left)
