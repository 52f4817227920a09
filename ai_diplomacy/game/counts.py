"""How often something went wrong, per power and per model: the numbers in ``overview.jsonl`` and the summary."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from ..agent.events import MessageReturned
from ..models.events import CallAnswered, CallHedged, CallLost, CallRetried
from ..models.ledger import Ledger, Spending
from ..promises.promised import Promised
from ..records.events import Event
from ..run.defaulted_steps import DefaultedSteps
from ..run.events import ReplyRead, StepDefaulted
from ..run.settings_history import SettingsHistory
from .config import GameConfig
from .events import MessageDelivered, OrdersSubmitted

TOKENS = ("input_tokens", "output_tokens", "cached_tokens")
FIGURES = (
    "calls",
    "failed_calls",
    "unusable_replies",
    "repaired_replies",
    "cut_replies",
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
    "broken_on_purpose",
    "confessed_breaches",
    "retries",
    "hedged_calls",
    "lost_calls",
    *TOKENS,
)
"""Every figure that is counted, in the order in which it is shown."""

_VERDICTS = {
    "failed": "failed_calls",
    "unusable": "unusable_replies",
    "repaired": "repaired_replies",
    "cut": "cut_replies",
    "illegal": "illegal_replies",
}
_RETURNED = {"too_many": "messages_cut", "too_long": "messages_cut", "illegal_pledge": "illegal_pledges"}


class ErrorCounts:
    """Counts by power and by model."""

    def __init__(self, settings: SettingsHistory[GameConfig]) -> None:
        """``settings`` tell who played a power when, where an event does not."""
        self._settings = settings
        self._counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        """(power, model) -> figure -> count."""
        self.ledger = Ledger()
        """Of the calls that the game went on with."""
        self.defaults = DefaultedSteps()
        self.broken: list[Promised] = []
        """Broken promises, in the order in which they were broken."""

    def event(self, event: Event) -> None:
        self.defaults.event(event)
        match event:
            case CallAnswered():
                self.ledger.event(event)
            case ReplyRead():
                count = self._counts[event.actor, event.model]
                count["calls"] += 1
                count["reasked"] += event.attempt > 0
                if event.verdict in _VERDICTS:
                    count[_VERDICTS[event.verdict]] += 1
            case CallRetried():
                self._counts[event.actor, event.model]["retries"] += 1
            case CallHedged():
                self._counts[event.actor, event.model]["hedged_calls"] += 1
            case CallLost():
                self._counts[event.actor, event.model]["lost_calls"] += 1
            case StepDefaulted():
                self._counts[event.actor, event.model]["defaulted_steps"] += 1
            case OrdersSubmitted():
                count = self._counts[event.power, event.model]
                count["orders_given"] += event.given
                count["illegal_orders_first"] += len(event.illegal_first)
                count["illegal_orders"] += len(event.illegal)
                count["default_orders"] += len(event.defaults)
            case MessageDelivered():
                self._of(event.sender, event.phase)["messages_sent"] += 1
            case MessageReturned():
                self._of(event.sender, event.phase)[_RETURNED.get(event.problem, "messages_returned")] += 1

    def promised(self, row: Promised) -> None:
        """What became of a promise."""
        count = self._of(row.sender, row.phase)
        self.broken += [row] if row.verdict == "broken" else []
        if row.source == "confessed":
            count["confessed_breaches"] += 1
        elif row.due:
            count["pledges_kept" if row.verdict == "kept" else "pledges_broken"] += 1
            count["broken_on_purpose"] += row.on_purpose

    def of_power(self, power: str) -> dict[str, int | None]:
        """Every figure of a power; ``None`` where at least one call did not say."""
        return self._sums(lambda who: who[0] == power, self.ledger.by("power").get(power, Spending()))

    def total(self, figure: str) -> int | None:
        """A figure over all powers."""
        return self._sums(lambda _: True, self.ledger.total())[figure]

    def document(self) -> dict[str, Any]:
        """All figures by power and by model."""
        spent = self.ledger.by("model")
        models = {model for _, model in self._counts} | set(self._settings.models()) | set(spent)
        return {
            "errors_by_power": {power: self.of_power(power) for power in sorted(self._settings.first.models)},
            "errors_by_model": {
                model: self._sums(lambda who, model=model: who[1] == model, spent.get(model, Spending()))  # type: ignore[misc]
                for model in sorted(models)
            },
        }

    def _of(self, power: str, phase: str) -> Counter[str]:
        return self._counts[power, str(self._settings.at(phase).models[power])]

    def _sums(self, chosen: Callable[[tuple[str, str]], bool], spent: Spending) -> dict[str, int | None]:
        sums: Counter[str] = Counter()
        for who, counts in self._counts.items():
            if chosen(who):
                sums.update(counts)
        tokens = {figure: getattr(spent, figure) for figure in TOKENS}
        return {figure: tokens[figure] if figure in tokens else sums[figure] for figure in FIGURES}
