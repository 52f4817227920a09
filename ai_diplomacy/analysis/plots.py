"""How the figures of a report are drawn: once each, as SVG for the page and for a file, and as PNG.

They are as wide as a column of a paper, and their letters are legible there."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..records.cleaning import cleaned

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#010203"
"""Stands for the page's own text colour."""
_DARK = "#1b1f24"
"""Takes its place in a file."""
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c7f00", "#7f7f7f")
"""Okabe and Ito's, which the colour-blind can tell apart, and which show on white and on black."""

_WIDTH = 3.3
"""Inches of one column of a paper."""
SMALL = 7.5
"""Points of the smallest letters."""
_DOTS = 300
"""A inch of a PNG."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One figure, drawn."""

    name: str
    """Of its files."""
    caption: str
    whole: str
    """SVG in which ``INK`` stands for the colour of letters and lines."""
    png: bytes
    on_page: bool
    """Whether the page shows it: what it has as a table it does not."""

    def svg(self) -> str:
        """For a file."""
        return self.whole.replace(INK, _DARK)

    def inline(self, mark: str) -> str:
        """The SVG element alone, in the page's colours. ``mark`` begins the ids in it, which no other on the page may
        have."""
        svg = self.whole[self.whole.index("<svg") :]
        svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
        svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
        svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
        svg = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{mark}-{self.name}-", svg)
        return svg.replace(INK, "currentColor")


def plot(
    name: str, caption: str, draw: Callable[[Axes], None], height: float, *, on_page: bool = True, frame: bool = True
) -> Plot:
    """``height``: in inches; ``frame``: whether it has axes."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "ai-diplomacy",
        "font.family": "sans-serif",
        "font.size": 8,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        # A name with a dollar sign in it is no formula.
        "text.parse_math": False,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        if not frame:
            axes.set_axis_off()
        draw(axes)
        text, image = io.StringIO(), io.BytesIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        figure.savefig(image, format="png", dpi=_DOTS, facecolor="white", metadata={"Software": None})
    return Plot(name, caption, text.getvalue(), image.getvalue(), on_page)


def rows_high(rows: float) -> float:
    """Inches of a figure with so many rows of names."""
    return 0.65 + 0.24 * rows


def short(name: str) -> str:
    """A name as there is room for it: without who is asked for the model, and its middle if it is long."""
    shown = cleaned(name, "line")
    if not shown.startswith("bot:"):
        shown = shown.split(":", 1)[-1] or shown
    return shown if len(shown) <= 22 else f"{shown[:12]}\u2026{shown[-9:]}"


def shorts(names: Sequence[str]) -> list[str]:
    """The same for all of a figure, which stay apart."""
    found = [short(name) for name in names]
    return [
        one if found.count(one) == 1 else cleaned(name, "line")[-26:] for name, one in zip(names, found, strict=True)
    ]


def intervals(name: str, caption: str, rows: Sequence[tuple[str, float, float | None, float | None]], label: str,
              color: str) -> Plot:  # fmt: skip
    """A dot and a line a player. ``rows``: (player, mean, low, high)."""

    def draw(axes: Axes) -> None:
        for row, (_, mean, low, high) in enumerate(rows):
            if low is not None and high is not None:
                axes.plot([low, high], [row, row], color=color, linewidth=2, solid_capstyle="butt")
            axes.plot([mean], [row], "o", color=color, markersize=4.5)
        named_rows(axes, shorts([player for player, *_ in rows]))
        axes.set_xlabel(label)

    return plot(name, caption, draw, rows_high(len(rows)))


def named_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="x", alpha=0.25, color=INK, linewidth=0.5)


def matrix(
    name: str,
    caption: str,
    values: Sequence[Sequence[float | None]],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    diverging: bool = False,
    digits: int = 1,
) -> Plot:
    """Coloured cells with their values; ``None`` stays empty. ``diverging``: whether zero is in the middle."""
    most = max((abs(value) for row in values for value in row if value is not None), default=1) or 1

    def draw(axes: Axes) -> None:
        from matplotlib import colormaps
        from matplotlib.patches import Rectangle

        colors = colormaps["RdBu" if diverging else "Blues"]
        for at, row in enumerate(values):
            for column, value in enumerate(row):
                if value is None:
                    continue
                share = (value / most + 1) / 2 if diverging else 0.9 * value / most
                color = colors(share)
                axes.add_patch(Rectangle((column - 0.5, at - 0.5), 1, 1, facecolor=color, edgecolor="white"))
                light = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]
                ink = "#101418" if light > 0.5 else "#ffffff"
                axes.text(column, at, f"{value:.{digits}f}", ha="center", va="center", color=ink, fontsize=SMALL)
        axes.set_yticks(range(len(rows)), rows)
        upright = max(map(len, columns), default=0) * len(columns) > 36
        axes.set_xticks(range(len(columns)), columns, rotation=90 if upright else 0)
        axes.set_xlim(-0.5, len(columns) - 0.5)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)

    room = 0.07 * max(map(len, columns), default=0)
    return plot(name, caption, draw, 0.5 + 0.28 * len(rows) + room, on_page=False)
