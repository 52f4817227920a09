"""One power's mind: its memory and the steps it can take, each one question to a language model."""

from __future__ import annotations

from ..board.player import Mind, OrderDecision, Step, View
from ..board.press import Draft
from .asking import Asker
from .memory import Memory
from .steps import consolidate, generate_orders, initialize, negotiate, plan, reflect


class DiplomacyAgent:
    """A ``Player`` that asks a language model. A step changes nothing but this agent."""

    steps: frozenset[Step] = frozenset(("initialize", "negotiate", "plan", "order", "reflect", "consolidate"))

    def __init__(self, asker: Asker, memory: Memory | None = None) -> None:
        self.power = asker.power
        self.model = asker.model.name
        self.memory = memory or Memory()
        self._asker = asker
        self._phase = ""

    async def initialize(self, view: View) -> None:
        await initialize(self._asker, self._seen(view), view)

    async def negotiate(self, view: View) -> tuple[Draft, ...]:
        return await negotiate(self._asker, self._seen(view), view)

    async def plan(self, view: View) -> None:
        await plan(self._asker, self._seen(view), view)

    async def order(self, view: View) -> OrderDecision:
        return await generate_orders(self._asker, self._seen(view), view)

    async def reflect(self, view: View) -> None:
        await reflect(self._asker, self._seen(view), view)

    async def consolidate(self, view: View) -> None:
        await consolidate(self._asker, self._seen(view), view)

    def mind(self) -> Mind:
        return self.memory.mind(self._phase)

    def _seen(self, view: View) -> Memory:
        self._phase = view.situation.phase
        return self.memory
