"""The gate of an account: who may call now, how many at once, how fast, and nobody while the account cools down.

How fast is stated by the vendor, for each model, or else inferred, for all of the account.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ..records.durable import DiskError
from ..records.events import Event
from .concurrency_limit import Change, ConcurrencyLimit
from .connections import Connections
from .cool_down import CoolDown
from .events import CoolDownStarted, Limited, LimiterChanged, LimiterReason
from .model import CallKey, Model, ModelError, Reply, Request
from .pace import HeldUp, Pace
from .stated_limits import StatedLimit
from .stated_pace import SentCall, StatedPace

Emit = Callable[[Event], None]

ALONE = 1.0
"""After a cool-down the first call goes alone for so many seconds: if the account still refuses, that costs one
refusal and not one for everybody who waits. Refusals come fast and answers do not, so an answer is not waited for."""


@dataclass(frozen=True, slots=True)
class Permit:
    """The right to make one call."""

    serial: int
    emit: Emit
    pace: StatedPace
    """Of its model."""
    call: SentCall


@dataclass(frozen=True, slots=True, eq=False)
class _QueuedCall:
    turn: asyncio.Future[Permit]
    emit: Emit
    place: int


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """Those who wait to call one model. Its vendor may have limits for it alone, which are not to hold others up."""

    pace: StatedPace = field(default_factory=StatedPace)
    waiting: deque[_QueuedCall] = field(default_factory=deque)


class Gate:
    """Shared by all who use an account, of every game in the process. For one event loop at a time."""

    def __init__(self, account: str, connections: Connections, *, max_concurrency: int | None = None) -> None:
        """``account``: its name for the records, without the key. ``max_concurrency``: that many at once, always."""
        self.account = account
        self.in_flight = 0
        self._connections = connections
        self._limit = ConcurrencyLimit(connections.size, fixed=max_concurrency)
        self._pace = Pace()
        self._lines: defaultdict[str, _Line] = defaultdict(_Line)
        """By model."""
        self._places = itertools.count()
        self._listeners: Counter[Emit] = Counter()
        self._timer: asyncio.TimerHandle | None = None
        self._serial = 0
        self._next_turn = -math.inf
        self._held_up: HeldUp = None
        self._cool_down = CoolDown()
        self._answered = False
        self._faulty: set[CallKey] = set()
        """The calls that met a fault which ought to pass since the last answer."""
        self._episode = 0
        """Serial of the first permit after the last refusal: refusals of earlier ones are no news."""

    @property
    def limit(self) -> int:
        """Calls that may be in flight."""
        return self._limit.limit

    @property
    def rate(self) -> float | None:
        """Calls that may be sent a second, as far as nobody states it; ``None``: any number."""
        return self._pace.rate

    def has_answered(self) -> bool:
        """Whether the account has answered any call of this process."""
        return self._answered

    def is_out(self) -> bool:
        """Whether more than one call has met a fault that ought to pass, and none was answered since."""
        return len(self._faulty) > 1

    async def enter(self, emit: Emit, model: str) -> Permit:
        """Wait for one's turn: first come, first served, but for models whose own limits hold them up. Every permit
        must be used in ``call``.

        ``emit`` is told what happens to the gate while its caller waits or calls.
        """
        waiter = _QueuedCall(asyncio.get_running_loop().create_future(), emit, next(self._places))
        self._listeners[emit] += 1
        waiting = self._lines[model].waiting
        waiting.append(waiter)
        if len(waiting) == 1:
            self._admit()
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            if waiter.turn.cancelled():
                with suppress(ValueError):
                    waiting.remove(waiter)
                self._deafen(emit)
                self._admit()
            else:
                self._leave(waiter.turn.result())
            raise

    def try_enter(self, emit: Emit, model: str) -> Permit | None:
        """A permit if nobody waits and a call may be made this moment."""
        now, line = asyncio.get_running_loop().time(), self._lines[model]
        room = self.in_flight < self.limit and self._connections.in_use < self._connections.size
        if not room or self._first(now) is not None or self._opens(now, line) > now:
            return None
        self._listeners[emit] += 1
        return self._permit(now, line, emit)

    async def call(self, permit: Permit, model: Model, request: Request) -> Reply:
        """Make the one call that the permit is for, and give it back.

        Raises ``ModelError``; its ``retry_after``, if it has one, is then the time for which the gate is closed.
        """
        try:
            reply = await model.generate(request)
            self._answered = True
            self._faulty.clear()
            now = asyncio.get_running_loop().time()
            self._tell("concurrency", self._limit.answered(now, self.in_flight - 1))
            if not reply.stated:
                return reply
            # More than its prompt and all that it might have had, no call takes of any limit.
            most = math.inf if reply.usage.input is None else reply.usage.input + request.max_tokens
            self._hear(permit, model.name, reply.stated, most)
            return replace(reply, stated=())
        except ModelError as error:
            if error.stated:
                self._hear(permit, model.name, error.stated, None)
            if error.kind == "rate_limit":
                error.retry_after = self._refused(permit, error)
            elif error.kind == "transient":
                self._faulty.add(request.key)
                if error.retry_after is not None:
                    error.retry_after = self._hold(permit, error.retry_after)
            raise
        finally:
            self._leave(permit)

    def _hear(self, permit: Permit, model: str, stated: Sequence[StatedLimit], most: float | None) -> None:
        """A call came back with these. ``most``: tokens that it can have taken; ``None``: it was refused."""
        now = asyncio.get_running_loop().time()
        for unit, change in permit.pace.state(stated, permit.call, now, most):
            what: Limited = "rate" if unit == "requests" else unit
            if what == "rate" and self._pace.rate is not None:
                # What is stated is not inferred.
                self._pace = Pace()
            self._tell(what, change, model)

    def _refused(self, permit: Permit, error: ModelError) -> float:
        """The account was asked too much or too fast. Closes the gate; returns for how many seconds."""
        now, news, retry_after = asyncio.get_running_loop().time(), self._is_news(permit), error.retry_after
        seconds = self._hold(permit, retry_after)
        if permit.pace.explains(error.stated, permit.call):
            return seconds
        if news:
            until = now + seconds
            self._pace.refused(now if retry_after is None else until)
            self._tell("concurrency", self._limit.refused(now, until))
        else:
            self._pace.refused_too()
        return seconds

    def _hold(self, permit: Permit, retry_after: float | None) -> float:
        """Closes the gate. Returns for how many seconds."""
        now = asyncio.get_running_loop().time()
        before = self._cool_down.until
        if self._is_news(permit):
            self._episode = self._serial
            self._cool_down.begin(now, retry_after)
        else:
            self._cool_down.extend(now, retry_after)
        if self._cool_down.until > max(now, before):
            self._broadcast(CoolDownStarted(self.account, round(self._cool_down.until - now, 3), retry_after))
        return max(0.0, self._cool_down.until - now)

    def _is_news(self, permit: Permit) -> bool:
        """Whether the call was sent since the gate was last closed."""
        return permit.serial >= self._episode

    def _leave(self, permit: Permit) -> None:
        self.in_flight -= 1
        self._deafen(permit.emit)
        self._connections.give_back()
        self._admit()

    # Turns

    def _admit(self) -> None:
        """Let in who may go now, and come back when the next one may."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while (first := self._first(loop.time())) is not None:
            if self.in_flight >= self.limit or not self._connections.free(self._admit):
                return
            opens, line = first
            if opens > loop.time():
                self._held_up = "rate" if opens == self._next_turn else "account"
                self._timer = loop.call_at(opens, self._admit)
                return
            waiter = line.waiting.popleft()
            waiter.turn.set_result(self._permit(loop.time(), line, waiter.emit))

    def _first(self, now: float) -> tuple[float, _Line] | None:
        """When the next call may go, and the line in which it waits; ``None`` when nobody does."""
        first: tuple[float, int, _Line] | None = None
        for line in self._lines.values():
            while line.waiting and line.waiting[0].turn.done():
                line.waiting.popleft()
            if line.waiting:
                opens, place = max(now, self._opens(now, line)), line.waiting[0].place
                if first is None or (opens, place) < first[:2]:
                    first = opens, place, line
        return None if first is None else (first[0], first[2])

    def _opens(self, now: float, line: _Line) -> float:
        return max(self._next_turn, self._cool_down.until, line.pace.opens(now))

    def _permit(self, now: float, line: _Line, emit: Emit) -> Permit:
        permit = Permit(self._serial, emit, line.pace, line.pace.sent(now))
        self._serial += 1
        self.in_flight += 1
        self._connections.take()
        self._limit.sent(self.in_flight)
        held_up, self._held_up = self._held_up, None
        self._tell("rate", self._pace.sent(now, held_up))
        self._next_turn = now + max(self._pace.interval, ALONE if self._cool_down.sent() else 0.0)
        return permit

    # Telling

    def _tell(self, what: Limited, change: Change | None, model: str = "") -> None:
        if change is not None:
            before, after = (None if limit is None else round(limit, 4) for limit in (change.before, change.after))
            grown = change.before is not None and change.after is not None and change.after > change.before
            inferred: LimiterReason = "given_up" if after is None else "clean_round" if grown else "refused"
            self._broadcast(LimiterChanged(self.account, what, before, after, "stated" if model else inferred, model))

    def _broadcast(self, event: Event) -> None:
        for emit in list(self._listeners):
            # One game's full disk, of which its own next record tells it, must not upset the gate of all the others.
            with suppress(DiskError):
                emit(event)

    def _deafen(self, emit: Emit) -> None:
        self._listeners[emit] -= 1
        if not self._listeners[emit]:
            del self._listeners[emit]


@dataclass(frozen=True, slots=True)
class Gated:
    """A model whose every call passes the gate of its account."""

    inner: Model
    gate: Gate
    emit: Emit

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """Raises what ``Gate.call`` raises."""
        clock = asyncio.get_running_loop().time
        began = clock()
        permit = await self.gate.enter(self.emit, self.name)
        waited = clock() - began
        reply = await self.gate.call(permit, self.inner, request)
        return replace(reply, waited=reply.waited + waited)


def account_name(provider: str, base_url: str | None, key: str) -> str:
    """A name for an account that tells two keys apart and gives neither away."""
    mark = hashlib.sha256(f"ai_diplomacy\x00{key}".encode()).hexdigest()[:8]
    return f"{provider}@{base_url} ({mark})" if base_url else f"{provider} ({mark})"


class Gates:
    """Gates by account. Together they keep within the process's connections."""

    def __init__(self, connections: Connections | None = None) -> None:
        self._connections = connections or Connections()
        self._by_account: dict[str, Gate] = {}

    def gate(self, account: str, *, max_concurrency: int | None = None) -> Gate:
        """The gate of an account, made when it is first asked for; ``max_concurrency`` counts only then."""
        if account not in self._by_account:
            self._by_account[account] = Gate(account, self._connections, max_concurrency=max_concurrency)
        return self._by_account[account]


PROCESS = Gates()
"""Those of this process."""
