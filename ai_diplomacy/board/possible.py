"""What the map lets the units of any power be ordered in a movement phase: no engine is asked, and no power's legal
orders need to be known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .situation import Situation
from .terrain import Terrain, province_of
from .units import Order, Unit


def possible_orders(situation: Situation, power: str) -> Mapping[str, tuple[Order, ...]]:
    """Unit of the power -> holds, moves, supports and convoys, sorted. A move by convoy is possible where a fleet
    stands in every sea of a way; who owns the fleets does not matter."""
    ground, standing = situation.terrain, [unit for _, unit in situation.occupants().values()]
    landings = dict(_landings(ground, standing))
    return {unit: _orders_of(unit, standing, landings, ground) for unit in situation.units[power]}


def _landings(ground: Terrain, standing: list[Unit]) -> Iterator[tuple[Unit, Mapping[str, frozenset[str]]]]:
    """Army -> province that it can be convoyed to -> the fleets that can take part in it."""
    fleets = {unit.province for unit in standing if unit.kind == "F" and ground.kinds[unit.province] == "sea"}
    ways = [(start, seas, ends) for start, seas, ends in ground.convoys if seas <= fleets]
    for army in (unit for unit in standing if unit.kind == "A"):
        found: dict[str, frozenset[str]] = {}
        for seas, end in ((seas, end) for start, seas, ends in ways if start == army.province for end in ends):
            found[end] = found.get(end, frozenset()) | seas
        yield army, found


def _orders_of(
    unit: Unit, standing: list[Unit], landings: Mapping[Unit, Mapping[str, frozenset[str]]], ground: Terrain
) -> tuple[Order, ...]:
    reach = ground.reach(unit)
    touched = {province_of(at) for at in reach}
    orders = {f"{unit} H"} | {f"{unit} - {at}" for at in reach}
    orders |= {f"{unit} - {at} VIA" for at in landings.get(unit, ())}
    for other in standing:
        if other == unit:
            continue
        carried = landings.get(other, {})
        if other.province in touched:
            orders.add(f"{unit} S {other}")
        goals = {*map(province_of, ground.reach(other)), *carried} & touched
        orders |= {f"{unit} S {other} - {goal}" for goal in goals}
        orders |= {f"{unit} C {other} - {at}" for at, seas in carried.items() if unit.province in seas}
    return tuple(map(Order, sorted(orders)))
