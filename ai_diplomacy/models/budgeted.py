"""A model whose every call fits the budget: the most it can spend is reserved, what it spent is charged."""

from __future__ import annotations

import asyncio
import json
import math
import time
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from ..records.events import CallLost
from .budget import NOTHING, Amount, Budget
from .calling import DeadlineError
from .model import Model, ModelError, Reply, Request, Usage
from .prices import Price

CHARACTERS_PER_TOKEN = 3.5
"""Fewer than English prose has (about four), for prompts that are full of JSON and province names."""


@dataclass(frozen=True, slots=True)
class Budgeted:
    """Stands right around the calls: every request that passes it is sent, once (twice when hedged), or refused."""

    inner: Model
    budget: Budget
    price: Price | None
    """``None``: not known. Its calls then count for the cap on tokens alone."""
    hedged: bool = False
    """Whether ``inner`` may send a request twice."""

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """Raises ``BudgetExceeded`` instead of calling, ``ModelError`` when the call fails."""
        bill = _Bill(request, self.name, self.price, self._input_tokens(request), time.time())
        one = bill.most()
        reserved = one + one if self.hedged else one
        await self.budget.reserve(reserved)
        charge = NOTHING
        try:
            reply = await self.inner.generate(request)
            reply, charge = self._settled(bill, reply)
        except ModelError as error:
            charge = self._failed(bill, error)
            raise
        except asyncio.CancelledError:
            charge = self._lost(bill, "cancelled", request.max_tokens)
            raise
        finally:
            self.budget.release(reserved, charge)
        return reply

    def _input_tokens(self, request: Request) -> int:
        density = max(1 / CHARACTERS_PER_TOKEN, self.budget.densest.get(self.name, 0.0))
        return math.ceil(_characters(request) * density)

    def _settled(self, bill: _Bill, reply: Reply) -> tuple[Reply, Amount]:
        usage = reply.usage
        if usage.input is not None:
            density = usage.input / max(1, _characters(bill.request))
            self.budget.densest[self.name] = max(density, self.budget.densest.get(self.name, 0.0))
        cost = None if self.price is None else self.price.cost(usage, bill.at)
        reply = replace(reply, cost_usd=None if cost is None else float(cost))
        self.budget.answered(bill.request.key, self.name, reply)
        if usage.input is None or usage.output is None:
            charge = bill.most()
        else:
            charge = Amount(cost or Decimal(0), usage.input + usage.output)
        output = bill.request.max_tokens if usage.output is None else usage.output
        for _ in range(reply.hedged):
            # The same question to the same model: as long an answer is the best guess.
            charge += self._lost(bill, "hedged", output)
        return reply, charge

    def _failed(self, bill: _Bill, error: ModelError) -> Amount:
        if error.kind != "transient" or not error.billable:
            return NOTHING
        if isinstance(error, DeadlineError):
            # It was given the time to write as much as it may.
            return self._lost(bill, "timeout", bill.request.max_tokens)
        return self._lost(bill, "fault", 0)

    def _lost(
        self, bill: _Bill, reason: Literal["fault", "timeout", "hedged", "cancelled"], output_tokens: int
    ) -> Amount:
        key, usage = bill.request.key, Usage(input=bill.input_tokens, output=output_tokens)
        cost = None if self.price is None else self.price.cost(usage, bill.at)
        self.budget.lost(
            CallLost(
                power=key.power,
                phase=key.phase,
                step=key.step,
                round=key.round,
                attempt=key.attempt,
                model=self.name,
                reason=reason,
                input_tokens=bill.input_tokens,
                output_tokens=output_tokens,
                cost_usd=None if cost is None else float(cost),
            )
        )
        return Amount(cost or Decimal(0), bill.input_tokens + output_tokens)


@dataclass(frozen=True, slots=True)
class _Bill:
    """What is known of a call's bill before it is answered."""

    request: Request
    model: str
    price: Price | None
    input_tokens: int
    at: float

    def most(self) -> Amount:
        output = self.request.max_tokens
        cost = Decimal(0) if self.price is None else self.price.most(self.input_tokens, output, self.at)
        return Amount(cost, self.input_tokens + output)


def _characters(request: Request) -> int:
    schema = 0 if request.schema is None else len(json.dumps(request.schema))
    return len(request.system) + len(request.prompt) + schema
