"""A bot that looks ahead: it tries its orders on what the others may order, and plays the best reply."""

from __future__ import annotations

import random

from ..board.orders import report_of
from ..board.player import OrderDecision, View
from ..board.situation import Situation
from ..board.units import Order
from ..search.beside import beside
from ..search.deciding import SAMPLES, decided
from ..search.position import Position
from .base import Bot


class SearchBot(Bot):
    """Without press. Its budget counts samples of what the others may order, never seconds."""

    name = "search"

    def __init__(self, power: str, seed: int, samples: int | None = None) -> None:
        super().__init__(power, seed)
        self.samples = SAMPLES if samples is None else samples
        if samples is not None:
            self.model += f":{samples}"

    def choose(self, situation: Situation, rng: random.Random) -> tuple[Order, ...]:  # noqa: ARG002 - its seed decides
        return decided(Position.of(situation), self.power, self.samples, self.seed)

    async def order(self, view: View) -> OrderDecision:
        await self._watch(view)
        orders = await beside(decided, Position.of(view.situation), self.power, self.samples, self.seed)
        return OrderDecision(report_of(orders, view.situation))
