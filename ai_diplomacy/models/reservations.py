"""A model whose every call fits the budget: the most it can spend is reserved, what it spent is charged."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from ..models.events import CallLost
from .budget import NOTHING, Amount, Budget
from .model import Model, ModelError, Reply, Request, Usage
from .prices import Price
from .provider_model import DeadlineError
from .schema_cache import cached_by_schema

BYTES_PER_TOKEN = 2.0
"""Fewer than any model's prompts of JSON and province names have (2.5 to 4), for a model that has answered none yet."""
HEADROOM = 1.1
"""A prompt may have so many times as many tokens a byte as the densest so far."""


@dataclass(slots=True)
class Reservation:
    """One call that there is room for, and what is known of its bill before it is answered."""

    request: Request
    bytes: int
    """Size of the prompts and the schema."""
    input_tokens: int
    """An estimate."""
    at: float
    most: Amount
    """What is reserved for it."""
    beaten_by: Reply | None = None
    """The answer to the same question that came first, so that this call is cancelled."""


@dataclass(frozen=True, slots=True)
class Budgeted:
    """Stands right around the calls: every request that passes it is sent, once, or refused."""

    inner: Model
    budget: Budget
    price: Price | None
    """``None``: not known. Its calls then count for the cap on tokens alone."""

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """Raises ``BudgetExceeded`` instead of calling, ``ModelError`` when the call fails."""
        return await self.send(await self.enter(request))

    async def enter(self, request: Request) -> Reservation:
        """Wait for room for a call, which must then be sent. Raises ``BudgetExceeded``."""
        bill = self._bill(request)
        await self.budget.reserve(bill.most)
        return bill

    def try_enter(self, request: Request) -> Reservation | None:
        """The same if there is room this moment."""
        bill = self._bill(request)
        return bill if self.budget.try_reserve(bill.most) else None

    def leave(self, bill: Reservation) -> None:
        """The call is not sent after all."""
        self.budget.release(bill.most)

    async def send(self, bill: Reservation) -> Reply:
        """Make the call that there is room for. Raises ``ModelError``."""
        charge = NOTHING
        try:
            reply = await self.inner.generate(bill.request)
            reply, charge = self._settled(bill, reply)
        except ModelError as error:
            charge = self._failed(bill, error)
            raise
        except asyncio.CancelledError:
            charge = self._cancelled(bill)
            raise
        finally:
            self.budget.release(bill.most, charge)
        return reply

    def _bill(self, request: Request) -> Reservation:
        densest = self.budget.densest.get(self.name)
        density = 1 / BYTES_PER_TOKEN if densest is None else HEADROOM * densest
        size, output, now = _bytes(request), request.max_tokens, time.time()
        input = math.ceil(size * density)
        cost = Decimal(0) if self.price is None else self.price.most(input, output, now)
        return Reservation(request, size, input, now, Amount(cost, input + output))

    def _settled(self, bill: Reservation, reply: Reply) -> tuple[Reply, Amount]:
        usage = reply.usage
        if usage.input is not None:
            density = usage.input / max(1, bill.bytes)
            self.budget.densest[self.name] = max(density, self.budget.densest.get(self.name, 0.0))
        cost = None if self.price is None else self.price.cost(usage, bill.at)
        reply = replace(
            reply,
            cost_usd=None if cost is None else float(cost),
            most_tokens=bill.most.tokens if usage.total is None else 0,
            most_usd=float(bill.most.cost_usd) if usage.total is None else 0.0,
        )
        self.budget.answered(bill.request.key, self.name, reply)
        if (tokens := usage.total) is None:
            return reply, bill.most
        return reply, Amount(cost or Decimal(0), tokens)

    def _failed(self, bill: Reservation, error: ModelError) -> Amount:
        if error.kind != "transient" or not error.billable:
            return NOTHING
        if isinstance(error, DeadlineError):
            # It was given the time to write as much as it may.
            return self._lost(bill, "timeout", bill.request.max_tokens)
        return self._lost(bill, "fault", 0)

    def _cancelled(self, bill: Reservation) -> Amount:
        if bill.beaten_by is None:
            return self._lost(bill, "cancelled", bill.request.max_tokens)
        # The same question to the same model: as long an answer is the best guess.
        said = bill.beaten_by.usage.output
        return self._lost(bill, "hedged", bill.request.max_tokens if said is None else said)

    def _lost(
        self, bill: Reservation, reason: Literal["fault", "timeout", "hedged", "cancelled"], output_tokens: int
    ) -> Amount:
        usage = Usage(input=bill.input_tokens, output=output_tokens)
        cost = None if self.price is None else self.price.cost(usage, bill.at)
        self.budget.lost(
            CallLost(
                *bill.request.key.about(self.name),
                reason=reason,
                input_tokens=bill.input_tokens,
                output_tokens=output_tokens,
                cost_usd=None if cost is None else float(cost),
            )
        )
        return Amount(cost or Decimal(0), bill.input_tokens + output_tokens)


def _bytes(request: Request) -> int:
    schema = 0 if request.schema is None else _schema_bytes(request.schema)
    return _size(request.system) + _size(request.prompt) + schema


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


@cached_by_schema
def _schema_bytes(schema: Mapping[str, Any]) -> int:
    return len(json.dumps(schema))
