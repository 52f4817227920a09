"""What the terminal shows while a model is asked many questions: how far it is, what it has cost, and trouble."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from ..board.terrain import Terrain
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
from .display import Display, GameConsole

EVERY = 10.0
"""Seconds between two lines on one model."""

_OF_THE_MODEL = (BudgetWarned, CallRetried, CoolDownStarted, LimiterChanged, ModelRemarked, ParameterDropped)
"""What is told as in a game; what befalls a single question is told with its answers."""


class CallProgress(Display):
    """Listens to the runs in which one model is asked."""

    def __init__(
        self,
        asked: str,
        count: int,
        what: str,
        ground: Terrain,
        names: Mapping[str, str],
        console: GameConsole,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``asked``: who; ``count``: questions, which are each about one of ``what``; ``names``: actor -> model."""
        super().__init__(console, ground, names)
        self._asked = asked
        self._clock = clock
        self._count, self._what = count, what
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
        words = [f"{self._asked}: {self._ended} of {self._count} {self._what} answered"]
        if self._unusable:
            words.append(f"{self._unusable} without a usable reply")
        if self._cost != 0:
            words.append("cost unknown" if self._cost is None else f"${self._cost:.4f}")
        if 0 < self._ended < self._count:
            left = (self._clock() - self._began) / self._ended * (self._count - self._ended)
            words.append(f"about {left:.0f} s left")
        return ", ".join(words)
