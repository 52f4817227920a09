"""What changes through the years of a game: the centres of each player, and how much of its word it keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ..board.phase import Phase
from .estimates import MeanEstimate, estimates
from .game_record import GameRecord
from .measures import Measure
from .tallies import Counting, Tally, add
from .units import Origin

ByYear = Mapping[str, Mapping[int, "YearFigure"]]
"""Player -> year -> its figure, where there is one."""


@dataclass(frozen=True, slots=True)
class YearFigure:
    """One player in one year."""

    figure: MeanEstimate
    over: float
    """The sum that it is a mean of: centres, or pledges that were kept."""
    under: float
    """Seats, or pledges due."""


class ThroughYears:
    """Collects both, game by game."""

    def __init__(self) -> None:
        self._centers, self._words = Counting(), Counting()
        self._years: set[int] = set()

    def game(self, game: GameRecord) -> None:
        """A finished one."""
        origin, centers, words = Origin.of(game), self._by_power(game), self._by_power(game)
        for (power, year), count in _known_centers(game).items():
            if power in centers:
                self._count(centers[power], year, count, 1)
        for row in game.promised:
            if row.source == "pledge" and row.due and row.sender in words:
                self._count(words[row.sender], row.phase.year, row.verdict == "kept", 1)
        self._centers.game(origin, centers)
        self._words.game(origin, words)

    def _by_power(self, game: GameRecord) -> dict[str, Tally]:
        return {power: {} for power in game.playing}

    def _count(self, tally: Tally, year: int, over: float, under: float) -> None:
        self._years.add(year)
        add(tally, {f"over {year}": float(over), f"under {year}": float(under)})

    def centers(self) -> ByYear:
        """Of a seat at the end of the year."""
        return self._figures(self._centers, share=False)

    def kept(self) -> ByYear:
        """Share of the pledges due that were kept, by the year in which they were made."""
        return self._figures(self._words, share=True)

    def _figures(self, counting: Counting, *, share: bool) -> ByYear:
        years = sorted(self._years)
        measures = [Measure("", str(year), "", "", f"over {year}", f"under {year}", share) for year in years]
        found: defaultdict[str, dict[int, YearFigure]] = defaultdict(dict)
        if not measures:
            return found
        for player, sums in counting.sums(measures).items():
            over, under = sums.over.sum(axis=0), sums.under.sum(axis=0)
            for at, (year, figure) in enumerate(zip(years, estimates(sums), strict=True)):
                if figure.mean is not None:
                    found[player][year] = YearFigure(figure, float(over[at]), float(under[at]))
        return dict(found)


def _known_centers(game: GameRecord) -> dict[tuple[str, int], int]:
    """(power, year) -> centres at its end."""
    assert game.ending is not None
    known: dict[tuple[str, int], int] = {}
    for row in game.phases:
        phase = Phase(row.phase)
        if phase.season == "S":
            # What stands in spring was counted in the winter before.
            known[row.power, phase.year - 1] = row.centers
    for power, count in game.ending.centers.items():
        known[power, game.ending.year] = count
    return known
