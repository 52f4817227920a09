"""Means of clustered data with standard errors and bootstrap intervals, and how many games a difference takes.

A measure is a ratio of sums over clusters. Its standard error is that of the ratio estimator (Cochran, Sampling
Techniques, 3rd ed., 6.4); its interval is the percentile bootstrap over whole clusters, with the percentiles widened
for few clusters (Hesterberg, What Teachers Should Know About the Bootstrap, 2015, "expanded percentile").
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .tallies import Array, Sums

RESAMPLES = 2000
LEVEL = 0.95
POWER = 0.8
"""How often a test should find a difference that there is."""

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class MeanEstimate:
    """A figure of one player."""

    mean: float | None
    """``None``: there is nothing to take a mean of, or a part of it is not known."""
    error: float | None = None
    """Standard error; ``None`` with fewer than two clusters."""
    low: float | None = None
    high: float | None = None
    """The 95 % interval."""
    clusters: int = 0
    """Independent observations: games, those that share phases counted once."""
    unknown: bool = False
    """Whether it is missing because a part is not known, and not because there is none."""


def estimates(sums: Sums) -> list[MeanEstimate]:
    """One for each measure of the sums."""
    drawn = resampled(sums.player, np.nan_to_num(sums.over), sums.under)
    return [_estimate(sums, at, drawn[:, at], share=measure.share) for at, measure in enumerate(sums.measures)]


def resampled(name: str, over: Array, under: Array) -> Array:
    """The ratio in each of ``RESAMPLES`` resamples of the clusters (rows), NaN where it has none; the same for one
    name."""
    count = len(over)
    rng = np.random.default_rng([zlib.crc32(name.encode("utf-8", "surrogatepass")), count])
    weights = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Array = (weights @ over) / (weights @ under)
    return np.where(np.isfinite(ratio), ratio, np.nan)


def _estimate(sums: Sums, at: int, drawn: Array, *, share: bool) -> MeanEstimate:
    over, under, count = sums.over[:, at], sums.under[:, at], len(sums.clusters)
    if np.isnan(over).any() or np.isnan(under).any():
        return MeanEstimate(None, clusters=count, unknown=True)
    seen = int(np.count_nonzero(under))
    if not seen:
        return MeanEstimate(None)
    mean = float(over.sum() / under.sum())
    if seen < 2:
        return MeanEstimate(mean, clusters=seen)
    error = standard_error(over, under)
    if share and error == 0 and mean in (0.0, 1.0):
        # All alike: resampling cannot show what was never seen, the binomial distribution can.
        rare = 1 - (1 - LEVEL) ** (1 / seen)
        low, high = (0.0, rare) if mean == 0 else (1 - rare, 1.0)
        return MeanEstimate(mean, error, low, high, clusters=seen)
    low, high = interval(drawn, seen)
    return MeanEstimate(mean, error, low, high, clusters=seen)


def standard_error(over: Array, under: Array) -> float:
    """Of the ratio of two sums over clusters, from how the clusters differ."""
    return float(math.sqrt(np.sum(influence(over, under) ** 2) / (len(over) * max(1, len(over) - 1))))


def influence(over: Array, under: Array) -> Array:
    """What each cluster adds to the ratio; their mean is zero, and their spread is that of the ratio."""
    total = under.sum()
    values: Array = (over - over.sum() / total * under) / (total / len(under))
    return values


def interval(drawn: Array, count: int) -> tuple[float, float]:
    """The 95 % interval from resampled values, of ``count`` clusters."""
    tail = _NORMAL.cdf(-math.sqrt(count / (count - 1)) * t_quantile((1 + LEVEL) / 2, count - 1))
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def t_quantile(probability: float, freedom: int) -> float:
    """Of Student's distribution: exact for 1 and 2 degrees of freedom, else by the Cornish-Fisher expansion
    (Abramowitz and Stegun, 26.7.5), within 0.5 % from 3 on."""
    if freedom == 1:
        return math.tan(math.pi * (probability - 0.5))
    if freedom == 2:
        return (2 * probability - 1) / math.sqrt(2 * probability * (1 - probability))
    z = _NORMAL.inv_cdf(probability)
    terms: tuple[float, ...] = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))


@dataclass(frozen=True, slots=True)
class Duel:
    """Two players told apart by one measure, in the same games or in different ones."""

    one: str
    other: str
    difference: float
    """The first one's mean less the second one's."""
    error: float
    games: int
    """Clusters that it rests on."""
    needed: int | None
    """Clusters that a test at 5 % would need to find a true difference of this size in 80 % of all cases; ``None`` when
    there is no difference, or nothing varies."""
    detectable: float
    """The smallest difference that the games played find in 80 % of all cases."""


def duel(one: Sums, other: Sums, at: int) -> Duel | None:
    """By the measure in column ``at``. ``None`` when it is not known of both, or they have fewer than two clusters."""
    places = {cluster: row for row, cluster in enumerate(sorted({*one.clusters, *other.clusters}))}
    count = len(places)
    if min(len(one.clusters), len(other.clusters)) < 2:
        return None
    means, parts = [], np.zeros(count)
    for sums, sign in ((one, 1), (other, -1)):
        over, under = np.zeros(count), np.zeros(count)
        rows = [places[cluster] for cluster in sums.clusters]
        over[rows], under[rows] = sums.over[:, at], sums.under[:, at]
        if np.isnan(over).any() or not under.sum():
            return None
        means.append(float(over.sum() / under.sum()))
        parts += sign * influence(over, under)
    error = float(math.sqrt(np.sum(parts**2) / (count * (count - 1))))
    reach = _NORMAL.inv_cdf((1 + LEVEL) / 2) + _NORMAL.inv_cdf(POWER)
    difference = means[0] - means[1]
    spread = error * math.sqrt(count)
    needed = None if difference == 0 or error == 0 else max(2, math.ceil((reach * spread / difference) ** 2))
    return Duel(one.player, other.player, difference, error, count, needed, reach * error)


def power_of_test(difference: float, error: float) -> float:
    """How often a test at 5 % finds a true difference, when it is estimated with this standard error."""
    if error == 0:
        return float(difference != 0)
    edge = _NORMAL.inv_cdf((1 + LEVEL) / 2)
    return _NORMAL.cdf(abs(difference) / error - edge) + _NORMAL.cdf(-abs(difference) / error - edge)
