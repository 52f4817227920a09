"""Tests by permutation, within what the design exchanged.

Where nothing distinguishes two arms, it does not matter which of them a figure is counted for. So that is exchanged,
and the studentized difference compared with those that come of it; studentized, the test also holds when the arms vary
differently (Janssen 1997). What is exchanged, by what the design gives:

- ``pairs``: in each seed that both arms met in the same seats, which is which; in each game in which both sat, who has
  which of their seats;
- ``powers``: among units of the same powers, which belong to which arm;
- ``games``: among all units. Where seats are balanced this is on the safe side, and it has more arrangements: of seven
  pairs there are only 128.

Figures enter as residuals from the means of the powers over both arms, which no exchange changes.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from .tallies import Array, Sums

PERMUTATIONS = 9999
_CHUNK = 500
_PER_TEST = 100
"""Permutations, and arrangements, for each test of a family, so that its smallest adjusted probability is far below 5
%."""
_ARRANGEMENTS = 2000
"""Fewer are too few for any family."""
_IN_CELL = 6
"""Rows of a cell, over both arms, from which on its mean may be taken away though it is not exchanged within it."""

Exchange = Literal["pairs", "powers", "games"]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tested:
    """A test of every measure."""

    p: Array
    """Two-sided."""
    exchange: Exchange
    arrangements: float
    """How many there are."""

    @property
    def least(self) -> float:
        """The smallest probability that can come of it: every arrangement has its mirror image."""
        return min(1.0, 2 / self.arrangements)


def permutation_test(
    one: Sums, other: Sums, *, together: bool, permutations: int = PERMUTATIONS, family: int = 1
) -> Tested:
    """Two arms in cells that both have. ``together``: whether they may have sat in one game; ``family``: tests among
    which a finding must be possible."""
    permutations, least = max(permutations, _PER_TEST * family), max(_ARRANGEMENTS, _PER_TEST * family)
    rng = np.random.default_rng([zlib.crc32(one.player.encode("utf-8", "surrogatepass")), len(one.seats)])
    arms = _Arms(one, other)
    if together and (met := arms.met()):
        deal = arms.swapped if all(len(rows) == 2 for rows in met) else arms.relabelled
        return Tested(_chances(deal(met, rng, permutations)), "pairs", arms.labellings(met))
    if 2.0 ** len(alike := arms.alike()) >= least:
        return Tested(_chances(arms.swapped(alike, rng, permutations)), "pairs", 2.0 ** len(alike))
    strata, exchange, residual = arms.strata(least)
    return Tested(
        _chances(arms.moved(strata, rng, permutations, residual=residual)), exchange, _arrangements(strata, arms.sides)
    )


def _chances(drawn: Iterator[Array]) -> Array:
    """``drawn``: permutations x measures each, the first of all what was seen."""
    seen = np.abs(next(drawn)[0])
    beyond, count = np.zeros(len(seen)), 0
    for values in drawn:
        # A difference that is as large, but for the last bits, counts.
        beyond += (np.abs(values) >= seen * (1 - 1e-9)).sum(axis=0)
        count += len(values)
    chances: Array = (beyond + 1) / (count + 1)
    return chances


def _sizes(permutations: int) -> Iterator[int]:
    for begun in range(0, permutations, _CHUNK):
        yield min(_CHUNK, permutations - begun)


def _arrangements(strata: Sequence[npt.NDArray[np.int64]], sides: Array) -> float:
    return float(math.prod(float(math.comb(len(rows), int(sides[rows].sum()))) for rows in strata))


class _Arms:
    """The rows of both, with residuals from the means of their cells."""

    def __init__(self, one: Sums, other: Sums) -> None:
        self._seats = [*one.seats, *other.seats]
        self._first = np.arange(len(self._seats)) < len(one.seats)
        self._over = np.nan_to_num(np.vstack([one.over, other.over]))
        self._under = np.nan_to_num(np.vstack([one.under, other.under]))
        cells = {cell: at for at, cell in enumerate(sorted({seat.cell for seat in self._seats}))}
        at = np.array([cells[seat.cell] for seat in self._seats])
        top, bottom = (np.zeros((len(cells), self._over.shape[1])) for _ in range(2))
        np.add.at(top, at, self._over)
        np.add.at(bottom, at, self._under)
        self._rest = self._over - (top / np.where(bottom > 0, bottom, 1.0))[at] * self._under
        self._cells = np.bincount(at)
        parts: defaultdict[tuple[bool, str], list[int]] = defaultdict(list)
        for row, (seat, first) in enumerate(zip(self._seats, self._first, strict=True)):
            parts[not first, seat.unit].append(row)
        self._parts: Mapping[tuple[bool, str], list[int]] = dict(sorted(parts.items()))
        self.sides = np.array([float(not later) for later, _ in self._parts])

    def met(self) -> list[list[int]]:
        """Rows of each game in which both sat."""
        games: defaultdict[int, list[int]] = defaultdict(list)
        for row, seat in enumerate(self._seats):
            games[seat.game].append(row)
        return [rows for _, rows in sorted(games.items()) if 0 < np.count_nonzero(self._first[rows]) < len(rows)]

    def alike(self) -> list[list[int]]:
        """Rows of the units in which both had the same cells, when that is most of those of the smaller arm."""
        found = []
        for (later, unit), rows in self._parts.items():
            others = self._parts.get((True, unit), [])
            cells = [sorted(self._seats[row].cell for row in part) for part in (rows, others)]
            if not later and cells[0] == cells[1]:
                found.append(rows + others)
        return found if len(found) > min(self.sides.sum(), (1 - self.sides).sum()) / 2 else []

    def swapped(self, pairs: Sequence[list[int]], rng: np.random.Generator, permutations: int) -> Iterator[Array]:
        """Studentized differences when the two sides of a pair change places."""
        rows = [row for pair in pairs for row in pair]
        first = self._first[rows]
        bottoms = [self._under[rows][side].sum(axis=0) for side in (first, ~first)]
        signed = self._rest[rows] * np.where(
            first[:, None], 1 / np.maximum(bottoms[0], 1e-300), -1 / np.maximum(bottoms[1], 1e-300)
        )
        parts = np.add.reduceat(signed, np.cumsum([0, *map(len, pairs[:-1])]), axis=0)
        yield _of_parts(parts.sum(axis=0)[None], (parts**2).sum(axis=0)[None], len(parts))
        for size in _sizes(permutations):
            signs = rng.choice([-1.0, 1.0], (size, len(parts)))
            yield _of_parts(signs @ parts, (parts**2).sum(axis=0)[None], len(parts))

    def labellings(self, met: Sequence[list[int]]) -> float:
        """In how many ways the seats of these units could belong to the two."""
        return float(math.prod(float(math.comb(len(rows), int(self._first[rows].sum()))) for rows in met))

    def relabelled(self, met: Sequence[list[int]], rng: np.random.Generator, permutations: int) -> Iterator[Array]:
        """Studentized differences when the seats of the two are dealt out anew within each unit."""
        width = max(map(len, met))
        at = np.array([[*rows, *[rows[0]] * (width - len(rows))] for rows in met])
        there = np.array([[True] * len(rows) + [False] * (width - len(rows)) for rows in met])
        ours = np.array([[int(self._first[rows].sum())] for rows in met])
        rest, under = self._rest[at] * there[..., None], self._under[at] * there[..., None]
        yield self._labelled((self._first[at] & there)[None], rest, under)
        for size in _sizes(permutations):
            order = np.where(there, rng.random((size, *there.shape)), 2.0).argsort(axis=2)
            yield self._labelled(order < ours, rest, under)

    @staticmethod
    def _labelled(ours: Bools, rest: Array, under: Array) -> Array:
        """``ours``: permutations x units x seats; the others: units x seats x measures."""
        found = []
        for column in range(rest.shape[2]):
            values, counts = rest[:, :, column], under[:, :, column]
            mine = (ours * counts).sum(axis=(1, 2))
            total, whole = (ours * values).sum(axis=2), values.sum(axis=1)
            parts = total / np.maximum(mine, 1e-300)[:, None]
            parts -= (whole - total) / np.maximum(counts.sum() - mine, 1e-300)[:, None]
            found.append(_of_parts(parts.sum(axis=1), (parts**2).sum(axis=1), parts.shape[1]))
        return np.array(found).T

    def strata(self, least: int) -> tuple[list[npt.NDArray[np.int64]], Exchange, bool]:
        """Which units are exchanged, what that is called, and whether residuals are."""
        kinds: defaultdict[tuple[tuple[str, str], ...], list[int]] = defaultdict(list)
        for at, rows in enumerate(self._parts.values()):
            kinds[tuple(sorted(self._seats[row].cell for row in rows))].append(at)
        strata = [np.array(found) for found in kinds.values()]
        if len(strata) == 1 or _arrangements(strata, self.sides) >= least:
            return strata, "powers" if len(strata) > 1 else "games", True
        everything = [np.arange(len(self.sides))]
        if any(len(kind) > 1 for kind in kinds) and self._cells.min() >= _IN_CELL:
            return everything, "games", True
        if self._balanced():
            return everything, "games", False
        return strata, "powers", True

    def _balanced(self) -> bool:
        """Whether both arms have the same share of their rows in every cell."""
        ours, theirs = (
            Counter(seat.cell for seat, first in zip(self._seats, self._first, strict=True) if first == side)
            for side in (True, False)
        )
        return all(ours[cell] * theirs.total() == theirs[cell] * ours.total() for cell in ours | theirs)

    def moved(
        self, strata: Sequence[npt.NDArray[np.int64]], rng: np.random.Generator, permutations: int, *, residual: bool
    ) -> Iterator[Array]:
        """Studentized differences when units of a stratum change arms."""
        rows = [row for part in self._parts.values() for row in part]
        starts = np.cumsum([0, *(len(part) for part in self._parts.values())][:-1])
        over = np.add.reduceat((self._rest if residual else self._over)[rows], starts, axis=0)
        under = np.add.reduceat(self._under[rows], starts, axis=0)
        seen = _studentized(over, under, self.sides[None, :])
        if residual and len(strata) == 1:
            # The cells' means took degrees of freedom, which exchanging over cells does not show.
            seen = seen * math.sqrt(max(1, len(over) - len(self._cells)) / (len(over) - 1))
        yield seen
        for size in _sizes(permutations):
            sides = np.tile(self.sides, (size, 1))
            for stratum in strata:
                sides[:, stratum] = rng.permuted(sides[:, stratum], axis=1)
            yield _studentized(over, under, sides)


def _of_parts(total: Array, squares: Array, count: int) -> Array:
    """A sum of parts over its error."""
    spread = squares - total**2 / count
    flat = spread <= 1e-9 * squares
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = np.where(flat, np.where(np.abs(total) < 1e-12, 0.0, np.inf), total / np.sqrt(np.abs(spread)))
    return found


def _studentized(over: Array, under: Array, sides: Array) -> Array:
    """``sides``: permutations x units, 1 for the first arm. Returns permutations x measures. A split in which one side
    has nothing to take a mean of, or nothing varies, differs by nothing or by infinity."""
    value, spread = np.zeros((len(sides), over.shape[1])), np.zeros((len(sides), over.shape[1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        for part, sign in ((sides, 1.0), (1 - sides, -1.0)):
            count = part.sum(axis=1, keepdims=True)
            bottom = part @ under
            mean = (part @ over) / bottom
            squares = part @ over**2 - 2 * mean * (part @ (over * under)) + mean**2 * (part @ under**2)
            value += sign * mean
            spread += np.maximum(squares, 0) / bottom**2 * count / (count - 1)
        studentized: Array = value / np.sqrt(spread)
    return np.where(np.isnan(value), np.inf, np.where(np.abs(value) < 1e-12, 0.0, studentized))
