"""What the server can be told, and how long an answer takes by it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...board.chance import chance
from .faults import Fault, check_rates


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Raises ``ValueError`` with one sentence for settings that make no sense, alone or together."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 chooses a free one."""
    latency: float = 0.0
    """Median seconds from a request's arrival to its answer."""
    sigma: float = 0.0
    """Spread of the latency: the standard deviation of its logarithm."""
    seed: int = 0
    """Of latencies and faults."""
    faults: Mapping[Fault, float] = field(default_factory=dict)
    """Share of attempts that fail, by the way in which they fail."""
    faulty_attempts: int | None = None
    """Only the first so many attempts of one request can fail; ``None`` means that any can."""
    retry_after: float = 1.0
    """Seconds that the faults 429 and 529 tell a client to wait."""
    rpm: int | None = None
    """Requests a minute that one key may make."""
    burst: int | None = None
    """Requests that a key may make at once after a pause; ``None`` means a minute's worth."""
    tpm: int | None = None
    """Tokens a minute that one key may take, for prompts and for all that the answers may have."""
    unstated_limits: bool = False
    """Whether answers and refusals do not say what the limits are."""
    key: str | None = field(default=None, repr=False)
    """The only API key that is accepted; ``None`` accepts any, and none."""
    workers: int = 0
    """Processes that think of answers; 0 leaves it to one thread."""

    def __post_init__(self) -> None:
        check_rates(self.faults)
        if min(self.latency, self.sigma, self.retry_after, self.workers) < 0:
            raise ValueError("latency, sigma, retry-after and workers cannot be negative")
        if not 0 <= self.port <= 65535:
            raise ValueError(f"port {self.port} is not between 0 and 65535")
        if self.rpm is None and self.burst is not None:
            raise ValueError("a burst needs a limit of requests a minute")
        if self.unstated_limits and not (self.rpm or self.tpm):
            raise ValueError("unstated limits need a limit of requests or tokens a minute")
        if self.faulty_attempts is not None and not self.faults:
            raise ValueError("a number of faulty attempts needs faults")
        if 0 in (self.faulty_attempts, self.rpm, self.burst, self.tpm):
            raise ValueError("rpm, tpm, burst and the number of faulty attempts start at 1")
        if self.key == "":
            raise ValueError("the key cannot be empty")


def drawn_latency(digest: str, *, median: float, sigma: float, seed: int) -> float:
    """Seconds for the request with this digest, lognormal: the same whenever, however often and in whatever company
    it is sent."""
    if median == 0:
        return 0.0
    return median * math.exp(sigma * chance("latency", seed, digest).gauss(0.0, 1.0))
