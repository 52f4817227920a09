"""More room to think: a reply that spent its whole allowance on reasoning is asked for again with twice as much."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..records.events import AllowanceRaised, Event
from .budget import BudgetExceeded
from .model import Model, ModelError, Reply, Request, Usage

RAISES = 2


@dataclass(frozen=True, slots=True)
class WithRoomToThink:
    """A model whose empty replies, cut at their length, are asked for again."""

    inner: Model
    emit: Callable[[Event], None]

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """The last reply, with the tokens, cost and attempts of all of them. An empty one stands if the next fails."""
        clock = asyncio.get_running_loop().time
        began = clock()
        reply = await self.inner.generate(request)
        for _ in range(RAISES):
            if not _thought_only(reply):
                break
            larger = replace(request, max_tokens=2 * request.max_tokens)
            self._tell(request, larger.max_tokens)
            try:
                again = await self.inner.generate(larger)
            except (ModelError, BudgetExceeded):
                # Whoever asked learns from the empty reply what went wrong, and what it cost is not lost.
                break
            reply, request = _added(reply, again, waited=clock() - began - again.latency), larger
        return reply

    def _tell(self, request: Request, after: int) -> None:
        key = request.key
        self.emit(
            AllowanceRaised(
                key.power, key.phase, key.step, key.round, key.attempt, self.name, request.max_tokens, after
            )
        )


def _thought_only(reply: Reply) -> bool:
    return reply.stop == "length" and not reply.text.strip()


def _added(first: Reply, second: Reply, *, waited: float) -> Reply:
    """The second reply with the bill for both."""
    return replace(
        second,
        usage=added_usage(first.usage, second.usage),
        waited=max(0.0, waited),
        attempts=first.attempts + second.attempts,
        hedged=first.hedged + second.hedged,
        cost_usd=None if first.cost_usd is None or second.cost_usd is None else first.cost_usd + second.cost_usd,
    )


def added_usage(first: Usage, second: Usage) -> Usage:
    """The tokens of both calls; ``None`` where one of them is not known."""

    def both(one: int | None, other: int | None) -> int | None:
        return None if one is None or other is None else one + other

    return Usage(
        input=both(first.input, second.input),
        output=both(first.output, second.output),
        cached=both(first.cached, second.cached),
        reasoning=both(first.reasoning, second.reasoning),
    )
