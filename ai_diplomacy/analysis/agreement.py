"""How far two readers agree: Cohen's kappa, and precision and recall against who is right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .estimates import FEW, LEVEL, Mark, t_quantile

_Z = t_quantile((1 + LEVEL) / 2, 1e9)


@dataclass(frozen=True, slots=True)
class RatedTwice:
    """One thing that two readers said yes or no of."""

    cluster: str
    """Equal for what is one observation: the things of a game."""
    first: bool
    second: bool


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond what two who say yes as often come to by chance (Cohen 1960)."""

    value: float | None
    """``None``: both always say the same word, so that nothing can be told."""
    low: float | None
    high: float | None
    """The 95 % interval: of several games by leaving out each in turn (jackknife, Student's t), of one game by Cohen's
    error as if its things were independent, which may be too narrow. ``None`` where nothing varies."""
    both: int
    first: int
    """Yes of the first alone."""
    second: int
    neither: int
    clusters: int
    mark: Mark

    @property
    def count(self) -> int:
        return self.both + self.first + self.second + self.neither

    @property
    def alike(self) -> float | None:
        """Share on which they agree."""
        return (self.both + self.neither) / self.count if self.count else None


def kappa(rated: Iterable[RatedTwice]) -> Kappa:
    """Of all things that both have rated."""
    games: dict[str, Counter[tuple[bool, bool]]] = {}
    for one in rated:
        games.setdefault(one.cluster, Counter())[one.first, one.second] += 1
    total = sum(games.values(), Counter[tuple[bool, bool]]())
    value, error = _kappa(total)
    freedom = math.inf
    if value is not None and len(games) > 1:
        left = [_kappa(total - counts)[0] for counts in games.values()]
        known = [one for one in left if one is not None]
        mean = sum(known) / len(known) if known else 0.0
        # Where a game holds all that tells them apart, nothing is known without it.
        error = math.sqrt((len(left) - 1) / len(left) * sum((one - mean) ** 2 for one in known))
        error = error if len(known) == len(left) else None
        freedom = len(games) - 1
    low = high = None
    if value is not None and error is not None and error > 1e-9:
        half = error * (_Z if math.isinf(freedom) else t_quantile((1 + LEVEL) / 2, freedom))
        low, high = max(-1.0, value - half), min(1.0, value + half)
    cells = total[True, True], total[True, False], total[False, True], total[False, False]
    return Kappa(value, low, high, *cells, clusters=len(games), mark="few" if len(games) < FEW else "")


def _kappa(counts: Counter[tuple[bool, bool]]) -> tuple[float | None, float | None]:
    """And its error if the things are independent."""
    total = counts.total()
    if not total:
        return None, None
    first = (counts[True, True] + counts[True, False]) / total
    second = (counts[True, True] + counts[False, True]) / total
    alike, chance = (counts[True, True] + counts[False, False]) / total, first * second + (1 - first) * (1 - second)
    if chance >= 1:
        return None, None
    return (alike - chance) / (1 - chance), math.sqrt(alike * (1 - alike) / total) / (1 - chance)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's 95 % interval (1927), as if all were independent."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """``None`` of nothing."""
        if not self.of:
            return None
        share, wide = self.hits / self.of, _Z**2 / self.of
        middle, half = share + wide / 2, math.sqrt(share * (1 - share) * wide + wide**2 / 4)
        # Of all or of none rounding would leave the share itself outside.
        return max(0.0, min(share, (middle - half) / (1 + wide))), min(1.0, max(share, (middle + half) / (1 + wide)))

    def __str__(self) -> str:
        if self.interval is None:
            return "none"
        low, high = self.interval
        return f"{self.hits} of {self.of} [{100 * low:.0f}, {100 * high:.0f}] %"


def found_of(pairs: Sequence[tuple[bool, bool]]) -> tuple[Share, Share]:
    """Precision and recall. ``pairs``: (found, there)."""
    hits = sum(found and there for found, there in pairs)
    return Share(hits, sum(found for found, _ in pairs)), Share(hits, sum(there for _, there in pairs))
