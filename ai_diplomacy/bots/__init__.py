"""Players that ask no model: baselines to play against, and stand-ins for a missing player."""

from __future__ import annotations

from collections.abc import Mapping

from ..board.player import Player
from .base import Bot
from .dumbbot import DumbBot
from .hold import HoldBot
from .random_bot import RandomBot

__all__ = ["BOTS", "make_bot"]

BOTS: Mapping[str, type[Bot]] = {bot.name: bot for bot in (HoldBot, RandomBot, DumbBot)}


def make_bot(name: str, power: str, seed: int) -> Player:
    """The bot of that name for one seat. Raises ``ValueError`` for a name that is not in ``BOTS``."""
    if name not in BOTS:
        raise ValueError(f"unknown bot {name!r}; the bots are {', '.join(BOTS)}")
    return BOTS[name](power, seed)
