"""Whether a document really is a position on its map, so that nobody further on has to doubt it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..board.situation import Situation, unit_of
from ..board.terrain import province_of

_PHASE = re.compile(r"[SFW]\d{1,5}[MRA]")
_PLACE = r"[A-Z]{2,4}(?:/[A-Z]{2})?"
_UNIT = re.compile(rf"[AF] {_PLACE}")
_ORDER = {
    "M": re.compile(
        rf"[AF] {_PLACE} (?:H|- {_PLACE}(?: VIA)?|S [AF] {_PLACE}(?: - {_PLACE})?|C [AF] {_PLACE} - {_PLACE})"
    ),
    "R": re.compile(rf"[AF] {_PLACE} (?:R {_PLACE}|D)"),
    "A": re.compile(rf"WAIVE|[AF] {_PLACE} [BD]"),
}


def is_sound(situation: Situation) -> bool:
    """Raises ``TypeError`` when something that should be text is not."""
    return bool(_PHASE.fullmatch(situation.phase)) and _board_is_sound(situation) and _orders_are_sound(situation)


def _board_is_sound(situation: Situation) -> bool:
    ground = situation.terrain
    powers = set(situation.units)
    units = [unit for held in (*situation.units.values(), *situation.dislodged.values()) for unit in held]
    provinces = [at for owned in (*situation.centers.values(), *situation.homes.values()) for at in owned]
    return (
        situation.power in powers <= set(ground.powers)
        and powers >= set(situation.dislodged) | set(situation.adjustments)
        and all(_UNIT.fullmatch(unit) and province_of(unit[2:]) in ground.kinds for unit in units)
        and all(province in ground.kinds for province in provinces)
        and all(_PHASE.fullmatch(result.phase) for result in situation.recent)
        and _are_orders("MRA", (o for result in situation.recent for some in result.orders.values() for o in some))
        and powers.issuperset(power for result in situation.recent for power in result.captures.values())
        and powers.issuperset(power for result in situation.recent for power in result.orders)
        and set(ground.kinds).issuperset(at for result in situation.recent for at in result.captures)
    )


def _orders_are_sound(situation: Situation) -> bool:
    """Whether the listed orders are those of a phase of this kind, unit by unit."""
    legal = situation.legal_orders
    if not all(legal.values()) or not _are_orders(situation.kind, (o for orders in legal.values() for o in orders)):
        return False
    if situation.kind == "M":
        return set(legal) == set(situation.own_units) and _stand_by(legal.items())
    if situation.kind == "R":
        return set(legal) <= set(situation.dislodged.get(situation.power, ())) and _stand_by(legal.items())
    if situation.due > 0:
        return all(province_of(unit_of(order)[2:]) == home for home, orders in legal.items() for order in orders)
    return set(legal) <= set(situation.own_units) and _stand_by(legal.items())


def _stand_by(legal: Iterable[tuple[str, Iterable[str]]]) -> bool:
    return all(unit_of(order) == unit for unit, orders in legal for order in orders)


def _are_orders(kinds: str, orders: Iterable[str]) -> bool:
    return all(any(_ORDER[kind].fullmatch(order) for kind in kinds) for order in orders)
