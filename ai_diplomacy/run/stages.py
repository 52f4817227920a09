"""A game's program as data: which steps stand before the next barrier, for whom, and in which order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of several actors."""

    step: str
    actors: tuple[str, ...]
    """Who takes it, sorted."""
    round: int = 0
    """Round of an exchange, from 1; 0 in steps that have none."""
    background: bool = False
    """Whether the actor goes on without waiting for it, up to a stage that joins it."""
    awaited: bool = False
    """Whether a policy waits for it all the same, so that it has no longer than the others."""
    joins: tuple[str, ...] = ()
    """Background steps of the same actor, of all rounds, that must have ended before this one begins."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Stages between two barriers. Each actor takes its steps in this order and waits for no other actor."""

    stages: tuple[Stage, ...]
    barrier: str
    """What is done when all of them have ended, such as ``deliver`` or ``adjudicate``."""
    left: int = 1
    """How many segments of the phase are left, this one included."""

    @property
    def actors(self) -> tuple[str, ...]:
        return tuple(sorted({actor for stage in self.stages for actor in stage.actors}))

    @property
    def ends_phase(self) -> bool:
        return self.left == 1

    def chain(self, actor: str) -> tuple[Stage, ...]:
        """The actor's own steps, in order."""
        return tuple(stage for stage in self.stages if actor in stage.actors)
