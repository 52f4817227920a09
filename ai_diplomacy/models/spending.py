"""What has been spent, by power, model, step and phase. What is not known is ``None``, never 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
        return total((self, other))

    def document(self) -> dict[str, Any]:
        """As plain JSON data."""
        return {name: getattr(self, name) for name in self.__slots__} | {"total_usd": self.total_usd}


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
        return total(self._rows.values())

    def by(self, dimension: Dimension) -> dict[str, Spending]:
        """Sorted by name."""
        at = ("power", "model", "step", "phase").index(dimension)
        rows: dict[str, list[Spending]] = {}
        for row, spent in self._rows.items():
            rows.setdefault(row[at], []).append(spent)
        return {name: total(bills) for name, bills in sorted(rows.items())}

    def document(self) -> dict[str, Any]:
        """The totals and all four views as plain JSON data."""
        views: tuple[Dimension, ...] = ("power", "model", "step", "phase")
        return {"total": self.total().document()} | {
            f"by_{view}": {name: spent.document() for name, spent in self.by(view).items()} for view in views
        }

    def _add(self, row: tuple[str, str, str, str], spent: Spending) -> None:
        self._rows[row] = self._rows.get(row, Spending()).plus(spent)


def total(bills: Iterable[Spending]) -> Spending:
    """All of them as one."""
    bills = tuple(bills)
    return Spending(
        calls=sum(bill.calls for bill in bills),
        input_tokens=known_sum(0, *(bill.input_tokens for bill in bills)),
        output_tokens=known_sum(0, *(bill.output_tokens for bill in bills)),
        cached_tokens=known_sum(0, *(bill.cached_tokens for bill in bills)),
        cost_usd=known_sum(0.0, *(bill.cost_usd for bill in bills)),
        lost_calls=sum(bill.lost_calls for bill in bills),
        lost_cost_usd=known_sum(0.0, *(bill.lost_cost_usd for bill in bills)),
    )


def known_sum(first: N | None, *others: N | None) -> N | None:
    """``None`` when one of them is not known."""
    result = first
    for figure in others:
        if result is None or figure is None:
            return None
        result += figure
    return result
