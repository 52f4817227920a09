"""What bots have in common: they only give orders, and think the same of everybody."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from typing import ClassVar

from ..board.chance import chance
from ..board.orders import report_of
from ..board.player import Mind, OrderDecision, Step, View
from ..board.press import Draft
from ..board.situation import Situation
from ..board.units import Order


class Bot(ABC):
    """A player that asks no model. What it orders depends on the situation, its power and its seed alone."""

    name: ClassVar[str]

    def __init__(self, power: str, seed: int) -> None:
        self.power = power
        self.seed = seed
        self.model = f"bot:{self.name}"
        self.steps: frozenset[Step] = frozenset({"order"})
        self._others: tuple[str, ...] = ()

    @abstractmethod
    def choose(self, situation: Situation, rng: random.Random) -> tuple[Order, ...]:
        """Legal orders for one phase."""

    async def order(self, view: View) -> OrderDecision:
        await self._watch(view)
        rng = chance(self.seed, view.situation.phase, self.power, "order")
        return OrderDecision(report_of(self.choose(view.situation, rng), view.situation))

    async def negotiate(self, view: View) -> tuple[Draft, ...]:
        await self._watch(view)
        return ()

    async def _watch(self, view: View) -> None:
        self._others = tuple(power for power in view.situation.terrain.powers if power != self.power)

    initialize = provisional = plan = reflect = consolidate = _watch

    def mind(self) -> Mind:
        return Mind(relationships=dict.fromkeys(self._others, "Neutral"))
