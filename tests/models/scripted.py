"""Models that do as they are told: rate-limited servers in virtual time, and scripts of answers and faults."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.models.call_log import CallLog
from ai_diplomacy.models.model import CallKey, ModelError, Reply, Request, Usage
from ai_diplomacy.models.stated_limits import StatedLimit
from ai_diplomacy.records.formats import FORMAT
from ai_diplomacy.records.sealing import sealed
from ai_diplomacy.run.create import GENERATION
from ai_diplomacy.run.events import RunStarted
from ai_diplomacy.run.history import RunHistory


def request(power: str = "FRANCE", step: str = "order", phase: str = "S1901M", **fields) -> Request:
    return Request(CallKey(phase, power, step), "system", **{"prompt": "prompt"} | fields)


@dataclass
class SlidingWindow:
    """At most ``calls`` in any ``seconds``."""

    calls: int = 60
    seconds: float = 60.0
    taken: deque[float] = field(default_factory=deque)

    def refusal(self, now: float) -> float | None:
        """``None``, or seconds until there is room again."""
        while self.taken and self.taken[0] <= now - self.seconds:
            self.taken.popleft()
        if len(self.taken) >= self.calls:
            return self.taken[0] + self.seconds - now
        self.taken.append(now)
        return None

    def stated(self, now: float) -> StatedLimit:
        """What it says of itself after a call."""
        return StatedLimit("requests", self.calls, self.calls - len(self.taken), self.taken[0] + self.seconds - now)


@dataclass
class FixedWindow:
    """At most ``calls`` in each minute of the clock."""

    calls: int = 60
    seconds: float = 60.0
    window: int = -1
    taken: int = 0

    def refusal(self, now: float) -> float | None:
        if int(now // self.seconds) != self.window:
            self.window, self.taken = int(now // self.seconds), 0
        if self.taken >= self.calls:
            return (self.window + 1) * self.seconds - now
        self.taken += 1
        return None

    def stated(self, now: float) -> StatedLimit:
        """What it says of itself after a call."""
        return StatedLimit("requests", self.calls, self.calls - self.taken, (self.window + 1) * self.seconds - now)


@dataclass
class TokenBucket:
    """``rate`` calls a second, ``burst`` of them at once."""

    rate: float = 1.0
    burst: float = 60.0
    known: bool = False
    """Whether its vendor is known to have buckets, however large."""
    level: float | None = None
    at: float = 0.0

    def refusal(self, now: float) -> float | None:
        self.level = min(self.burst, (self.burst if self.level is None else self.level) + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1 - 1e-9:
            return (1 - self.level) / self.rate
        self.level -= 1
        return None

    def stated(self, _: float) -> StatedLimit:
        """What it says of itself after a call, as OpenAI and Anthropic do."""
        assert self.level is not None
        full = (self.burst - self.level) / self.rate
        refills = self.known or self.burst == 60 * self.rate
        return StatedLimit("requests", 60 * self.rate, int(self.level), full, window=60, refills=refills)


@dataclass
class AtOnce:
    """At most ``calls`` at the same time."""

    calls: int = 10
    server: "Server | None" = None

    def refusal(self, now: float) -> float | None:
        assert self.server is not None
        return None if self.server.answering < self.calls else 0.0


class Server:
    """Answers after ``latency`` seconds what its rule lets through, and refuses the rest after 0.01."""

    name = "scripted:server"

    def __init__(
        self, rule, *, latency: float | Callable[[], float] = 0.2, says_when: bool = True, states: bool = False
    ) -> None:
        self.rule = rule
        self.latency = latency if callable(latency) else lambda: latency
        self.says_when = says_when
        self.states = states
        """Whether the limit comes with every answer and refusal."""
        self.seen: list[tuple[float, bool]] = []
        """(when, whether it was refused) of every request."""
        self.answering = 0
        if isinstance(rule, AtOnce):
            rule.server = self

    async def generate(self, request: Request) -> Reply:
        now = asyncio.get_running_loop().time()
        wait = self.rule.refusal(now)
        self.seen.append((now, wait is not None))
        stated = (self.rule.stated(now),) if self.states else ()
        if wait is not None:
            await asyncio.sleep(0.01)
            said = wait if self.says_when else None
            raise ModelError("429 slow down", kind="rate_limit", retry_after=said, stated=stated)
        latency = self.latency()
        self.answering += 1
        try:
            await asyncio.sleep(latency)
        finally:
            self.answering -= 1
        return Reply("answer", Usage(input=10, output=5), latency=latency, stated=stated)

    def refused_share(self, since: float, until: float = float("inf")) -> float:
        seen = [refused for when, refused in self.seen if since <= when < until]
        return sum(seen) / max(1, len(seen))

    def answered(self, since: float, until: float = float("inf")) -> int:
        return sum(not refused for when, refused in self.seen if since <= when < until)


class Script:
    """Plays its acts in order: a ``Reply``, an exception, seconds to take before answering, or both as a pair
    ``(seconds, exception)``. Then it answers at once."""

    name = "scripted:model"

    def __init__(self, *acts, usage: Usage | None = None) -> None:
        self.acts = deque(acts)
        self.requests: list[Request] = []
        self.sent: list[float] = []
        self.cancelled = 0
        self.usage = usage or Usage(input=10, output=5, cached=0)

    async def generate(self, request: Request) -> Reply:
        clock = asyncio.get_running_loop().time
        began = clock()
        self.requests.append(request)
        self.sent.append(began)
        act = self.acts.popleft() if self.acts else 0.0
        act, error = act if isinstance(act, tuple) else (act, None)
        if isinstance(act, BaseException):
            raise act
        if isinstance(act, Reply):
            return act
        try:
            await asyncio.sleep(act)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if error is not None:
            raise error
        return Reply(f"answer {len(self.requests)}", self.usage, latency=clock() - began)


def read_calls(path: Path) -> CallLog:
    """A journal that a test wrote, read as that of a run is."""
    if not (path.parent / "events.jsonl").exists():
        settings = GameConfig(models={}, max_year=1901).document()
        started = RunStarted(FORMAT, GENERATION, "test", settings, {}).record(0.0)
        (path.parent / "events.jsonl").write_bytes(sealed(started, 1))
    history = RunHistory(path.parent, DIPLOMACY)
    for _ in history.read():
        pass
    return history.calls


def unheard(event: object) -> None:
    """For whoever must tell somebody."""


def transient(text: str = "503 overloaded") -> ModelError:
    return ModelError(text, kind="transient")


def rate_limited(retry_after: float | None = None) -> ModelError:
    return ModelError("429 slow down", kind="rate_limit", retry_after=retry_after)


def of_type(events: Iterable[object], kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]
