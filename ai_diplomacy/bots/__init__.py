"""Players that ask no model: baselines to play against, and stand-ins for a missing player."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..board.player import Player
from .base import Bot
from .dumbbot import DumbBot
from .hold import HoldBot
from .random_bot import RandomBot
from .search_bot import SearchBot

__all__ = ["BOTS", "NAMES", "make_bot"]

BOTS: Mapping[str, type[Bot]] = {bot.name: bot for bot in (HoldBot, RandomBot, DumbBot, SearchBot)}
_BUDGET = re.compile(r"[1-9]\d?", re.ASCII)


class BotNames(tuple[str, ...]):
    """The bots by name, for a list of them; the search is known with every budget from 1 to 99 as well."""

    __slots__ = ()

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in BOTS or _budget(name) is not None)


NAMES = BotNames((*BOTS, f"{SearchBot.name}:SAMPLES (1 to 99)"))


def make_bot(name: str, power: str, seed: int) -> Player:
    """The bot of that name for one seat. Raises ``ValueError`` for a name that is not in ``NAMES``."""
    if name not in NAMES:
        raise ValueError(f"unknown bot {name!r}; the bots are {', '.join(NAMES)}")
    samples = _budget(name)
    return SearchBot(power, seed, samples) if samples else BOTS[name](power, seed)


def _budget(name: str) -> int | None:
    """The samples that a name of the search asks for; ``None`` for any other name."""
    bot, _, samples = name.partition(":")
    return int(samples) if bot == SearchBot.name and _BUDGET.fullmatch(samples) else None
