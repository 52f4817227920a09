"""The tables of an analysis, as plain rows under named columns, each with where its figures come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .analyzing import BASELINES, DUEL_MEASURES, Analysis
from .comparing import Difference
from .measures import GROUPS, MEASURES, NAMED
from .provenance import Provenance

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for a file or another program. ``None`` is what is not known, or what there is none of."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    provenance: tuple[Provenance, ...]
    """Of one folder, or of two that are compared."""

    def document(self) -> dict[str, Any]:
        """As plain JSON data."""
        return {
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "provenance": [origin.document() for origin in self.provenance],
        }


def tables(analysis: Analysis) -> list[Table]:
    """Everything that an analysis holds."""

    def table(name: str, columns: str, rows: Iterator[tuple[Value, ...]]) -> Table:
        return Table(name, tuple(columns.split()), tuple(rows), (analysis.provenance,))

    return [
        table(
            "measures",
            "player baseline games seats group measure mean standard_error low high clusters unknown",
            _measures(analysis),
        ),
        table("ratings", "player baseline games mu sigma low high", _ratings(analysis)),
        table(
            "power",
            "measure player other difference standard_error games games_needed detectable_difference",
            _duels(analysis),
        ),
        table(
            "honesty",
            "player towards made kept broken broken_on_purpose voided retracted contradictory",
            _trust(analysis),
        ),
        table("seats", "player power games", _seats(analysis)),
        table("centers_by_year", "player year centers seats", _years(analysis)),
    ]


def comparison_table(found: Sequence[Difference], first: Provenance, second: Provenance) -> Table:
    """All differences between two folders."""
    columns = "player measure before after difference low high p p_holm games_before games_after"
    rows = tuple(
        (d.player, d.measure.name, d.before, d.after, d.difference, d.low, d.high, d.p, d.adjusted, *d.games)
        for d in found
    )
    return Table("comparison", tuple(columns.split()), rows, (first, second))


def _measures(analysis: Analysis) -> Iterator[tuple[Value, ...]]:
    for player, figures in analysis.estimates.items():
        for measure, figure in zip(MEASURES, figures, strict=True):
            yield (
                player,
                int(player in BASELINES),
                analysis.games.get(player, 0),
                analysis.seats.get(player, 0),
                GROUPS[measure.group],
                measure.name,
                figure.mean,
                figure.error,
                figure.low,
                figure.high,
                figure.clusters,
                int(figure.unknown),
            )


def _ratings(analysis: Analysis) -> Iterator[tuple[Value, ...]]:
    for r in analysis.ratings:
        yield (r.player, int(r.player in BASELINES), r.games, r.mu, r.sigma, r.low, r.high)
    rated = {rating.player for rating in analysis.ratings}
    for name in BASELINES:
        if name not in rated:
            yield (name, 1, 0, None, None, None, None)


def _duels(analysis: Analysis) -> Iterator[tuple[Value, ...]]:
    for name in DUEL_MEASURES:
        for duel in analysis.duels[name]:
            yield (
                NAMED[name].name,
                duel.one,
                duel.other,
                duel.difference,
                duel.error,
                duel.games,
                duel.needed,
                duel.detectable,
            )


def _trust(analysis: Analysis) -> Iterator[tuple[Value, ...]]:
    for (player, towards), t in analysis.trust.items():
        yield (player, towards, t.made, t.kept, t.broken, t.on_purpose, t.voided, t.retracted, t.contradictory)


def _seats(analysis: Analysis) -> Iterator[tuple[Value, ...]]:
    for player, seats in analysis.seating.items():
        for power, games in seats.items():
            yield (player, power, games)


def _years(analysis: Analysis) -> Iterator[tuple[Value, ...]]:
    years: Mapping[int, tuple[float, int]]
    for player, years in analysis.by_year.items():
        for year, (centers, seats) in years.items():
            yield (player, year, centers, seats)
