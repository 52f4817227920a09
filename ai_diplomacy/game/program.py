"""The phase program of Diplomacy: which steps stand between two barriers, for whom, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..board.player import Step
from ..run.stages import Segment, Stage

Takers = Callable[[Step, Iterable[str]], tuple[str, ...]]
"""Of these powers, those whose player takes the step."""


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
        segments.append(Segment((*carried, press), "deliver", left=rounds + 2 - round))
        carried = ()
    plans = (Stage("plan", takers("plan", powers)),) if planning else ()
    segments.append(Segment((*carried, *plans, Stage("order", takers("order", powers))), "adjudicate"))
    return tuple(segments)


def decision(choosers: Sequence[str], takers: Takers) -> Segment:
    """A retreat or adjustment phase, for the powers that have a choice."""
    return Segment((Stage("order", takers("order", choosers)),), "adjudicate")


def turn_end(powers: Sequence[str], *, consolidate: bool, takers: Takers) -> tuple[Stage, ...]:
    """After a turn, unless it was the last. What ``consolidate`` writes is in force from the next reflection on."""
    stages: tuple[Stage, ...] = (Stage("reflect", takers("reflect", powers), joins=("consolidate",)),)
    if consolidate:
        stages += (Stage("consolidate", takers("consolidate", powers), background=True),)
    return stages
