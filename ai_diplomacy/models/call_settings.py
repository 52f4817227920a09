"""How the models of a run are asked: this decides what a game takes, not how it goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallSettings:
    """Settings that may change whenever a run is gone on with."""

    max_concurrency: int | None = None
    """Calls at once an account; ``None`` lets the gate find out."""
    hedge: bool = False
    """Whether a call that takes long is sent a second time."""
    max_cost_usd: float | None = None
    max_tokens_total: int | None = None
    deadline: float = 300.0
    """Seconds that one attempt at a call may take."""
    phase_deadline: float | None = None
    """Seconds that a phase may take before the game goes on without the powers that have not answered."""
