"""Two folders of games compared player by player: differences, intervals, and tests that allow for their number.

The test permutes which folder a cluster of games belongs to, and compares studentized differences, so that it holds
when the folders vary differently (Janssen 1997). Holm's procedure adjusts the probabilities over all players and
measures: it keeps the chance of any false finding at 5 %, however the measures depend on each other.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..agent.constraint import unmarked
from .estimates import interval, resampled
from .measures import Measure
from .tallies import Array, Sums

PERMUTATIONS = 9999
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one player, in the second folder less in the first."""

    player: str
    measure: Measure
    before: float
    after: float
    low: float
    high: float
    """The 95 % interval of the difference."""
    p: float
    """Of the permutation test, two-sided."""
    adjusted: float
    """The same by Holm's procedure over the whole comparison."""
    games: tuple[int, int]
    """Clusters in each folder."""

    @property
    def difference(self) -> float:
        return self.after - self.before


def compared(first: Mapping[str, Sums], second: Mapping[str, Sums]) -> list[Difference]:
    """Every measure that is known on both sides, of every player with two clusters or more on both."""
    found = [
        difference
        for one, other in _same(first, second)
        if min(len(one.clusters), len(other.clusters)) >= 2
        for difference in _player(one, other)
    ]
    adjusted = holm([difference.p for difference in found])
    return [replace(difference, adjusted=p) for difference, p in zip(found, adjusted, strict=True)]


def _same(first: Mapping[str, Sums], second: Mapping[str, Sums]) -> Iterator[tuple[Sums, Sums]]:
    """Who plays in both folders; what its replies were held to may be another in the second one."""
    new = {unmarked(player): player for player in sorted(second.keys() - first.keys())}
    for player in sorted(first):
        found = player if player in second else new.get(unmarked(player))
        if found is not None:
            yield first[player], second[found]


def holm(probabilities: Sequence[float]) -> list[float]:
    """Adjusted so that all below 0.05 may be called findings together (Holm 1979)."""
    order = np.argsort(probabilities, kind="stable")
    steps = np.asarray(probabilities)[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate(np.minimum(1.0, steps))
    return [float(p) for p in adjusted]


def _player(first: Sums, second: Sums) -> list[Difference]:
    seen = [int(count) for count in np.minimum(*(np.count_nonzero(sums.under, axis=0) for sums in (first, second)))]
    unknown = np.isnan(np.vstack([first.over, second.over, first.under, second.under])).sum(axis=0)
    known = [at for at, count in enumerate(seen) if count >= 2 and not unknown[at]]
    if not known:
        return []
    before, after = (sums.over[:, known].sum(axis=0) / sums.under[:, known].sum(axis=0) for sums in (first, second))
    drawn = resampled(f"{second.player} second", second.over[:, known], second.under[:, known])
    drawn -= resampled(f"{first.player} first", first.over[:, known], first.under[:, known])
    chances = _permuted(first, second, known)
    sizes = (len(first.clusters), len(second.clusters))
    name = first.player if first.player == second.player else f"{first.player}, then {second.player}"
    found = []
    for column, at in enumerate(known):
        bounds = interval(drawn[:, column], seen[at])
        means = float(before[column]), float(after[column])
        found.append(Difference(name, first.measures[at], *means, *bounds, float(chances[column]), 1.0, sizes))
    return found


def _permuted(first: Sums, second: Sums, known: list[int]) -> Array:
    """The two-sided probability of each measure."""
    over = np.vstack([first.over[:, known], second.over[:, known]])
    under = np.vstack([first.under[:, known], second.under[:, known]])
    ones, total = len(first.clusters), len(over)
    sides = np.zeros(total)
    sides[:ones] = 1
    seen = np.abs(_studentized(over, under, sides[None, :]))[0]
    rng = np.random.default_rng([zlib.crc32(first.player.encode("utf-8", "surrogatepass")), total])
    beyond = np.zeros(len(known))
    left = PERMUTATIONS
    while left:
        size = min(_CHUNK, left)
        drawn = rng.permuted(np.tile(sides, (size, 1)), axis=1)
        # A difference that is as large, but for the last bits, counts.
        beyond += (np.abs(_studentized(over, under, drawn)) >= seen * (1 - 1e-9)).sum(axis=0)
        left -= size
    chances: Array = (beyond + 1) / (PERMUTATIONS + 1)
    return chances


def _studentized(over: Array, under: Array, sides: Array) -> Array:
    """``sides``: permutations x clusters, 1 for the first folder. Returns permutations x measures. A split in which one
    side has nothing to take a mean of, or nothing varies, differs by nothing or by infinity."""
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
