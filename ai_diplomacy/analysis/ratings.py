"""Ratings of all players on one scale: one fit of Plackett's and Luce's model to the places in all games at once.

A seat's strength is its player's plus its power's; the chance to come first among those who are left is in proportion
to its exponential. Who shares a place counts in every order alike, as a draw counts half for each. Being one fit, it
has one estimand: more games of the same players make it more precise, and change nothing else. 400 points are odds of
ten to one, as in chess; ``ANCHOR`` has 0, so that tournaments which it plays in have one scale; without it the mean of
the players has.

Errors come from how games differ (a sandwich over independent games, for seats share the luck of their game); where
games hardly differ, half of the model's own variance is the least. A weak prior, ``PRIOR`` points, holds those who won
or lost everything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from .estimates import FEW, LEVEL, Mark, t_quantile
from .tallies import Array

ANCHOR = "bot:dumbbot"
SCALE = 400 / math.log(10)
PRIOR = 600.0
"""Standard deviation of what is thought of a player, in points, before any game."""
_POWER_PRIOR = 200.0
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Rated:
    """One game, for its ratings: who came where."""

    unit: str
    """Equal for games that are one observation."""
    seats: tuple[tuple[str, str, float], ...]
    """(player, power, place), a seat each; 1 is best."""


@dataclass(frozen=True, slots=True)
class Rating:
    """How strong a player is."""

    player: str
    points: float
    error: float | None
    """Standard error of ``points``; ``None`` for the anchor, and with fewer than two units."""
    low: float | None
    high: float | None
    """The 95 % interval."""
    games: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class RatingDifference:
    """How much stronger one player is than another."""

    one: str
    other: str
    difference: float
    error: float | None
    low: float | None
    high: float | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class Ratings:
    """Of every player of some games, best first, and of every two of them."""

    players: tuple[Rating, ...] = ()
    differences: tuple[RatingDifference, ...] = ()


def ratings(games: Sequence[Rated]) -> Ratings:
    """One fit to all games, in whatever order they are."""
    games = sorted(games, key=lambda game: (game.unit, game.seats))
    if not games:
        return Ratings()
    fit = _Fit(games)
    names, strengths, covariances, units = fit.players, fit.strengths(), fit.covariances(), fit.units
    counts = {name: sum(any(seat[0] == name for seat in game.seats) for game in games) for name in names}
    seen = {name: len({game.unit for game in games if any(seat[0] == name for seat in game.seats)}) for name in names}
    base = np.zeros(len(names))
    if ANCHOR in names:
        base[names.index(ANCHOR)] = 1.0
    else:
        base[:] = 1 / len(names)

    def contrast(weights: Array, least: int) -> tuple[float, float | None, float | None, float | None, Mark]:
        value = float(SCALE * weights @ strengths)
        mark: Mark = "few" if least < FEW else ""
        error = SCALE * math.sqrt(max(float(weights @ covariance @ weights) for covariance in covariances))
        if units < 2 or error < 1e-9:
            return value, None, None, None, mark
        half = t_quantile((1 + LEVEL) / 2, max(1, min(units, least) - 1)) * error
        return value, error, value - half, value + half, mark

    one_hot = np.eye(len(names))
    found = [
        Rating(name, *_placed(contrast(one_hot[at] - base, seen[name]), counts[name])) for at, name in enumerate(names)
    ]
    differences = [
        RatingDifference(one, other, *contrast(one_hot[a] - one_hot[b], min(seen[one], seen[other])))
        for a, one in enumerate(names)
        for b, other in enumerate(names)
        if a < b
    ]
    return Ratings(tuple(sorted(found, key=lambda rating: -rating.points)), tuple(differences))


def _placed(
    found: tuple[float, float | None, float | None, float | None, Mark], games: int
) -> tuple[float, float | None, float | None, float | None, int, Mark]:
    return (*found[:4], games, found[4])


class _Fit:
    """The strengths that make these games likeliest, by Newton's method."""

    def __init__(self, games: Sequence[Rated]) -> None:
        self.players = sorted({player for game in games for player, _, _ in game.seats})
        powers = sorted({power for game in games for _, power, _ in game.seats})
        names = sorted({game.unit for game in games})
        self.units = len(names)
        self._unit = np.searchsorted(names, [game.unit for game in games])
        width, columns = max(len(game.seats) for game in games), len(self.players) + len(powers)
        self._design = np.zeros((len(games), width, columns))
        stages: list[tuple[int, float, Array]] = []
        for at, game in enumerate(games):
            for seat, (player, power, _) in enumerate(game.seats):
                self._design[at, seat, self.players.index(player)] = 1
                self._design[at, seat, len(self.players) + powers.index(power)] = 1
            stages += [(at, *stage) for stage in _stages(tuple(place for _, _, place in game.seats), width)]
        self._game = np.array([at for at, _, _ in stages])
        self._weight = np.array([weight for _, weight, _ in stages])[:, None]
        self._left = np.array([left for _, _, left in stages])
        priors = np.array([PRIOR] * len(self.players) + [_POWER_PRIOR] * len(powers)) / SCALE
        self._prior = 1 / priors**2
        self._values = np.zeros(columns)
        for _ in range(_STEPS):
            scores, hessian = self._derivatives()
            step = np.linalg.solve(hessian, scores.sum(axis=0) - self._prior * self._values)
            self._values += step / max(1.0, float(np.abs(step).max()))
            if np.abs(step).max() < 1e-9:
                break
        self._scores, self._hessian = self._derivatives()

    def strengths(self) -> Array:
        """Of the players, as natural logarithms."""
        return self._values[: len(self.players)]

    def covariances(self) -> tuple[Array, Array]:
        """Of the strengths: the least, and that from how units differ."""
        inverse: Array = np.linalg.inv(self._hessian).astype(np.float64)
        sums = np.zeros((self.units, len(self._values)))
        np.add.at(sums, self._unit, self._scores)
        left = max(1, self.units - len(self.players))
        robust: Array = inverse @ (sums.T @ sums) @ inverse * (self.units / left)
        size = len(self.players)
        return inverse[:size, :size] / 2, robust[:size, :size]

    def _derivatives(self) -> tuple[Array, Array]:
        """The score of each game, and minus the second derivatives with the prior's."""
        strength = np.exp(self._design @ self._values)
        chances = self._left * strength[self._game]
        chances /= chances.sum(axis=1, keepdims=True)
        expected = np.zeros(strength.shape)
        np.add.at(expected, self._game, self._weight * chances)
        there = self._design.any(axis=2)
        scores = np.einsum("gs,gsk->gk", there - expected, self._design)
        means = np.einsum("is,isk->ik", chances, self._design[self._game])
        flat = self._design.reshape(-1, len(self._values))
        hessian = flat.T @ (flat * expected.reshape(-1, 1)) - means.T @ (self._weight * means) + np.diag(self._prior)
        return scores, hessian


@cache
def _stages(places: tuple[float, ...], width: int) -> tuple[tuple[float, Array], ...]:
    """Each stage at which the next place is given: its weight, and which seats are still there. Those who share places
    are left in every combination, as the mean over all their orders has it."""
    found = []
    for place in sorted(set(places)):
        tied = [seat for seat, other in enumerate(places) if other == place]
        below = [seat for seat, other in enumerate(places) if other > place]
        for count in range(1, len(tied) + 1):
            for chosen in combinations(tied, count):
                left = np.zeros(width)
                left[[*chosen, *below]] = 1
                found.append((1 / math.comb(len(tied), count), left))
    return tuple(found)
