"""How fast an account may be asked: unknown until it refuses a call, then learned from what it let through.

A limit on calls in flight cannot hold one on calls a minute: with answers of 0.2 s a single slot sends 300 a minute.
So beside it stands a rate. After refusals it is set to what the account let through until then, which is what a window
or a bucket of any size really granted; then it grows, slowly at first and faster while all goes well.

Not every refusal is about the pace: a vendor may be short of machines, or others may use the same account. An account
with a limit never refuses below it. One that refuses a slower pace as it did a faster one, again and again, is not
asked too fast, and its pace is given up.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Literal

from .concurrency_limit import EPISODE, Change

MARGIN = 0.95
"""The rate aims this much below what was let through, and after every refusal at least this much below itself."""
A_SAMPLE, A_FEW, MANY = 20, 5, 0.25
"""What was let through is known when it was so many calls, or when a few others were refused meanwhile that are many
for it. One refusal alone says little, except as long as no rate was ever kept."""
LARGEST_CUT = 0.5
"""The rate after a refusal is at least this part of the one before; less after a larger sample."""
SLOWEST, FASTEST = 1 / 120, 1000.0
"""Calls a second."""
FIRST_STEP, LARGEST_STEP, ACCELERATION = 0.01, 0.5, 1.5
"""By what part the rate grows after a clean round, and how much more after each further one."""
ROUND, CALLS_IN_A_ROUND = EPISODE, 5
"""A round lasts at least so many seconds and so many calls."""
PRESSED = 0.5
"""Part of a round's calls that must have waited for the rate: who does not need more learns nothing about it."""
WINDOW = 60.0
"""Seconds over which is counted what an account lets through that has no rate yet: what most limits are for."""
AS_ASKED = 0.8
"""An account that lets less than this part of the rate through has a limit below it."""
IN_VAIN = 0.7
"""An account that has let through what it was asked, at every rate down to this part of a former one, and refuses calls
all the same, is not asked too fast: the rate is given up."""
LONGEST_DOUBT = 4
"""Each time it is, the sample for a new one is twice as large, up to so many times."""


HeldUp = Literal["rate", "account"] | None
"""Why a call was not sent at once: the rate, or the account's cool-down. Waiting for others to end does not count."""


class Pace:
    """A rate in calls a second, ``None`` until the first refusal. Times are seconds on any one clock."""

    def __init__(self) -> None:
        self.rate: float | None = None
        self._former = 0.0
        """The highest rate since one was last seen to be too high."""
        self._was_kept = False
        """Whether there was ever a clean round."""
        self._given_up = 0
        """How often the rate was."""
        self._since: float | None = None
        """From when on the calls let through are counted. Moves on while nobody wants to call."""
        self._let_through = 0
        self._refusals = 0
        """While they are counted."""
        self._recent: deque[float] = deque()
        """When they were sent, as long as there is no rate."""
        self._until: float | None = None
        """While the account is held: until when what it let through is all that it grants."""
        self._round: float | None = None
        """When the present round began."""
        self._delayed = 0
        """Its calls that waited for nothing but the rate."""
        self._calls = 0
        self._last_sent = -math.inf
        self._step = FIRST_STEP

    @property
    def interval(self) -> float:
        """Seconds from one call to the next."""
        return 0.0 if self.rate is None else 1 / self.rate

    def sent(self, now: float, held_up: HeldUp = None) -> Change | None:
        """A call was sent, which had to wait for the rate or the account."""
        change = self._conclude() if self._until is not None else self._grow(now, delayed=held_up == "rate")
        if self._round is None:
            self._begin_round(now)
        self._count(now, held_up)
        self._calls += 1
        self._last_sent = now
        return change

    def refused(self, until: float) -> None:
        """A call was refused, the first since the account was last held; others that were in flight may follow.
        ``until``: what was let through so far is all that may be, until then."""
        self._discount()
        self._refusals += 1
        self._until = until
        self._round, self._step = None, FIRST_STEP

    def refused_too(self) -> None:
        """Another call was refused that was in flight when the first was."""
        if self._until is not None:
            self._discount()

    def _discount(self) -> None:
        self._let_through -= 1
        if self._recent:
            self._recent.pop()

    def _count(self, now: float, held_up: HeldUp) -> None:
        self._let_through += 1
        if self._since is None:
            self._since = now
        if self.rate is None:
            self._recent.append(now)
            while self._recent[0] < now - WINDOW:
                self._recent.popleft()
                self._let_through -= 1
                self._since = self._recent[0]
        elif held_up is None:
            self._since += max(0.0, now - max(self._since, self._last_sent + self.interval))

    def _conclude(self) -> Change | None:
        """The account is asked again, so all refusals are in. Calls that it has not refused it has let through."""
        until, self._until = self._until, None
        if self._let_through < 1 or self._since is None or until is None:
            return None
        if not self._is_known():
            return None
        calls, granted = self._let_through, self._let_through / max(until - self._since, 1.0)
        self._count_from(until)
        if self.rate is None:
            self._former = 0.0
            return self._set(MARGIN * granted)
        if granted < AS_ASKED * self.rate:
            deepest = min(LARGEST_CUT, A_SAMPLE / calls)
            self._former = 0.0
            return self._set(max(MARGIN * granted, deepest * self.rate))
        slower = MARGIN * min(granted, self.rate)
        return self._give_up() if slower < IN_VAIN * self._former else self._set(slower)

    def _is_known(self) -> bool:
        """Whether the calls that were counted tell what the account grants."""
        if not self._was_kept:
            return True
        sample = A_SAMPLE if self.rate is not None else A_SAMPLE * 2 ** min(self._given_up, LONGEST_DOUBT)
        return self._let_through >= sample or self._refusals >= max(A_FEW, MANY * self._let_through)

    def _count_from(self, since: float | None) -> None:
        self._since, self._let_through, self._refusals = since, 0, 0
        self._recent.clear()

    def _grow(self, now: float, *, delayed: bool) -> Change | None:
        if self.rate is None or self._round is None:
            return None
        self._delayed += delayed
        if now - self._round < ROUND or self._calls < CALLS_IN_A_ROUND:
            return None
        pressed = self._delayed >= PRESSED * self._calls
        self._begin_round(now)
        self._was_kept = True
        if not pressed:
            return None
        step, self._step = self._step, min(LARGEST_STEP, self._step * ACCELERATION)
        return self._set(self.rate * (1 + step))

    def _begin_round(self, now: float) -> None:
        self._round, self._delayed, self._calls = now, 0, 0

    def _give_up(self) -> Change:
        before, self.rate = self.rate, None
        self._given_up += 1
        self._count_from(None)
        return Change(before, None)

    def _set(self, rate: float) -> Change | None:
        before, self.rate = self.rate, min(max(SLOWEST, rate), FASTEST)
        self._former = max(self._former, self.rate)
        return None if before == self.rate else Change(before, self.rate)
