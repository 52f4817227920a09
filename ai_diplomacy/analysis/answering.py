"""The question asked beforehand, answered in one sentence; and all else of the same two players, which is
exploratory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..agent.constraint import unmarked
from .comparing import Difference, contrasted, families
from .duels import Duel, duel
from .formatting import EXCHANGED, chance, number, span
from .measures import NAMED
from .question import PrimaryQuestion
from .tallies import Sums

_PERMUTATIONS = 19_999


@dataclass(frozen=True, slots=True)
class PrimaryAnswer:
    """What the games say to it."""

    question: PrimaryQuestion
    sentence: str
    planned: bool
    """Whether so many games are finished as it was to be looked at."""
    found: bool
    """Whether a difference stands."""
    explored: tuple[Difference, ...]
    """All measures of the two but the primary one, adjusted within their families."""


def answer(question: PrimaryQuestion, sums: Mapping[str, Sums], games: int) -> PrimaryAnswer:
    """``games``: that are finished."""
    one, other = (_named(name, sums) for name in question.contrast)
    measure = NAMED[question.primary]
    begun = f"Asked beforehand ({question.digest}): {measure.title}, {' less '.join(question.contrast)}"
    look = question.looks.index(games) if games in question.looks else None
    measured = None
    if one is not None and other is not None:
        measured = duel(one, other, one.measures.index(measure), permutations=_PERMUTATIONS)
    if one is None or other is None or measured is None:
        return PrimaryAnswer(question, f"{begun}: {games} games tell nothing of it.", look is not None, False, ())
    explored = [d for d in contrasted(one, other) if d.measure is not measure and question.family(d.measure.name)]
    adjusted = tuple(families(explored, lambda d: question.family(d.measure.name)))
    if look is None:
        when = " and ".join(map(str, question.looks))
        told = (
            f"{begun}, at {when} games. {games} are finished, so this is exploratory: {_figures(measured, question)}."
        )
        return PrimaryAnswer(question, told, False, False, adjusted)
    share = question.error[look]
    found = measured.p <= share
    which = f"look {look + 1} of {len(question.looks)}, " if len(question.looks) > 1 else ""
    verdict = f"{'a difference' if found else 'no difference'} stands at {100 * share:g} %"
    return PrimaryAnswer(
        question, f"{begun}, {which}{games} games: {_figures(measured, question)}; {verdict}.", True, found, adjusted
    )


def _figures(measured: Duel, question: PrimaryQuestion) -> str:
    measure = NAMED[question.primary]
    figures = number(measured.difference, measure), span(measured.low, measured.high, measure, measured.mark)
    test = f"by the exact test that exchanges {EXCHANGED[measured.exchange]}"
    return f"{' '.join(filter(None, figures))}, p {chance(measured.p)} {test}"


def _named(name: str, sums: Mapping[str, Sums]) -> Sums | None:
    """What its replies were held to is no part of a name in a specification."""
    if name in sums:
        return sums[name]
    marked = [found for player, found in sums.items() if unmarked(player) == name]
    return marked[0] if len(marked) == 1 else None
