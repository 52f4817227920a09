"""Tables of players for a reader: measures, ratings, who sat where, how they placed, and each against each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .analyzing import DUEL_MEASURES, Analysis
from .duels import Duel
from .formatting import NONE, chance, mean, number, of_one, points, span
from .game_rows import centers_by_power, places_of
from .measures import MEASURES, NAMED, Measure
from .shown_table import ShownTable, shown_table


def players(analysis: Analysis) -> list[str]:
    """By their ratings, the best first."""
    return list(analysis.estimates)


def measured(analysis: Analysis, name: str, title: str, measures: Sequence[Measure]) -> ShownTable:
    """Means with standard errors and intervals, a row a player that they tell anything of."""
    rows = []
    for player, figures in analysis.estimates.items():
        cells = []
        for measure in measures:
            f = figures[MEASURES.index(measure)]
            cells.append(f"{mean(f, measure)}\n{span(f.low, f.high, measure, f.mark)}".rstrip())
        rows.append((player, str(analysis.games.get(player, 0)), *cells))
    head = ("player", "games", *(measure.title for measure in measures))
    return shown_table(name, title, head, 1, rows).useful(counts=1)


def ratings(analysis: Analysis) -> ShownTable:
    rows = [
        (
            *(r.player, str(r.games), f"{r.points:.0f}", points(r.low, r.high, r.mark) or NONE),
            NONE if r.error is None else f"{r.error:.0f}",
        )
        for r in analysis.ratings.players
    ]
    note = (
        "One Plackett-Luce fit to the places in all games, with an effect of the power. 400 points are odds of ten to "
        "one; bot:dumbbot has 0, or else the mean of the players."
    )
    return shown_table(
        "ratings", "Ratings", ("player", "games", "rating", "95 % interval", "standard error"), 1, rows, note
    )


def rating_differences(analysis: Analysis) -> ShownTable:
    found = sorted(analysis.ratings.differences, key=lambda d: -abs(d.difference))
    rows = [(d.one, d.other, f"{d.difference:.0f}", points(d.low, d.high, d.mark) or NONE) for d in found]
    return shown_table(
        "rating_differences", "Differences of ratings", ("player", "less", "difference", "95 % interval"), 2, rows
    )


def by_power(analysis: Analysis) -> ShownTable:
    """Mean centres of every player in every power."""
    found = centers_by_power(analysis.rows)
    powers = sorted({power for seats in found.values() for power in seats})
    most = max((centers for seats in found.values() for centers, _ in seats.values()), default=1) or 1
    rows, shades = [], []
    for player in (name for name in players(analysis) if name in found):
        seats = [found[player].get(power) for power in powers]
        rows.append((player, *(NONE if seat is None else f"{seat[0]:.2f}\n{_games(seat[1])}" for seat in seats)))
        shades.append(tuple(0.0 if seat is None else seat[0] / most for seat in seats))
    table = shown_table(
        "player_by_power",
        "Centres by player and power",
        ("player", *(power.title() for power in powers)),
        1,
        rows,
        "Means at the end of the games in which the player had the power; the stronger the colour, the more.",
    )
    return _shaded(table, shades)


def head_to_head(analysis: Analysis) -> ShownTable:
    """The row's centres less the column's."""
    found = {(d.one, d.other): d for d in analysis.duels["centers"]}
    met = [player for player in players(analysis) if any(player in pair for pair in found)]
    most = max((abs(d.difference) for d in found.values()), default=1) or 1
    rows, shades = [], []
    for one in met:
        cells, colours = [], []
        for other in met:
            sign, d = (1, found[one, other]) if (one, other) in found else (-1, found.get((other, one)))
            cells.append(
                NONE if d is None else f"{number(sign * d.difference, NAMED['centers'])}\np {chance(d.adjusted)}"
            )
            colours.append(0.0 if d is None else sign * d.difference / most)
        rows.append((one, *cells))
        shades.append(tuple(colours))
    note = (
        "Centres of the row's player less those of the column's, within the powers that both had; p by Holm's "
        "procedure over all pairs. Exploratory."
    )
    return _shaded(shown_table("head_to_head", "Head to head", ("less", *met), 1, rows, note), shades)


def duels(analysis: Analysis, by: Sequence[str] = DUEL_MEASURES) -> ShownTable:
    """``by``: measures."""
    rows = [
        (
            d.one,
            d.other,
            NAMED[name].title,
            f"{number(d.difference, NAMED[name])} \u00b1 {number(d.error, NAMED[name])}\n"
            f"{span(d.low, d.high, NAMED[name], d.mark)}".rstrip(),
            chance(d.adjusted),
            f"{d.games:,}",
            number(d.detectable, NAMED[name]),
            of_one(d),
        )
        for name in by
        for d in sorted(analysis.duels[name], key=_certainty)
    ]
    head = ("player", "less", "by", "difference", "p (Holm)", "games played", "these games can show", "games for one")
    note = (
        "Within the powers that both had. Exploratory: p is adjusted by Holm's procedure over all pairs. The last two "
        "columns: the smallest difference that the games played find in 80 % of all cases, and how many games find a "
        "difference of one as often, with its 95 % interval."
    )
    return shown_table("every_two_players", "Every two players", head, 3, rows, note)


def _certainty(duel: Duel) -> tuple[float, float]:
    return duel.adjusted, -abs(duel.difference)


def places(analysis: Analysis) -> ShownTable:
    found = places_of(analysis.rows)
    count = max(map(len, found.values()), default=0)
    rows, shades = [], []
    for player in (name for name in players(analysis) if name in found):
        total = sum(found[player]) or 1.0
        rows.append((player, *(f"{part:.1f}".removesuffix(".0") for part in found[player])))
        shades.append(tuple(part / total for part in found[player]))
    note = "Seats that came first, second and so on; those who share places have an equal part of each."
    table = shown_table("places", "Places", ("player", *map(_ordinal, range(1, count + 1))), 1, rows, note)
    return _shaded(table, shades)


def seats(analysis: Analysis) -> ShownTable:
    powers = sorted({power for sat in analysis.seating.values() for power in sat})
    rows = [
        (player, *(str(analysis.seating[player].get(power, 0)) for power in powers))
        for player in players(analysis)
        if player in analysis.seating
    ]
    return shown_table("seats", "Who sat where, in games", ("player", *(p.title() for p in powers)), 1, rows)


def regrets(analysis: Analysis) -> Iterator[ShownTable]:
    """By power, by year and by kind of position."""
    measures = [measure for measure in MEASURES if measure.group == "regret"]
    for by in sorted({row.by for row in analysis.regrets}):
        rows = []
        for row in analysis.regrets:
            if row.by == by:
                figures = [(row.figures[measure.name], measure) for measure in measures]
                cells = (f"{mean(f, measure)}\n{span(f.low, f.high, measure)}".rstrip() for f, measure in figures)
                rows.append((row.group, row.player, f"{row.orders:,}", *cells))
        head = (by, "player", "order sets", *(measure.title for measure in measures))
        yield shown_table(f"regret_by_{by.replace(' ', '_')}", f"Regret by {by}", head, 2, rows)


def _shaded(table: ShownTable, shades: Sequence[tuple[float, ...]]) -> ShownTable:
    return replace(table, shades=tuple(shades))


def _games(count: int) -> str:
    return "1 game" if count == 1 else f"{count} games"


def _ordinal(place: int) -> str:
    return f"{place}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(place, 'th') }"
