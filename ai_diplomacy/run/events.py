"""Events of a run as a whole and of the steps of its actors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from ..records.events import Event


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """The first event of every run."""

    recurs: ClassVar[bool] = False

    format: int
    """Version of the run folder's format."""
    version: str
    """Version of AI Diplomacy."""
    config: Mapping[str, Any]
    """All settings, without keys."""
    models: Mapping[str, str]
    """Power -> model id without its key."""


@dataclass(frozen=True, slots=True)
class RunForked(Event):
    """The second event of a run that begins in the middle of another one. Its phases before ``phase`` are those of the
    other run, answered from a copy of its journal."""

    recurs: ClassVar[bool] = False
    source: str
    """Folder of the other run."""
    phase: str
    """The first phase played anew."""
    settings: Sequence[Mapping[str, Any]]
    """``{"after", "config"}`` of each change of the settings since the start of the game: they hold for the phases that
    follow ``after`` (empty: for all). The last one is the fork's own."""


@dataclass(frozen=True, slots=True)
class RunResumed(Event):
    """A program goes on with a run that another one began."""

    recurs: ClassVar[bool] = False
    version: str
    after: str
    """The phase in which the run stood; ``config`` holds for the phases that follow it."""
    config: Mapping[str, Any]
    torn_lines: Sequence[str]
    """Files whose last line was torn, so that it was dropped."""


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    recurs: ClassVar[bool] = False
    outcome: Literal["solo", "draw", "last_power", "limit"]
    """``limit``: the last phase to be played was played."""
    winners: Sequence[str]
    phase: str
    """The last phase played."""
    centers: Mapping[str, Sequence[str]]
    total_time: float
    """Seconds from the first call to the last file written but this one."""


@dataclass(frozen=True, slots=True)
class PhaseBegun(Event):
    """Base of what a game tells when a phase of it begins."""

    abstract: ClassVar[bool] = True
    phase: str


@dataclass(frozen=True, slots=True)
class StepDefaulted(Event):
    """A step ended without a usable reply, so the power did nothing in it (or kept its earlier orders)."""

    power: str
    phase: str
    step: str
    round: int
    model: str
    reason: str


@dataclass(frozen=True, slots=True)
class StepFinished(Event):
    """A player took a step."""

    power: str
    phase: str
    step: str
    round: int
    started: float
    """Seconds since the first step that this program took part in."""
    seconds: float

    def identity(self) -> tuple[Any, ...]:
        return ("step_finished", self.power, self.phase, self.step, self.round)
