"""What one power sees of one phase, frozen. ``situation_document.py`` writes it down for prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .phase import Phase
from .terrain import Terrain, province_of, terrain
from .units import Order, Unit


@dataclass(frozen=True, slots=True)
class PhaseResult:
    """What was ordered in one adjudicated phase, and what came of it."""

    phase: Phase
    orders: Mapping[str, tuple[Order, ...]]
    """Power -> its orders, canonical, sorted by unit, ``WAIVE`` last; powers without orders are missing."""
    results: Mapping[str, tuple[str, ...]]
    """Unit as it was ordered (``A PAR``) -> why the order failed or what befell the unit (``bounce``, ``cut``,
    ``void``, ``dislodged``, ``disrupted``, ``no convoy``, ``disband``); units for which all went well are missing.
    A unit that is dislodged and has nowhere to go is disbanded in the same phase."""
    captures: Mapping[str, str]
    """Centre -> the power that took it in this phase (centres change hands before the adjustments)."""

    def outcome(self, order: Order) -> tuple[str, ...]:
        """The results of one order of this phase; empty when it succeeded."""
        return self.results.get(order.unit, ())


@dataclass(frozen=True, slots=True)
class Situation:
    """One phase as one power sees it."""

    map: str
    """Name of the map; ``terrain(map)`` is its geography."""
    phase: Phase
    power: str
    """The power that looks."""
    units: Mapping[str, tuple[Unit, ...]]
    """Power -> its units that are not dislodged, sorted. Every power of the map has an entry in these tables."""
    centers: Mapping[str, tuple[str, ...]]
    """Power -> the supply centres it owns, sorted."""
    homes: Mapping[str, tuple[str, ...]]
    """Power -> where it may build when it owns them and they are free, sorted."""
    dislodged: Mapping[str, Mapping[Unit, tuple[str, ...]]]
    """Power -> dislodged unit -> locations it may retreat to, sorted. Powers without any are missing."""
    adjustments: Mapping[str, int]
    """Power -> builds (positive) or disbands (negative) due in this phase. Powers with none are missing."""
    legal_orders: Mapping[str, tuple[Order, ...]]
    """Own unit -> its legal orders, sorted; in a build phase free home province -> the builds possible there."""
    disband_order: tuple[Unit, ...]
    """When disbands are due: own units in the order in which the rules remove them from an absent player."""
    recent: tuple[PhaseResult, ...]
    """The phases of the turn before (a movement phase and what followed it), oldest first."""
    written: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Its document, as soon as somebody has written it; see ``situation_document.py``."""

    @property
    def terrain(self) -> Terrain:
        return terrain(self.map)

    @property
    def year(self) -> int:
        """Year of the phase; of a completed game, the year in which it ended."""
        if self.phase != "COMPLETED":
            return self.phase.year
        return self.recent[-1].phase.year if self.recent else self.terrain.first_year

    @property
    def season(self) -> str:
        """``S``, ``F`` or ``W``."""
        return self.phase.season

    @property
    def kind(self) -> str:
        """``M``, ``R`` or ``A``."""
        return self.phase.kind

    @property
    def survivors(self) -> tuple[str, ...]:
        """Powers that still have a unit or a centre, sorted."""
        return tuple(
            power for power in sorted(self.units) if self.units[power] or self.centers[power] or power in self.dislodged
        )

    @property
    def own_units(self) -> tuple[Unit, ...]:
        return self.units[self.power]

    @property
    def due(self) -> int:
        """Builds (positive) or disbands (negative) that this power owes now."""
        return self.adjustments.get(self.power, 0)

    def occupants(self) -> dict[str, tuple[str, Unit]]:
        """Province -> (power, unit) standing there; dislodged units do not stand."""
        return {unit.province: (power, unit) for power, units in self.units.items() for unit in units}

    def owners(self) -> dict[str, str]:
        """Centre -> its owner; neutral centres are missing."""
        return {center: power for power, owned in self.centers.items() for center in owned}

    def nearby(self) -> dict[str, str]:
        """Centres and foreign units that own units can step to: province -> a few words on it."""
        ground, occupants, owners = self.terrain, self.occupants(), self.owners()
        within: set[str] = set().union(*(_within(self.map, unit) for unit in self.own_units))
        found: dict[str, str] = {}
        for province in sorted(within):
            words, there = [], occupants.get(province)
            if there and there[0] != self.power:
                words.append(f"{there[1].kind} of {there[0]}")
            if province in ground.centers and (owner := owners.get(province, "neutral")) != self.power:
                words.append(f"{'its' if there and there[0] == owner else owner} centre")
            if words:
                found[province] = ", ".join(words)
        return found

    def threats(self) -> dict[str, tuple[str, ...]]:
        """Own centres and units that others could step to now, convoys apart: province -> units (``A MUN GERMANY``)."""
        precious = {unit.province for unit in self.own_units} | set(self.centers[self.power])
        found: dict[str, list[str]] = {}
        foreign = [(power, unit) for power in sorted({*self.units} - {self.power}) for unit in self.units[power]]
        for power, unit in foreign:
            for province in _within(self.map, unit) & precious:
                found.setdefault(province, []).append(f"{unit} {power}")
        return {province: tuple(units) for province, units in sorted(found.items())}


@lru_cache(maxsize=4096)
def _within(map_name: str, unit: Unit) -> frozenset[str]:
    """Provinces that a unit can step to. Every prompt asks this of every unit, and a map has few."""
    return frozenset(province_of(at) for at in terrain(map_name).reach(unit))
