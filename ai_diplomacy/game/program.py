"""The phase program of Diplomacy: which steps stand between two barriers, for whom, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..board.player import Step
from ..run.stages import Segment, Stage

Takers = Callable[[Step, Iterable[str]], tuple[str, ...]]
"""Of these powers, those whose player takes the step."""


def opening(powers: Iterable[str], *, beside: bool, takers: Takers) -> tuple[Stage, ...]:
    """Before the first phase, or ``beside`` its first step."""
    return (Stage("initialize", takers("initialize", powers), background=beside),)


def movement(
    powers: Sequence[str],
    *,
    rounds: int,
    planning: bool,
    provisional: bool = False,
    carried: tuple[Stage, ...],
    beside: bool,
    joins: tuple[Step, ...],
    takers: Takers,
) -> tuple[Segment, ...]:
    """A movement phase of the surviving ``powers``; ``carried`` are the stages left over from before it.
    ``provisional``: what each would order is asked beside every round of press, with what was known before it.

    ``joins``: what has run beside other steps, and is over when the first step of the phase begins, or, with
    ``beside``, the first after the first barrier."""
    # Every later step joins it too, as a power need not take the first.
    joined = [() if beside and at == 0 else joins for at in range(rounds + 1)]
    parts = [[Stage("negotiate", takers("negotiate", powers), at + 1, joins=joined[at])] for at in range(rounds)]
    if provisional:
        for at, part in enumerate(parts):
            # Nobody waits for it but the first of the next phase, which takes its place.
            ended: tuple[Step, ...] = () if at else ("provisional",)
            asked = takers("provisional", powers)
            part.insert(0, Stage("provisional", asked, at, background=True, joins=(*joined[at], *ended)))
    plans = [Stage("plan", takers("plan", powers), joins=joined[-1])] if planning else []
    parts.append([*plans, Stage("order", takers("order", powers), joins=joined[-1])])
    parts[0] = [*carried, *parts[0]]
    return tuple(
        Segment(tuple(stages), "deliver" if at < rounds else "adjudicate", left=rounds + 1 - at)
        for at, stages in enumerate(parts)
    )


def decision(choosers: Sequence[str], *, carried: tuple[Stage, ...], takers: Takers) -> Segment:
    """A retreat or adjustment phase, for the powers that have a choice; ``carried`` runs beside it."""
    return Segment((*carried, Stage("order", takers("order", choosers))), "adjudicate")


def looking_back(powers: Sequence[str], *, beside: bool, consolidate: bool, takers: Takers) -> tuple[Stage, ...]:
    """After a movement phase, of powers that will play the next one. ``beside``: it runs beside what comes next."""
    stages: tuple[Stage, ...] = (Stage("reflect", takers("reflect", powers), background=beside),)
    if consolidate:
        stages += (Stage("consolidate", takers("consolidate", powers), background=True),)
    return stages
