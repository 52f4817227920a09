"""A bot that holds: it never moves, retreats or builds, and disbands whom the rules would."""

from __future__ import annotations

import random

from ..board.orders import report_of
from ..board.situation import Situation
from ..board.units import Order
from .base import Bot


class HoldBot(Bot):
    """Its orders are the defaults of the rules, given outright, so that they do not count as missing."""

    name = "hold"

    def choose(self, situation: Situation, rng: random.Random) -> tuple[Order, ...]:  # noqa: ARG002 - no choice to make
        return report_of((), situation).orders
