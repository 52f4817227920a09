"""A bot that holds: it never moves, retreats or builds, and disbands whom the rules would."""

from __future__ import annotations

import random

from ..board.situation import Situation
from ..board.units import Order
from .base import Bot


class HoldBot(Bot):
    """Its orders are the defaults of the rules, given outright, so that they do not count as missing."""

    name = "hold"

    def choose(self, situation: Situation, rng: random.Random) -> tuple[Order, ...]:  # noqa: ARG002 - no choice to make
        if situation.kind == "A":
            removed = situation.disband_order[: max(0, -situation.due)]
            return tuple(Order(f"{unit} D") for unit in removed) + (Order("WAIVE"),) * situation.due
        verb = "H" if situation.kind == "M" else "D"
        return tuple(Order(f"{unit} {verb}") for unit in situation.legal_orders)
