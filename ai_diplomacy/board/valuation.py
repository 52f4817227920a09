"""What each place is worth to a power in a situation, after David Norman's DumbBot.

The measure and its constants are those of the C++ bot that David Norman published for DAIDE (2003). Consulted were its
description (http://daide.org.uk/s0003.html), its sources (releases 8~2~b and 8~3; the latter in
https://github.com/diplomacy/daide-client, bots/dumbbot) and Eric Wald's port to Python
(https://github.com/eswald/parlance, bots/parang/dumbbot.py). The code is our own. Two points where they are at odds
with one another or with themselves: the square of the centres counts as +1 (8~3 has -1, so that the large would seem
small), and a unit counts once for a province of which it reaches two coasts.

A centre of another owner attracts by the size of its owner (the neutral centres together count as one owner); a centre
of our own by the size of the largest power that could step into it. Step by step each place passes on what it attracts
to the places around it, so that the whole map slopes towards where there is something to win or to keep. In spring a
place counts for what can be reached from it in the fall, in fall for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from operator import itemgetter, mul
from types import MappingProxyType

from .situation import Situation
from .terrain import terrain
from .units import Unit


@dataclass(frozen=True, slots=True)
class Valuation:
    """The worth of the board to one power."""

    worth: Mapping[str, float]
    """Location (named coasts apart) -> its worth as a destination (or to keep or build a unit there); where an army
    and a fleet differ, that of the unit to which it is worth more."""
    strength: Mapping[str, int]
    """Province -> own units that stand there or could step into it."""
    competition: Mapping[str, int]
    """Province -> units of the strongest single other power that stand there or could step into it."""
    unit_worth: Mapping[str, float] = field(default_factory=dict)
    """Unit where it would stand (``A BRE``, ``F STP/SC``) -> its worth: armies and fleets see different maps."""

    def of(self, unit: str) -> float:
        """What it is worth to have that unit (``A BRE``) there."""
        return self.unit_worth[unit] if unit in self.unit_worth else self.worth[Unit(unit).location]


@dataclass(frozen=True, slots=True)
class _Weights:
    attack: int
    defence: int
    proximity: tuple[int, ...]
    """Weight of what a place is worth by itself, then of what one, two, ... steps of spreading brought to it."""
    strength: int = 0
    competition: int = 0
    threatened: int = 0
    """Weight of the defence value of the province itself, beside what it gives to the proximities."""


_NEAR_FIRST = (1000, 100, 30, 10, 6, 5, 4, 3, 2, 1)
_STEP_FIRST = (100, 1000, 30, 10, 6, 5, 4, 3, 2, 1)
_SPRING = _Weights(attack=700, defence=300, proximity=_STEP_FIRST, strength=1000, competition=1000)
_FALL = _Weights(attack=600, defence=400, proximity=_NEAR_FIRST, strength=1000, competition=1000)
# For builds and for removals alike.
_WINTER = _Weights(attack=700, defence=300, proximity=_NEAR_FIRST, threatened=1000)

# Keeps all proximities in one range: the average place has four neighbours and itself.
_SPREAD = 5


def evaluate(situation: Situation) -> Valuation:
    """The valuation for ``situation.power``, with the weights of the season."""
    weights = _WINTER if situation.kind == "A" else _SPRING if situation.season == "S" else _FALL
    lattice = _lattice(situation.map)
    reach = _unit_counts(situation)
    strength = reach.pop(situation.power)
    counts = chain.from_iterable(counted.items() for counted in reach.values())
    competition = dict(sorted(counts, key=itemgetter(1)))  # of each province the largest count, which comes last
    defence = _defence(situation, reach)
    pull = dict.fromkeys(lattice.provinces, 0)
    pull |= {at: weights.attack * size for at, size in _attack(situation).items()}
    pull |= {at: weights.defence * size for at, size in defence.items()}
    extra = {
        at: weights.strength * strength.get(at, 0)
        - weights.competition * competition.get(at, 0)
        + weights.threatened * defence.get(at, 0)
        for at in lattice.provinces
    }
    spread = lattice.spread([pull[at] for at in lattice.province_of_node], weights.proximity)
    worth: dict[str, float] = {}
    unit_worth: dict[str, float] = {}
    for unit, at, value in zip(lattice.nodes, lattice.province_of_node, spread, strict=True):
        unit_worth[unit] = value + extra[at]
        worth[unit.location] = max(unit_worth[unit], worth.get(unit.location, unit_worth[unit]))
    return Valuation(
        worth=MappingProxyType(worth),
        strength=MappingProxyType({at: strength.get(at, 0) for at in lattice.provinces}),
        competition=MappingProxyType({at: competition.get(at, 0) for at in lattice.provinces}),
        unit_worth=MappingProxyType(unit_worth),
    )


def _size(centers: int) -> int:
    """How large an owner of so many centres is: the more it has, the more it is to be feared and to be taken from."""
    return centers * centers + 4 * centers + 16


def _attack(situation: Situation) -> dict[str, int]:
    """Centre that is not ours -> the size of its owner."""
    owners = situation.owners()
    neutral = [center for center in situation.terrain.centers if center not in owners]
    sizes = {power: _size(len(owned)) for power, owned in situation.centers.items()}
    attack = dict.fromkeys(neutral, _size(len(neutral)))
    return attack | {center: sizes[owner] for center, owner in owners.items() if owner != situation.power}


def _defence(situation: Situation, others: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Our centre -> the size of the largest other power with a unit that could step into it."""
    defence = dict.fromkeys(situation.centers[situation.power], 0)
    for power, within in others.items():
        size = _size(len(situation.centers[power]))
        standing = {unit.province for unit in situation.units[power]}
        for center, largest in defence.items():
            # A unit that stands in the centre does not step into it, others of its power may.
            if size > largest and within.get(center, 0) > (center in standing):
                defence[center] = size
    return defence


def _unit_counts(situation: Situation) -> dict[str, Counter[str]]:
    """Power -> province -> its units that stand there or could step into it."""
    within = _lattice(situation.map).within
    return {
        power: Counter(chain.from_iterable(within[unit] for unit in units)) for power, units in situation.units.items()
    }


@dataclass(frozen=True, slots=True)
class _Lattice:
    """Every unit that could stand somewhere on one map, and how value spreads from each to its neighbours."""

    provinces: tuple[str, ...]
    nodes: tuple[Unit, ...]
    """``A PAR``, ``F STP/SC``: a place as one kind of unit sees it."""
    province_of_node: tuple[str, ...]
    within: Mapping[str, tuple[str, ...]]
    """Node -> its province and those that the unit there could step into."""
    shared: tuple[Callable[[Sequence[int]], tuple[int, ...]], ...]
    """Coasts of one province that are neighbours of the same place, to which only the better one counts."""
    around: tuple[Callable[[Sequence[int]], tuple[int, ...]], ...]
    """For each node its own value and its neighbours' out of the values of all nodes, then 0, then of ``shared``."""

    def spread(self, values: list[int], weights: Sequence[int]) -> list[int]:
        """The weighted sum of the values as they stand after 0, 1, 2, ... steps of spreading."""
        layers = [values]
        for _ in weights[1:]:
            wide = [*values, 0, *(max(coasts(values)) for coasts in self.shared)]
            values = [sum(near(wide)) // _SPREAD for near in self.around]
            layers.append(values)
        return [sum(map(mul, weights, column)) for column in zip(*layers, strict=True)]


@cache
def _lattice(map_name: str) -> _Lattice:
    ground = terrain(map_name)
    steps = {
        Unit(f"{kind} {here}"): [Unit(f"{kind} {there}") for there in places]
        for kind, reach in (("A", ground.armies), ("F", ground.fleets))
        for here, places in reach.items()
    }
    nodes = tuple(sorted(steps))
    index = {node: position for position, node in enumerate(nodes)}
    nothing = len(nodes)
    groups: dict[tuple[int, ...], int] = {}
    around: list[Callable[[Sequence[int]], tuple[int, ...]]] = []
    for node in nodes:
        by_province: dict[str, list[int]] = {}
        for there in steps[node]:
            by_province.setdefault(there.province, []).append(index[there])
        # With one index alone ``itemgetter`` would not give a tuple.
        near = [index[node], nothing]
        for coasts in by_province.values():
            group = tuple(coasts)
            near.append(group[0] if len(group) == 1 else groups.setdefault(group, nothing + 1 + len(groups)))
        around.append(itemgetter(*near))
    return _Lattice(
        provinces=ground.provinces,
        nodes=nodes,
        province_of_node=tuple(node.province for node in nodes),
        within=MappingProxyType({node: tuple(sorted({at.province for at in (node, *steps[node])})) for node in nodes}),
        shared=tuple(itemgetter(*group) for group in groups),
        around=tuple(around),
    )
