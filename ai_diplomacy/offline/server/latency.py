"""How long an answer takes: lognormal, and a function of the seed and the request alone."""

from __future__ import annotations

import math

from ...board.chance import chance


def drawn_latency(digest: str, *, median: float, sigma: float, seed: int) -> float:
    """Seconds for the request with this digest: the same whenever, however often and in whatever company it is sent."""
    if median == 0:
        return 0.0
    return median * math.exp(sigma * chance("latency", seed, digest).gauss(0.0, 1.0))
