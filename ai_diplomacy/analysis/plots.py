"""The pictures of a report, as SVG that takes its colours for text and lines from the page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..records.cleaning import cleaned
from .analyzing import Analysis
from .measures import MEASURES, Measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK = "#010203"
"""Stands for the page's own text colour."""
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c7f00", "#7f7f7f")
"""Okabe and Ito's, which the colour-blind can tell apart, and which show on white and on black."""


_WIDTH = 4.7
"""Inches: letters are then as large as the text around them on a telephone."""


def dots(analysis: Analysis, measure: Measure, mark: str) -> str:
    """Every player's mean with its interval. ``mark`` begins the ids in the picture, which no other on the page may
    have."""
    at = MEASURES.index(measure)
    scale = 100 if measure.share else 1
    rows = [
        (player, scale * f.mean, f.low and scale * f.low, f.high and scale * f.high)
        for player, f in ((player, figures[at]) for player, figures in analysis.estimates.items())
        if f.mean is not None
    ]
    label = f"{measure.title}{', %' if measure.share else ''}"
    return _intervals(rows, label, _COLORS[0], mark) if any(mean for _, mean, _, _ in rows) else ""


def rating_dots(analysis: Analysis, mark: str) -> str:
    """The ratings with their intervals."""
    rows = [(rating.player, rating.points, rating.low, rating.high) for rating in analysis.ratings.players]
    return _intervals(rows, "rating (400 are odds of ten to one)", _COLORS[2], mark) if rows else ""


def _intervals(rows: Sequence[tuple[str, float, float | None, float | None]], label: str, color: str, mark: str) -> str:
    """``rows``: (player, mean, low, high)."""

    def draw(axes: Axes) -> None:
        for row, (_, mean, low, high) in enumerate(rows):
            if low is not None and high is not None:
                axes.plot([low, high], [row, row], color=color, linewidth=2.5, solid_capstyle="butt")
            axes.plot([mean], [row], "o", color=color, markersize=6)
        _players(axes, [player for player, *_ in rows])
        axes.set_xlabel(label)

    return _svg(draw, len(rows), mark)


def centers_by_year(analysis: Analysis, mark: str) -> str:
    """Mean centres of a seat, year by year."""

    from matplotlib.ticker import MaxNLocator

    def draw(axes: Axes) -> None:
        for number, (player, years) in enumerate(analysis.by_year.items()):
            color, style = _COLORS[number % len(_COLORS)], "-" if number < len(_COLORS) else "--"
            axes.plot(
                list(years),
                [centers for centers, _ in years.values()],
                style,
                color=color,
                marker="o",
                markersize=3,
                label=_short(player),
            )
        axes.set_xlabel("end of the year")
        axes.set_ylabel("centres a seat")
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False, labelcolor=_INK, fontsize=8)

    return _svg(draw, 7, mark) if analysis.by_year else ""


def pledges(analysis: Analysis, mark: str) -> str:
    """What became of every player's pledges, as shares."""
    totals: dict[str, list[int]] = {}
    for (player, _), t in analysis.trust.items():
        counts = totals.setdefault(player, [0] * 5)
        ended = t.retracted + t.released + t.void + t.condition_not_met
        for at, value in enumerate((t.kept, ended, t.broken - t.on_purpose, t.changed, t.lie)):
            counts[at] += value
    names = ("kept", "ended otherwise", "broken", "mind changed", "lie when said")
    colors = (_COLORS[2], _COLORS[7], _COLORS[5], _COLORS[4], _COLORS[1])

    def draw(axes: Axes) -> None:
        for row, counts in enumerate(totals.values()):
            left = 0.0
            for value, name, color in zip(counts, names, colors, strict=True):
                width = 100 * value / max(1, sum(counts))
                axes.barh([row], [width], left=[left], color=color, height=0.6, label=name if row == 0 else None)
                left += width
        _players(axes, [f"{player} ({sum(counts)})" for player, counts in totals.items()])
        axes.set_xlabel("% of the pledges made")
        axes.legend(
            frameon=False, labelcolor=_INK, fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.4, -0.35)
        )

    return _svg(draw, len(totals) + 1.5, mark) if totals else ""


def _players(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [_short(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="x", alpha=0.25, color=_INK, linewidth=0.6)


def _short(name: str) -> str:
    shown = cleaned(name, "line")
    return shown if len(shown) <= 26 else f"{shown[:14]}\u2026{shown[-10:]}"


def _svg(draw: Callable[[Axes], None], rows: float, mark: str) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "ai-diplomacy",
        "font.family": "sans-serif",
        "font.size": 9.5,
        "text.color": _INK,
        "axes.labelcolor": _INK,
        "axes.edgecolor": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
        # A name with a dollar sign in it is no formula.
        "text.parse_math": False,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(_WIDTH, 0.9 + 0.32 * rows), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(text.getvalue(), mark)


def _inline(text: str, mark: str) -> str:
    """The SVG element alone, in the page's colours."""
    svg = text[text.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{mark}-", svg)
    return svg.replace(_INK, "currentColor")
