"""An order as it was written, in a situation -> the legal orders that it may mean."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .order_text import Mention, Written
from .situation import Situation
from .terrain import Terrain, province_of


@dataclass(frozen=True, slots=True)
class Field:
    """A situation with its units by province."""

    situation: Situation
    ground: Terrain
    own: Mapping[str, str]
    """Province -> own unit that takes an order in this phase."""
    standing: Mapping[str, tuple[str, str]]
    """Province -> (power, unit)."""

    @classmethod
    def of(cls, situation: Situation) -> Field:
        building = situation.kind == "A" and situation.due > 0
        own = {} if building else {province_of(unit[2:]): unit for unit in situation.legal_orders}
        return cls(situation, situation.terrain, own, situation.occupants())

    def legal(self, unit: str) -> tuple[str, ...]:
        return self.situation.legal_orders.get(unit, ())

    def acting(self, mention: Mention) -> tuple[str, ...]:
        """Own units that the mention may mean. A province holds one unit, so a wrong type does no harm."""
        return _of_type(mention.kind, (self.own.get(province_of(at), "") for at in mention.locations))

    def seen(self, mention: Mention) -> tuple[str, ...]:
        """Units of any power that the mention may mean."""
        return _of_type(mention.kind, (self.standing.get(province_of(at), ("", ""))[1] for at in mention.locations))


def meant(written: Written, field: Field) -> tuple[str, ...]:
    """The legal orders that fit, sorted: one, or none, or several where a coast or a name can be taken two ways."""
    if written.trouble:
        return ()
    kind, due = field.situation.kind, field.situation.due
    found: Iterable[str]
    if kind == "A" and due > 0:
        if written.verb == "WAIVE":
            return ("WAIVE",)
        found = _builds(written, field) if written.verb == "B" else ()
    elif kind == "A":
        found = _simple(written, field, "D") if written.verb == "D" else ()
    elif kind == "R":
        found = _retreats(written, field)
    else:
        found = _movements(written, field)
    orders = tuple(sorted(set(found)))
    return () if len(orders) == 1 and _stretched(written, orders[0], field) else orders


def _stretched(written: Written, order: str, field: Field) -> bool:
    """Whether the order goes to a place that the word meant only for want of a better one.

    ``NOR`` is Norway on the map. Where only the North Sea, which begins so too, is in reach, the writer must say it.
    """
    goal = written.path[-1] if written.path else None
    usual = field.ground.aliases.get(goal.word) if goal and len(goal.locations) > 1 else None
    return usual is not None and province_of(goal_of(order)) != province_of(usual)


def goal_of(order: str) -> str:
    """Where an order with a destination goes to."""
    return order.removesuffix(" VIA").rpartition(" ")[2]


def _movements(written: Written, field: Field) -> Iterable[str]:
    if written.verb == "H":
        return _simple(written, field, "H")
    if written.verb == "-":
        return _moves(written, field)
    if written.verb == "S":
        return _supports(written, field)
    return _convoys(written, field) if written.verb == "C" else ()


def _retreats(written: Written, field: Field) -> Iterable[str]:
    if written.verb == "D":
        return _simple(written, field, "D")
    if written.verb not in ("R", "-") or len(written.path) != 1 or not written.unit:
        return ()
    return [
        order
        for unit in field.acting(written.unit)
        for place in written.path[0].locations
        for order in _arrivals(f"{unit} R ", place, "", field.legal(unit), field.ground)
    ]


def _simple(written: Written, field: Field, verb: str) -> Iterable[str]:
    units = field.acting(written.unit) if written.unit else ()
    return [order for unit in units if (order := f"{unit} {verb}") in field.legal(unit)]


def _moves(written: Written, field: Field) -> Iterator[str]:
    goal = _goal(written, field)
    if not written.unit or not goal:
        return
    for unit in field.acting(written.unit):
        legal = field.legal(unit)
        for place in goal.locations:
            on_foot = _arrivals(f"{unit} - ", place, "", legal, field.ground)
            carried = _arrivals(f"{unit} - ", place, " VIA", legal, field.ground)
            if len(written.path) > 1:
                yield from carried
            elif written.via and unit[0] == "A":
                # Without a convoy the army still gets there, if it can, as far as it depends on it.
                yield from carried or (() if written.carriers else on_foot)
            elif not written.via:
                yield from on_foot or carried


def _supports(written: Written, field: Field) -> Iterator[str]:
    if not written.unit or not written.target:
        return
    goal = _goal(written, field)
    if written.path and not goal:
        return
    for unit, other in itertools.product(field.acting(written.unit), field.seen(written.target)):
        for place in goal.locations if goal else ("",):
            # The legal orders have no coast where a supported move ends.
            order = f"{unit} S {other} - {province_of(place)}" if place else f"{unit} S {other}"
            if order in field.legal(unit):
                yield order


def _convoys(written: Written, field: Field) -> Iterator[str]:
    goal = _goal(written, field)
    if not written.unit or not written.target or not goal:
        return
    for unit, other in itertools.product(field.acting(written.unit), field.seen(written.target)):
        for place in goal.locations:
            order = f"{unit} C {other} - {province_of(place)}"
            if order in field.legal(unit):
                yield order


def _builds(written: Written, field: Field) -> Iterator[str]:
    if not written.unit:
        return
    for at in written.unit.locations:
        legal = field.legal(province_of(at))
        for kind in written.unit.kind or "AF":
            yield from _arrivals(f"{kind} ", at, " B", legal, field.ground)


def _goal(written: Written, field: Field) -> Mention | None:
    """Where the path ends. Steps before that must be at sea: ``A LON - NTH - NWY`` names the fleet that carries."""
    for step in (*written.path[:-1], *written.carriers):
        if any(field.ground.kinds.get(province_of(at)) != "sea" for at in step.locations):
            return None
    return written.path[-1] if written.path else None


def _arrivals(start: str, place: str, end: str, legal: Iterable[str], ground: Terrain) -> list[str]:
    """Legal orders into the place: on the coast that was named or, if none was or that one cannot be, on any."""
    exact = f"{start}{place}{end}"
    if "/" in place and exact in legal:
        return [exact]
    province = province_of(place)
    return [order for at in (province, *ground.coasts.get(province, ())) if (order := f"{start}{at}{end}") in legal]


def _of_type(kind: str, units: Iterable[str]) -> tuple[str, ...]:
    found = tuple(unit for unit in units if unit)
    return tuple(unit for unit in found if unit[0] == kind) or found
