"""Any text -> a legal order of the phase, or a reason that helps its writer to correct it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .order_match import Field, meant
from .order_reasons import beyond_due, reason, second
from .order_text import read
from .situation import Situation, unit_of
from .terrain import province_of

_LONGEST_SHOWN = 200
_LONGEST_AIMED = 1000
_AIM = re.compile(r"\((?:to|towards?|heading|bound|then|next)\b[^()]*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One text that was given as an order, and what became of it."""

    text: str
    """As it was given, cut to 200 characters; one order of it where it held several."""
    order: str | None
    """The legal order that it means, as the engine writes it; ``None`` when it means none."""
    reason: str | None
    """Why it does not stand, for its writer; ``None`` when it does."""


@dataclass(frozen=True, slots=True)
class OrderReport:
    """All orders of one power for one phase."""

    power: str
    phase: str
    lines: tuple[OrderLine, ...]
    """One for each text given, in the order given; more for a text that holds several orders."""
    orders: tuple[str, ...]
    """What stands: one order for each unit that needs one, sorted by province; last, ``WAIVE`` for builds not used."""
    defaults: tuple[str, ...]
    """Those of ``orders`` that nobody gave: filled in by the rules."""

    @property
    def rejected(self) -> tuple[OrderLine, ...]:
        return tuple(line for line in self.lines if line.reason is not None)


def interpret(texts: Sequence[str], situation: Situation) -> OrderReport:
    """Read all orders of ``situation.power``: the first legal one for a unit stands, the rest are reported.

    Never raises on text.
    """
    field = Field.of(situation)
    lines: list[OrderLine] = []
    given: dict[str, str] = {}
    for line in (line for text in texts for line in _lines(text, field)):
        problem = _conflict(line.order, given, field) if line.order else None
        if line.order and not problem:
            given[_place_of(line.order, len(given))] = line.order
        lines.append(OrderLine(line.text, line.order, problem) if problem else line)
    defaults = sorted_orders(_defaults(given, field))
    return OrderReport(
        power=situation.power,
        phase=situation.phase,
        lines=tuple(lines),
        orders=sorted_orders((*given.values(), *defaults)),
        defaults=defaults,
    )


def read_order(text: str, situation: Situation) -> OrderLine:
    """Read one order by itself, say a pledge; a text with several is none. Never raises on text."""
    lines = _lines(text, Field.of(situation))
    if len(lines) > 1:
        return OrderLine(text[:_LONGEST_SHOWN], None, f"{len(lines)} orders in one text; write one alone")
    return lines[0]


def sorted_orders(orders: Iterable[str]) -> tuple[str, ...]:
    """The orders by the province of their unit; waived builds last."""
    return tuple(sorted(orders, key=lambda order: (order == "WAIVE", unit_of(order)[2:], order)))


def _lines(text: str, field: Field) -> list[OrderLine]:
    lines = _as_written(text, field)
    if any(line.order for line in lines) or not _AIM.search(text[:_LONGEST_AIMED]):
        return lines
    # A remark on where the unit is bound for later reads like a second step of the order.
    bare = _as_written(_AIM.sub(" ", text), field)
    return [OrderLine(text[:_LONGEST_SHOWN], bare[0].order, None)] if len(bare) == 1 and bare[0].order else lines


def _as_written(text: str, field: Field) -> list[OrderLine]:
    lines = []
    for written in read(text, field.ground):
        fits = meant(written, field)
        order = fits[0] if len(fits) == 1 else None
        why = None if order else reason(written, field, fits)
        lines.append(OrderLine(written.text[:_LONGEST_SHOWN], order, why))
    return lines


def _conflict(order: str, given: dict[str, str], field: Field) -> str | None:
    """Why a legal order cannot stand beside those given before it."""
    if order != "WAIVE" and _place_of(order, 0) in given:
        return second(order, field)
    if field.situation.kind == "A" and len(given) == abs(field.situation.due):
        return beyond_due(order, field)
    return None


def _place_of(order: str, count: int) -> str:
    """What takes one order only: the province of its unit, or of the build; each waived build for itself."""
    return f"WAIVE {count}" if order == "WAIVE" else province_of(unit_of(order)[2:])


def _defaults(given: dict[str, str], field: Field) -> list[str]:
    """The orders that the rules give where the player gave none."""
    situation = field.situation
    if situation.kind != "A":
        rest = " H" if situation.kind == "M" else " D"
        return [unit + rest for province, unit in field.own.items() if province not in given]
    missing = abs(situation.due) - len(given)
    if situation.due > 0:
        return ["WAIVE"] * missing
    left = [unit for unit in situation.disband_order if province_of(unit[2:]) not in given]
    return [f"{unit} D" for unit in left[:missing]]
