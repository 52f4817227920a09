"""What the server has done so far, as numbers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .wire import Said


class Statistics:
    """Counts; ``document`` is what ``GET /stats`` returns."""

    def __init__(self) -> None:
        self.requests = 0
        self.answered: Counter[str] = Counter()
        """By vendor; answers spoilt by a fault are not among them."""
        self.faults: Counter[str] = Counter()
        """By kind, counted when they begin."""
        self.rate_limited = 0
        self.refused = 0
        """Wrong keys and requests that make no sense."""
        self.abandoned = 0
        """Requests whose client went away before the answer."""
        self.in_flight = 0
        self.peak_in_flight = 0
        self.tokens: Counter[str] = Counter()
        """Of the answered requests."""

    def arrived(self) -> None:
        self.requests += 1
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)

    def left(self) -> None:
        self.in_flight -= 1

    def answer(self, vendor: str, said: Said) -> None:
        self.answered[vendor] += 1
        self.tokens.update({"input": said.input, "cached": said.cached, "output": said.output})

    def document(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "answered": dict(self.answered),
            "faults": dict(self.faults),
            "rate_limited": self.rate_limited,
            "refused": self.refused,
            "abandoned": self.abandoned,
            "in_flight": self.in_flight,
            "peak_in_flight": self.peak_in_flight,
            "tokens": {name: self.tokens[name] for name in ("input", "cached", "output")},
        }
