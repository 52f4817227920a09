"""Two folders of games compared player by player: differences, intervals, and tests that allow for their number.

Tests are by permutation (``permuting.py``). Holm's procedure adjusts their probabilities within a *family*, the
measures of one group over all players: it keeps the chance of any false finding of the family at 5 %, however the
measures depend on each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..agent.constraint import unmarked
from .estimates import Mark, intervals
from .influence import of_difference, shared_cells
from .measures import Measure
from .permuting import Exchange, permutation_test
from .question import ERROR
from .tallies import Counting, Sums
from .units import Origin, within_positions


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one player, in the second folder less in the first."""

    player: str
    measure: Measure
    before: float
    after: float
    difference: float
    """Over the powers that it had in both; ``after`` less ``before`` where its seats are the same."""
    low: float | None
    high: float | None
    """The 95 % interval of the difference; ``None`` where nothing varies."""
    p: float
    """Of the permutation test, two-sided."""
    adjusted: float
    """The same by Holm's procedure over the family."""
    games: tuple[int, int]
    """Units in each folder."""
    exchange: Exchange
    """What the test exchanged."""
    least: float
    """The smallest ``p`` that so many games allow."""
    mark: Mark


def compared_games(first: Counting, second: Counting) -> list[Difference]:
    """All games of two folders. Of forks of the same positions, seats that were given to others are compared seat by
    seat."""
    origins = [*first.origins.values(), *second.origins.values()]
    positions = within_positions(origins)
    if not all(origin.phase for origin in origins):
        return compared(first.sums(positions=positions), second.sums(positions=positions))
    before, after = (_seated(counting) for counting in (first, second))

    def named(player: str, origin: Origin, power: str) -> str:
        place = (origin.cluster, origin.phase, power)
        return _then(before.get(place, player), after.get(place, player))

    return compared(first.sums(positions=positions, named=named), second.sums(positions=positions, named=named))


def _seated(counting: Counting) -> dict[tuple[str, str, str], str]:
    """(run, phase, power) -> who has that seat."""
    return {
        (origin.cluster, origin.phase, power): player
        for origin in counting.origins.values()
        for power, player in origin.seating
    }


def compared(first: Mapping[str, Sums], second: Mapping[str, Sums]) -> list[Difference]:
    """Every measure that is known on both sides, of every player with two units or more on both, in powers that it had
    on both."""
    pairs = [
        pair
        for one, other in _same(first, second)
        if (pair := _shared(one, other)) is not None and min(pair[0].units, pair[1].units) >= 2
    ]
    family = len(pairs) * max((_largest_group(one.measures) for one, _ in pairs), default=0)
    found = [difference for one, other in pairs for difference in _player(one, other, family)]
    return families(found, lambda difference: difference.measure.group)


def contrasted(one: Sums, other: Sums) -> list[Difference]:
    """Every measure of two players of the same tournament, the first less the second; nothing is adjusted yet."""
    pair = _shared(one, other)
    if pair is None or min(pair[0].units, pair[1].units) < 2:
        return []
    return _player(pair[1], pair[0], _largest_group(one.measures), together=True)


def families(found: Sequence[Difference], of: Callable[[Difference], str]) -> list[Difference]:
    """With probabilities adjusted by Holm's procedure within each family. ``of``: its name."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, difference in enumerate(found):
        places[of(difference)].append(at)
    adjusted = [1.0] * len(found)
    for members in places.values():
        for at, p in zip(members, holm([found[at].p for at in members]), strict=True):
            adjusted[at] = p
    return [replace(difference, adjusted=p) for difference, p in zip(found, adjusted, strict=True)]


def findable(found: Sequence[Difference]) -> bool:
    """Whether there are games enough for any difference to stand, however large."""
    groups = [difference.measure.group for difference in found]
    return any(difference.least * groups.count(difference.measure.group) < ERROR for difference in found)


def _largest_group(measures: Sequence[Measure]) -> int:
    groups = [measure.group for measure in measures]
    return max(map(groups.count, groups), default=0)


def _same(first: Mapping[str, Sums], second: Mapping[str, Sums]) -> Iterator[tuple[Sums, Sums]]:
    """Who plays in both folders; what its replies were held to may be another in the second one."""
    new = {unmarked(player): player for player in sorted(second.keys() - first.keys())}
    for player in sorted(first):
        found = player if player in second else new.get(unmarked(player))
        if found is not None:
            yield first[player], second[found]


def _shared(one: Sums, other: Sums) -> tuple[Sums, Sums] | None:
    cells = shared_cells(one, other)
    if not cells:
        return None
    kept = [sums.only([row for row, seat in enumerate(sums.seats) if seat.cell in cells]) for sums in (one, other)]
    return kept[0], kept[1]


def holm(probabilities: Sequence[float]) -> list[float]:
    """Adjusted so that all below 0.05 may be called findings together (Holm 1979)."""
    order = np.argsort(probabilities, kind="stable")
    steps = np.asarray(probabilities)[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate(np.minimum(1.0, steps))
    return [float(p) for p in adjusted]


def _player(first: Sums, second: Sums, family: int, *, together: bool = False) -> list[Difference]:
    unknown = np.isnan(np.vstack([first.over, second.over, first.under, second.under])).sum(axis=0)
    influence = of_difference(second, first)
    known = [at for at, units in enumerate(influence.units) if units >= 2 and not unknown[at]]
    if not known:
        return []
    with np.errstate(invalid="ignore", divide="ignore"):
        before, after = (sums.over.sum(axis=0) / sums.under.sum(axis=0) for sums in (first, second))
    name = _then(first.player, second.player)
    spans = intervals(influence, name)
    test = permutation_test(
        *(
            Sums(s.player, s.seats, s.over[:, known], s.under[:, known], tuple(s.measures[at] for at in known))
            for s in (second, first)
        ),
        together=together,
        family=family,
    )
    return [
        Difference(
            name,
            first.measures[at],
            float(before[at]),
            float(after[at]),
            float(influence.value[at]),
            spans[at].low,
            spans[at].high,
            float(test.p[column]),
            1.0,
            (first.units, second.units),
            test.exchange,
            test.least,
            spans[at].mark,
        )
        for column, at in enumerate(known)
    ]


def _then(before: str, after: str) -> str:
    """Who is compared with whom."""
    if before == after or after.startswith(f"{before}, then "):
        return after
    return f"{before}, then {after}"
