"""A bot that draws its orders by lot."""

from __future__ import annotations

import random

from ..board.situation import Situation
from ..board.units import Order
from .base import Bot


class RandomBot(Bot):
    """Each unit gets one of its legal orders, all equally likely; as many builds or disbands as are due."""

    name = "random"

    def choose(self, situation: Situation, rng: random.Random) -> tuple[Order, ...]:
        places = sorted(situation.legal_orders)
        if situation.kind == "A":
            places = rng.sample(places, min(abs(situation.due), len(places)))
        return tuple(rng.choice(situation.legal_orders[place]) for place in places)
