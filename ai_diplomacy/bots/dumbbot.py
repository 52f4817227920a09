"""A bot that goes where there is most to win or to keep: David Norman's DumbBot."""

from __future__ import annotations

import random

from ..board.situation import Situation
from ..board.tactics import choose_orders
from ..board.units import Order
from ..board.valuation import evaluate
from .base import Bot


class DumbBot(Bot):
    """It values the provinces and orders its units by that value, without press and without a look ahead."""

    name = "dumbbot"

    def choose(self, situation: Situation, rng: random.Random) -> tuple[Order, ...]:
        return choose_orders(situation, evaluate(situation), rng)
