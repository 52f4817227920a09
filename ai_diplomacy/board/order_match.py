"""An order as it was written, in a situation -> the legal orders that it may mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .order_text import Mention, Written
from .situation import Situation
from .terrain import Terrain, province_of
from .units import Order, Unit


@dataclass(frozen=True, slots=True)
class Field:
    """A situation with its units by province."""

    situation: Situation
    ground: Terrain
    own: Mapping[str, Unit]
    """Province -> own unit that takes an order in this phase."""
    standing: Mapping[str, tuple[str, Unit]]
    """Province -> (power, unit)."""

    @classmethod
    def of(cls, situation: Situation) -> Field:
        building = situation.kind == "A" and situation.due > 0
        own = {} if building else {unit.province: unit for unit in map(Unit, situation.legal_orders)}
        return cls(situation, situation.terrain, own, situation.occupants())

    def legal(self, unit: str) -> tuple[Order, ...]:
        return self.situation.legal_orders.get(unit, ())

    def name(self, location: str) -> str:
        return self.ground.names.get(location, location)

    def acting(self, mention: Mention | None) -> tuple[Unit, ...]:
        """Own units that the mention may mean. A province holds one unit, so a wrong type does no harm."""
        return _of_type(mention, self.own)

    def seen(self, mention: Mention | None) -> tuple[Unit, ...]:
        """Units of any power that the mention may mean."""
        return _of_type(mention, {at: unit for at, (_, unit) in self.standing.items()})


def meant(written: Written, field: Field) -> tuple[Order, ...]:
    """The legal orders that fit, sorted: one, or none, or several where a coast or a name can be taken two ways."""
    if written.trouble:
        return ()
    orders = tuple(sorted(set(_fitting(written, field))))
    return () if len(orders) == 1 and _stretched(written, orders[0], field) else orders


def _fitting(written: Written, field: Field) -> Iterable[Order]:
    kind, verb = field.situation.kind, written.verb
    if kind == "A" and field.situation.due > 0:
        return [Order("WAIVE")] if verb == "WAIVE" else _builds(written, field) if verb == "B" else ()
    if (kind, verb) in (("A", "D"), ("R", "D"), ("M", "H")):
        return _listed(written, field, verb)
    if kind == "R" and verb in ("R", "-") and len(written.path) == 1:
        retreats = _listed(written, field, "R")
        return [order for place in written.path[0].locations for order in _into(place, retreats)]
    if kind == "M" and verb == "-":
        return _moves(written, field)
    return _helps(written, field) if kind == "M" and verb in ("S", "C") else ()


def _stretched(written: Written, order: Order, field: Field) -> bool:
    """Whether the order goes to a place that the word meant only for want of a better one.

    ``NOR`` is Norway on the map. Where only the North Sea, which begins so too, is in reach, the writer must say it.
    """
    goal = written.path[-1] if written.path else None
    usual = field.ground.aliases.get(goal.word) if goal and len(goal.locations) > 1 else None
    return usual is not None and order.goal != province_of(usual)


def _listed(written: Written, field: Field, verb: str) -> list[Order]:
    """The legal orders with this verb of the unit that was named."""
    return [order for unit in field.acting(written.unit) for order in field.legal(unit) if order.verb == verb]


def _moves(written: Written, field: Field) -> Iterator[Order]:
    goal = _goal(written, field)
    for unit in field.acting(written.unit) if goal else ():
        moves = [order for order in field.legal(unit) if order.verb == "-"]
        for place in goal.locations if goal else ():
            on_foot = _into(place, [move for move in moves if not move.via])
            carried = _into(place, [move for move in moves if move.via])
            if len(written.path) > 1:
                yield from carried
            elif written.via and unit.kind == "A":
                # Without a convoy the army still gets there, if it can, as far as it depends on it.
                yield from carried or (() if written.carriers else on_foot)
            elif not written.via:
                yield from on_foot or carried


def _helps(written: Written, field: Field) -> list[Order]:
    goal, helped = _goal(written, field), field.seen(written.target)
    if written.path and not goal:
        return []
    goals = {province_of(at) for at in goal.locations} if goal else {""}
    return [order for order in _listed(written, field, written.verb) if order.helped in helped and order.goal in goals]


def _builds(written: Written, field: Field) -> Iterator[Order]:
    for at in written.unit.locations if written.unit else ():
        for kind in (written.unit and written.unit.kind) or "AF":
            yield from _into(at, [order for order in field.legal(province_of(at)) if order.unit.kind == kind])


def _goal(written: Written, field: Field) -> Mention | None:
    """Where the path ends. Steps before that must be at sea: ``A LON - NTH - NWY`` names the fleet that carries."""
    for step in (*written.path[:-1], *written.carriers):
        if any(field.ground.kinds.get(province_of(at)) != "sea" for at in step.locations):
            return None
    return written.path[-1] if written.path else None


def _into(place: str, orders: Iterable[Order]) -> list[Order]:
    """Those into (or built in) the place: on the coast that was named or, if none was or that one cannot be, on any."""
    found = {order: order.location or order.unit.location for order in orders}
    there = [order for order, at in found.items() if province_of(at) == province_of(place)]
    return [order for order in there if "/" in place and found[order] == place] or there


def _of_type(mention: Mention | None, units: Mapping[str, Unit]) -> tuple[Unit, ...]:
    named = mention.locations if mention else ()
    found = tuple(units[at] for at in map(province_of, named) if at in units)
    return tuple(unit for unit in found if mention and unit.kind == mention.kind) or found
