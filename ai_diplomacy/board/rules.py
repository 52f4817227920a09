"""What the rules allow and ask for in a position, read from the engine with its known faults closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .phase import Phase
from .terrain import Terrain, province_of
from .units import Order, Unit

LegalOrders = dict[str, tuple[Order, ...]]
"""Unit (or free home, when building) -> its legal orders, sorted."""


def legal_orders(game: Any, ground: Terrain) -> dict[str, LegalOrders]:
    """Power -> its legal orders in the current phase. Costs about a millisecond."""
    kind = Phase(game.get_current_phase()).kind
    if not kind:
        return {name: {} for name in ground.powers}
    listed = game.get_all_possible_orders()
    if kind == "A":
        due = adjustments(game, ground)
        return {name: _adjusting(game, ground, name, due.get(name, 0), listed) for name in ground.powers}
    return {name: _moving(game, ground, name, kind, listed) for name in ground.powers}


def _moving(game: Any, ground: Terrain, name: str, kind: str, listed: Mapping[str, Sequence[str]]) -> LegalOrders:
    power = game.powers[name]
    found = {}
    for unit in sorted(map(Unit, power.retreats if kind == "R" else power.units)):
        # Where a dislodged unit and its dislodger stand in one province the list holds the orders of both.
        own = [Order(text) for text in listed[unit.location] if text.startswith(f"{unit} ")]
        kept = [order for order in own if _possible(game, ground, order)]
        found[str(unit)] = tuple(sorted(set(map(_without_target_coast, kept))))
    return found


def _possible(game: Any, ground: Terrain, order: Order) -> bool:
    """Whether an army can make the move that is to be supported; anything else is possible.

    On maps with ports the engine also lists supports for armies along convoys that it then says do not exist.
    """
    army, goal = order.helped, order.goal
    if order.verb != "S" or army is None or army.kind != "A" or not goal or ground.touches(army, goal):
        return True
    return bool(game._has_convoy_path("A", army.location, goal))


def _adjusting(game: Any, ground: Terrain, name: str, due: int, listed: Mapping[str, Sequence[str]]) -> LegalOrders:
    power = game.powers[name]
    if due < 0:
        return {unit: (Order(f"{unit} D"),) for unit in sorted(power.units)}
    if due == 0:
        return {}
    return {
        home: tuple(
            sorted({Order(text) for at in (home, *ground.coasts.get(home, ())) for text in listed[at]} - {"WAIVE"})
        )
        for home in sorted(game._build_sites(power))
    }


def _without_target_coast(order: Order) -> Order:
    """One spelling a supported move: the engine lists it with and without the coast, and understands it without."""
    if order.verb == "S" and "/" in order.location:
        return Order(f"{order.unit} S {order.helped} - {order.goal}")
    return order


def adjustments(game: Any, ground: Terrain) -> dict[str, int]:
    """Power -> builds (positive, no more than it has free homes) or disbands (negative) due; others are missing."""
    powers = {name: game.powers[name] for name in ground.powers}
    missing = {name: len(power.centers) - len(power.units) for name, power in powers.items()}
    due = {name: min(count, len(game._build_sites(powers[name]))) for name, count in missing.items()}
    return {name: count for name, count in due.items() if count}


def prune_retreats(game: Any) -> None:
    """Take back retreats that the engine wrongly offers after a convoyed attack.

    To be called when a movement phase was just adjudicated. The engine then lists provinces that are occupied
    or were left empty by a stand-off; a unit may go to neither. Its table of combats has an entry for both:
    for every province that a unit stood in, moved to or failed to move to.
    """
    for power in game.powers.values():
        for unit, places in power.retreats.items():
            power.retreats[unit] = [place for place in places if not game.combat.get(province_of(place))]
