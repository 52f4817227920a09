"""Two players told apart by one measure, in the same games or in different ones, and how many games that takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from .comparing import holm
from .estimates import LEVEL, Mark, chi_quantile, intervals, t_quantile
from .influence import of_difference, shared_cells
from .permuting import Exchange, permutation_test
from .tallies import Sums

POWER = 0.8
"""How often a test should find a difference that there is."""
_NORMAL = NormalDist()
_REACH = _NORMAL.inv_cdf((1 + LEVEL) / 2) + _NORMAL.inv_cdf(POWER)


@dataclass(frozen=True, slots=True)
class Needed:
    """So many games, and the 95 % interval of that."""

    games: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Duel:
    """What tells one player from another."""

    one: str
    other: str
    difference: float
    """The first one's mean less the second one's, over the powers in which both sat."""
    error: float
    low: float | None
    high: float | None
    """The 95 % interval of the difference."""
    p: float
    """Of the permutation test, two-sided."""
    adjusted: float
    """The same by Holm's procedure over all pairs of players."""
    exchange: Exchange
    """What it exchanged."""
    games: int
    """Units that it rests on."""
    detectable: float
    """The smallest difference that the games played find in 80 % of all cases."""
    for_one: Needed | None
    """Units that a test at 5 % needs to find a true difference of 1 in 80 % of all cases, with the 95 % interval that
    the spread of the games played gives it; ``None`` where nothing varies."""
    mark: Mark


def duels(sums: Mapping[str, Sums], at: int) -> tuple[Duel, ...]:
    """Every two players by the measure in column ``at``, adjusted by Holm's procedure over all of them."""
    pairs = [(one, other) for one in sums for other in sums if one < other]
    found = [duel(sums[one], sums[other], at, family=len(pairs)) for one, other in pairs]
    known = [fought for fought in found if fought is not None]
    adjusted = holm([fought.p for fought in known])
    return tuple(replace(fought, adjusted=p) for fought, p in zip(known, adjusted, strict=True))


def duel(one: Sums, other: Sums, at: int, *, permutations: int = 1999, family: int = 1) -> Duel | None:
    """By the measure in column ``at``; where they sat in the same games, in these. ``None`` when it is not known of
    both, they have fewer than two units, or never sat in the same power. ``family``: tests among which a finding must
    be possible."""
    shared = shared_cells(one, other)
    met = {seat.game for seat in one.seats} & {seat.game for seat in other.seats}
    first, second = (
        Sums(sums.player, sums.seats, sums.over[:, [at]], sums.under[:, [at]], (sums.measures[at],)).only(
            [row for row, seat in enumerate(sums.seats) if seat.cell in shared and (not met or seat.game in met)]
        )
        for sums in (one, other)
    )
    if any(np.isnan(part).any() for sums in (first, second) for part in (sums.over, sums.under)):
        return None
    if min(first.units, second.units) < 2:
        return None
    found = of_difference(first, second)
    if not np.isfinite(found.value[0]) or found.units[0] < 2:
        return None
    error, games = math.sqrt(found.variance[0]), len(found.kinds)
    (span,) = intervals(found, f"{one.player} {other.player}")
    test = permutation_test(first, second, together=True, permutations=permutations, family=family)
    return Duel(
        one.player,
        other.player,
        float(found.value[0]),
        error,
        span.low,
        span.high,
        float(test.p[0]),
        float(test.p[0]),
        test.exchange,
        games,
        _REACH * error,
        _for_one(error, games, float(found.freedom[0])),
        span.mark,
    )


def _for_one(error: float, games: int, freedom: float) -> Needed | None:
    if error == 0:
        return None
    tails = (1.0, *(freedom / chi_quantile(p, freedom) for p in ((1 + LEVEL) / 2, (1 - LEVEL) / 2)))
    return Needed(*(max(2, math.ceil(games * (_REACH * error) ** 2 * tail)) for tail in tails))


def power_of_test(difference: float, error: float, freedom: float = 1e6) -> float:
    """How often a test at 5 % finds a true difference, when it is estimated with this standard error."""
    if error == 0:
        return float(difference != 0)
    edge = t_quantile((1 + LEVEL) / 2, freedom)
    return _NORMAL.cdf(abs(difference) / error - edge) + _NORMAL.cdf(-abs(difference) / error - edge)
