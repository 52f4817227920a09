"""What one power sees of one phase: frozen, and the same thing as the JSON document that prompts carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..records.sealing import compact_json
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
    _document: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _texts: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

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
            words = []
            if province in ground.centers and owners.get(province) != self.power:
                words.append(f"{owners.get(province, 'neutral')} centre")
            if province in occupants and occupants[province][0] != self.power:
                power, unit = occupants[province]
                words.append(f"{unit.kind} of {power}")
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

    def document(self) -> dict[str, Any]:
        """This situation as plain JSON data, the form in which a language model reads it. The dictionary belongs to the
        caller; what it holds is shared by all who ask."""
        if not self._document:
            self._document.update(self._made())
        return dict(self._document)

    def text(self, key: str, value: Any) -> str:
        """The JSON of a value of a document, which is made once if it is this situation's own."""
        if self._document.get(key) is not value:
            return compact_json(value)
        if key not in self._texts:
            self._texts[key] = compact_json(value)
        return self._texts[key]

    def _made(self) -> dict[str, Any]:
        owners = self.owners()
        neutral = [center for center in self.terrain.centers if center not in owners]
        usual_homes = _usual_homes(self.terrain, self.centers)
        document: dict[str, Any] = {
            "map": self.map,
            "phase": self.phase,
            "you": self.power,
            "powers": {
                power: {"centers": list(self.centers[power]), "units": list(self.units[power])}
                for power in sorted(self.units)
            },
            "neutral_centers": neutral,
            "homes": {
                power: list(homes)
                for power, homes in sorted(self.homes.items())
                if power == self.power or homes != usual_homes[power]
            },
        }
        if self.dislodged:
            document["dislodged"] = {
                power: {str(unit): list(places) for unit, places in units.items()}
                for power, units in self.dislodged.items()
            }
        if self.adjustments:
            document["adjustments"] = dict(self.adjustments)
        if self.disband_order:
            document["disband_order"] = list(self.disband_order)
        if self.kind == "M":
            document["nearby"] = self.nearby()
            document["threats"] = {at: list(units) for at, units in self.threats().items()}
        document["legal_orders"] = {unit: list(legal) for unit, legal in self.legal_orders.items()}
        if self.recent:
            document["last_turn"] = [result_document(result) for result in self.recent]
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Situation:
        """The situation that ``document()`` described. Keys that it does not know are left alone.

        Raises ``KeyError``, ``TypeError`` or ``ValueError`` when the document is not one.
        """
        try:
            ground = terrain(document["map"])
            powers = document["powers"]
            centers = _table({power: seen["centers"] for power, seen in powers.items()})
            homes = {**_usual_homes(ground, centers), **_table(document.get("homes", {}))}
            return cls(
                map=document["map"],
                phase=Phase(document["phase"]),
                power=document["you"],
                units={power: tuple(map(Unit, seen["units"])) for power, seen in powers.items()},
                centers=centers,
                homes={power: homes[power] for power in powers},
                dislodged={
                    power: {Unit(unit): tuple(places) for unit, places in units.items()}
                    for power, units in document.get("dislodged", {}).items()
                },
                adjustments={power: int(count) for power, count in document.get("adjustments", {}).items()},
                legal_orders={at: tuple(map(Order, orders)) for at, orders in document["legal_orders"].items()},
                disband_order=tuple(map(Unit, document.get("disband_order", ()))),
                recent=tuple(map(result_from_document, document.get("last_turn", ()))),
            )
        except AttributeError as error:
            raise TypeError(f"not the document of a situation: {error}") from error


def result_document(result: PhaseResult) -> dict[str, Any]:
    """One adjudicated phase as plain JSON data; a failed order carries its results: ``A PAR - BUR (bounce)``.

    What befell units that had no order (in games recorded elsewhere) stands under ``unordered``.
    """
    document: dict[str, Any] = {
        "phase": result.phase,
        "orders": {
            power: [
                f"{order} ({', '.join(outcome)})" if (outcome := result.outcome(order)) else order for order in orders
            ]
            for power, orders in result.orders.items()
        },
    }
    ordered = {order.unit for orders in result.orders.values() for order in orders}
    if unordered := {unit: list(words) for unit, words in result.results.items() if unit not in ordered}:
        document["unordered"] = unordered
    if result.captures:
        document["captures"] = dict(result.captures)
    return document


def result_from_document(document: Mapping[str, Any]) -> PhaseResult:
    """What ``result_document`` described."""
    orders: dict[str, tuple[Order, ...]] = {}
    results = _table(document.get("unordered", {}))
    for power, lines in document["orders"].items():
        issued = []
        for line in lines:
            text, _, outcome = line.partition(" (")
            order = Order(text)
            issued.append(order)
            if outcome:
                results[str(order.unit)] = tuple(outcome.removesuffix(")").split(", "))
        orders[power] = tuple(issued)
    return PhaseResult(
        phase=Phase(document["phase"]),
        orders=orders,
        results=results,
        captures=dict(document.get("captures", {})),
    )


@lru_cache(maxsize=4096)
def _within(map_name: str, unit: Unit) -> frozenset[str]:
    """Provinces that a unit can step to. Every prompt asks this of every unit, and a map has few."""
    return frozenset(province_of(at) for at in terrain(map_name).reach(unit))


def _usual_homes(ground: Terrain, centers: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    return centers if ground.build_anywhere else ground.homes


def _table(rows: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in rows.items()}
