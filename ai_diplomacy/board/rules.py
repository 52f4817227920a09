"""What the rules allow and ask for in a position, read from the engine with its known faults closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .terrain import Terrain, province_of

LegalOrders = dict[str, tuple[str, ...]]
"""Unit (or free home, when building) -> its legal orders, sorted."""


def legal_orders(game: Any, ground: Terrain) -> dict[str, LegalOrders]:
    """Power -> its legal orders in the current phase. Costs about a millisecond."""
    kind = str(game.get_current_phase())[-1]
    if kind not in "MRA":
        return {name: {} for name in ground.powers}
    listed = game.get_all_possible_orders()
    if kind == "A":
        due = adjustments(game, ground)
        return {name: _adjusting(game, ground, name, due.get(name, 0), listed) for name in ground.powers}
    return {name: _moving(game, ground, name, kind, listed) for name in ground.powers}


def _moving(game: Any, ground: Terrain, name: str, kind: str, listed: Mapping[str, Sequence[str]]) -> LegalOrders:
    power = game.powers[name]
    found = {}
    for unit in sorted(power.retreats if kind == "R" else power.units):
        # Where a dislodged unit and its dislodger stand in one province the list holds the orders of both.
        own = [order for order in listed[unit[2:]] if order.startswith(f"{unit} ")]
        moves = {order.partition(" S A ")[2] for order in own}
        impossible = {move for move in moves if not _possible(game, ground, move)}
        kept = [order for order in own if order.partition(" S A ")[2] not in impossible]
        found[unit] = tuple(sorted(set(map(_without_target_coast, kept))))
    return found


def _possible(game: Any, ground: Terrain, move: str) -> bool:
    """Whether an army can make the move that is to be supported, ``VIE - BUD``; anything else is possible.

    On maps with ports the engine also lists supports for armies along convoys that it then says do not exist.
    """
    army, dash, target = move.partition(" - ")
    if not dash or ground.touches(f"A {army}", province_of(target)):
        return True
    return bool(game._has_convoy_path("A", army, province_of(target)))


def _adjusting(game: Any, ground: Terrain, name: str, due: int, listed: Mapping[str, Sequence[str]]) -> LegalOrders:
    power = game.powers[name]
    if due < 0:
        return {unit: (f"{unit} D",) for unit in sorted(power.units)}
    if due == 0:
        return {}
    return {
        home: tuple(
            sorted({order for at in (home, *ground.coasts.get(home, ())) for order in listed[at] if order != "WAIVE"})
        )
        for home in sorted(game._build_sites(power))
    }


def _without_target_coast(order: str) -> str:
    """One spelling a supported move: the engine lists it with and without the coast, and understands it without."""
    if " S " in order and " - " in order:
        head, _, target = order.rpartition(" - ")
        return f"{head} - {province_of(target)}"
    return order


def adjustments(game: Any, ground: Terrain) -> dict[str, int]:
    """Power -> builds (positive, no more than it has free homes) or disbands (negative) due; others are missing."""
    due = {}
    for name in ground.powers:
        power = game.powers[name]
        count = len(power.centers) - len(power.units)
        if count > 0:
            count = min(count, len(game._build_sites(power)))
        if count:
            due[name] = count
    return due


def disband_order(game: Any, name: str) -> tuple[str, ...]:
    """The engine's civil-disorder rule: farthest from home first, fleets before armies, then by name."""
    power = game.powers[name]

    def rank(unit: str) -> tuple[int, bool, str]:
        return -game._get_distance_to_home(unit[0], unit[2:], power.homes), unit[0] != "F", unit

    return tuple(sorted(power.units, key=rank))


def prune_retreats(game: Any) -> None:
    """Take back retreats that the engine wrongly offers after a convoyed attack.

    To be called when a movement phase was just adjudicated. The engine then lists provinces that are occupied
    or were left empty by a stand-off; a unit may go to neither. Its table of combats has an entry for both:
    for every province that a unit stood in, moved to or failed to move to.
    """
    for power in game.powers.values():
        for unit, places in power.retreats.items():
            power.retreats[unit] = [place for place in places if not game.combat.get(province_of(place))]
