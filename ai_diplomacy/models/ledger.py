"""The one accounting of calls, tokens and cost: what has been spent, in all and by power, model, step and phase. What
is not known is ``None``, never 0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from ..records.events import Event
from .events import CallAnswered, CallLate, CallLost
from .known import known_sum
from .model import CallKey, Reply

Dimension = Literal["power", "model", "step", "phase"]
VIEWS: tuple[Dimension, ...] = get_args(Dimension)


@dataclass(slots=True)
class Spending:
    """The bill of some calls."""

    calls: int = 0
    """Answered ones."""
    input_tokens: int | None = 0
    output_tokens: int | None = 0
    cached_tokens: int | None = 0
    cost_usd: float | None = 0.0
    """Of the answered calls; ``None`` when one of them has no known price."""
    lost_calls: int = 0
    """Sent, and perhaps billed, but never answered."""
    lost_cost_usd: float | None = 0.0
    """An estimate on the safe side."""

    @property
    def total_usd(self) -> float | None:
        """All that is, or may be, on the bill."""
        return known_sum(self.cost_usd, self.lost_cost_usd)

    def add(self, other: Spending) -> None:
        """Other calls are on this bill too."""
        self.calls += other.calls
        self.input_tokens = known_sum(self.input_tokens, other.input_tokens)
        self.output_tokens = known_sum(self.output_tokens, other.output_tokens)
        self.cached_tokens = known_sum(self.cached_tokens, other.cached_tokens)
        self.cost_usd = known_sum(self.cost_usd, other.cost_usd)
        self.lost_calls += other.lost_calls
        self.lost_cost_usd = known_sum(self.lost_cost_usd, other.lost_cost_usd)

    def document(self) -> dict[str, Any]:
        """As plain JSON data."""
        return {name: getattr(self, name) for name in self.__slots__} | {"total_usd": self.total_usd}


class Ledger:
    """All calls of one run. Also a listener, that enters what a run's events tell of calls."""

    def __init__(self) -> None:
        self._total = Spending()
        self._by: dict[Dimension, dict[str, Spending]] = {view: {} for view in VIEWS}

    def event(self, event: Event) -> None:
        match event:
            case CallAnswered() | CallLate() if not event.reply.inherited:
                self.answered(event.key, event.model, event.reply)
            case CallLost():
                self.lost(event)

    def answered(self, key: CallKey, model: str, reply: Reply) -> None:
        usage = reply.usage
        bill = Spending(reply.answers, usage.input, usage.output, usage.cached, reply.cost_usd)
        self._add(bill, key.actor, model, key.step, key.phase)

    def lost(self, event: CallLost) -> None:
        bill = Spending(lost_calls=1, lost_cost_usd=event.cost_usd)
        self._add(bill, event.actor, event.model, event.step, event.phase)

    def total(self) -> Spending:
        return replace(self._total)

    def by(self, dimension: Dimension) -> dict[str, Spending]:
        """Sorted by name."""
        return {name: replace(spent) for name, spent in sorted(self._by[dimension].items())}

    def document(self) -> dict[str, Any]:
        """The totals and all four views as plain JSON data."""
        return {"total": self.total().document()} | {
            f"by_{view}": {name: spent.document() for name, spent in self.by(view).items()} for view in VIEWS
        }

    def _add(self, bill: Spending, *names: str) -> None:
        """``names``: what it is for, in the order of ``VIEWS``."""
        self._total.add(bill)
        for view, name in zip(VIEWS, names, strict=True):
            sums = self._by[view]
            if name not in sums:
                sums[name] = Spending()
            sums[name].add(bill)
