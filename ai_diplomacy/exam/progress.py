"""What the terminal shows of an examination while it is taken: how far it is, what it has cost, and trouble."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..board.terrain import terrain
from ..game.display import Display, GameConsole
from ..models.events import (
    BudgetWarned,
    CallAnswered,
    CallRetried,
    CoolDownStarted,
    LimiterChanged,
    ModelRemarked,
    ParameterDropped,
)
from ..models.known import known_sum
from ..records.events import Event
from ..run.events import StepDefaulted, StepFinished
from .config import MAP, ExamConfig

EVERY = 10.0
"""Seconds between two lines on one model."""

_OF_THE_MODEL = (BudgetWarned, CallRetried, CoolDownStarted, LimiterChanged, ModelRemarked, ParameterDropped)
"""What is told as in a game; what befalls a single position stands on the card."""


class ExamProgress(Display):
    """Listens to one examination."""

    def __init__(
        self, player: str, config: ExamConfig, console: GameConsole, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(console, terrain(MAP), config.marked_names())
        self._player = player
        self._clock = clock
        self._count = len(config.models)
        self._ended = self._unusable = 0
        self._cost: float | None = 0.0
        self._began = self._last = clock()

    def event(self, event: Event) -> None:
        match event:
            case CallAnswered():
                self._cost = known_sum(self._cost, event.reply.cost_usd)
            case StepDefaulted():
                self._unusable += 1
            case StepFinished():
                self._ended += 1
                if self._ended == self._count or self._clock() - self._last >= EVERY:
                    self._last = self._clock()
                    self._console.print(self.line(), markup=False, highlight=False, soft_wrap=True)
            case _ if isinstance(event, _OF_THE_MODEL):
                super().event(event)

    def line(self) -> str:
        """How far it is."""
        words = [f"{self._player}: {self._ended} of {self._count} positions answered"]
        if self._unusable:
            words.append(f"{self._unusable} without a usable reply")
        if self._cost != 0:
            words.append("cost unknown" if self._cost is None else f"${self._cost:.4f}")
        if 0 < self._ended < self._count:
            left = (self._clock() - self._began) / self._ended * (self._count - self._ended)
            words.append(f"about {left:.0f} s left")
        return ", ".join(words)
