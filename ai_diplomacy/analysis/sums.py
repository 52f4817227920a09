"""The sums of all players over all games as arrays, a row for each cluster of games that share phases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .measures import MEASURES, Measure
from .tallies import Tally, add

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sums:
    """One player's sums. Rows: the clusters of games in which it sat; columns: ``measures``."""

    player: str
    clusters: tuple[str, ...]
    over: Array
    """NaN where a part of the sum is not known."""
    under: Array
    measures: tuple[Measure, ...] = MEASURES

    def column(self, measure: Measure) -> tuple[Array, Array]:
        at = self.measures.index(measure)
        return self.over[:, at], self.under[:, at]


class Counting:
    """Collects tallies, game by game."""

    def __init__(self) -> None:
        self._tallies: dict[str, dict[str, Tally]] = {}
        """Player -> cluster -> sums."""

    def game(self, cluster: str, tallies: Mapping[str, Tally]) -> None:
        for player, tally in tallies.items():
            add(self._tallies.setdefault(player, {}).setdefault(cluster, {}), tally)

    def sums(self, measures: Sequence[Measure] = MEASURES) -> dict[str, Sums]:
        """Player -> its sums, players and clusters sorted."""
        return {player: _sums(player, rows, tuple(measures)) for player, rows in sorted(self._tallies.items())}


def _sums(player: str, rows: Mapping[str, Tally], measures: tuple[Measure, ...]) -> Sums:
    clusters = tuple(sorted(rows))

    def values(name: str) -> list[float]:
        found = [rows[cluster].get(name, 0.0) for cluster in clusters]
        return [float("nan") if value is None else value for value in found]

    over = np.array([values(measure.over) for measure in measures], dtype=np.float64).T
    under = np.array([values(measure.under) for measure in measures], dtype=np.float64).T
    return Sums(player, clusters, over, under, measures)
