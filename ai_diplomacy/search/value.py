"""What a position is worth to each power: the centres that it may expect to own two years later.

Every centre counts by how it stands between its owner and who could step into it, and every unit counts a little. A
unit *reaches* a centre if it stands there or could step into it; the strongest rival is the single other power with
most units that reach it. The weights come from linear regressions of the centres owned two years later on these counts,
over games of DumbBots of which some draw a share of their orders by lot. What every power in the game has besides (a
third of a centre) is left out, since it tells no orders apart. Units and centres go together, so that regressions over
other games move a fifth of a centre from the one to the other; their sums agree.

``experiments/value_of_positions.py`` makes the regression and holds the value against what became of positions. Over
40 games of bots its correlation with the centres two years later is 0.83 in spring and 0.87 in fall (that of the
centres owned now: 0.79); over the three games between people in the engine's package it is 0.91 and 0.94 (0.89).

To this the search adds what the place is worth in which a unit stands (``pull``): DumbBot's valuation, which looks
further than two years and tells units far from all centres where to go. It makes the value no better a forecast; its
size was chosen by what tells DumbBot from one that errs now and then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ..board.valuation import Valuation
from .geography import KINDS, Geography, Piece
from .position import Position

CENTRE = 1000
"""Worth of a centre in the whole numbers that the search reckons with."""
_STAYING = 2
"""One of so many dislodged units is taken to stay in the game."""
_PULL = 1000
"""Thousandths of a centre for a unit in the place that DumbBot values most on the board; elsewhere in proportion."""

Pull = tuple[tuple[int, ...], ...]
"""Kind -> location -> worth of a unit of one power for standing there."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Thousandths of a centre owned two years later that each count adds, of a power in one season."""

    safe: int
    """A centre of its own that no rival reaches."""
    held: int
    """One that its units reach in no smaller number than the strongest rival's."""
    weak: int
    """One that the strongest rival reaches with more."""
    lost: int
    """One in which a rival stands."""
    taken: int
    """A centre of another owner, or of none, in which it stands and which it reaches with more than any rival."""
    entered: int
    """One in which it stands and which a rival reaches with as many."""
    free: int
    """A centre of another owner, or of none, that it reaches and no rival does."""
    strong: int
    """One that it reaches with more than the strongest rival."""
    even: int
    """One that it reaches with as many."""
    unit: int
    """A unit."""


SPRING = Weights(safe=780, held=370, weak=150, lost=0, taken=0, entered=0, free=470, strong=280, even=90, unit=390)
FALL = Weights(safe=930, held=560, weak=300, lost=0, taken=800, entered=500, free=500, strong=290, even=140, unit=240)


@dataclass(frozen=True, slots=True, eq=False)
class Reaches:
    """What units reach, on one map; centres are numbered as in ``geography.centers``."""

    centers: tuple[tuple[tuple[int, ...], ...], ...]
    """Kind -> location -> centres that a unit there reaches."""
    at: tuple[int, ...]
    """Location -> the centre that it is in, or -1."""


@cache
def reaches(ground: Geography) -> Reaches:
    index = {at: number for number, at in enumerate(ground.centers)}
    at = tuple(index.get(province, -1) for province in ground.province)
    centers = []
    for kind, units in enumerate(ground.units):
        reached: list[tuple[int, ...]] = []
        for here, unit in enumerate(units):
            provinces = {ground.province[there] for there in (here, *ground.steps[kind][here])} if unit else ()
            reached.append(tuple(sorted(index[province] for province in provinces if province in index)))
        centers.append(tuple(reached))
    return Reaches(tuple(centers), at)


def pull(ground: Geography, valuation: Valuation) -> Pull:
    """What DumbBot's valuation for a power says of every place that a unit may stand in."""
    worth = valuation.unit_worth
    most = max(worth.values())
    return tuple(tuple(round(_PULL * worth[unit] / most) if unit else 0 for unit in units) for units in ground.units)


def no_pull(ground: Geography) -> Pull:
    """For the value alone, whatever places DumbBot would have."""
    return tuple((0,) * len(ground.locations) for _ in KINDS)


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Judges pieces on the board by the season that they are in for."""

    ground: Geography
    owners: tuple[int, ...]
    """The owner of each centre, -1 for a neutral one."""
    homes: tuple[int, ...]
    """Power -> mask of its home centres."""
    weights: Weights
    settling: bool
    """Whether centres first go to who stands in them, and units are built and disbanded."""

    @classmethod
    def now(cls, position: Position) -> Outlook:
        """For the pieces of the position as they stand."""
        return cls._of(
            position,
            fall=(position.phase.season, position.phase.kind) in (("F", "M"), ("S", "R")),
            moving=position.phase.kind == "M",
        )

    @classmethod
    def behind(cls, position: Position) -> Outlook:
        """For the pieces as the movement phase leaves them."""
        return cls._of(position, fall=position.phase.season == "S", moving=False)

    @classmethod
    def _of(cls, position: Position, *, fall: bool, moving: bool) -> Outlook:
        homes = (-1,) * len(position.homes) if position.geography.terrain.build_anywhere else position.homes
        return cls(position.geography, position.owners, homes, FALL if fall else SPRING, settling=not (fall or moving))

    def worth(self, power: int, pieces: Sequence[Piece], pulls: Pull, dislodged: int = 0) -> int:
        """What these pieces, and ``dislodged`` more that may find a place to retreat to, are worth to the power that
        is pulled so, in thousandths of a centre: whole numbers, whose sums are the same on every machine."""
        ground, weights = self.ground, self.weights
        known, count = reaches(ground), len(ground.centers)
        reached, inside = known.centers, known.at
        rows = [[0] * count for _ in ground.powers]
        standing = [-1] * count
        total = own = 0
        for who, kind, at in pieces:
            row = rows[who]
            for center in reached[kind][at]:
                row[center] += 1
            if inside[at] >= 0:
                standing[inside[at]] = who
            if who == power:
                own += 1
                total += pulls[kind][at]
        mine = rows.pop(power)
        rivals = list(map(max, *rows)) if len(rows) > 1 else rows[0]
        owners: Sequence[int] = self.owners
        if self.settling:
            owners = [owner if there < 0 else there for owner, there in zip(owners, standing, strict=True)]
        for owner, there, ours, theirs in zip(owners, standing, mine, rivals, strict=True):
            if owner == power:
                if there >= 0 and there != power:
                    total += weights.lost
                elif not theirs:
                    total += weights.safe
                else:
                    total += weights.held if ours >= theirs else weights.weak
            elif there == power:
                total += weights.taken if ours > theirs else weights.entered
            elif ours:
                if not theirs:
                    total += weights.free
                elif ours >= theirs:
                    total += weights.strong if ours > theirs else weights.even
        units = _STAYING * own + dislodged
        if self.settling:
            units += self._adjustments(power, units, owners, standing)
        return total + weights.unit * units // _STAYING

    def _adjustments(self, power: int, units: int, owners: Sequence[int], standing: Sequence[int]) -> int:
        """By how much builds and disbands change the number of units; both in parts of ``_STAYING``."""
        homes = self.homes[power]
        due, free = -units, 0
        for at, owner, there in zip(self.ground.centers, owners, standing, strict=True):
            if owner == power:
                due += _STAYING
                if there < 0 and homes >> at & 1:
                    free += _STAYING
        return min(due, free)


def values(position: Position) -> dict[str, float]:
    """Power -> the centres that it may expect to own two years later; nothing for who is out."""
    outlook = Outlook.now(position)
    nothing = no_pull(position.geography)
    lost = Counter(piece[0] for piece, _ in position.dislodged)
    return {
        name: outlook.worth(power, position.units, nothing, lost[power]) / CENTRE
        for power, name in enumerate(position.geography.powers)
    }
