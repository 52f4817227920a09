"""What each independent observation adds to a mean, or to a difference of two means.

A measure is a ratio of sums, R = Y / X. Within a cell (a power, of a position where there are several) an arm has its
own ratio; cells are weighted by what they hold, in a difference by X1 X2 / (X1 + X2), which is the Mantel-Haenszel
weight and for equal seats the plain difference. What a unit adds is linear in its residuals (Cochran, Sampling
Techniques, 3rd ed., 6.4), so that the sum of their squares is the variance, whoever played where: seats of one unit are
added before they are squared, those of different units are not.

``plain`` takes residuals from the arm's mean, ``within`` from the cell's: what powers differ by is then no error. Both
are scaled as n / (n - 1) is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .tallies import Array, Sums

Counts = npt.NDArray[np.int64]
ENOUGH = 5
"""Units of a cell from which on its own mean is known well enough to be taken away; below it half of that is
believed."""
_FREEDOM = 6
"""Units more than cells that it takes to look within cells at all."""


@dataclass(frozen=True, slots=True)
class Influence:
    """One column a measure; rows are units."""

    value: Array
    """The mean or the difference; NaN where there is none."""
    parts: Array
    """What each unit adds, as the interval's shape is made from it."""
    variance: Array
    freedom: Array
    """Degrees of freedom of the variance."""
    kinds: Counts
    """Of each unit: which arms it holds. Units of a kind are drawn among each other."""
    units: Counts
    """Units seen, in the arm that has fewer."""


def of_mean(sums: Sums) -> Influence:
    """Of one player's means."""
    return _influence([sums])


def of_difference(one: Sums, other: Sums) -> Influence:
    """Of the first one's means less the second one's, over the cells that both have."""
    return _influence([one, other])


def shared_cells(one: Sums, other: Sums) -> set[tuple[str, str]]:
    """Those in which both sat."""
    return {seat.cell for seat in one.seats} & {seat.cell for seat in other.seats}


def _influence(arms: Sequence[Sums]) -> Influence:
    cells = {cell: at for at, cell in enumerate(sorted({seat.cell for sums in arms for seat in sums.seats}))}
    units = {unit: at for at, unit in enumerate(sorted({seat.unit for sums in arms for seat in sums.seats}))}
    counted = [_Arm(sums, cells, units) for sums in arms]
    bottoms = np.array([arm.bottom for arm in counted])
    weights = bottoms[0] if len(arms) == 1 else np.prod(bottoms, axis=0) / np.maximum(bottoms.sum(axis=0), 1e-300)
    total = weights.sum(axis=0)
    weights = weights / np.where(total, total, 1.0)
    plain, within = np.zeros((len(units), weights.shape[1])), np.zeros((len(units), weights.shape[1]))
    value = np.zeros(weights.shape[1])
    for arm, sign in zip(counted, (1.0, -1.0), strict=False):
        value += sign * arm.add(weights, plain, within, sign)
    kinds = np.sum([arm.present << at for at, arm in enumerate(counted)], axis=0)
    seen = np.array([arm.seen(weights) for arm in counted])
    fewest = np.min([np.where(weights > 0, arm.in_cell, 10**9).min(axis=0) for arm in counted], axis=0)
    used = np.count_nonzero(weights > 0, axis=0)
    count = seen.sum(axis=0) if len(arms) == 1 or 3 not in kinds else np.full(len(used), np.count_nonzero(kinds))
    stratified = (fewest > 1) & (used > 1) & (count - len(arms) * used >= _FREEDOM)
    # Two arms of one shape are skewed alike, so that their difference is not.
    enough = ENOUGH if len(arms) == 1 else 2
    share = np.where(stratified, np.where(fewest >= enough, 1.0, 0.5), 0.0)
    variance = (1 - share) * (plain**2).sum(axis=0) + share * (within**2).sum(axis=0)
    parts = np.where(share == 1, within, plain)
    lost = share * (used - 1)
    return Influence(
        value=np.where(total > 0, value, np.nan),
        parts=parts,
        variance=variance,
        freedom=_freedom(plain, kinds, lost),
        kinds=kinds,
        units=seen.min(axis=0),
    )


def _freedom(parts: Array, kinds: Counts, lost: Array) -> Array:
    """Welch's and Satterthwaite's, with those that the cells' means took."""
    top, bottom = np.zeros(parts.shape[1]), np.zeros(parts.shape[1])
    for kind in np.unique(kinds):
        rows = parts[kinds == kind]
        squares = (rows**2).sum(axis=0)
        left = np.maximum(1.0, np.count_nonzero(rows, axis=0) - 1 - lost)
        top += squares
        bottom += squares**2 / left
    freedom: Array = np.maximum(1.0, top**2 / np.where(bottom, bottom, 1.0))
    return freedom


class _Arm:
    """One player's rows, by cell and unit."""

    def __init__(self, sums: Sums, cells: dict[tuple[str, str], int], units: dict[str, int]) -> None:
        self._over, self._under = np.nan_to_num(sums.over), np.nan_to_num(sums.under)
        self._cell = np.array([cells[seat.cell] for seat in sums.seats], dtype=np.int64)
        self._unit = np.array([units[seat.unit] for seat in sums.seats], dtype=np.int64)
        shape = (len(cells), self._over.shape[1])
        self.bottom, self._top = np.zeros(shape), np.zeros(shape)
        np.add.at(self.bottom, self._cell, self._under)
        np.add.at(self._top, self._cell, self._over)
        # A unit may hold a power in several games.
        there = np.zeros((len(cells) * len(units), shape[1]), dtype=bool)
        np.logical_or.at(there, self._cell * len(units) + self._unit, self._under > 0)
        self.in_cell = there.reshape(len(cells), len(units), -1).sum(axis=1).astype(np.float64)
        self.present = np.zeros(len(units), dtype=np.int64)
        self.present[self._unit] = 1

    def seen(self, weights: Array) -> Counts:
        """Units with anything in a cell that counts, by measure."""
        there = (self._under > 0) & (weights[self._cell] > 0)
        found = np.zeros((len(self.present), there.shape[1]), dtype=bool)
        np.logical_or.at(found, self._unit, there)
        counts: Counts = np.count_nonzero(found, axis=0)
        return counts

    def add(self, weights: Array, plain: Array, within: Array, sign: float) -> Array:
        """Adds what its units hold to both, and returns its mean."""
        safe = np.where(self.bottom > 0, self.bottom, 1.0)
        ratios = self._top / safe
        mean: Array = (weights * ratios).sum(axis=0)
        factor = sign * (weights / safe)[self._cell]
        count = np.maximum(self.seen(weights), 1)
        scale = np.sqrt(count / np.maximum(count - 1, 1))
        inside = np.sqrt(self.in_cell / np.maximum(self.in_cell - 1, 1))
        np.add.at(plain, self._unit, scale * factor * (self._over - mean * self._under))
        np.add.at(within, self._unit, inside[self._cell] * factor * (self._over - ratios[self._cell] * self._under))
        return mean
