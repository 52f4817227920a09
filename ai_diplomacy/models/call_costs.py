"""What each call costs: the most that it can is reserved before it is sent, what it did is settled after."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from .budget import NOTHING, Amount, Budget
from .events import CallLost
from .model import Model, ModelError, Reply, Request, Usage
from .prices import Price
from .provider_model import DeadlineError
from .schema_cache import schema_bytes

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
        reserved = self._reservation(request)
        await self.budget.reserve(reserved.most)
        return reserved

    def try_enter(self, request: Request) -> Reservation | None:
        """The same if there is room this moment."""
        reserved = self._reservation(request)
        return reserved if self.budget.try_reserve(reserved.most) else None

    def leave(self, reserved: Reservation) -> None:
        """The call is not sent after all."""
        self.budget.release(reserved.most)

    async def send(self, reserved: Reservation) -> Reply:
        """Make the call that there is room for. Raises ``ModelError``."""
        charge = NOTHING
        try:
            reply = await self.inner.generate(reserved.request)
            reply, charge = self._settled(reserved, reply)
        except ModelError as error:
            charge = self._failed(reserved, error)
            raise
        except asyncio.CancelledError:
            charge = self._cancelled(reserved)
            raise
        except Exception:
            # Whatever went wrong with its answer, the call was made.
            charge = self._lost(reserved, "fault", reserved.request.max_tokens)
            raise
        finally:
            self.budget.release(reserved.most, charge)
        return reply

    def _reservation(self, request: Request) -> Reservation:
        densest = self.budget.densest.get(self.name)
        density = 1 / BYTES_PER_TOKEN if densest is None else HEADROOM * densest
        size, output, now = request_bytes(request), request.max_tokens, time.time()
        input = math.ceil(size * density)
        cost = Decimal(0) if self.price is None else self.price.most(input, output, now)
        return Reservation(request, size, input, now, Amount(cost, input + output))

    def _settled(self, reserved: Reservation, reply: Reply) -> tuple[Reply, Amount]:
        usage = reply.usage
        if usage.input is not None:
            density = usage.input / max(1, reserved.bytes)
            self.budget.densest[self.name] = max(density, self.budget.densest.get(self.name, 0.0))
        cost = None if self.price is None else self.price.cost(usage, reserved.at)
        reply = replace(
            reply,
            cost_usd=None if cost is None else float(cost),
            most_tokens=reserved.most.tokens if usage.total is None else 0,
            most_usd=float(reserved.most.cost_usd) if usage.total is None else 0.0,
        )
        self.budget.answered(reserved.request.key, self.name, reply)
        if (tokens := usage.total) is None:
            return reply, reserved.most
        return reply, Amount(cost or Decimal(0), tokens)

    def _failed(self, reserved: Reservation, error: ModelError) -> Amount:
        if error.kind != "transient" or not error.billable:
            return NOTHING
        if isinstance(error, DeadlineError):
            # It was given the time to write as much as it may.
            return self._lost(reserved, "timeout", reserved.request.max_tokens)
        return self._lost(reserved, "fault", 0)

    def _cancelled(self, reserved: Reservation) -> Amount:
        if reserved.beaten_by is None:
            return self._lost(reserved, "cancelled", reserved.request.max_tokens)
        # The same question to the same model: as long an answer is the best guess.
        said = reserved.beaten_by.usage.output
        return self._lost(reserved, "hedged", reserved.request.max_tokens if said is None else said)

    def _lost(
        self, reserved: Reservation, reason: Literal["fault", "timeout", "hedged", "cancelled"], output_tokens: int
    ) -> Amount:
        usage = Usage(input=reserved.input_tokens, output=output_tokens)
        cost = None if self.price is None else self.price.cost(usage, reserved.at)
        self.budget.lost(
            CallLost(
                *reserved.request.key.about(self.name),
                reason=reason,
                input_tokens=reserved.input_tokens,
                output_tokens=output_tokens,
                cost_usd=None if cost is None else float(cost),
            )
        )
        return Amount(cost or Decimal(0), reserved.input_tokens + output_tokens)


def request_bytes(request: Request) -> int:
    """Of all that a model is shown: the prompts and the schema."""
    schema = 0 if request.schema is None else schema_bytes(request.schema)
    return _size(request.system) + _size(request.prompt) + schema


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
