"""What comes of the orders of a movement phase, on integers.

The decisions are those of Lucas B. Kruijswijk, "The Math of Adjudication" (Diplomatic Pouch, Spring 2009,
http://diplom.org/Zine/S2009M/Kruijswijk/DipMath_Chp1.htm): whether a move succeeds is asked recursively; where an
answer depends on itself it is guessed both ways, and where both guesses come true, in a circle of moves, all succeed.
What convoys do is settled before, by the engine's rule (``convoys``), so that no paradox is left.

``resolve(position, codes)`` is the whole of it; codes stand beside ``position.units``, as ``position.encode`` makes
them. It keeps nothing, so orders can be made into codes once and mixed as often as wanted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .convoys import Convoys, ways_by_sea
from .geography import CONVOY, MOVE, SUPPORT, Code

if TYPE_CHECKING:
    from .position import Position

_OPEN, _GUESSED, _DECIDED = range(3)


class Outcome(NamedTuple):
    """Where everybody is after a movement phase."""

    ends: list[int]
    """Location of each of ``position.units``; of a dislodged one, where it was."""
    dislodged: dict[int, int]
    """Place in ``position.units`` of who is dislodged -> the province that the attacker came from, -1 if by convoy."""
    contested: int
    """Mask of provinces to which nobody may retreat: where a unit stands or a stand-off was."""


def resolve(position: Position, codes: Sequence[Code]) -> Outcome:
    """What comes of legal orders."""
    battles = _Battles(position, codes)
    goals, attackers = battles.goals, battles.attackers
    standing, homes = position.standing, position.homes_of_units
    ends = [piece[2] for piece in position.units]
    moved = [False] * len(ends)
    for unit, goal in enumerate(goals):
        if goal >= 0 and ((standing[goal] < 0 and len(attackers[goal]) == 1) or battles.decide(unit)):
            moved[unit] = True
            ends[unit] = codes[unit][1]
    dislodged: dict[int, int] = {}
    contested = 0
    for unit, goal in enumerate(goals):
        if moved[unit]:
            contested |= 1 << goal
            loser = standing[goal]
            if loser >= 0 and not moved[loser]:
                dislodged[loser] = -1 if unit in battles.ways else homes[unit]
            continue
        contested |= 1 << homes[unit]
        if goal >= 0:
            # Who is driven out by the unit that it attacked had no effect where that one came from.
            winner = standing[goal]
            if winner < 0 or not moved[winner] or not battles.face(unit, winner):
                contested |= 1 << goal
    return Outcome(ends, dislodged, contested)


class _Battles:
    """The battles of one phase. Units are places in ``position.units``."""

    def __init__(self, position: Position, codes: Sequence[Code]) -> None:
        province, standing = position.geography.province, position.standing
        self.standing, self.homes, self.owners = standing, position.homes_of_units, position.owners_of_units
        goals = self.goals = [-1] * len(codes)
        """Unit -> province that it moves to; -1 if it stays, or no convoy takes it."""
        attackers: dict[int, list[int]] = {}
        self.attackers = attackers
        """Province -> the units that move there."""
        supports = []
        by_sea = False
        for unit, (verb, at, more) in enumerate(codes):
            if verb == MOVE:
                goal = goals[unit] = province[at]
                if goal in attackers:
                    attackers[goal].append(unit)
                else:
                    attackers[goal] = [unit]
                if more:
                    by_sea = True
            elif verb == SUPPORT:
                supports.append((unit, standing[at], more))
            elif verb == CONVOY:
                by_sea = True
        self.ways: dict[int, list[int]] = {}
        """Army that moves by convoy -> the ways left to it."""
        self.told: set[int] = set()
        """Armies that were told to go by convoy when there was a way."""
        cut: set[int] | None = None
        if by_sea:
            self.ways, stuck = ways_by_sea(position, codes)
            helped = {
                unit: other
                for unit, other, goal in supports
                if other >= 0 and goals[other] == goal and other not in stuck
            }
            if self.ways:
                cut, stuck = self._sail(position, codes, helped, stuck)
            for unit in stuck:
                attackers[goals[unit]].remove(unit)
                goals[unit] = -1
        else:
            helped = {unit: other for unit, other, goal in supports if other >= 0 and goals[other] == goal}
        self.backers: dict[int, list[tuple[int, int]]] = {}
        """Unit -> its supporters, each with the move that cuts the support by dislodging it, -1 if none could."""
        self._back(codes, helped, cut)
        self.states = [_OPEN] * len(codes)
        self.decisions = [False] * len(codes)
        self.guesses: list[int] = []
        """Decisions that depend on a guess, oldest first."""

    def _back(self, codes: Sequence[Code], helped: Mapping[int, int], cut: Collection[int] | None) -> None:
        """Count the supports. ``cut`` are those that are cut, ``None`` as long as nobody moves by convoy."""
        attackers, backers, homes, owners = self.attackers, self.backers, self.homes, self.owners
        for unit, other in helped.items():
            breaker = -1
            home = homes[unit]
            if cut is not None and unit in cut:
                continue
            if home in attackers:
                _, at, goal = codes[unit]
                against = at if goal < 0 else goal
                for attacker in attackers[home]:
                    if owners[attacker] == owners[unit]:
                        continue
                    if homes[attacker] == against:
                        breaker = attacker
                    elif cut is None:
                        break
                    elif attacker not in self.told:
                        breaker = attacker
                else:
                    backers.setdefault(other, []).append((unit, breaker))
            elif other in backers:
                backers[other].append((unit, -1))
            else:
                backers[other] = [(unit, -1)]

    def _sail(
        self, position: Position, codes: Sequence[Code], helped: dict[int, int], lost: Iterable[int]
    ) -> tuple[set[int], set[int]]:
        """Settle the convoys: the supports that are cut, and the armies that stay because of them."""
        convoys = Convoys(position, codes, self.ways, lost, helped)
        convoys.settle()
        self.ways = {unit: ways for unit, ways in self.ways.items() if ways}
        self.told = convoys.told
        # No support reaches an army whose convoy failed, and what doubt is left stays without an answer.
        for supporter in [supporter for supporter, unit in helped.items() if convoys.stuck.get(unit)]:
            del helped[supporter]
        return convoys.cut, set(convoys.stuck)

    def strength(self, unit: int, opposed: int) -> int:
        """1 and the supports that are not cut, without those given by the power ``opposed``."""
        count = 1
        if unit in self.backers:
            for supporter, breaker in self.backers[unit]:
                if self.owners[supporter] != opposed and (breaker < 0 or not self.decide(breaker)):
                    count += 1
        return count

    def decide(self, unit: int) -> bool:
        """Whether the move of the unit succeeds: Kruijswijk's algorithm."""
        states, decisions, guesses = self.states, self.decisions, self.guesses
        if states[unit] == _DECIDED:
            return decisions[unit]
        if states[unit] == _GUESSED:
            if unit not in guesses:
                guesses.append(unit)
            return decisions[unit]
        before = len(guesses)
        decisions[unit] = False
        states[unit] = _GUESSED
        first = self.succeeds(unit)
        if len(guesses) > before:
            if guesses[before] != unit:
                # It depends on a guess further up.
                guesses.append(unit)
                decisions[unit] = first
                return first
            self._forget(before)
            decisions[unit] = True
            states[unit] = _GUESSED
            if self.succeeds(unit) != first:
                # Both guesses come true, and only a circle of moves does that.
                for other in guesses[before:]:
                    decisions[other] = True
                    states[other] = _DECIDED
                del guesses[before:]
                return True
            self._forget(before)
        decisions[unit] = first
        states[unit] = _DECIDED
        return first

    def _forget(self, before: int) -> None:
        for other in self.guesses[before:]:
            self.states[other] = _OPEN
        del self.guesses[before:]

    def succeeds(self, unit: int) -> bool:
        """Whether the move succeeds, by what is known or guessed of others."""
        owners, goal = self.owners, self.goals[unit]
        occupant, rivals = self.standing[goal], self.attackers[goal]
        hold, opposed, gone = 0, -1, -1
        if occupant >= 0:
            hold = 1
            if self.face(unit, occupant):
                if not self.prevails(unit, occupant):
                    return False
            elif self.goals[occupant] < 0:
                hold = self.strength(occupant, -1)
            elif self.decide(occupant):
                hold, gone = 0, occupant
            if gone < 0:
                if owners[occupant] == owners[unit]:
                    return False
                opposed = self.opposed(unit)
        if gone == occupant and len(rivals) == 1:
            return True
        attack = self.strength(unit, opposed)
        if attack <= hold:
            return False
        for rival in rivals:
            if rival != unit and attack <= self.strength(rival, -1) and (gone < 0 or not self.face(gone, rival)):
                return False
        return True

    def opposed(self, unit: int) -> int:
        """The power that will not help to drive out who stands where the unit goes; -1 if there is none.

        The engine does not see whom an army attacks that was told to go by convoy.
        """
        occupant = self.standing[self.goals[unit]]
        return -1 if occupant < 0 or unit in self.told else self.owners[occupant]

    def face(self, unit: int, other: int) -> bool:
        """Whether the two would change places, neither by convoy."""
        goals, homes = self.goals, self.homes
        return (
            goals[other] == homes[unit]
            and goals[unit] == homes[other]
            and unit not in self.ways
            and other not in self.ways
        )

    def prevails(self, unit: int, other: int) -> bool:
        """Whether of two units face to face the first is the stronger, by the engine's measure."""
        return self.strength(unit, -1) != self.strength(other, -1) and self.strength(
            unit, self.opposed(unit)
        ) > self.strength(other, self.opposed(other))
