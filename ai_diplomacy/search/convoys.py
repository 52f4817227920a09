"""Which convoys carry their army and which supports are cut: settled before the battles, as the engine does it.

The rule is the engine's: an army that goes by convoy cuts no support for or against a fleet that convoys, unless it has
a way without that fleet. A fleet counts as dislodged as soon as an attack on it is stronger than its hold, or as strong
as another while the unit at the army's goal joins in; and support that the unit at that goal gives the fleet, directly
or along a chain of supports, does not save it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        paths: dict[int, list[int]],
        stuck: Mapping[int, bool],
        helped: dict[int, int],
    ) -> None:
        self.position, self.codes, self.standing = position, codes, position.standing
        self.homes, self.owners = position.homes_of_units, position.owners_of_units
        self.paths = paths
        """Army -> the ways left to it."""
        self.armies = list(paths)
        self.helped = helped
        """Support that is not void -> the unit that it helps."""
        self.backing = [0] * len(codes)
        """Unit -> supports that it has."""
        for unit in helped.values():
            self.backing[unit] += 1
        self.flagged = {unit for unit in paths if codes[unit][2]}
        """Armies that were told to go by convoy."""
        self.stuck = dict(stuck)
        """Army that does not move -> whether that is certain."""
        self.cut: set[int] = set()
        self.carriers: dict[int, list[int]] = {}
        """Army -> the fleets on its ways."""
        for unit, ways in paths.items():
            order = (CONVOY, self.homes[unit], codes[unit][1])
            fleets = [fleet for fleet, code in enumerate(codes) if code == order]
            self.carriers[unit] = [fleet for fleet in fleets if any(way >> self.homes[fleet] & 1 for way in ways)]
        self.carrying = {fleet for fleets in self.carriers.values() for fleet in fleets}

    def settle(self) -> None:
        for unit, (verb, _, _) in enumerate(self.codes):
            if verb == MOVE and unit not in self.stuck and unit not in self.paths:
                self.cut_support(unit)
        done: set[int] = set()
        again = True
        while again:
            again = False
            strongest = self.strongest()
            self.check(strongest, certain=False)
            for unit in self.armies:
                if unit not in self.stuck and unit not in done:
                    self.cut_support(unit)
                    done.add(unit)
                    again = True
            if again:
                continue
            self.check(strongest, certain=True)
            for unit in self.armies:
                if self.stuck.get(unit):
                    self.backing[unit] = 0
                elif unit in self.stuck and unit not in done:
                    del self.stuck[unit]
                    self.cut_support(unit)
                    done.add(unit)
                    again = True

    def goal(self, unit: int) -> int:
        """Where the support works: the province supported into, or that of who is supported to hold."""
        _, at, goal = self.codes[unit]
        return at if goal < 0 else goal

    def cut_support(self, unit: int) -> None:
        """Let the move of the unit cut a support, if it does."""
        other = self.standing[self.position.geography.province[self.codes[unit][1]]]
        if other < 0 or other not in self.helped or other in self.cut or self.owners[other] == self.owners[unit]:
            return
        goal = self.goal(other)
        if goal == self.homes[unit]:
            return
        ways = self.paths.get(unit)
        if ways and self.standing[goal] in self.carrying and all(way >> goal & 1 for way in ways):
            return
        self.cut.add(other)
        self.backing[self.helped[other]] -= 1

    def strongest(self) -> dict[int, list[int]]:
        """Province -> the units that are strongest there, those that stand among them."""
        best: dict[int, int] = {}
        found: dict[int, list[int]] = {}
        province = self.position.geography.province
        for unit, (verb, at, _) in enumerate(self.codes):
            place = province[at] if verb == MOVE and unit not in self.stuck else self.homes[unit]
            strength = 1 + self.backing[unit]
            if strength > best.get(place, -99):
                best[place] = strength
                found[place] = [unit]
            elif strength == best[place]:
                found[place].append(unit)
        return found

    def check(self, strongest: dict[int, list[int]], *, certain: bool) -> None:
        """Take away the ways over fleets that do not withstand; an army to which no way is left has this fate."""
        touches = self.position.geography.touches[ARMY]
        for unit in self.armies:
            home, (_, goal, via) = self.homes[unit], self.codes[unit]
            for fleet in self.carriers[unit]:
                if self.withstands(fleet, goal, strongest[self.homes[fleet]]):
                    continue
                sea = self.homes[fleet]
                ways = self.paths[unit]
                for way in ways:
                    if way >> sea & 1:
                        ways.remove(way)
                if ways:
                    continue
                beside = touches[home] >> goal & 1
                if via or not beside or self.chain(goal, sea, attack=True):
                    self.stuck[unit] = certain

    def withstands(self, fleet: int, goal: int, strongest: list[int]) -> bool:
        owner, sea = self.owners[fleet], self.homes[fleet]
        if all(self.owners[unit] == owner for unit in strongest):
            return True
        if self.chain(goal, sea, attack=False):
            return False
        if fleet in strongest:
            return True
        if len(strongest) < 2:
            return False
        there = self.standing[goal]
        if there < 0:
            return True
        verb, first, second = self.codes[there]
        if verb == MOVE:
            return bool(second and there in self.flagged) or self.position.geography.province[first] != sea
        return verb != SUPPORT or self.goal(there) != sea

    def chain(self, start: int, sea: int, *, attack: bool) -> bool:
        """Whether who stands at ``start`` supports the fleet in the sea, or an attack on it, or helps one that does."""
        seen: set[int] = set()
        unit = self.standing[start]
        while unit >= 0 and unit not in seen:
            seen.add(unit)
            verb, at, goal = self.codes[unit]
            if verb == SUPPORT and (goal == sea if attack else goal < 0 and at == sea):
                return True
            if verb not in (SUPPORT, CONVOY):
                break
            unit = self.standing[at if goal < 0 else goal]
        return False
