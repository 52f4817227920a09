"""How long nobody asks an account after it refused a call: as long as it said, or longer each time in vain."""

from __future__ import annotations

import math

from .concurrency_limit import EPISODE

LEAST_RETRY_AFTER, LONGEST_RETRY_AFTER = 1.0, 120.0
"""A Retry-After is taken for so many seconds at least, as servers round theirs down, and at most."""
SHORTEST = 2.0
"""Seconds, when the provider names no time. Doubled, up to an episode, at every refusal of the first call to go after
a cool-down: then it was too short, whatever the provider said."""


class CoolDown:
    """One for all callers of an account. Times are seconds on any one clock."""

    def __init__(self) -> None:
        self.until = -math.inf
        self._sent_since = math.inf
        """Calls since the last cool-down; there was none yet."""
        self._in_vain = 0
        self._first_to_come = False

    def begin(self, now: float, retry_after: float | None) -> None:
        """A call was refused that was sent since the last cool-down."""
        self._in_vain = self._in_vain + 1 if self._sent_since <= 1 else 0
        self._sent_since = 0
        self._first_to_come = True
        own = min(EPISODE, SHORTEST * 2.0 ** min(self._in_vain, 10))
        wanted = own if retry_after is None else max(_believed(retry_after), own if self._in_vain else 0.0)
        self.until = max(self.until, now + wanted)

    def extend(self, now: float, retry_after: float | None) -> None:
        """A call was refused that was sent before the cool-down began."""
        if retry_after is not None:
            self.until = max(self.until, now + _believed(retry_after))

    def sent(self) -> bool:
        """A call was sent. Whether it is the first since the cool-down."""
        self._sent_since += 1
        first, self._first_to_come = self._first_to_come, False
        return first


def _believed(retry_after: float) -> float:
    return min(max(retry_after, LEAST_RETRY_AFTER), LONGEST_RETRY_AFTER)
