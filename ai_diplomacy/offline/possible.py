"""Legal orders worked out from the map, for prompts of a movement phase that do not list them."""

from __future__ import annotations

from collections.abc import Mapping

from ..board.situation import Situation
from ..board.terrain import Terrain, province_of


def movement_orders(situation: Situation) -> Mapping[str, tuple[str, ...]]:
    """Own unit -> holds, moves and supports that the map allows, sorted. Convoys are left out."""
    everyone = [unit for units in situation.units.values() for unit in units]
    return {unit: _orders_of(unit, everyone, situation.terrain) for unit in situation.own_units}


def _orders_of(unit: str, everyone: list[str], ground: Terrain) -> tuple[str, ...]:
    reach = ground.reach(unit)
    touched = {province_of(at) for at in reach}
    orders = {f"{unit} H"} | {f"{unit} - {at}" for at in reach}
    for other in everyone:
        if other == unit:
            continue
        if province_of(other[2:]) in touched:
            orders.add(f"{unit} S {other}")
        goals = {province_of(at) for at in ground.reach(other)} & touched
        orders |= {f"{unit} S {other} - {goal}" for goal in goals}
    return tuple(sorted(orders))
