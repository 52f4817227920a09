"""Hard caps on cost and tokens that count what is in flight: room is reserved before a call and settled after it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ..records.events import Event
from .events import BudgetReached, BudgetWarned, CallLost
from .ledger import Ledger
from .model import CallKey, Reply
from .stopping import Stopped

WARN_AT = Decimal("0.8")

Unit = Literal["cost_usd", "tokens"]


class BudgetExceeded(Stopped):
    """A call was not made because it might not have fitted under a cap. From then on none is made."""

    def __init__(self, reached: BudgetReached) -> None:
        super().__init__(_sentence(reached))
        self.what = reached.what
        """``cost_usd`` or ``tokens``."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Money and tokens."""

    cost_usd: Decimal
    tokens: int

    def of(self, unit: Unit) -> Decimal:
        return self.cost_usd if unit == "cost_usd" else Decimal(self.tokens)

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.cost_usd + other.cost_usd, self.tokens + other.tokens)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.cost_usd - other.cost_usd, self.tokens - other.tokens)


NOTHING = Amount(Decimal(0), 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Claim:
    need: Amount
    turn: asyncio.Future[None]


class Budget:
    """Of one run, or of several that share it. For one event loop at a time.

    ``charged`` is what the answered calls cost and what the lost ones may have cost; ``charged + reserved`` never
    exceeds a cap as long as no call spends more than was reserved for it.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        *,
        max_cost_usd: float | None = None,
        max_tokens_total: int | None = None,
    ) -> None:
        self.ledger = Ledger()
        self.charged = NOTHING
        self.reserved = NOTHING
        self.reached: BudgetReached | None = None
        """Why no further call is made."""
        self._emit = emit
        self._caps: dict[Unit, Decimal] = {}
        if max_cost_usd is not None:
            self._caps["cost_usd"] = Decimal(str(max_cost_usd))
        if max_tokens_total is not None:
            self._caps["tokens"] = Decimal(max_tokens_total)
        self.densest: dict[str, float] = {}
        """Model -> the most tokens a byte that a prompt of this run has had."""
        self._warned: set[Unit] = set()
        self._waiting: deque[_Claim] = deque()

    async def reserve(self, need: Amount) -> None:
        """Returns when the amount is set aside: at once, or when calls in flight have turned out to cost less.

        Raises ``BudgetExceeded`` when it would not fit even if they cost nothing.
        """
        waiter = _Claim(need, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._admit()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if waiter.turn.cancelled():
                with suppress(ValueError):
                    self._waiting.remove(waiter)
                self._admit()
            elif waiter.turn.exception() is None:
                self.release(need)
            raise

    def try_reserve(self, need: Amount) -> bool:
        """Set the amount aside if it fits this moment and nobody waits for room; whether it did."""
        if self._waiting or self.reached is not None or not self._fits(need):
            return False
        self.reserved += need
        return True

    def release(self, reserved: Amount, charge: Amount = NOTHING) -> None:
        """A call has ended: what was set aside for it is free again but for what it cost."""
        self.reserved -= reserved
        self.charged += charge
        self.warn()
        self._admit()

    def answered(self, key: CallKey, model: str, reply: Reply) -> None:
        """Enters an answered call in the ledger."""
        self.ledger.answered(key, model, reply)

    def lost(self, event: CallLost) -> None:
        """Enters a call that may be billed in the ledger, and says so."""
        self.ledger.lost(event)
        self._emit(event)

    def restore(self, key: CallKey, model: str, reply: Reply) -> None:
        """An answered call of an earlier session of this run, from its journal."""
        self.ledger.answered(key, model, reply)
        self.charged += _amount(reply.cost_usd, reply.usage.total or 0) + _amount(reply.most_usd, reply.most_tokens)

    def restore_lost(self, event: CallLost) -> None:
        """A lost call of an earlier session of this run, from its events."""
        self.ledger.lost(event)
        self.charged += _amount(event.cost_usd, event.input_tokens + event.output_tokens)

    def restore_warned(self, event: BudgetWarned) -> None:
        """A warning of an earlier session, which is told again for another cap alone."""
        if self._caps.get(event.what) == Decimal(str(event.cap)):
            self._warned.add(event.what)

    def warn(self) -> None:
        """Says, once a cap, that most of it is spent."""
        for unit, cap in self._caps.items():
            spent = self.charged.of(unit)
            if unit not in self._warned and spent >= WARN_AT * cap:
                self._warned.add(unit)
                self._emit(BudgetWarned(unit, float(spent), float(cap)))

    def _admit(self) -> None:
        while self._waiting:
            waiter = self._waiting[0]
            if not waiter.turn.done():
                self.reached = self.reached or self._hopeless(waiter.need)
                if self.reached is not None:
                    waiter.turn.set_exception(BudgetExceeded(self.reached))
                elif self._fits(waiter.need):
                    self.reserved += waiter.need
                    waiter.turn.set_result(None)
                else:
                    return
            self._waiting.popleft()

    def _fits(self, need: Amount) -> bool:
        after = self.charged + self.reserved + need
        return all(after.of(unit) <= cap for unit, cap in self._caps.items())

    def _hopeless(self, need: Amount) -> BudgetReached | None:
        """Why it would not fit even if all that is in flight cost nothing."""
        for unit, cap in self._caps.items():
            spent = self.charged.of(unit)
            if spent + need.of(unit) > cap:
                reached = BudgetReached(unit, float(spent), float(cap), needed=float(need.of(unit)))
                self._emit(reached)
                return reached
        return None


def _amount(cost_usd: float | None, tokens: int) -> Amount:
    """An unknown price counts for nothing: it is for the cap on tokens to hold such calls."""
    return Amount(Decimal(str(cost_usd or 0)), tokens)


def _sentence(reached: BudgetReached) -> str:
    if reached.what == "tokens":
        return (
            f"the cap of {reached.cap:,.0f} tokens is reached: {reached.spent:,.0f} are spent and the next call may "
            f"take {reached.needed:,.0f}"
        )
    return (
        f"the cap of ${reached.cap:g} is reached: ${reached.spent:.4f} is spent and the next call may cost up to "
        f"${reached.needed:.4f}"
    )
