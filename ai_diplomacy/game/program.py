"""The phase program as data: which steps stand between two barriers, for whom, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..board.player import Step

Takers = Callable[[Step, Iterable[str]], tuple[str, ...]]
"""Of these powers, those whose player takes the step."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of several powers."""

    step: Step
    powers: tuple[str, ...]
    """Who takes it, sorted."""
    round: int = 0
    """Round of negotiation, from 1; 0 in other steps."""
    beside: bool = False
    """Whether the power goes on without waiting for it. It ends before the same power's next ``reflect``."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Stages between two barriers. Each power takes its steps in this order and waits for no other power."""

    stages: tuple[Stage, ...]
    barrier: Literal["deliver", "adjudicate"]

    @property
    def powers(self) -> tuple[str, ...]:
        return tuple(sorted({power for stage in self.stages for power in stage.powers}))

    def chain(self, power: str) -> tuple[Stage, ...]:
        """The power's own steps, in order."""
        return tuple(stage for stage in self.stages if power in stage.powers)


def opening(powers: Iterable[str], takers: Takers) -> tuple[Stage, ...]:
    """Before the first phase."""
    return (Stage("initialize", takers("initialize", powers)),)


def movement(
    powers: Sequence[str], *, rounds: int, planning: bool, carried: tuple[Stage, ...], takers: Takers
) -> tuple[Segment, ...]:
    """A movement phase of the surviving ``powers``; ``carried`` are the stages left over from before it."""
    segments = []
    for round in range(1, rounds + 1):
        press = Stage("negotiate", takers("negotiate", powers), round)
        segments.append(Segment((*carried, press), "deliver"))
        carried = ()
    plans = (Stage("plan", takers("plan", powers)),) if planning else ()
    segments.append(Segment((*carried, *plans, Stage("order", takers("order", powers))), "adjudicate"))
    return tuple(segments)


def decision(choosers: Sequence[str], takers: Takers) -> Segment:
    """A retreat or adjustment phase, for the powers that have a choice."""
    return Segment((Stage("order", takers("order", choosers)),), "adjudicate")


def turn_end(powers: Sequence[str], *, consolidate: bool, takers: Takers) -> tuple[Stage, ...]:
    """After a turn, unless it was the last."""
    stages: tuple[Stage, ...] = (Stage("reflect", takers("reflect", powers)),)
    if consolidate:
        stages += (Stage("consolidate", takers("consolidate", powers), beside=True),)
    return stages
