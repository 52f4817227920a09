"""Which convoys carry their army and which supports are cut: settled before the battles, as the engine does it.

The rule is the engine's: an army that goes by convoy cuts no support for or against a fleet that convoys, unless it has
a way without that fleet. A fleet counts as dislodged as soon as an attack on it is stronger than its hold, or as strong
as another while the unit at the army's goal joins in; and support that the unit at that goal gives the fleet, directly
or along a chain of supports, does not save it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from .geography import ARMY, CONVOY, FLEET, MOVE, SUPPORT, Code

if TYPE_CHECKING:
    from .position import Position


def ways_by_sea(position: Position, codes: Sequence[Code]) -> tuple[dict[int, list[int]], set[int]]:
    """Army that goes by convoy -> masks of its ways (fleets, start and goal); and armies that have no way at all."""
    ground = position.geography
    convoys: dict[tuple[int, int], int] = {}
    for (_, _, sea), (verb, at, goal) in zip(position.units, codes, strict=True):
        if verb == CONVOY:
            convoys[at, goal] = convoys.get((at, goal), 0) | 1 << sea
    paths: dict[int, list[int]] = {}
    stuck: set[int] = set()
    for unit, (verb, goal, via) in enumerate(codes):
        power, kind, here = position.units[unit]
        if verb != MOVE or kind == FLEET:
            continue
        fleets = convoys.get((here, goal), 0)
        beside = ground.touches[ARMY][here] >> goal & 1
        ways = ground.ways(here, goal, fleets) if fleets else ()
        if ways and beside and not via and not _own_fleets_help(position, power, here, goal, fleets):
            ways = ()
        if ways:
            paths[unit] = [way | 1 << here | 1 << goal for way in ways]
        elif not beside:
            stuck.add(unit)
    return paths, stuck


def _own_fleets_help(position: Position, power: int, start: int, goal: int, fleets: int) -> bool:
    """Whether one of the fleets is the power's own, on a way there if all fleets of the board took part."""
    ground, own, possible = position.geography, 0, 0
    for owner, kind, at in position.units:
        if kind == FLEET and ground.seas >> at & 1:
            possible |= 1 << at
            if owner == power and fleets >> at & 1:
                own |= 1 << at
    return any(way & own for way in ground.ways(start, goal, possible))


class Convoys:
    """The convoys of one phase while they are settled. Units are places in ``position.units``."""

    def __init__(
        self,
        position: Position,
        codes: Sequence[Code],
        ways: dict[int, list[int]],
        lost: Iterable[int],
        helped: Mapping[int, int],
    ) -> None:
        self.position, self.codes, self.standing = position, codes, position.standing
        self.homes, self.owners = position.homes_of_units, position.owners_of_units
        self.ways = ways
        """Army that is to sail -> masks of the ways that are left to it, taken away one by one."""
        self.told = {unit for unit in ways if codes[unit][2]}
        """Those armies that were told to go by convoy."""
        self.helped = helped
        """Support that fits an order -> the unit that it helps."""
        self.backing = [0] * len(codes)
        """Unit -> the supports that it has."""
        for unit in helped.values():
            self.backing[unit] += 1
        self.stuck = dict.fromkeys(lost, True)
        """Army that cannot move -> whether that is certain."""
        self.cut: set[int] = set()
        """Supports that are cut by moves."""
        self.carriers: dict[int, list[int]] = {}
        """Army -> the fleets on its ways."""
        for unit in ways:
            order, on_way = (CONVOY, self.homes[unit], codes[unit][1]), reduce(or_, ways[unit])
            self.carriers[unit] = [
                fleet for fleet, code in enumerate(codes) if code == order and on_way >> self.homes[fleet] & 1
            ]

    def settle(self) -> None:
        """Find out who cannot sail and which supports are cut: ``ways``, ``stuck`` and ``cut`` are the answer."""
        for unit, (verb, _, _) in enumerate(self.codes):
            if verb == MOVE and unit not in self.stuck and unit not in self.ways:
                self._cut_support(unit)
        landed: set[int] = set()
        again = True
        while again:
            again = False
            strongest = self._strongest()
            self._take_ways(strongest, certain=False)
            for unit in self.ways:
                if unit not in self.stuck and unit not in landed:
                    self._cut_support(unit)
                    landed.add(unit)
                    again = True
            if again:
                continue
            self._take_ways(strongest, certain=True)
            for unit in self.ways:
                if self.stuck.get(unit):
                    self.backing[unit] = 0
                elif unit in self.stuck and unit not in landed:
                    del self.stuck[unit]
                    self._cut_support(unit)
                    landed.add(unit)
                    again = True

    def _goal(self, support: int) -> int:
        """The province into which it supports, or that of the unit that it supports where that is."""
        _, at, goal = self.codes[support]
        return at if goal < 0 else goal

    def _cut_support(self, unit: int) -> None:
        """Let the move of the unit cut the support that is given where it goes."""
        other = self.standing[self.position.geography.province[self.codes[unit][1]]]
        if other not in self.helped or other in self.cut or self.owners[other] == self.owners[unit]:
            return
        goal, ways = self._goal(other), self.ways.get(unit)
        if goal == self.homes[unit]:
            return
        if ways and all(way >> goal & 1 for way in ways):
            # It supports, or fights, a fleet without which the army does not come.
            return
        self.cut.add(other)
        self.backing[self.helped[other]] -= 1

    def _strongest(self) -> dict[int, list[int]]:
        """Province -> the strongest of the units that stand there or move there."""
        best: dict[int, int] = {}
        found: dict[int, list[int]] = {}
        province = self.position.geography.province
        for unit, (verb, at, _) in enumerate(self.codes):
            place = province[at] if verb == MOVE and unit not in self.stuck else self.homes[unit]
            strength = self.backing[unit]
            if place not in best or strength > best[place]:
                best[place], found[place] = strength, [unit]
            elif strength == best[place]:
                found[place].append(unit)
        return found

    def _take_ways(self, strongest: Mapping[int, list[int]], *, certain: bool) -> None:
        """Take away the ways over fleets that do not withstand. An army to which none is left cannot move."""
        touches = self.position.geography.touches[ARMY]
        for unit, ways in self.ways.items():
            _, goal, told = self.codes[unit]
            for fleet in self.carriers[unit]:
                sea = self.homes[fleet]
                if self._withstands(fleet, goal, strongest[sea]):
                    continue
                # Taking from the list while going through it spares every second way in a row, as in the engine.
                for way in ways:
                    if way >> sea & 1:
                        ways.remove(way)
                walks = not told and touches[self.homes[unit]] >> goal & 1
                if not ways and not (walks and not self._chain(goal, sea, attack=True)):
                    self.stuck[unit] = certain

    def _withstands(self, fleet: int, goal: int, strongest: Sequence[int]) -> bool:
        """Whether the fleet stays in its sea, and its army can land at the goal without a paradox."""
        owner, sea = self.owners[fleet], self.homes[fleet]
        if all(self.owners[unit] == owner for unit in strongest):
            return True
        if self._chain(goal, sea, attack=False):
            return False
        if fleet in strongest:
            return True
        if len(strongest) < 2:
            return False
        there = self.standing[goal]
        if there < 0:
            return True
        verb, at, _ = self.codes[there]
        if verb == MOVE:
            return there in self.told or self.position.geography.province[at] != sea
        return verb != SUPPORT or self._goal(there) != sea

    def _chain(self, start: int, sea: int, *, attack: bool) -> bool:
        """Whether the unit at ``start`` supports the fleet in the sea (or an attack there), or helps one that does."""
        seen: set[int] = set()
        unit = self.standing[start]
        while unit >= 0 and unit not in seen:
            seen.add(unit)
            verb, at, goal = self.codes[unit]
            if verb == SUPPORT and (goal == sea if attack else goal < 0 and at == sea):
                return True
            if verb not in (SUPPORT, CONVOY):
                return False
            unit = self.standing[at if goal < 0 else goal]
            if verb == SUPPORT and goal >= 0 and unit >= 0 and not self._on_coast(at, goal, unit):
                return False
        return False

    def _on_coast(self, at: int, goal: int, unit: int) -> bool:
        """Whether the engine sees the unit at the goal: not on another coast than that to which the fleet moves."""
        verb, location, _ = self.codes[self.standing[at]]
        bound = verb == MOVE and location != goal and self.position.geography.province[location] == goal
        return not bound or self.position.units[unit][2] == location
