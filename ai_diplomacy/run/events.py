"""Events of a run as a whole and of the steps of its actors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from ..models.events import CallEvent
from ..records.events import Event


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """The first event of every run."""

    replayed: ClassVar[bool] = False

    format: int
    """Version of the run folder's format."""
    generation: int
    """Raised whenever prompts, the reading of replies, the program of steps or the bots change: only a version of the
    same generation plays on."""
    version: str
    """Version of AI Diplomacy."""
    config: Mapping[str, Any]
    """All settings, without keys."""
    models: Mapping[str, str]
    """Actor -> model id without its key, with a mark where something else makes another player of it."""


@dataclass(frozen=True, slots=True)
class RunForked(Event):
    """The second event of a run that begins in the middle of another one. Its phases before ``phase`` are those of the
    other run, answered from a copy of its journal."""

    replayed: ClassVar[bool] = False
    source: str
    """Folder of the other run."""
    phase: str
    """The first phase played anew."""
    settings: Sequence[Mapping[str, Any]]
    """``{"after", "config"}`` of each change of the settings since the start of the game: they hold for the phases that
    follow ``after`` (empty: for all). The last one is the fork's own."""


@dataclass(frozen=True, slots=True)
class RunImported(Event):
    """The second event of a run that was made from another program's files, and the third of a fork of one. It has no
    journal: what it tells was read, and is never played again."""

    replayed: ClassVar[bool] = False
    source: str
    """The file or folder that was read."""
    format: str
    """What it was, as a person says it."""
    sha256: Mapping[str, str]
    """File -> digest of what was read of it, unpacked."""
    missing: Sequence[str]
    """What runs of this program hold, and this one does not."""
    problems: Sequence[str]
    """What could not be read as it stood, and what was done instead."""
    until: str = ""
    """The first phase that was played by this program, in a fork; empty: none was."""


@dataclass(frozen=True, slots=True)
class RunResumed(Event):
    """Another program's session of a run begins: it goes on from where the last one stood."""

    replayed: ClassVar[bool] = False
    version: str
    after: str
    """The phase in which the run stood; ``config`` holds for the phases that follow it."""
    config: Mapping[str, Any]
    torn_lines: Sequence[str]
    """Files whose last line was torn, so that it was dropped."""


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    replayed: ClassVar[bool] = False
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


Verdict = Literal["ok", "repaired", "cut", "illegal", "unusable", "failed"]
"""How a reply was read. ``repaired``: it needed mending; ``cut``: it is not complete, and what was not finished is left
out; ``illegal``: read, but with orders that do not stand; ``unusable``: no reply of the right shape; ``failed``: the
call was not answered."""


@dataclass(frozen=True, slots=True)
class ReplyRead(CallEvent):
    """A model's reply was read, well or badly; or the call failed."""

    verdict: Verdict
    problems: Sequence[str]


@dataclass(frozen=True, slots=True)
class StepDefaulted(Event):
    """A step ended without a usable reply, so the actor did nothing in it (or kept its earlier orders)."""

    on_disk: ClassVar[Mapping[str, str]] = {"actor": "power"}

    actor: str
    phase: str
    step: str
    round: int
    model: str
    reason: str


@dataclass(frozen=True, slots=True)
class StepFaulted(Event):
    """The program itself failed at a step, so it counts as not taken. However often the run is played again, it is not
    taken then either: the fault may have passed, and the game went on without it."""

    on_disk: ClassVar[Mapping[str, str]] = {"actor": "power"}

    actor: str
    phase: str
    step: str
    round: int
    reason: str


@dataclass(frozen=True, slots=True)
class StepFinished(Event):
    """An actor took a step."""

    on_disk: ClassVar[Mapping[str, str]] = {"actor": "power"}

    actor: str
    phase: str
    step: str
    round: int
    started: float
    """Seconds since the first step that this program took part in."""
    seconds: float

    def identity(self) -> tuple[Any, ...]:
        return ("step_finished", self.actor, self.phase, self.step, self.round)
