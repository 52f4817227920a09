"""What the map lets the units of any power be ordered in a movement phase: no engine is asked, and no power's legal
orders need to be known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .situation import Situation
from .terrain import Terrain, province_of
from .units import Order, Unit


def possible_orders(situation: Situation, power: str) -> Mapping[str, tuple[Order, ...]]:
    """Unit of the power -> holds, moves, supports and convoys, sorted. A move by convoy is possible where a fleet
    stands in every sea of a way; who owns the fleets does not matter."""
    ground, standing = situation.terrain, [unit for _, unit in situation.occupants().values()]
    landings = _landings(ground, standing)
    return {unit: _orders_of(unit, standing, landings, ground) for unit in situation.units[power]}


Landings = Mapping[Unit, Mapping[str, tuple[frozenset[str], ...]]]
"""Army -> province that it can be convoyed to -> the ways there, each as the seas whose fleets it needs."""


def _landings(ground: Terrain, standing: Iterable[Unit]) -> Landings:
    fleets = {unit.province for unit in standing if unit.kind == "F" and ground.kinds[unit.province] == "sea"}
    ways = [way for way in ground.convoys if way[1] <= fleets]
    found: dict[Unit, dict[str, tuple[frozenset[str], ...]]] = {}
    for army in (unit for unit in standing if unit.kind == "A"):
        ends = found.setdefault(army, {})
        for seas, end in ((seas, end) for start, seas, there in ways if start == army.province for end in there):
            ends[end] = (*ends.get(end, ()), seas)
    return found


def _orders_of(unit: Unit, standing: Iterable[Unit], landings: Landings, ground: Terrain) -> tuple[Order, ...]:
    reach = ground.reach(unit)
    touched = {province_of(at) for at in reach}
    orders = {f"{unit} H"} | {f"{unit} - {at}" for at in reach}
    orders |= {f"{unit} - {at} VIA" for at in landings.get(unit, ())}
    for other in standing:
        if other == unit:
            continue
        if other.province in touched:
            orders.add(f"{unit} S {other}")
        goals = {province_of(at) for at in ground.reach(other)}
        for at, ways in landings.get(other, {}).items():
            carrying = [unit.province in seas for seas in ways]
            orders |= {f"{unit} C {other} - {at}"} if any(carrying) else set()
            # Who must carry it cannot support it.
            goals |= set() if all(carrying) else {at}
        orders |= {f"{unit} S {other} - {goal}" for goal in goals & touched}
    return tuple(map(Order, sorted(orders)))
