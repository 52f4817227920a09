"""How fast an account may be asked: unknown until it refuses a call, then learned from what it let through.

A limit on calls in flight cannot hold one on calls a minute: with answers of 0.2 s a single slot sends 300 a minute.
So beside it stands a rate. At every refusal it is set to what the account let through since the refusal before, which
is what a window or a bucket of any size really granted; then it grows, slowly at first and faster while all goes well.
"""

from __future__ import annotations

import math

from .concurrency import EPISODE, IN_USE, Change

MARGIN = 0.95
"""The rate aims this much below what was let through, and after every refusal at least this much below itself."""
LARGEST_CUT = 0.5
"""A few calls are a bad sample, so one refusal never cuts the rate by more than this."""
SLOWEST = 1 / 120
"""Calls a second."""
FIRST_STEP, LARGEST_STEP, ACCELERATION = 0.01, 0.5, 1.5
"""By what part the rate grows after a clean round, and how much more after each further one."""
ROUND, CALLS_IN_A_ROUND = EPISODE, 5
"""A round lasts at least so many seconds and so many calls."""


class Pace:
    """A rate in calls a second, ``None`` until the first refusal. Times are seconds on any one clock."""

    def __init__(self) -> None:
        self.rate: float | None = None
        self._since: float | None = None
        """From when on the calls let through are counted."""
        self._let_through = 0
        self._until: float | None = None
        """While the account is held: until when what it let through is all that it grants."""
        self._round: float | None = None
        """When the present round began."""
        self._pressed = 0.0
        """Seconds of it in which calls waited for nothing but the rate."""
        self._calls = 0
        self._last_sent = -math.inf
        self._step = FIRST_STEP

    @property
    def interval(self) -> float:
        """Seconds from one call to the next."""
        return 0.0 if self.rate is None else 1 / self.rate

    def sent(self, now: float, *, delayed: bool) -> Change | None:
        """A call was sent; ``delayed``: it waited for nothing but the rate."""
        change = self._conclude() if self._until is not None else self._grow(now, delayed=delayed)
        if self._since is None:
            self._since = now
        if self._round is None:
            self._begin_round(now)
        self._let_through += 1
        self._calls += 1
        self._last_sent = now
        return change

    def refused(self, until: float) -> None:
        """A call was refused, the first since the account was last held; others that were in flight may follow.
        ``until``: what was let through so far is all that may be, until then."""
        self._let_through -= 1
        self._until = until
        self._round, self._step = None, FIRST_STEP

    def refused_too(self) -> None:
        """Another call was refused that was in flight when the first was."""
        if self._until is not None:
            self._let_through -= 1

    def _conclude(self) -> Change | None:
        """The account is asked again, so all refusals are in. Calls that it has not refused it has let through."""
        until, self._until = self._until, None
        if self._let_through < 1 or self._since is None or until is None:
            return None
        granted = MARGIN * self._let_through / max(until - self._since, 1.0)
        self._since, self._let_through = until, 0
        if self.rate is None:
            return self._set(granted)
        return self._set(min(max(granted, LARGEST_CUT * self.rate), MARGIN * self.rate))

    def _grow(self, now: float, *, delayed: bool) -> Change | None:
        if self.rate is None or self._round is None:
            return None
        if delayed:
            self._pressed += now - max(self._last_sent, self._round)
        if now - self._round < ROUND or self._calls < CALLS_IN_A_ROUND:
            return None
        pressed = self._pressed >= IN_USE * (now - self._round)
        self._begin_round(now)
        if not pressed:
            return None
        step, self._step = self._step, min(LARGEST_STEP, self._step * ACCELERATION)
        return self._set(self.rate * (1 + step))

    def _begin_round(self, now: float) -> None:
        self._round, self._pressed, self._calls = now, 0.0, 0

    def _set(self, rate: float) -> Change | None:
        before, self.rate = self.rate, max(SLOWEST, rate)
        return None if before == self.rate else Change(before, self.rate)
