"""Figures as a person reads them. What is not known says so; what there is none of is a dash."""

from __future__ import annotations

from .duels import Duel
from .estimates import MARKS, Mark, MeanEstimate
from .measures import Measure
from .permuting import Exchange

NONE = "\u2013"
UNKNOWN = "unknown"
EXCHANGED: dict[Exchange, str] = {
    "pairs": "who is who in each pair or game",
    "powers": "games of the same powers",
    "games": "games",
}
"""What a test exchanged."""


def number(value: float | None, measure: Measure) -> str:
    """``4.86``, ``97.3 %``."""
    if value is None:
        return NONE
    return f"{100 * value:.1f} %" if measure.share else f"{value:,.{measure.digits}f}"


def mean(figure: MeanEstimate, measure: Measure) -> str:
    """``4.86 ± 0.31``, the second being the standard error."""
    if figure.mean is None:
        return UNKNOWN if figure.unknown else NONE
    if figure.error is None:
        return number(figure.mean, measure)
    error = f"{100 * figure.error:.1f}" if measure.share else number(figure.error, measure)
    return f"{number(figure.mean, measure).removesuffix(' %')} \u00b1 {error}{' %' if measure.share else ''}"


def span(low: float | None, high: float | None, measure: Measure, mark: Mark = "") -> str:
    """``[4.2, 5.5]``, with its mark; empty without one."""
    if low is None or high is None:
        return ""
    scale, digits = (100, 1) if measure.share else (1, measure.digits)
    return f"[{low * scale:,.{digits}f}, {high * scale:,.{digits}f}]{MARKS[mark]}"


def points(low: float | None, high: float | None, mark: Mark = "") -> str:
    """``[-120, 35]``, an interval of ratings; empty without one."""
    return "" if low is None or high is None else f"[{low:.0f}, {high:.0f}]{MARKS[mark]}"


def of_one(duel: Duel) -> str:
    """``84 (60 to 130)``, the games for a difference of one."""
    needed = duel.for_one
    return NONE if needed is None else f"{needed.games:,} ({needed.low:,} to {needed.high:,})"


def chance(p: float) -> str:
    """``0.032``, ``< 0.001``."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
