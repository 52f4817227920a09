"""Who is sure to play the next turn, whatever the retreats and adjustments before it bring."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .situation import Situation
from .terrain import province_of


def sure_survivors(now: Situation) -> tuple[str, ...]:
    """Powers, sorted, that will be left at the next movement phase (in one: all that are); none if the game may be over
    by then."""
    if now.kind == "M":
        return now.survivors
    kept: Mapping[str, Collection[str]] = now.centers
    if now.season == "F":
        # Behind these retreats centres change hands.
        held, hoped = _held(now), _hoped_for(now)
        if any(len(held[power] | hoped[power]) >= now.terrain.victory for power in held):
            return ()
        kept = {power: {at for at in held[power] if not _may_go_to_another(at, power, hoped)} for power in held}
    sure = tuple(power for power in sorted(now.units) if kept[power] or (now.season == "S" and now.units[power]))
    return sure if len(sure) > 1 else ()


def _held(now: Situation) -> Mapping[str, set[str]]:
    """Power -> the centres that it will own if no unit retreats into one."""
    holders = now.owners()
    holders |= {at: power for at, (power, _) in now.occupants().items() if at in now.terrain.centers}
    return {power: {at for at, holder in holders.items() if holder == power} for power in now.units}


def _hoped_for(now: Situation) -> Mapping[str, set[str]]:
    """Power -> the centres that its dislodged units may retreat to."""
    return {
        power: {
            province_of(place)
            for places in now.dislodged.get(power, {}).values()
            for place in places
            if province_of(place) in now.terrain.centers
        }
        for power in now.units
    }


def _may_go_to_another(center: str, power: str, hoped: Mapping[str, set[str]]) -> bool:
    return any(center in places for other, places in hoped.items() if other != power)
