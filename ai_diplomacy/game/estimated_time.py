"""How long games will take, before any call was measured: steps that wait for each other, times what one takes.

Waits for rate limits come on top."""

from __future__ import annotations

import math

from .estimate import Range

OF_MODELS = Range(3.0, 20.0)
"""Seconds until the slowest of seven seats has answered: assumed, of models that reason little and that reason much."""
OF_RULES = Range(0.03, 0.3)
"""The same of bots and the offline model, with other games beside: measured on two cores."""
_AFTER_A_YEAR = Range(1.0, 2.5)
"""Retreats and adjustments, one after another."""


def steps_in_a_row(turns: int, rounds: int, *, planning: bool, reflects: bool = True) -> Range:
    """Steps of a game that wait for those before. ``reflects``: whether the game waits for reflections too."""
    each = rounds + planning + 1
    fixed = 1.0 + turns * each + (max(0, turns - 1) if reflects else 0)
    years = turns / 2
    return Range(fixed + years * _AFTER_A_YEAR.low, fixed + years * _AFTER_A_YEAR.high)


def time_line(steps: Range, *, asked: bool, games: int = 1, at_once: int = 1) -> str:
    """``time: 4 to 31 min ...``. ``steps``: of the longest game; ``asked``: whether models are asked over a network."""
    each = OF_MODELS if asked else OF_RULES
    waves = math.ceil(games / max(1, at_once))
    # Games of rules share the processor, and take their turns.
    waves = waves if asked else games
    whole = steps * each * Range(waves, waves)
    many = f"; {games:,} games, {min(games, at_once)} at once" if games > 1 else ""
    how = "assumed" if asked else "measured with bots and the offline model"
    return (
        f"time: {clock(whole)}{many}; {steps.low:.0f} to {steps.high:.0f} steps one after another in a game, "
        f"{each.low:g} to {each.high:g} s each ({how})"
    )


def clock(seconds: Range) -> str:
    """``20 to 45 s``, ``4 to 31 min``, ``40 min to 3.5 h``."""
    low, high = _told(seconds.low), _told(seconds.high)
    if low == high:
        return " ".join(low)
    return f"{low[0]} to {' '.join(high)}" if low[1] == high[1] else f"{' '.join(low)} to {' '.join(high)}"


def _told(seconds: float) -> tuple[str, str]:
    if seconds < 90:
        return f"{max(1, math.ceil(seconds))}", "s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f}", "min"
    return f"{seconds / 3600:.1f}", "h"
