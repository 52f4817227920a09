"""The figures of an analysis. What there is nothing to show of has none."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, pi, sin
from typing import TYPE_CHECKING

from .analyzing import Analysis
from .game_rows import centers_by_power, places_of
from .measures import MEASURES, NAMED, Measure
from .player_tables import players
from .plots import COLORS, INK, SMALL, Plot, intervals, matrix, named_rows, plot, rows_high, short, shorts
from .through_years import ByYear

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def figures(analysis: Analysis) -> list[Plot]:
    """All that there are, in the order of the page."""
    return [found for found in _all(analysis) if found is not None]


def _all(analysis: Analysis) -> Iterator[Plot | None]:
    yield _dots(analysis, NAMED["centers"], "Centres at the end, with 95 % intervals.")
    yield _ratings(analysis)
    yield _by_power(analysis)
    yield _head_to_head(analysis)
    yield _places(analysis)
    caption = "Centres of a seat through the years; bands are 95 % intervals."
    yield _years(analysis, analysis.centers_by_year, "centers_by_year", caption, "centres a seat", 1)
    yield _against(analysis, NAMED["cost"], "cost_against_score", "What a seat's game costs, and its centres.")
    yield _against(analysis, NAMED["output_tokens"], "tokens_against_score", "Tokens written for a seat's game, and "
                   "its centres.")  # fmt: skip
    yield _dots(analysis, NAMED["regret"], "Regret of the movement orders, forward, with 95 % intervals.")
    yield _dots(analysis, NAMED["legal_before"], "Orders that were legal at the first reply.", asked=True)
    yield _pledges(analysis)
    caption = "Pledges kept of those due, by the year in which they were made; bands are 95 % intervals."
    yield _years(analysis, analysis.kept_by_year, "honesty_by_year", caption, "pledges kept, %", 100)
    yield _network(analysis)


def _dots(analysis: Analysis, measure: Measure, caption: str, *, asked: bool = False) -> Plot | None:
    """``asked``: of those alone who ask a model."""
    at = MEASURES.index(measure)
    scale = 100 if measure.share else 1
    rows = [
        (player, scale * f.mean, f.low and scale * f.low, f.high and scale * f.high)
        for player, f in ((player, found[at]) for player, found in analysis.estimates.items())
        if f.mean is not None and not (asked and player.startswith("bot:"))
    ]
    if not any(mean for _, mean, _, _ in rows):
        return None
    return intervals(measure.name, caption, rows, f"{measure.title}{', %' if measure.share else ''}", COLORS[0])


def _ratings(analysis: Analysis) -> Plot | None:
    rows = [(rating.player, rating.points, rating.low, rating.high) for rating in analysis.ratings.players]
    label = "rating (400 are odds of ten to one)"
    return intervals("ratings", "Ratings, with 95 % intervals.", rows, label, COLORS[2]) if len(rows) > 1 else None


def _by_power(analysis: Analysis) -> Plot | None:
    found = centers_by_power(analysis.rows)
    names = [player for player in players(analysis) if player in found]
    powers = sorted({power for seats in found.values() for power in seats})
    values = [[found[name][power][0] if power in found[name] else None for power in powers] for name in names]
    caption = "Mean centres at the end, by player and power."
    return matrix("player_by_power", caption, values, shorts(names), [p.title() for p in powers]) if names else None


def _head_to_head(analysis: Analysis) -> Plot | None:
    found = {(d.one, d.other): d.difference for d in analysis.duels["centers"]}
    found |= {(other, one): -difference for (one, other), difference in found.items()}
    names = [player for player in players(analysis) if any(player in pair for pair in found)]
    if not names:
        return None
    values = [[found.get((one, other)) for other in names] for one in names]
    caption = "Centres of the row's player less those of the column's, within the powers that both had."
    return matrix("head_to_head", caption, values, shorts(names), shorts(names), diverging=True)


def _places(analysis: Analysis) -> Plot | None:
    found = places_of(analysis.rows)
    names = [player for player in players(analysis) if player in found]

    def draw(axes: Axes) -> None:
        from matplotlib import colormaps

        last = max(map(len, found.values()))
        for row, name in enumerate(names):
            left = 0.0
            for place, count in enumerate(found[name]):
                width = 100 * count / (sum(found[name]) or 1)
                color = colormaps["viridis"](1 - place / max(1, last - 1))
                axes.barh(
                    [row], [width], left=[left], color=color, height=0.7, label=str(place + 1) if not row else None
                )
                left += width
        named_rows(axes, shorts(names))
        axes.set_xlabel("% of its seats that came 1st, 2nd, ...")
        axes.legend(frameon=False, labelcolor=INK, fontsize=SMALL, ncols=last, loc="lower center",
                    bbox_to_anchor=(0.4, 1.0), handlelength=0.9, columnspacing=0.7, handletextpad=0.3)  # fmt: skip

    return plot("places", "Places; who shares places has an equal part of each.", draw, rows_high(len(names) + 1)) \
        if names else None  # fmt: skip


def _years(analysis: Analysis, found: ByYear, name: str, caption: str, label: str, scale: float) -> Plot | None:
    """A line with its band a player."""

    def draw(axes: Axes) -> None:
        from matplotlib.ticker import MaxNLocator

        names = [player for player in players(analysis) if player in found]
        for player, shown in zip(names, shorts(names), strict=True):
            color, style = _drawn_as(analysis, player)
            years = found[player]
            means = [scale * (told.figure.mean or 0.0) for told in years.values()]
            axes.plot(list(years), means, style, color=color, marker="o", markersize=2.5, linewidth=1.4, label=shown)
            band = [(year, told.figure.low, told.figure.high) for year, told in years.items()]
            known = [
                (year, scale * low, scale * high) for year, low, high in band if low is not None and high is not None
            ]
            if known:
                at, lows, highs = zip(*known, strict=True)
                axes.fill_between(at, lows, highs, color=color, alpha=0.15, linewidth=0)
        axes.set_xlabel("end of the year" if scale == 1 else "year")
        axes.set_ylabel(label)
        axes.set_ylim(0, None if scale == 1 else 105)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axes.legend(frameon=False, labelcolor=INK, fontsize=SMALL, ncols=2, loc="lower center",
                    bbox_to_anchor=(0.42, 1.0), columnspacing=1, handlelength=1.4)  # fmt: skip

    lines = (len(found) + 1) // 2
    return plot(name, caption, draw, 2.1 + 0.17 * lines) if any(map(len, found.values())) else None


def _drawn_as(analysis: Analysis, player: str) -> tuple[str, str]:
    """Its colour and its kind of line, which are the same in every figure."""
    number = players(analysis).index(player)
    return COLORS[number % len(COLORS)], "-" if number < len(COLORS) else "--"


def _against(analysis: Analysis, measure: Measure, name: str, caption: str) -> Plot | None:
    """A measure against the centres, a dot a player with both intervals."""
    at, centers = MEASURES.index(measure), MEASURES.index(NAMED["centers"])
    found = {player: (figures[at], figures[centers]) for player, figures in analysis.estimates.items()}
    known = {player: (x, y) for player, (x, y) in found.items() if x.mean and y.mean is not None}
    if not known:
        return None

    def draw(axes: Axes) -> None:
        for player, shown in zip(known, shorts(list(known)), strict=True):
            x, y = known[player]
            assert x.mean is not None
            assert y.mean is not None
            color, _ = _drawn_as(analysis, player)
            if x.low is not None and x.high is not None:
                axes.plot([x.low, x.high], [y.mean, y.mean], color=color, linewidth=1.2, alpha=0.6)
            if y.low is not None and y.high is not None:
                axes.plot([x.mean, x.mean], [y.low, y.high], color=color, linewidth=1.2, alpha=0.6)
            axes.plot([x.mean], [y.mean], "o", color=color, markersize=5, label=shown)
        axes.set_xlabel(measure.title)
        axes.set_ylabel("centres at the end")
        axes.margins(0.12)
        axes.set_ylim(bottom=0)
        axes.locator_params(axis="x", nbins=5)
        axes.legend(frameon=False, labelcolor=INK, fontsize=SMALL, ncols=2, loc="lower center",
                    bbox_to_anchor=(0.42, 1.0), columnspacing=1, handletextpad=0.3)  # fmt: skip

    return plot(name, caption, draw, 2.1 + 0.17 * ((len(known) + 1) // 2))


def _pledges(analysis: Analysis) -> Plot | None:
    """What became of every player's pledges, as shares."""
    totals: dict[str, list[int]] = {}
    for (player, _), t in analysis.trust.items():
        counts = totals.setdefault(player, [0] * 5)
        ended = t.retracted + t.released + t.void + t.condition_not_met
        for at, value in enumerate((t.kept, ended, t.broken - t.on_purpose, t.changed, t.lie)):
            counts[at] += value
    totals = {player: totals[player] for player in players(analysis) if sum(totals.get(player, ()))}
    names = ("kept", "ended otherwise", "broken", "mind changed", "lie when said")
    colors = (COLORS[2], COLORS[7], COLORS[5], COLORS[4], COLORS[1])

    def draw(axes: Axes) -> None:
        for row, counts in enumerate(totals.values()):
            left = 0.0
            for value, name, color in zip(counts, names, colors, strict=True):
                width = 100 * value / max(1, sum(counts))
                axes.barh([row], [width], left=[left], color=color, height=0.6, label=name if row == 0 else None)
                left += width
        labels = shorts(list(totals))
        named_rows(axes, [f"{name} ({sum(counts)})" for name, counts in zip(labels, totals.values(), strict=True)])
        axes.set_xlabel("% of the pledges made")
        axes.legend(frameon=False, labelcolor=INK, fontsize=SMALL, ncols=2, loc="lower center",
                    bbox_to_anchor=(0.3, 1.0), columnspacing=1, handlelength=1)  # fmt: skip

    caption = "What became of the pledges (how many were made)."
    return plot("pledges", caption, draw, rows_high(len(totals) + 2.2)) if totals else None


def _network(analysis: Analysis) -> Plot | None:
    """Arrows from who broke its word to whom it was given, the thicker the more."""
    found = {pair: count for pair, count in analysis.broken.network.items() if pair[0] != pair[1]}
    names = sorted({name for pair in found for name in pair})
    if not found:
        return None
    at = {name: (sin(2 * pi * n / len(names)), cos(2 * pi * n / len(names))) for n, name in enumerate(names)}
    most = max(found.values())
    by_player = analysis.broken.by_player

    def draw(axes: Axes) -> None:
        for (one, other), count in sorted(found.items(), key=lambda item: item[1]):
            axes.annotate(
                "",
                at[other],
                at[one],
                arrowprops={
                    "arrowstyle": "-|>",
                    "connectionstyle": "arc3,rad=0.16",
                    "color": COLORS[1],
                    "alpha": 0.35 + 0.6 * count / most,
                    "linewidth": 0.6 + 2.4 * count / most,
                    "shrinkA": 9,
                    "shrinkB": 9,
                    "mutation_scale": 9,
                },
            )
            (x, y), (to_x, to_y) = at[one], at[other]
            # Beside the middle of the arrow, which is bent to the right of its way.
            middle = 0.5 * (x + to_x) + 0.09 * (to_y - y), 0.5 * (y + to_y) - 0.09 * (to_x - x)
            axes.text(*middle, str(count), ha="center", va="center", fontsize=SMALL)
        for name, (x, y) in at.items():
            axes.plot([x], [y], "o", color=COLORS[0], markersize=9)
            side = "center" if abs(x) < 0.2 else "left" if x > 0 else "right"
            shown = short(name) if by_player else name.title()
            axes.text(1.14 * x, 1.17 * y, shown, ha=side, va="center", fontsize=8)
        axes.set_xlim(-1.9, 1.9)
        axes.set_ylim(-1.35, 1.35)
        axes.set_aspect("equal")

    caption = "Who broke its word to whom, and how often; the thicker, the more."
    return plot("broken_words", caption, draw, 2.5, frame=False)
