"""Any text -> a legal order of the phase, or a reason that helps its writer to correct it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .order_match import Field, meant
from .order_reasons import conflict, reason
from .order_text import read
from .phase import Phase
from .situation import Situation
from .units import Order, sorted_orders

_LONGEST_SHOWN = 200
_LONGEST_AIMED = 1000
_AIM = re.compile(r"\((?:to|towards?|heading|bound|then|next)\b[^()]*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One text that was given as an order, and what became of it."""

    text: str
    """As it was given, cut to 200 characters; one order of it where it held several."""
    order: Order | None
    """The legal order that it means; ``None`` when it means none."""
    reason: str | None
    """Why it does not stand, for its writer; ``None`` when it does."""


@dataclass(frozen=True, slots=True)
class OrderReport:
    """All orders of one power for one phase."""

    power: str
    phase: Phase
    lines: tuple[OrderLine, ...]
    """One for each text given, in the order given; more for a text that holds several orders."""
    orders: tuple[Order, ...]
    """What stands: one order for each unit that needs one, sorted by province; last, ``WAIVE`` for builds not used."""
    defaults: tuple[Order, ...]
    """Those of ``orders`` that nobody gave: filled in by the rules."""

    @property
    def rejected(self) -> tuple[OrderLine, ...]:
        return tuple(line for line in self.lines if line.reason is not None)

    @property
    def standing(self) -> tuple[OrderLine, ...]:
        """Those of ``lines`` whose order stands."""
        return tuple(line for line in self.lines if line.reason is None)


def interpret(texts: Iterable[str], situation: Situation) -> OrderReport:
    """Read all orders of ``situation.power``: the first legal one for a unit stands, the rest are reported.

    Never raises on text.
    """
    field = Field.of(situation)
    return _judged((line for text in texts for line in _lines(text, field)), field)


def judge(lines: Iterable[OrderLine], situation: Situation) -> OrderReport:
    """The report on lines that were read in this situation before, without reading them again."""
    return _judged(lines, Field.of(situation))


def report_of(orders: Iterable[Order], situation: Situation) -> OrderReport:
    """The report on legal orders of the situation, from a player that gives nothing else."""
    return judge((OrderLine(order, order, None) for order in orders), situation)


def _judged(read: Iterable[OrderLine], field: Field) -> OrderReport:
    lines: list[OrderLine] = []
    given: list[Order] = []
    for line in read:
        problem = conflict(line.order, given, field) if line.order else line.reason
        if line.order and not problem:
            given.append(line.order)
        lines.append(line if problem == line.reason else replace(line, reason=problem))
    defaults = sorted_orders(_defaults(given, field))
    return OrderReport(
        power=field.situation.power,
        phase=field.situation.phase,
        lines=tuple(lines),
        orders=sorted_orders((*given, *defaults)),
        defaults=defaults,
    )


def read_order(text: str, situation: Situation) -> OrderLine:
    """Read one order by itself, say a pledge; a text with several is none. Never raises on text."""
    lines = _lines(text, Field.of(situation))
    if len(lines) > 1:
        return OrderLine(text[:_LONGEST_SHOWN], None, f"{len(lines)} orders in one text; write one alone")
    return lines[0]


def _lines(text: str, field: Field) -> list[OrderLine]:
    if order := _to_the_letter(text, field):
        return [OrderLine(text, order, None)]
    lines = _as_written(text, field)
    if any(line.order for line in lines) or not _AIM.search(text[:_LONGEST_AIMED]):
        return lines
    # A remark on where the unit is bound for later reads like a second step of the order.
    bare = _as_written(_AIM.sub(" ", text), field)
    return [OrderLine(text[:_LONGEST_SHOWN], bare[0].order, None)] if len(bare) == 1 and bare[0].order else lines


def _to_the_letter(text: str, field: Field) -> Order | None:
    """The legal order that a text is just as it is listed, which needs no reading."""
    try:
        order = Order(text)
    except ValueError:
        return None
    return order if field.situation.kind == "M" and order in field.legal(order.unit) else None


def _as_written(text: str, field: Field) -> list[OrderLine]:
    lines = []
    for written in read(text, field.ground):
        fits = meant(written, field)
        order = fits[0] if len(fits) == 1 else None
        why = None if order else reason(written, field, fits)
        lines.append(OrderLine(written.text[:_LONGEST_SHOWN], order, why))
    return lines


def _defaults(given: Sequence[Order], field: Field) -> list[Order]:
    """The orders that the rules give where the player gave none."""
    situation, taken = field.situation, {order.unit.province for order in given}
    if situation.kind != "A":
        rest = "H" if situation.kind == "M" else "D"
        return [Order(f"{unit} {rest}") for province, unit in field.own.items() if province not in taken]
    missing = abs(situation.due) - len(given)
    if situation.due > 0:
        return [Order("WAIVE")] * missing
    left = [unit for unit in situation.disband_order if unit.province not in taken]
    return [Order(f"{unit} D") for unit in left[:missing]]
