"""What comes of the orders of a movement phase, on integers.

The decisions are those of Lucas B. Kruijswijk, "The Math of Adjudication" (http://www.diplom.org/Zine/S2009M/Kruijswijk/):
whether a move succeeds is asked recursively; where an answer depends on itself it is guessed, and where both guesses come
true, in a circle of moves, all of them succeed. What convoys do is settled before, by the engine's rule (``convoys``), so
that there is no paradox left.

``resolve(position, codes)`` is the whole of it: codes beside ``position.units`` as ``position.encode`` makes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from .convoys import Convoys, ways_by_sea
from .geography import CONVOY, MOVE, SUPPORT, Code

if TYPE_CHECKING:
    from .position import Position

_UNRESOLVED, _GUESSING, _RESOLVED = range(3)


class Outcome(NamedTuple):
    """Where everybody is after a movement phase."""

    ends: list[int]
    """Location of each of ``position.units``; a dislodged one is where it was."""
    dislodged: dict[int, int]
    """Place in ``position.units`` of who is dislodged -> the province that the attacker came from, -1 if by convoy."""
    contested: int
    """Mask of provinces to which nobody may retreat: where a unit stands or a stand-off was."""


class _Battles:
    """The battles of one phase. Units are places in ``position.units``."""

    def __init__(self, position: Position, codes: Sequence[Code]) -> None:
        province = position.geography.province
        standing = self.standing = position.standing
        self.homes = [province[piece[2]] for piece in position.units]
        self.owners = [piece[0] for piece in position.units]
        self.paths: dict[int, list[int]] = {}
        """Army that goes by convoy -> ways left to it."""
        self.flagged: set[int] = set()
        """Armies that were told to, and could."""
        self.holds = [1] * len(codes)
        """Strength of a unit that cannot move, apart from supports that count."""
        helped: dict[int, int] = {}
        stuck: set[int] = set()
        if any(
            verb == CONVOY or (verb == MOVE and (via or not self._steps(position, unit, at)))
            for unit, (verb, at, via) in enumerate(codes)
        ):
            self.paths, stuck = ways_by_sea(position, codes)
        goals = [province[at] if verb == MOVE else -1 for verb, at, _ in codes]
        for unit, (verb, at, goal) in enumerate(codes):
            if verb == SUPPORT:
                other = standing[at]
                if other >= 0 and other not in stuck and goals[other] == goal:
                    helped[unit] = other
        cut: set[int] | None = None
        if self.paths:
            convoys = Convoys(position, codes, self.paths, stuck, helped)
            convoys.settle()
            self.paths = {unit: ways for unit, ways in self.paths.items() if ways}
            self.flagged, cut, stuck = convoys.flagged, convoys.cut, set(convoys.fate)
            for unit in convoys.lost():
                self.holds[unit] = 1 + convoys.backing[unit]
                helped = {supporter: other for supporter, other in helped.items() if other != unit}
        self.targets = goals
        """Unit -> province that it moves to, -1 if it does not move."""
        for unit in stuck:
            goals[unit] = -1
        self.attackers: dict[int, list[int]] = {}
        for unit, goal in enumerate(goals):
            if goal >= 0:
                self.attackers.setdefault(goal, []).append(unit)
        self.backers: dict[int, list[tuple[int, int]]] = {}
        """Unit -> its supporters, each with the move that cuts the support if it succeeds (or -1)."""
        for unit, other in helped.items():
            breaker = self._breaker(unit, codes[unit], cut)
            if breaker is not None:
                self.backers.setdefault(other, []).append((unit, breaker))
        self.state = [_UNRESOLVED] * len(codes)
        self.result = [False] * len(codes)
        self.depends: list[int] = []

    @staticmethod
    def _steps(position: Position, unit: int, at: int) -> bool:
        _, kind, here = position.units[unit]
        ground = position.geography
        return bool(ground.touches[kind][here] >> ground.province[at] & 1)

    def _breaker(self, unit: int, code: Code, cut: set[int] | None) -> int | None:
        """Who would cut the support by dislodging the unit, -1 if nobody; ``None`` for a support that is cut already."""
        _, at, goal = code
        against = at if goal < 0 else goal
        breaker = -1
        if cut is not None and unit in cut:
            return None
        for attacker in self.attackers.get(self.homes[unit], ()):
            if self.owners[attacker] == self.owners[unit]:
                continue
            if cut is None and self.homes[attacker] != against:
                return None
            if attacker not in self.flagged or self.homes[attacker] == against:
                breaker = attacker
        return breaker

    def strength(self, unit: int, opposed: int) -> int:
        """1 and the supports that are not cut, without those given by the power ``opposed``."""
        count = 1
        if unit in self.backers:
            for supporter, breaker in self.backers[unit]:
                if self.owners[supporter] != opposed and (breaker < 0 or not self.resolve(breaker)):
                    count += 1
        return count

    def resolve(self, unit: int) -> bool:
        """Whether the move of the unit succeeds: Kruijswijk's algorithm."""
        state = self.state[unit]
        if state == _RESOLVED:
            return self.result[unit]
        depends = self.depends
        if state == _GUESSING:
            if unit not in depends:
                depends.append(unit)
            return self.result[unit]
        before = len(depends)
        self.result[unit] = False
        self.state[unit] = _GUESSING
        first = self.succeeds(unit)
        if len(depends) == before:
            self.result[unit] = first
            self.state[unit] = _RESOLVED
            return first
        if depends[before] != unit:
            # It depends on a guess further up.
            depends.append(unit)
            self.result[unit] = first
            return first
        self._forget(before)
        self.result[unit] = True
        self.state[unit] = _GUESSING
        second = self.succeeds(unit)
        if first == second:
            self._forget(before)
            self.result[unit] = first
            self.state[unit] = _RESOLVED
            return first
        # Both guesses come true: a circle of moves.
        for other in depends[before:]:
            self.result[other] = True
            self.state[other] = _RESOLVED
        del depends[before:]
        return True

    def _forget(self, before: int) -> None:
        for other in self.depends[before:]:
            self.state[other] = _UNRESOLVED
        del self.depends[before:]

    def succeeds(self, unit: int) -> bool:
        """Whether the move succeeds, by what is known or guessed of the others."""
        owners, targets = self.owners, self.targets
        goal = targets[unit]
        occupant = self.standing[goal]
        rivals = self.attackers[goal]
        hold, opposed, gone = 0, -1, -1
        if occupant >= 0:
            victim = owners[occupant]
            if self.swaps(unit, occupant):
                if victim == owners[unit] or not self.wins_swap(unit, occupant):
                    return False
                hold = 1
            elif targets[occupant] < 0:
                hold = self.holds[occupant] + self.strength(occupant, -1) - 1
            elif not self.resolve(occupant):
                hold = 1
            else:
                gone = occupant
            if gone < 0:
                if victim == owners[unit]:
                    return False
                opposed = -1 if unit in self.flagged else victim
        if gone == occupant and len(rivals) == 1:
            return True
        attack = self.strength(unit, opposed)
        if gone != occupant and attack <= hold:
            return False
        for rival in rivals:
            if rival != unit and attack <= self.strength(rival, -1) and not (gone >= 0 and self.swaps(gone, rival)):
                return False
        return True

    def swaps(self, unit: int, other: int) -> bool:
        """Whether the two would change places, neither by convoy."""
        targets, homes, paths = self.targets, self.homes, self.paths
        return (
            targets[other] == homes[unit] and targets[unit] == homes[other] and unit not in paths and other not in paths
        )

    def wins_swap(self, unit: int, other: int) -> bool:
        if self.strength(unit, -1) == self.strength(other, -1):
            return False
        own = self.strength(unit, -1 if unit in self.flagged else self.owners[other])
        return own > self.strength(other, -1 if other in self.flagged else self.owners[unit])


def resolve(position: Position, codes: Sequence[Code]) -> Outcome:
    """What comes of legal orders; codes beside ``position.units``."""
    battles = _Battles(position, codes)
    targets, standing, homes = battles.targets, battles.standing, battles.homes
    ends = [piece[2] for piece in position.units]
    moved = [goal >= 0 and battles.resolve(unit) for unit, goal in enumerate(targets)]
    dislodged: dict[int, int] = {}
    contested = 0
    for unit, goal in enumerate(targets):
        if not moved[unit]:
            contested |= 1 << homes[unit]
            winner = standing[goal] if goal >= 0 else -1
            if goal >= 0 and not (winner >= 0 and moved[winner] and battles.swaps(winner, unit)):
                contested |= 1 << goal
            continue
        contested |= 1 << goal
        ends[unit] = codes[unit][1]
        loser = standing[goal]
        if loser >= 0 and not moved[loser]:
            dislodged[loser] = -1 if unit in battles.paths else homes[unit]
    return Outcome(ends, dislodged, contested)
