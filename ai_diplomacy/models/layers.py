"""The layers over a model in their one right order.

escalating max tokens  a reply that was cut is asked for again with a larger limit
journal                every answered call is on disk before it is used, and none is asked twice
circuit breaker        a model that refuses every call ends the game
retries                faults that pass are asked again, with a pause
context windows        a request is made to fit, or not sent
gate                   the account's queue, limits and cool-downs
hedging                a straggler is sent a second time
budget                 what the call may cost is reserved, right before it is sent
announcement           that it is sent is told
model                  one call

The budget stands inside the gate, so that it counts calls and not queues, and inside the retries, so that every attempt
is on the bill.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..records.events import Event
from .budget import Budget
from .call_costs import Budgeted
from .circuit_breaker import CircuitBreaker, CircuitProtected
from .context_windows import ContextWindows, Windowed
from .events import CallSent
from .gate import Gate, Gated
from .hedging import Hedged, Latencies
from .ids import ModelId
from .journal import Journal, Journaled
from .model import Model, Reply, Request
from .output_limits import EscalatingMaxTokens, OutputLimits
from .phase_deadlines import PhaseDeadlines
from .prices import FREE, Price
from .retries import ATTEMPTS, PATIENCE, Retried


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """A model that can be asked, bare of all layers."""

    model: Model
    price: Price | None = FREE
    """``None``: not known."""
    gate: Gate | None = None
    """``None``: it answers in this process, where nothing needs a limit."""


OpenModel = Callable[[ModelId], OpenedModel]
"""Raises ``ValueError`` for a model that cannot be asked any more."""


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
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    limits: OutputLimits = field(default_factory=OutputLimits)
    windows: ContextWindows = field(default_factory=ContextWindows)
    deadlines: PhaseDeadlines | None = None
    """``None``: the game waits for every answer."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A model of which is told when it is asked."""

    inner: Model
    emit: Callable[[Event], None]

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """Raises what the model raises."""
        self.emit(CallSent(*request.key.about(self.name)))
        return await self.inner.generate(request)


def layered(model: Model, services: CallServices, price: Price | None, gate: Gate | None = None) -> Model:
    """``model`` asked through all layers."""
    return remembered(limited(model, services, price, gate), services)


def remembered(model: Model, services: CallServices) -> Model:
    """The layers that know of earlier calls: the journal answers those that were made before."""
    if services.journal is not None:
        model = Journaled(model, services.journal, services.emit, services.deadlines)
    return EscalatingMaxTokens(model, services.limits, services.emit)


def limited(model: Model, services: CallServices, price: Price | None, gate: Gate | None = None) -> Model:
    """The layers around the calls that are made. Without a gate, which is for a model in this process, there is
    nothing to retry, to limit or to hedge."""
    budgeted = Budgeted(Announced(model, services.emit), services.budget, price)
    model = budgeted
    if gate is not None:
        if services.hedge is not None:
            model = Hedged(budgeted, gate, services.hedge, services.emit)
        fitting = Windowed(Gated(model, gate, services.emit), services.windows, services.budget)
        model = Retried(fitting, services.emit, services.attempts, services.patience, gate.has_answered, gate.is_out)
    return CircuitProtected(model, gate.account if gate is not None else "", services.breaker, services.emit)
