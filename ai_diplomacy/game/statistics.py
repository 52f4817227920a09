"""How often something went wrong, per power and per model: the numbers in ``overview.jsonl`` and the summary."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from ..asking import Exchange
from ..records.events import (
    CallHedged,
    CallLost,
    CallRetried,
    Event,
    MessageDelivered,
    MessageReturned,
    OrdersSubmitted,
    PledgeJudged,
    ReplyRead,
    StepDefaulted,
)

FIGURES = (
    "calls",
    "failed_calls",
    "unusable_replies",
    "repaired_replies",
    "illegal_replies",
    "reasked",
    "defaulted_steps",
    "orders_given",
    "illegal_orders_first",
    "illegal_orders",
    "default_orders",
    "messages_sent",
    "messages_returned",
    "messages_cut",
    "illegal_pledges",
    "pledges_kept",
    "pledges_broken",
    "retries",
    "hedged_calls",
    "lost_calls",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
)
"""Every figure that is counted, in the order in which it is shown."""

_VERDICTS = {
    "failed": "failed_calls",
    "unusable": "unusable_replies",
    "repaired": "repaired_replies",
    "illegal": "illegal_replies",
}
_RETURNED = {"too_many": "messages_cut", "too_long": "messages_cut", "illegal_pledge": "illegal_pledges"}


class Statistics:
    """Counts by power. A model's counts are the sum over the powers that it plays."""

    def __init__(self, models: dict[str, str]) -> None:
        self._models = models
        self._counts: dict[str, Counter[str]] = {power: Counter() for power in models}
        self._unknown: dict[str, set[str]] = defaultdict(set)

    def event(self, event: Event) -> None:
        match event:
            case ReplyRead():
                count = self._counts[event.power]
                count["calls"] += 1
                count["reasked"] += event.attempt > 0
                if event.verdict in _VERDICTS:
                    count[_VERDICTS[event.verdict]] += 1
            case CallRetried():
                self._counts[event.power]["retries"] += 1
            case CallHedged():
                self._counts[event.power]["hedged_calls"] += 1
            case CallLost():
                self._counts[event.power]["lost_calls"] += 1
            case StepDefaulted():
                self._counts[event.power]["defaulted_steps"] += 1
            case OrdersSubmitted():
                count = self._counts[event.power]
                count["orders_given"] += event.given
                count["illegal_orders_first"] += len(event.illegal_first)
                count["illegal_orders"] += len(event.illegal)
                count["default_orders"] += len(event.defaults)
            case MessageDelivered():
                self._counts[event.sender]["messages_sent"] += 1
            case MessageReturned():
                self._counts[event.sender][_RETURNED.get(event.problem, "messages_returned")] += 1
            case PledgeJudged():
                self._counts[event.sender]["pledges_kept" if event.kept else "pledges_broken"] += 1

    def exchange(self, exchange: Exchange) -> None:
        if exchange.reply is None:
            return
        power, usage = exchange.request.key.power, exchange.reply.usage
        for figure, tokens in (
            ("input_tokens", usage.input),
            ("output_tokens", usage.output),
            ("cached_tokens", usage.cached),
        ):
            if tokens is None:
                self._unknown[power].add(figure)
            else:
                self._counts[power][figure] += tokens

    def of_power(self, power: str) -> dict[str, int | None]:
        """Every figure of a power; ``None`` where at least one call did not say."""
        return {figure: None if figure in self._unknown[power] else self._counts[power][figure] for figure in FIGURES}

    def total(self, figure: str) -> int | None:
        """A figure over all powers."""
        return _sum([self.of_power(power)[figure] for power in self._models])

    def document(self) -> dict[str, Any]:
        """All figures by power and by model."""
        by_power = {power: self.of_power(power) for power in sorted(self._models)}
        by_model = {
            model: {
                figure: _sum([by_power[power][figure] for power in by_power if self._models[power] == model])
                for figure in FIGURES
            }
            for model in sorted(set(self._models.values()))
        }
        return {"errors_by_power": by_power, "errors_by_model": by_model}


def _sum(values: list[int | None]) -> int | None:
    return None if None in values else sum(value for value in values if value is not None)
