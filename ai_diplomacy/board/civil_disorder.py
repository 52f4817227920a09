"""Which units a power loses that disbands too few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    # Too much for somebody who asks for --help.
    from .units import Unit

CivilDisorder = Literal["home", "owned"]
"""From where a unit is far that goes when its power disbands too few: from its power's home centres, whoever owns them
(the engine's own rule, and that of the editions up to 2000), or from any centre that its power owns (2023)."""


def disband_order(game: Any, name: str, rule: CivilDisorder) -> tuple[Unit, ...]:
    """The power's units as they go in civil disorder: the farthest first, fleets before armies, then by name."""
    from .units import Unit

    power = game.powers[name]
    near = power.homes if rule == "home" else power.centers

    def rank(unit: Unit) -> tuple[int, bool, Unit]:
        return -game._get_distance_to_home(unit.kind, unit.location, near), unit.kind != "F", unit

    return tuple(sorted(map(Unit, power.units), key=rank))
