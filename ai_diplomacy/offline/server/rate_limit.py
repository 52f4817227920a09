"""The rate limits: which account gets a 429, and what the headers of a response say of the limits, vendor by vendor.

Each account has token buckets, as the vendors' own limits work: one of requests and one of tokens. A bucket is refilled
evenly, as much a minute as is allowed; so a client that goes steadily is never refused, and after a pause as much as
the bucket holds may come at once. A request takes its prompt and all that its answer may have out of the bucket of
tokens, as OpenAI reckons; a refused request takes nothing out of either.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from .wire import WireError

Unit = Literal["requests", "tokens"]


@dataclass(frozen=True, slots=True)
class Quota:
    """Where an account stands with one of its limits after a request."""

    limit: int
    """A minute."""
    asked: float
    """By this request."""
    remaining: int
    """What would be accepted at once now."""
    reset: float
    """Seconds until the bucket is full again."""
    retry_after: float | None
    """Seconds until a refused request would be accepted; ``None`` when this one was; infinite: never."""


class RateLimiter:
    """The buckets of all accounts for one limit, of so much ``a_minute``."""

    def __init__(self, a_minute: int, burst: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._burst = burst or a_minute
        self._clock = clock
        self._accounts: dict[bytes, tuple[float, float]] = {}
        """Account -> (what is in its bucket, when that was)."""

    def take(self, account: bytes, amount: float = 1.0) -> Quota:
        """Accepts or refuses so much for this account."""
        now, refill = self._clock(), self._a_minute / 60
        level, at = self._accounts.get(account, (float(self._burst), now))
        level = min(self._burst, level + (now - at) * refill)
        # A client that waits exactly as long as it was told must not fail by the last bit of a float.
        accepted = level >= amount - 1e-6
        level -= amount * accepted
        self._accounts[account] = (level, now)
        wait = (amount - level) / refill if amount <= self._burst else math.inf
        return Quota(
            limit=self._a_minute,
            asked=amount,
            remaining=max(0, int(level)),
            reset=(self._burst - level) / refill,
            retry_after=None if accepted else wait,
        )

    def give_back(self, account: bytes, amount: float = 1.0) -> None:
        """What was accepted is not used after all."""
        level, at = self._accounts[account]
        self._accounts[account] = level + amount, at


class RateLimits:
    """Those of a server."""

    def __init__(self, rpm: int | None, burst: int | None, tpm: int | None, *, stated: bool) -> None:
        self._limiters: dict[Unit, RateLimiter] = {}
        if rpm:
            self._limiters["requests"] = RateLimiter(rpm, burst)
        if tpm:
            self._limiters["tokens"] = RateLimiter(tpm)
        self._stated = stated

    def take(self, account: bytes, tokens: int) -> tuple[Mapping[Unit, Quota], WireError | None]:
        """Accepts or refuses a request of so many tokens: what is stated of the limits, and the 429 if it is
        refused. A 429 drawn by lot is one of the ``faults``."""
        amounts: dict[Unit, float] = {"requests": 1.0, "tokens": float(tokens)}
        quotas = {unit: limiter.take(account, amounts[unit]) for unit, limiter in self._limiters.items()}
        refused = [(unit, quota) for unit, quota in quotas.items() if quota.retry_after is not None]
        if refused:
            for unit, quota in tuple(quotas.items()):
                if quota.retry_after is None:
                    self._limiters[unit].give_back(account, quota.asked)
                    quotas[unit] = self._limiters[unit].take(account, 0.0)
        return quotas if self._stated else {}, _refusal(*refused[0], stated=self._stated) if refused else None


def _refusal(unit: Unit, quota: Quota, *, stated: bool) -> WireError:
    assert quota.retry_after is not None
    if math.isinf(quota.retry_after):
        return WireError(429, f"Request too large: limit {quota.limit} {unit} per minute, requested {quota.asked:.0f}.")
    # Whole seconds, as the vendors send them, and never too early.
    wait = float(math.ceil(quota.retry_after))
    message = f"Rate limit reached: {quota.limit} {unit} per minute. Please try again in {wait:g}s."
    if not stated:
        return WireError(429, "Rate limit reached. Please slow down.", retry_after=wait)
    return WireError(429, message, retry_after=wait, quota=(unit, quota.limit))


def headers(vendor: str, quotas: Mapping[Unit, Quota], retry_after: float | None) -> dict[str, str]:
    """What a vendor's response says of the limits, and of the seconds to wait; Gemini says either in the error."""
    found = {}
    if retry_after is not None:
        found["Retry-After"] = f"{retry_after:g}"
        if vendor.startswith("openai"):
            found["retry-after-ms"] = str(round(retry_after * 1000))
    for unit, quota in quotas.items():
        if vendor.startswith("openai"):
            found |= {
                f"x-ratelimit-limit-{unit}": str(quota.limit),
                f"x-ratelimit-remaining-{unit}": str(quota.remaining),
                f"x-ratelimit-reset-{unit}": _duration(quota.reset),
            }
        elif vendor == "anthropic":
            full = datetime.now(UTC) + timedelta(seconds=quota.reset)
            found |= {
                f"anthropic-ratelimit-{unit}-limit": str(quota.limit),
                f"anthropic-ratelimit-{unit}-remaining": str(quota.remaining),
                f"anthropic-ratelimit-{unit}-reset": full.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
    return found


def _duration(seconds: float) -> str:
    """``120ms``, ``8.64s``, ``6m0s``, as OpenAI writes it."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    if seconds < 60:
        return f"{seconds:.3g}s"
    return f"{int(seconds // 60)}m{int(seconds % 60)}s"
