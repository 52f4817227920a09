"""How many games, or positions, tell two players apart: counted in 200 draws of so many from those that there are.

A contrast is told where a test at 5 % finds it in at least 80 % of the draws: Welch's test for games of two arms, alone
or with the seats' means taken out (*seats controlled*); a paired test for the same positions, and for games of the same
seed and seat.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from statistics import fmean, stdev
from typing import Any, Literal, get_args

from ai_diplomacy.analysis.duels import POWER
from ai_diplomacy.analysis.estimates import LEVEL, t_quantile

DRAWS = 200
TIMES = 20
"""At most so often was a player asked in one position."""
MOST_GAMES = 400

How = Literal["", "seats controlled", "paired"]
HOW: tuple[How, ...] = get_args(How)

Pairs = Sequence[tuple[float, float]]
"""Regret and stake, of games or of positions."""


def fewest_games(arms: Sequence[Pairs], seats: Sequence[str], how: How) -> int | None:
    """Games an arm: drawn with replacement, so that more can be drawn than were played."""
    for count in (*range(4, 80), *range(80, MOST_GAMES + 1, 5)):
        dice = random.Random(count)
        told = 0
        for _ in range(DRAWS):
            first = [dice.randrange(len(seats)) for _ in range(count)]
            second = first if how == "paired" else [dice.randrange(len(seats)) for _ in range(count)]
            drawn = [[arm[at] for at in games] for arm, games in zip(arms, (first, second), strict=True)]
            told += _told(*drawn, how, [[seats[at] for at in games] for games in (first, second)])
        if told >= POWER * DRAWS:
            return count
    return None


def fewest_positions(
    first: Mapping[str, Mapping[str, Any]], second: Mapping[str, Mapping[str, Any]], *, same_draws: bool
) -> int | None:
    """The same positions are asked of both, and of each position one of the times that a player ordered there."""
    names = sorted(first.keys() & second.keys())
    for count in range(4, len(names) + 1):
        dice = random.Random(count)
        told = 0
        for _ in range(DRAWS):
            arms: list[list[tuple[float, float]]] = [[], []]
            for name in dice.sample(names, count):
                time = dice.randrange(TIMES)
                for arm, rows in zip(arms, (first, second), strict=True):
                    row = rows[name]
                    arm.append((row["regrets"][time % len(row["regrets"])], row["stake"]))
                    time = time if same_draws else dice.randrange(TIMES)
            told += _told(*arms, "paired")
        if told >= POWER * DRAWS:
            return count
    return None


def _told(
    first: Pairs,
    second: Pairs,
    how: How,
    seats: Sequence[Sequence[str]] = (),
) -> bool:
    """Whether a test finds the first arm's share to be the smaller one."""
    one, other = influence(first), influence(second)
    freedom = len(one) - 1.0
    if how == "paired":
        differences = [b - a for a, b in zip(one, other, strict=True)]
        difference, error = fmean(differences), standard_error(differences)
    else:
        if how == "seats controlled":
            one, other = _without_seats(one, other, *seats)
        parts = [standard_error(one) ** 2, standard_error(other) ** 2]
        difference, error = fmean(other) - fmean(one), math.sqrt(sum(parts))
        freedom = sum(parts) ** 2 / (sum(part**2 for part in parts) / freedom or 1e-12)
        freedom -= len(set(chain(*seats))) - 1 if how == "seats controlled" else 0
    return error > 0 and difference / error > t_quantile((1 + LEVEL) / 2, max(3, int(freedom)))


def _without_seats(
    one: Sequence[float], other: Sequence[float], first: Sequence[str], second: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Less what games of that seat have in the mean of both arms."""
    of: defaultdict[str, list[list[float]]] = defaultdict(lambda: [[], []])
    for arm, (values, seats) in enumerate(((one, first), (other, second))):
        for figure, seat in zip(values, seats, strict=True):
            of[seat][arm].append(figure)
    means = {seat: fmean([fmean(arm) for arm in arms if arm]) for seat, arms in of.items()}
    arms = ((one, first), (other, second))
    less = [[figure - means[seat] for figure, seat in zip(*arm, strict=True)] for arm in arms]
    return less[0], less[1]


def share(pairs: Pairs) -> float:
    """Regret over what was at stake."""
    return sum(regret for regret, _ in pairs) / max(1e-9, sum(stake for _, stake in pairs))


def influence(pairs: Pairs) -> list[float]:
    """One figure a game, of which the mean is the share: what analysis.estimates takes for its errors."""
    mean, stake = share(pairs), fmean(stake for _, stake in pairs)
    return [mean + (regret - mean * under) / stake for regret, under in pairs]


def standard_error(values: Sequence[float]) -> float:
    return stdev(values) / math.sqrt(len(values))
