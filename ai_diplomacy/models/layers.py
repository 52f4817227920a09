"""The layers over a model in their one right order.

room to think  a reply that was all reasoning is asked for again with a larger allowance
journal        every answered call is on disk before it is used, and none is asked twice
standing       a model that refuses every call ends the game
retries        faults that pass are asked again, with a pause
gate           the account's queue, limits and cool-downs
hedging        a straggler is sent a second time
budget         what the call may cost is reserved, right before it is sent
model          one call

The budget stands inside the gate, so that it counts calls and not queues, and inside the retries, so that every attempt
is on the bill.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..records.events import Event
from .budget import Budget
from .circuit_breaker import CircuitBreaker, CircuitProtected
from .gate import Gate, Gated
from .hedging import Hedged, Latencies
from .journal import Journal, Journaled
from .model import Model
from .output_limits import EscalatingMaxTokens, OutputLimits
from .phase_deadlines import PhaseDeadlines
from .prices import Price
from .reservations import Budgeted
from .retries import ATTEMPTS, PATIENCE, Retried


@dataclass(frozen=True, slots=True)
class CallServices:
    """What the seats of one run share when they ask models."""

    journal: Journal | None
    """``None``: nothing is kept, as for a question from outside of a game."""
    budget: Budget
    emit: Callable[[Event], None]
    hedge: Latencies | None = None
    """``None``: no call is sent twice."""
    attempts: int = ATTEMPTS
    patience: float = PATIENCE
    standing: CircuitBreaker = field(default_factory=CircuitBreaker)
    allowances: OutputLimits = field(default_factory=OutputLimits)
    deadlines: PhaseDeadlines | None = None
    """``None``: the game waits for every answer."""


def layered(model: Model, desk: CallServices, price: Price | None, gate: Gate | None = None) -> Model:
    """``model`` asked through all layers."""
    return remembered(limited(model, desk, price, gate), desk)


def remembered(model: Model, desk: CallServices) -> Model:
    """The layers that know of earlier calls: the journal answers those that were made before."""
    if desk.journal is not None:
        model = Journaled(model, desk.journal, desk.deadlines)
    return EscalatingMaxTokens(model, desk.allowances, desk.emit)


def limited(model: Model, desk: CallServices, price: Price | None, gate: Gate | None = None) -> Model:
    """The layers around the calls that are made. Without a gate, which is for a model in this process, there is
    nothing to retry, to limit or to hedge."""
    budgeted = Budgeted(model, desk.budget, price)
    model = budgeted
    if gate is not None:
        if desk.hedge is not None:
            model = Hedged(budgeted, gate, desk.hedge, desk.emit)
        gated = Gated(model, gate, desk.emit)
        model = Retried(gated, desk.emit, desk.attempts, desk.patience, gate.has_answered, gate.is_out)
    return CircuitProtected(model, gate.account if gate is not None else "", desk.standing, desk.emit)
