"""What a game must give to be run: its settings, what comes next, one turn, and crossing a barrier."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from ..models.ids import ModelId
from ..models.model import Model
from ..records.events import Event, Listener
from .events import RunFinished
from .settings_history import S, SettingsHistory
from .stages import Segment, Stage

Answering = Callable[[ModelId], Model]
"""The model of an id, with all its layers."""

File = str | Callable[[], str]
"""What a file is to hold, or what makes it, which is called on a thread."""


@dataclass(frozen=True, slots=True)
class PendingStep:
    """One step that one actor is to take."""

    phase: str
    """The phase that it belongs to in the records."""
    model: str
    take: Callable[[], Awaitable[None]]


class Game(Protocol):
    """A game that is being played. Its settings may change between phases."""

    def segment(self) -> Segment | None:
        """The stages before the next barrier; ``None`` when the game has ended."""

    def step(self, actor: str, stage: Stage) -> PendingStep:
        """One step of one actor. Steps of a segment may be taken in any order."""

    async def cross(self, segment: Segment) -> None:
        """Cross the segment's barrier, when all its steps have ended."""

    def finished(self, total_time: float) -> RunFinished:
        """How the game ended, after its last segment."""


G = TypeVar("G", bound=Game)


class Artefacts(Listener, Protocol):
    """The files of a game that are made from what is told of it."""

    def phase_ended(self) -> None:
        """A phase of the game has just ended."""

    def texts(self, spending: Mapping[str, Any]) -> Mapping[str, File]:
        """File, relative to the run's folder -> what it is to hold by now. ``spending``: the bill so far."""


@dataclass(frozen=True, slots=True)
class GameKind(Generic[S, G]):
    """A kind of game."""

    settings: Callable[[Mapping[str, Any]], S]
    """From the document that a run's records hold. Raises ``ConfigError``."""
    order: Callable[[str], Any]
    """Sorts the names of phases as they are played."""
    begin: Callable[[SettingsHistory[S], Answering, Listener], G]
    """A game from its start. Raises ``PromptError``."""
    artefacts: Callable[[SettingsHistory[S], G], Artefacts]
    """Its files."""
    checked: Callable[[Event], tuple[str, ...] | None]
    """Where in the game an event has its place, the phase first, if a replay must come by an equal one there; the
    place ``(phase, "results")`` ends a phase."""
    ends_game: tuple[type[Exception], ...] = ()
    """What a step may raise that ends the game, because playing on would lose something."""
    recall: Callable[[G, Sequence[Event]], None] | None = None
    """Brings a new game to where imported phases end, for kinds of which there are imports. Raises ``ConfigError``."""
