"""Stragglers: a call that takes longer than nine in ten of its kind is sent a second time; the first answer wins."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from ..records.events import CallHedged, Event
from .allowance import added_usage
from .gate import Gate
from .model import Model, ModelError, Reply, Request

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
    """A model whose stragglers are asked twice. The second call passes the account's gate too, but never queues."""

    inner: Model
    gate: Gate
    latencies: Latencies
    emit: Callable[[Event], None]

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """The first answer, with its latency counted from the first sending."""
        clock = asyncio.get_running_loop().time
        began, step = clock(), request.key.step
        after = self.latencies.slow(self.name, step)
        reply = await (self.inner.generate(request) if after is None else self._watched(request, after))
        reply = replace(reply, latency=clock() - began)
        self.latencies.add(self.name, step, reply.latency)
        return reply

    async def _watched(self, request: Request, after: float) -> Reply:
        first = asyncio.create_task(self.inner.generate(request))
        calls = [first]
        try:
            await asyncio.wait(calls, timeout=after)
            permit = None if first.done() else self.gate.try_enter(self.emit)
            if permit is None:
                return await first
            calls.append(asyncio.create_task(self.gate.call(permit, self.inner, request)))
            winner = await _first_answer(calls)
            self._tell(request, after, None if winner is None else calls.index(winner))
            return await first if winner is None else _billed(winner, calls)
        finally:
            # Waited for as well: nothing goes on running, and paying, in the background.
            for call in calls:
                call.cancel()
            await asyncio.wait(calls)

    def _tell(self, request: Request, after: float, winner: int | None) -> None:
        key = request.key
        name: Literal["first", "second"] | None = None if winner is None else ("first", "second")[winner]
        self.emit(
            CallHedged(
                key.power, key.phase, key.step, key.round, key.attempt, self.name, after=round(after, 3), winner=name
            )
        )


async def _first_answer(calls: list[asyncio.Task[Reply]]) -> asyncio.Task[Reply] | None:
    """The call that was answered first, as soon as it is; ``None`` when all have failed."""
    pending = set(calls)
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for call in calls:
            if call in done and call.exception() is None:
                return call
    return None


def _billed(winner: asyncio.Task[Reply], calls: list[asyncio.Task[Reply]]) -> Reply:
    """The winner's reply with what is known of the other call's bill."""
    reply = winner.result()
    for call in calls:
        if call is winner:
            continue
        if not call.done():
            reply = replace(reply, hedged=reply.hedged + 1)
        elif (error := call.exception()) is None:
            reply = replace(reply, usage=added_usage(reply.usage, call.result().usage))
        elif isinstance(error, ModelError) and error.kind == "transient":
            reply = replace(reply, hedged=reply.hedged + 1)
    return reply
