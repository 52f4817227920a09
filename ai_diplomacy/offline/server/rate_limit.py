"""Requests a minute: a token bucket for each account, as the vendors' own limits work.

A bucket holds ``burst`` requests and is refilled evenly, ``rpm`` a minute; so a client that goes steadily is never
refused, and after a pause ``burst`` requests may come at once. A refused request takes nothing out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


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
