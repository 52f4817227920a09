"""How fast one model of an account may be asked where the vendor states it: nothing is inferred and nobody is refused.

While more than half of a limit is left, calls go at once. Then they go at the pace that the limit grants for ever; and
if less is left than that, as others use the account too or much was spent at once, what is left is spread over the time
until there is more. So several processes with one account share it evenly: each goes the slower the less there is, and
together they settle where they send what the limit grants. How much a call takes of a limit on tokens is learned from
what is left from one call to the next: some vendors count what a reply may have, others what it has had.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .concurrency_limit import Change
from .cool_down import LONGEST_RETRY_AFTER
from .stated_limits import MINUTE, LimitUnit, StatedLimit

SHARE = 0.98
"""Part of a limit that is used. The rest is for what the way to the server does to the pace."""
FREE = 0.5
"""While this part of a limit is left, calls need not wait for one another."""
MOST_BRAKING = 10.0
"""Times that the pause between calls is lengthened at most when a limit that refills is nearly used up: others may use
all that comes back, and are not to have it all."""
LATE, PART_LATE = 1.0, 0.03
"""Seconds after the stated end of a window, at most, and part of the time until it, when it is taken to be over:
servers round, and clocks differ."""
FEWEST = 0.001
"""Calls that any limit lets through in its window."""
MOST_LIMITS = 8
"""That are kept for one model, however many are stated."""
LEARNING = 8
"""Calls over which the mean of what they take of a limit is learned."""
AT_ONCE, A_SECOND = 5, 1.0
"""A window that nobody names is a second once so many statements in a row were less than that from its end, with a good
part of the limit left, and until one is further from it."""


class _Allowance:
    """One limit: how much of it is left by what was stated last, and by what was sent since."""

    def __init__(self, unit: LimitUnit) -> None:
        self.limit: float | None = None
        self.window = MINUTE
        self._learns = unit != "requests"
        self._cost: float | None = None if self._learns else 1.0
        """What a call takes; at first the most that one can have taken."""
        self._has_learned = False
        self._holds = 0.0
        """What is left when nothing was used: less than the limit where a bucket is smaller than what flows into it."""
        self._level: float | None = None
        """What is left after the last call."""
        self._moment = 0.0
        """When that was."""
        self._corrected = 0.0
        """By how much statements have changed it, all together."""
        self._stated: StatedLimit | None = None
        self._number = -1
        """Of the call with which it was stated."""
        self._at = 0.0
        """When that call was sent."""
        self._ends = math.inf
        """When all will be left again."""
        self._was_taken = False
        self._near_the_end = 0

    def sent(self, now: float) -> float | None:
        """A call was sent. Returns what would be left after it if no statement had changed anything so far."""
        if self._level is None:
            return None
        self._level, self._moment = self._left(now, self._level) - (self._cost or 0.0), now
        return self._level - self._corrected

    def _left(self, now: float, level: float) -> float:
        if self._stated is None or not self._stated.refills or self.limit is None:
            return level
        return min(self._whole, level + (now - self._moment) * self.limit / self.window)

    @property
    def _whole(self) -> float:
        """What a bucket holds, which is a call at least."""
        return max(self._holds, self._cost or 0.0)

    def state(self, stated: StatedLimit, call: SentCall, sent_since: int, now: float, most: float | None) -> None:
        """A call came back with a statement, after which ``sent_since`` more were sent. ``most``: more than that it
        cannot have taken; ``None``: it was refused, and took nothing."""
        if self._cost is None and most is not None and most < math.inf:
            self._cost = most
        if call.number < self._number:
            return
        # A span is from when the server took the call; a moment says no more than how long it is from now.
        full_in = stated.reset if stated.until is None else stated.until - time.time()
        if stated.limit is not None:
            if stated.limit != self.limit:
                self._holds = 0.0
            self.limit = stated.limit
        elif stated.remaining is not None:
            self.limit = max(self.limit or 0.0, stated.remaining + 1)
        short = full_in is not None and full_in <= A_SECOND
        plenty = stated.remaining is not None and stated.remaining >= FREE / 2 * (self.limit or math.inf)
        certain = plenty or self._near_the_end >= AT_ONCE
        self._near_the_end = self._near_the_end + 1 if short and certain else 0
        self.window = stated.window or (A_SECOND if self._near_the_end >= AT_ONCE else MINUTE)
        if stated.refills and self.limit is not None:
            refilled = math.inf if full_in is None else max(0.0, full_in) * self.limit / self.window
            self._holds = min(self.limit, max(self._holds, (stated.remaining or 0.0) + refilled))
        if self._learns and most is not None:
            self._learn(stated, call, most)
        if stated.remaining is not None:
            self._correct(stated.remaining, call, sent_since)
        self._stated, self._number, self._at, self._was_taken = stated, call.number, call.at, most is not None
        # Where no end is stated, all is left again after a whole window at the latest.
        ends = (now if stated.reset is None else call.at) + full_in if full_in is not None else call.at + self.window
        self._ends = ends + min(LATE, PART_LATE * max(0.0, ends - call.at))

    def _correct(self, remaining: float, call: SentCall, sent_since: int) -> None:
        expected = call.left.get(self)
        if expected is None or self._level is None:
            self._level, self._moment = remaining - sent_since * (self._cost or 0.0), call.at
            return
        error = remaining - (expected + self._corrected)
        self._level += error
        self._corrected += error

    def _learn(self, stated: StatedLimit, call: SentCall, most: float) -> None:
        before = self._stated.remaining if self._stated is not None and self._was_taken else None
        calls = call.number - self._number
        if before is None or stated.remaining is None or self.limit is None or not calls:
            return
        if stated.refills:
            before += (call.at - self._at) * self.limit / self.window
        if before > self._whole or (call.at >= self._ends and not stated.refills):
            return
        taken = min(most, (before - stated.remaining) / calls)
        if taken > 0:
            mean = self._cost if self._has_learned and self._cost is not None else taken
            self._has_learned = True
            self._cost = mean + min(1.0, calls / LEARNING) * (taken - mean)

    def opens(self, now: float, last: float) -> float:
        """From when on the next call may be sent; the ``last`` was at that moment."""
        if not self.limit or self._cost is None or self._stated is None:
            return -math.inf
        full = max(FEWEST, self.limit / self._cost)
        steady = last + self.window / (SHARE * full)
        if self._level is None or (now >= self._ends and not self._stated.refills):
            return steady
        left = self._left(now, self._level) / self._cost
        if self._stated.refills:
            holds, at_last = self._whole / self._cost, self._level / self._cost
            braking = min(MOST_BRAKING, max(1.0, (holds - at_last) / at_last)) if at_last > 0 else MOST_BRAKING
            enough = max(1.0, FREE * holds)
            return min(now + (enough - left) * (steady - last), last + braking * (steady - last))
        free = max(1.0, FREE * full)
        if self._stated.reset is None and self._stated.until is None:
            return steady if left >= 1 else max(steady, self._ends)
        if left >= free:
            return -math.inf
        return max(steady, min(last + (self._ends - last) / max(left, 1.0), self._ends))

    def is_used_up_by(self, stated: StatedLimit) -> bool:
        """Whether the statement leaves no room for a call."""
        if stated.remaining is None:
            return False
        return stated.remaining < (FREE / 2 * (self.limit or 0.0) if self._cost is None else self._cost)


@dataclass(frozen=True, slots=True)
class SentCall:
    """One call of a model, as its pace remembers it."""

    number: int
    at: float
    left: Mapping[_Allowance, float | None]
    """What would be left of each limit after it, see ``_Allowance.sent``."""


class StatedPace:
    """What is known of all stated limits of one model. Times are seconds on any one clock."""

    def __init__(self) -> None:
        self._allowances: dict[tuple[LimitUnit, float | None], _Allowance] = {}
        self._sent = 0
        self._last = -math.inf

    def sent(self, now: float) -> SentCall:
        """A call was sent."""
        call = SentCall(self._sent, now, {one: one.sent(now) for one in self._allowances.values()})
        self._sent += 1
        self._last = now
        return call

    def opens(self, now: float) -> float:
        """From when on the next call may be sent."""
        if not self._allowances:
            return -math.inf
        return min(
            max(one.opens(now, self._last) for one in self._allowances.values()), self._last + LONGEST_RETRY_AFTER
        )

    def state(
        self, limits: Iterable[StatedLimit], call: SentCall, now: float, most: float | None
    ) -> list[tuple[LimitUnit, Change]]:
        """A call came back with these, see ``_Allowance.state``. Returns the limits that are new, a second."""
        news: list[tuple[LimitUnit, Change]] = []
        for stated in limits:
            kind = stated.unit, stated.window
            if kind not in self._allowances and len(self._allowances) >= MOST_LIMITS:
                continue
            known = self._allowances.setdefault(kind, _Allowance(stated.unit))
            before = _a_second(known)
            known.state(stated, call, self._sent - 1 - call.number, now, most)
            after = _a_second(known)
            if before != after:
                news.append((stated.unit, Change(before, after)))
        return news

    def explains(self, limits: Iterable[StatedLimit], call: SentCall) -> bool:
        """Whether a refusal of the call, which came with these, is one for a limit that was not known when it was sent.
        Where it was, it has been kept, and what others leave of it nobody states."""
        stated = ((self._allowances.get((limit.unit, limit.window)), limit) for limit in limits)
        return any(known is not None and known not in call.left and known.is_used_up_by(one) for known, one in stated)


def _a_second(allowance: _Allowance) -> float | None:
    return None if allowance.limit is None else allowance.limit / allowance.window
