"""One map as integers: every location has a number, and what can step or be convoyed where is a table of numbers.

Locations are numbered in the order of their names, so that numbers sort as the board sorts; a province is the location
without a coast. A set of provinces is a bit mask. Orders are tuples of three numbers, the same for every unit of the
map, so that they can be made once and used in many positions:

    (HOLD, -1, -1)                             (SUPPORT, province of the helped unit, its goal, -1 if it stays)
    (MOVE, location, 1 by convoy, else 0)      (CONVOY, province of the army, its goal)
    (RETREAT, location, -1)                    (DISBAND, -1, -1)                (BUILD, ARMY or FLEET, location)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from ..board.terrain import Terrain, province_of, terrain
from ..board.units import Order, Unit

HOLD, MOVE, SUPPORT, CONVOY, RETREAT, DISBAND, BUILD = range(7)
ARMY, FLEET = range(2)
KINDS = "AF"
_FAR = 99999

Code = tuple[int, int, int]
"""An order as numbers; whose it is says its place in a list."""
Piece = tuple[int, int, int]
"""A unit as numbers: its power, ``ARMY`` or ``FLEET``, its location. Pieces sort as the board sorts units."""
Refugees = tuple[tuple[Piece, tuple[int, ...]], ...]
"""Dislodged pieces and the locations that each may retreat to, sorted."""

HOLDS: Code = (HOLD, -1, -1)
DISBANDS: Code = (DISBAND, -1, -1)


@dataclass(frozen=True, slots=True, eq=False)
class Geography:
    """The numbers of one map."""

    terrain: Terrain
    locations: tuple[str, ...]
    """Number -> location (``STP``, ``STP/SC``), sorted."""
    number: Mapping[str, int]
    """Location -> its number."""
    province: tuple[int, ...]
    """Location -> its province."""
    powers: tuple[str, ...]
    power: Mapping[str, int]
    """Name of a power -> its number."""
    steps: tuple[tuple[tuple[int, ...], ...], ...]
    """Kind -> location -> locations that the unit steps to, sorted."""
    touches: tuple[tuple[int, ...], ...]
    """Kind -> location -> mask of the provinces that it steps to."""
    centers: tuple[int, ...]
    """Provinces with a centre, sorted."""
    homes: tuple[int, ...]
    """Power -> mask of its home centres."""
    convoys: Mapping[int, tuple[int, ...]]
    """Embarking province * ``len(locations)`` + landing province -> masks of the fleets of each way, few first."""
    routes: tuple[tuple[int, int, int], ...]
    """Embarking province, mask of fleets, mask of landings."""
    seas: int
    """Mask of the provinces in which a fleet can convoy."""
    units: tuple[tuple[Unit | None, ...], ...]
    """Kind -> location -> the unit as the board writes it, ``None`` where it cannot stand."""
    _routes: dict[tuple[int, int, int], tuple[int, ...]] = field(default_factory=dict, repr=False)
    _sailings: dict[int, tuple[dict[int, int], dict[int, int]]] = field(default_factory=dict, repr=False)
    _codes: dict[Order, Code] = field(default_factory=dict, repr=False)
    _distances: dict[tuple[int, int, int], int] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[Callable[[str], Geography], tuple[str]]:
        """Other processes have the map themselves."""
        return geography, (self.terrain.name,)

    def ways(self, start: int, goal: int, fleets: int) -> tuple[int, ...]:
        """Masks of fleets among these that convoy an army from ``start`` to ``goal``, few fleets first."""
        key = (start, goal, fleets)
        found = self._routes.get(key)
        if found is None:
            listed = self.convoys.get(start * len(self.locations) + goal, ())
            found = self._routes[key] = tuple(way for way in listed if not way & ~fleets)
            if len(self._routes) > 1 << 16:
                self._routes.clear()
        return found

    def sailings(self, fleets: int) -> tuple[dict[int, int], dict[int, int]]:
        """Of these fleets together: embarking province -> mask of landings; fleet -> mask of landings it helps to."""
        if fleets not in self._sailings:
            if len(self._sailings) > 1 << 12:
                self._sailings.clear()
            landings: dict[int, int] = {}
            helped: dict[int, int] = {}
            for start, way, goals in self.routes:
                if not way & ~fleets:
                    landings[start] = landings.get(start, 0) | goals
                    for fleet in bits(way):
                        helped[fleet] = helped.get(fleet, 0) | goals
            self._sailings[fleets] = landings, helped
        return self._sailings[fleets]

    def code(self, order: Order) -> Code:
        """The order as numbers. Raises ``KeyError`` for places that are not on this map."""
        code = self._codes.get(order)
        if code is None:
            code = self._codes[order] = self._coded(order)
        return code

    def _coded(self, order: Order) -> Code:
        number = self.number
        if order.verb == "-":
            return MOVE, number[order.location], int(order.via)
        if order.helped is not None:
            verb = SUPPORT if order.verb == "S" else CONVOY
            return verb, number[order.helped.province], number[order.goal] if order.goal else -1
        if order.verb == "R":
            return RETREAT, number[order.location], -1
        if order.verb == "B":
            return BUILD, KINDS.index(order.unit.kind), number[order.unit.location]
        return HOLDS if order.verb == "H" else DISBANDS

    def piece(self, power: int, unit: Unit) -> Piece:
        return power, KINDS.index(unit.kind), self.number[unit.location]

    def unit(self, piece: Piece) -> Unit:
        unit = self.units[piece[1]][piece[2]]
        assert unit is not None
        return unit

    def mask(self, places: Iterable[str]) -> int:
        return sum({1 << self.number[place] for place in places})

    def distance(self, kind: int, location: int, near: int) -> int:
        """Steps to the nearest of these provinces; an army walks over water, too, and through what nobody enters."""
        key = (kind, location, near)
        if key not in self._distances:
            names = {self.locations[at] for at in bits(near)}
            self._distances[key] = _distance(self.terrain, kind, self.locations[location], names)
            if len(self._distances) > 1 << 16:
                self._distances.clear()
        return self._distances[key]


def bits(mask: int) -> list[int]:
    """The numbers in a mask, from the smallest."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def _distance(ground: Terrain, kind: int, start: str, near: set[str]) -> int:
    if not near:
        return _FAR
    seen, queue = {start}, deque([(start, 0)])
    while queue:
        here, steps = queue.popleft()
        if province_of(here) in near:
            return steps
        for there in ground.borders.get(here, ()) if kind == ARMY else ground.fleets.get(here, ()):
            if there not in seen:
                seen.add(there)
                queue.append((there, steps + 1))
    return _FAR


@cache
def geography(name: str) -> Geography:
    """The numbers of one of ``MAPS``, computed once a process. Raises ``ValueError`` for another name."""
    ground = terrain(name)
    locations = tuple(sorted({*ground.provinces, *(at for named in ground.coasts.values() for at in named)}))
    number = {at: index for index, at in enumerate(locations)}
    province = tuple(number[province_of(at)] for at in locations)
    steps = tuple(
        tuple(tuple(number[there] for there in table.get(at, ())) for at in locations)
        for table in (ground.armies, ground.fleets)
    )

    def mask(places: Iterable[str]) -> int:
        return sum(1 << number[place] for place in places)

    ways: dict[int, list[int]] = {}
    routes = tuple((number[start], mask(fleets), mask(landings)) for start, fleets, landings in ground.convoys)
    seas = 0
    for start, fleets, landings in routes:
        seas |= fleets
        for goal in bits(landings):
            ways.setdefault(start * len(locations) + goal, []).append(fleets)
    stands = (ground.armies, ground.fleets)
    return Geography(
        terrain=ground,
        locations=locations,
        number=number,
        province=province,
        powers=ground.powers,
        power={name: index for index, name in enumerate(ground.powers)},
        steps=steps,
        touches=tuple(tuple(sum({1 << province[to] for to in there}) for there in table) for table in steps),
        centers=tuple(number[at] for at in ground.centers),
        homes=tuple(mask(ground.homes[power]) for power in ground.powers),
        convoys={key: tuple(found) for key, found in ways.items()},
        routes=routes,
        seas=seas,
        units=tuple(
            tuple(Unit(f"{kind} {at}") if at in stands[index] else None for at in locations)
            for index, kind in enumerate(KINDS)
        ),
    )
