"""Regret by power, by year and by kind of position: what the orders of each player cost it where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .decisions import PricedDecision
from .estimates import MeanEstimate, estimates
from .game_record import GameRecord
from .measures import MEASURES
from .tallies import Counting, Tally, add, regrets
from .units import Origin

REGRETS = tuple(measure for measure in MEASURES if measure.group == "regret")

By = Literal["power", "year", "kind of position"]


@dataclass(frozen=True, slots=True)
class RegretRow:
    """One player in one group of positions."""

    by: By
    group: str
    player: str
    orders: int
    """Order sets that were priced."""
    figures: Mapping[str, MeanEstimate]
    """Name of a measure -> its mean; an interval takes a game as one observation."""


class Regrets:
    """Collects the priced order sets, game by game."""

    def __init__(self) -> None:
        self._counting: dict[tuple[By, str], Counting] = {}
        self._orders: Counter[tuple[By, str, str]] = Counter()

    def game(self, game: GameRecord, prices: Sequence[PricedDecision]) -> None:
        """``prices``: of a finished game; those of seats that did not play tell nothing of anybody."""
        playing = game.playing
        groups: dict[tuple[By, str], dict[str, Tally]] = {}
        for priced in prices:
            if (player := playing.get(priced.power)) is None:
                continue
            year = priced.phase[1:-1]
            placed: tuple[tuple[By, str], ...] = (
                ("power", priced.power),
                ("year", year),
                ("kind of position", priced.price.kind),
            )
            for place in placed:
                add(groups.setdefault(place, {}).setdefault(priced.power, {}), regrets(priced))
                self._orders[(*place, player)] += 1
        for place, found in groups.items():
            self._counting.setdefault(place, Counting()).game(Origin.of(game), found)

    def rows(self) -> Iterator[RegretRow]:
        """Group by group, then player by player."""
        for by, group in sorted(self._counting):
            for player, sums in self._counting[by, group].sums(REGRETS).items():
                figures = dict(zip((measure.name for measure in REGRETS), estimates(sums), strict=True))
                yield RegretRow(by, group, player, self._orders[by, group, player], figures)
