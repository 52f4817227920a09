"""Stragglers: a call that takes longer than nine in ten of its kind is sent a second time; the first answer wins."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from ..records.events import Event
from .call_costs import Budgeted, Reservation
from .events import CallHedged, HedgeDecided
from .gate import Gate
from .model import Reply, Request, with_bill_of

PERCENTILE = 0.9
FEWEST, MOST = 20, 100
"""Latencies needed for a percentile, and kept."""


class Latencies:
    """How long recent calls took, by model and step. Shared by the seats of a run."""

    def __init__(self) -> None:
        self._recent: defaultdict[tuple[str, str], deque[float]] = defaultdict(lambda: deque(maxlen=MOST))

    def add(self, model: str, step: str, seconds: float) -> None:
        self._recent[model, step].append(seconds)

    def slow(self, model: str, step: str) -> float | None:
        """Seconds after which a call is a straggler; ``None`` while too few are known."""
        recent = sorted(self._recent[model, step])
        return recent[math.ceil(PERCENTILE * len(recent)) - 1] if len(recent) >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Hedged:
    """A model whose stragglers are asked twice. The second call passes the account's gate and the budget too, but
    waits for neither."""

    inner: Budgeted
    gate: Gate
    latencies: Latencies
    emit: Callable[[Event], None]

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """The first answer, with its latency counted from the first sending."""
        clock, step = asyncio.get_running_loop().time, request.key.step
        after = self.latencies.slow(self.name, step)
        reserved = await self.inner.enter(request)
        began = clock()
        reply = await (self.inner.send(reserved) if after is None else self._watched(reserved, after))
        reply = replace(reply, latency=clock() - began)
        self.latencies.add(self.name, step, reply.latency)
        return reply

    async def _watched(self, reserved: Reservation, after: float) -> Reply:
        calls = {asyncio.create_task(self.inner.send(reserved)): reserved}
        (first,) = calls
        try:
            await asyncio.wait(calls, timeout=after)
            if first.done() or not self._second(reserved.request, calls, after):
                return await first
            winner = await _first_answer(list(calls))
            name: Literal["first", "second"] = "first" if winner is first else "second"
            self.emit(HedgeDecided(*reserved.request.key.about(self.name), winner=None if winner is None else name))
            return await first if winner is None else _billed(winner, calls)
        except asyncio.CancelledError:
            answer = _in_hand(calls)
            if answer is None:
                raise
        finally:
            # Waited for as well: nothing goes on running, and paying, in the background.
            for call in calls:
                call.cancel()
            await asyncio.wait(calls)
        # An answer that came in the moment of the cancellation is paid for: the journal is to have it first.
        _cancel_again()
        return answer

    def _second(self, request: Request, calls: dict[asyncio.Task[Reply], Reservation], after: float) -> bool:
        """Sends it if there is room for it this moment; whether there was."""
        reserved = self.inner.try_enter(request)
        if reserved is None:
            return False
        permit = self.gate.try_enter(self.emit, self.name)
        if permit is None:
            self.inner.leave(reserved)
            return False
        second = _Second(
            self.inner, reserved, CallHedged(*request.key.about(self.name), after=round(after, 3)), self.emit
        )
        calls[asyncio.create_task(self.gate.call(permit, second, request))] = reserved
        return True


@dataclass(frozen=True, slots=True)
class _Second:
    """The model as the gate calls it for a call that the budget has room for."""

    inner: Budgeted
    reserved: Reservation
    event: CallHedged
    emit: Callable[[Event], None]

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:  # noqa: ARG002 - the reserved has it
        self.emit(self.event)
        return await self.inner.send(self.reserved)


def _in_hand(calls: dict[asyncio.Task[Reply], Reservation]) -> Reply | None:
    """The answer to one of them, if there is one."""
    answered = (call for call in calls if call.done() and not call.cancelled() and call.exception() is None)
    first = next(answered, None)
    return None if first is None else _billed(first, calls)


def _cancel_again() -> None:
    """Let the cancellation that was caught come when its task waits for something next."""
    task = asyncio.current_task()
    assert task is not None
    task.uncancel()
    task.cancel()


async def _first_answer(calls: list[asyncio.Task[Reply]]) -> asyncio.Task[Reply] | None:
    """The call that was answered first, as soon as it is; ``None`` when all have failed."""
    pending = set(calls)
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for call in calls:
            if call in done and call.exception() is None:
                return call
    return None


def _billed(winner: asyncio.Task[Reply], calls: dict[asyncio.Task[Reply], Reservation]) -> Reply:
    """The winner's reply, with the bill of the other call where that was answered in the same moment."""
    reply = winner.result()
    for call, reserved in calls.items():
        if call is winner:
            continue
        if not call.done():
            reserved.beaten_by = reply
        elif call.exception() is None:
            reply = with_bill_of(reply, call.result())
    return replace(reply, hedged=len(calls) - 1)
