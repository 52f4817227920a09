"""What has been spent, by power, model, step and phase. What is not known is ``None``, never 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar

from ..records.events import CallLost
from .model import CallKey, Reply

Dimension = Literal["power", "model", "step", "phase"]

N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
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

    def plus(self, other: Spending) -> Spending:
        return Spending(
            calls=self.calls + other.calls,
            input_tokens=known_sum(self.input_tokens, other.input_tokens),
            output_tokens=known_sum(self.output_tokens, other.output_tokens),
            cached_tokens=known_sum(self.cached_tokens, other.cached_tokens),
            cost_usd=known_sum(self.cost_usd, other.cost_usd),
            lost_calls=self.lost_calls + other.lost_calls,
            lost_cost_usd=known_sum(self.lost_cost_usd, other.lost_cost_usd),
        )

    def document(self) -> dict[str, Any]:
        """As plain JSON data."""
        return asdict(self) | {"total_usd": self.total_usd}


class Ledger:
    """All calls of one run."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str, str], Spending] = {}

    def answered(self, key: CallKey, model: str, reply: Reply) -> None:
        usage = reply.usage
        self._add(
            (key.power, model, key.step, key.phase),
            Spending(reply.answers, usage.input, usage.output, usage.cached, reply.cost_usd),
        )

    def lost(self, event: CallLost) -> None:
        self._add(
            (event.power, event.model, event.step, event.phase), Spending(lost_calls=1, lost_cost_usd=event.cost_usd)
        )

    def total(self) -> Spending:
        return _all(self._rows.values())

    def by(self, dimension: Dimension) -> dict[str, Spending]:
        """Sorted by name."""
        at = ("power", "model", "step", "phase").index(dimension)
        sums: dict[str, Spending] = {}
        for row, spent in self._rows.items():
            found = sums.get(row[at])
            sums[row[at]] = spent if found is None else found.plus(spent)
        return dict(sorted(sums.items()))

    def document(self) -> dict[str, Any]:
        """The totals and all four views as plain JSON data."""
        views: tuple[Dimension, ...] = ("power", "model", "step", "phase")
        return {"total": self.total().document()} | {
            f"by_{view}": {name: spent.document() for name, spent in self.by(view).items()} for view in views
        }

    def _add(self, row: tuple[str, str, str, str], spent: Spending) -> None:
        self._rows[row] = self._rows.get(row, Spending()).plus(spent)


def _all(rows: Iterable[Spending]) -> Spending:
    total = Spending()
    for row in rows:
        total = total.plus(row)
    return total


def known_sum(one: N | None, other: N | None) -> N | None:
    """``None`` when one of the two is not known."""
    return None if one is None or other is None else one + other
