"""Which display a terminal gets."""

from __future__ import annotations

from typing import Literal

from .config import GameConfig
from .display import Display, GameConsole
from .live_display import LiveDisplay

Kind = Literal["rich", "plain", "none"]


def chosen_display(kind: Kind | None, config: GameConfig, *, verbose: bool = False) -> Display:
    """``None``: ``rich`` where the output is a terminal that can move its cursor, ``plain`` elsewhere."""
    console = GameConsole(highlight=False, quiet=kind == "none", force_terminal=True if kind == "rich" else None)
    if kind == "rich" or (kind is None and console.is_terminal and not console.is_dumb_terminal):
        return LiveDisplay(console, config, verbose=verbose)
    models = config.marked_names()
    return Display(console, config.terrain, models, verbose=verbose)
