"""How many calls an account may have in flight: grows while it answers, shrinks when it refuses.

Slow start and AIMD as in inspect_ai's adaptive connections: doubled after every clean round until the first refusal,
then +5 % a clean round and x0.8 a refusal, with at most one cut an episode.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

START = 20
DOUBLING, GROWTH, CUT = 2.0, 1.05, 0.8
EPISODE = 15.0
"""Seconds after a cut in which there is no second one and no growth: what happens then was decided before."""
IN_USE = 0.8
"""Part of the limit that must have been used in a round: who does not need more learns nothing about it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A limit before and after."""

    before: float | None
    after: float | None
    """``None``: no limit any more."""


class ConcurrencyLimit:
    """A limit between 1 and ``ceiling``. Times are seconds on any one clock."""

    def __init__(self, ceiling: int, *, fixed: int | None = None) -> None:
        """``fixed``: the limit is this, or the ceiling if that is less, and never changes."""
        self.ceiling = max(1, ceiling)
        self.fixed = fixed is not None
        self.limit = min(self.ceiling, max(1, START if fixed is None else fixed))
        self._refused_once = False
        self._quiet_until = -math.inf
        self._answered = 0
        self._most_in_flight = 0

    def sent(self, in_flight: int) -> None:
        """A call was sent; ``in_flight`` counts it."""
        self._most_in_flight = max(self._most_in_flight, in_flight)

    def answered(self, now: float, in_flight: int) -> Change | None:
        """A call was answered; ``in_flight`` does not count it any more. A round is as many answers as the limit."""
        if self.fixed or now < self._quiet_until:
            return None
        self._answered += 1
        if self._answered < self.limit:
            return None
        used = self._most_in_flight >= IN_USE * self.limit
        self._answered, self._most_in_flight = 0, in_flight
        if not used:
            return None
        factor = GROWTH if self._refused_once else DOUBLING
        return self._set(max(self.limit + 1, math.floor(self.limit * factor)))

    def refused(self, now: float, held_until: float) -> Change | None:
        """A call was refused, and nobody asks again before ``held_until``."""
        again = now < self._quiet_until
        self._quiet_until = max(self._quiet_until, held_until, now if again else now + EPISODE)
        self._answered, self._most_in_flight = 0, 0
        self._refused_once = True
        return None if again or self.fixed else self._set(math.floor(self.limit * CUT))

    def _set(self, limit: int) -> Change | None:
        before, self.limit = self.limit, min(self.ceiling, max(1, limit))
        return None if before == self.limit else Change(before, self.limit)
