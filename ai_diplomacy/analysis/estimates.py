"""Means and differences with standard errors and 95 % intervals, and how many games a difference takes.

From ``FEW`` independent observations on an interval is the bootstrap-t over what each of them adds (Efron and
Tibshirani, An Introduction to the Bootstrap, 12.5): it allows for skewness, which others do not. Fewer have Student's,
and are marked: no method rescues them. A share has Wilson's interval with as many trials as its design effect leaves
(Korn and Graubard 1998). Where nothing varies there is no interval, but for a share, whose bound is the binomial one.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from .influence import Influence, of_mean
from .tallies import Array, Sums

RESAMPLES = 2000
LEVEL = 0.95
FEW = 14
"""Independent observations below which an interval is marked."""
ALIKE = 0.1
"""Correlation of trials of one game that is taken where all are alike, so that none can be seen."""
_TOP = 0.5
"""Share of the squares from one observation from which on an interval is marked."""

_FAR = 1e6
"""Errors that a sample without any spread lies off; more than one in forty of them, and there is no bootstrap-t."""

Mark = Literal["", "few", "heavy"]
"""Why an interval may cover less than it says: fewer than ``FEW`` games, or one that outweighs all others."""
MARKS: dict[Mark, str] = {"": "", "few": "\u2020", "heavy": "\u2021"}
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
    """The 95 % interval; ``None`` where nothing varies."""
    clusters: int = 0
    """Independent observations: games, those that share phases or seeds counted once."""
    unknown: bool = False
    """Whether it is missing because a part is not known, and not because there is none."""
    mark: Mark = ""


def estimates(sums: Sums) -> list[MeanEstimate]:
    """One for each measure of the sums."""
    found = of_mean(sums)
    spans = intervals(found, sums.player)
    trials = np.nan_to_num(sums.under).sum(axis=0)
    return [
        _estimate(sums, at, found, spans[at], float(trials[at]) if measure.share else None)
        for at, measure in enumerate(sums.measures)
    ]


def _estimate(sums: Sums, at: int, found: Influence, span: Span, trials: float | None) -> MeanEstimate:
    units = int(found.units[at])
    if np.isnan(sums.over[:, at]).any() or np.isnan(sums.under[:, at]).any():
        return MeanEstimate(None, clusters=len({seat.unit for seat in sums.seats}), unknown=True)
    if not units:
        return MeanEstimate(None)
    mean = float(found.value[at])
    if units < 2:
        return MeanEstimate(mean, clusters=units)
    error = math.sqrt(found.variance[at])
    if trials is None:
        return MeanEstimate(mean, error, span.low, span.high, clusters=units, mark=span.mark)
    low, high = share_interval(mean, error, trials, units, float(found.freedom[at]))
    return MeanEstimate(mean, error, low, high, clusters=units, mark="few" if units < FEW else "")


@dataclass(frozen=True, slots=True)
class Span:
    """A 95 % interval, or none."""

    low: float | None
    high: float | None
    mark: Mark


def intervals(found: Influence, name: str) -> list[Span]:
    """One a measure. ``name``: the same one draws the same samples."""
    lower, upper = _studentized(found, name) if (found.units >= FEW).any() else (found.value, found.value)
    spans = []
    for at, value in enumerate(found.value):
        squares = found.parts[:, at] ** 2
        error, units = math.sqrt(found.variance[at]), int(found.units[at])
        if units < 2 or not error > 1e-12 * max(1.0, abs(value)):
            spans.append(Span(None, None, "few" if units < FEW else ""))
            continue
        low = high = t_quantile((1 + LEVEL) / 2, float(found.freedom[at]))
        if units >= FEW and max(-lower[at], upper[at]) < _FAR:
            # The bootstrap knows no cells: their means took degrees of freedom.
            wider = low / t_quantile((1 + LEVEL) / 2, max(1.0, np.count_nonzero(squares) - 1.0))
            low, high = float(wider * upper[at]), float(-wider * lower[at])
        heavy = squares.max() > _TOP * squares.sum()
        mark: Mark = "few" if units < FEW else "heavy" if heavy else ""
        spans.append(Span(float(value - low * error), float(value + high * error), mark))
    return spans


def _studentized(found: Influence, name: str) -> tuple[Array, Array]:
    """The quantiles of (drawn - seen) / error over resamples, drawn among units of a kind."""
    rng = np.random.default_rng([zlib.crc32(name.encode("utf-8", "surrogatepass")), len(found.kinds)])
    off, spread = np.zeros((RESAMPLES, found.parts.shape[1])), np.zeros((RESAMPLES, found.parts.shape[1]))
    for kind in np.unique(found.kinds):
        parts = found.parts[found.kinds == kind]
        count = len(parts)
        weights = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(np.float64)
        total = weights @ parts
        off += total - parts.sum(axis=0)
        spread += (weights @ parts**2 - total**2 / count) * count / max(1, count - 1)
    flat = spread <= 1e-9 * found.variance
    drawn = np.where(flat, 0.0, off) / np.sqrt(np.where(flat, 1.0, spread))
    drawn[flat & (np.abs(off) > 1e-9)] = _FAR
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return low, high


def share_interval(mean: float, error: float, trials: float, units: int, freedom: float) -> tuple[float, float]:
    """Of a share of so many trials in so many units."""
    held = max(units, trials / (1 + max(0.0, trials / units - 1) * ALIKE))
    if mean <= 0 or mean >= 1:
        rare = 1 - (1 - LEVEL) ** (1 / held)
        return (0.0, rare) if mean <= 0 else (1 - rare, 1.0)
    if error > 0:
        held = min(trials, mean * (1 - mean) / error**2)
    t = t_quantile((1 + LEVEL) / 2, freedom)
    middle = (mean + t**2 / (2 * held)) / (1 + t**2 / held)
    half = t / (1 + t**2 / held) * math.sqrt(mean * (1 - mean) / held + t**2 / (4 * held**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def t_quantile(probability: float, freedom: float) -> float:
    """Of Student's distribution: exact for 1 and 2 degrees of freedom, else by the Cornish-Fisher expansion
    (Abramowitz and Stegun, 26.7.5), within 0.5 % from 3 on."""
    if freedom <= 1:
        return math.tan(math.pi * (probability - 0.5))
    if freedom <= 2:
        return (2 * probability - 1) / math.sqrt(2 * probability * (1 - probability))
    z = _NORMAL.inv_cdf(probability)
    terms: tuple[float, ...] = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))


def chi_quantile(probability: float, freedom: float) -> float:
    """Of the chi-squared distribution, by Wilson's and Hilferty's cube (1931), within 5 % from 5 degrees of freedom
    on."""
    part = 2 / (9 * freedom)
    return float(freedom * max(0.01, 1 - part + _NORMAL.inv_cdf(probability) * math.sqrt(part)) ** 3)
