"""The rate limit: which account gets a 429, and what the headers of a response say of the limit, vendor by vendor.

Each account has a token bucket, as the vendors' own limits work. It holds ``burst`` requests and is refilled evenly,
``rpm`` a minute; so a client that goes steadily is never refused, and after a pause ``burst`` requests may come at
once. A refused request takes nothing out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .wire import WireError


@dataclass(frozen=True, slots=True)
class Quota:
    """Where an account stands after a request."""

    limit: int
    """Requests a minute."""
    remaining: int
    """Requests that would be accepted at once now."""
    reset: float
    """Seconds until the bucket is full again."""
    retry_after: float | None
    """Seconds until a refused request would be accepted; ``None`` when this one was."""


class RateLimiter:
    def __init__(self, rpm: int, burst: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._rpm = rpm
        self._burst = burst or rpm
        self._clock = clock
        self._accounts: dict[bytes, tuple[float, float]] = {}
        """Account -> (requests in its bucket, when that was)."""

    def take(self, account: bytes) -> Quota:
        """Accepts or refuses one request of this account."""
        now, refill = self._clock(), self._rpm / 60
        level, at = self._accounts.get(account, (float(self._burst), now))
        level = min(self._burst, level + (now - at) * refill)
        # A client that waits exactly as long as it was told must not fail by the last bit of a float.
        accepted = level >= 1 - 1e-6
        level -= accepted
        self._accounts[account] = (level, now)
        return Quota(
            limit=self._rpm,
            remaining=max(0, int(level)),
            reset=(self._burst - level) / refill,
            retry_after=None if accepted else (1 - level) / refill,
        )


def refusal(quota: Quota) -> WireError | None:
    """The 429 of an account that has no request left. A 429 drawn by lot is one of the ``faults``."""
    if quota.retry_after is None:
        return None
    # Whole seconds, as the vendors send them, and never too early.
    wait = float(math.ceil(quota.retry_after))
    message = f"Rate limit reached: {quota.limit} requests per minute. Please try again in {wait:g}s."
    return WireError(429, message, retry_after=wait)


def headers(vendor: str, quota: Quota | None, retry_after: float | None) -> dict[str, str]:
    """What a vendor's response says of the limit, and of the seconds to wait; Gemini says the latter in the error."""
    found = {}
    if retry_after is not None:
        found["Retry-After"] = f"{retry_after:g}"
        if vendor.startswith("openai"):
            found["retry-after-ms"] = str(round(retry_after * 1000))
    if quota is not None and vendor.startswith("openai"):
        found |= {
            "x-ratelimit-limit-requests": str(quota.limit),
            "x-ratelimit-remaining-requests": str(quota.remaining),
            "x-ratelimit-reset-requests": _duration(quota.reset),
        }
    if quota is not None and vendor == "anthropic":
        full = datetime.now(UTC) + timedelta(seconds=quota.reset)
        found |= {
            "anthropic-ratelimit-requests-limit": str(quota.limit),
            "anthropic-ratelimit-requests-remaining": str(quota.remaining),
            "anthropic-ratelimit-requests-reset": full.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    return found


def _duration(seconds: float) -> str:
    """``120ms``, ``8.64s``, ``6m0s``, as OpenAI writes it."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    if seconds < 60:
        return f"{seconds:.3g}s"
    return f"{int(seconds // 60)}m{int(seconds % 60)}s"
