"""What one power might order in a movement phase: DumbBot's orders, orders by lot, and small changes of a plan.

DumbBot (``board.tactics``) draws its orders, so that asking it again and again gives different plans that all make
sense. A plan is changed unit by unit: to a hold, a step, or a support of what another own unit does; and by pairs: a
step together with a support for it, or an army's way over water together with its convoy. Helpers of a unit that
changes its mind help it in its new order where they can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from ..board.chance import chance
from ..board.situation import Situation
from ..board.tactics import choose_orders
from ..board.units import Order
from ..board.valuation import Valuation, evaluate
from . import legal
from .geography import CONVOY, HOLDS, MOVE, SUPPORT, Code
from .position import Position
from .value import Pull, pull

Plan = tuple[Code, ...]
"""The codes of all units of one power, in the order of ``position.units``."""


class Force:
    """The units of one power in a movement phase, and what they might do."""

    def __init__(self, position: Position, power: int) -> None:
        self.position = position
        self.power = power
        own = [index for index, piece in enumerate(position.units) if piece[0] == power]
        self.first = own[0] if own else 0
        self.size = len(own)
        province = position.geography.province
        self.homes = [province[position.units[index][2]] for index in own]
        """Own unit -> the province that it stands in."""

    @cached_property
    def legal(self) -> list[list[Code]]:
        """Own unit -> its legal codes."""
        fleets = legal.convoying(self.position)
        return [legal.movement_codes(self.position, self.first + unit, fleets) for unit in range(self.size)]

    @cached_property
    def _allowed(self) -> list[frozenset[Code]]:
        return [frozenset(codes) for codes in self.legal]

    @cached_property
    def _helpers(self) -> dict[int, dict[int, list[int]]]:
        """Province of an own unit -> goal, or -1 -> own units that can support it there."""
        homes = set(self.homes)
        found: dict[int, dict[int, list[int]]] = {}
        for unit, codes in enumerate(self.legal):
            for verb, at, goal in codes:
                if verb == SUPPORT and at in homes:
                    found.setdefault(at, {}).setdefault(goal, []).append(unit)
        return found

    @cached_property
    def _seen(self) -> tuple[Situation, Valuation]:
        situation = self.position.seen_by(self.position.geography.powers[self.power])
        return situation, evaluate(situation)

    @cached_property
    def pull(self) -> Pull:
        return pull(self.position.geography, self._seen[1])

    def plan(self, orders: Iterable[Order]) -> Plan:
        """The board's orders of this power as a plan; units without one hold."""
        codes = self.position.encode(orders)
        return tuple(codes[self.first : self.first + self.size])

    def orders(self, plan: Plan) -> tuple[Order, ...]:
        """The plan as the board writes it, sorted by unit."""
        pieces = self.position.units[self.first : self.first + self.size]
        return tuple(legal.written(self.position, piece, code) for piece, code in zip(pieces, plan, strict=True))

    def draws(self, count: int, *key: object) -> list[Plan]:
        """So many draws of DumbBot's orders; the same for the same key, alike ones left in."""
        if not self.size:
            return [()] * count
        situation, valuation = self._seen
        rng = chance(*key, situation.phase, situation.power, "draws")
        return [self.plan(choose_orders(situation, valuation, rng)) for _ in range(count)]

    def by_lot(self, count: int, *key: object) -> list[Plan]:
        """Plans in which each unit does one of the things that it may, all alike likely."""
        rng = chance(*key, self.position.phase, self.power, "by lot")
        return [tuple(rng.choice(codes) for codes in self.legal) for _ in range(count)]

    def changes(self, plan: Plan, unit: int) -> Iterator[Plan]:
        """The plan with other orders for the unit, alone or together with a unit that helps it."""
        for code in self._alternatives(plan, unit):
            changed = self._followed(plan, unit, code)
            yield changed
            goal = self._goal(code)
            for helper in self._helpers.get(self.homes[unit], {}).get(goal, ()):
                support = (SUPPORT, self.homes[unit], goal)
                if goal >= 0 and changed[helper] != support:
                    yield self._followed(changed, helper, support)
            if code[0] == MOVE and code[2]:
                yield from self._shipped(changed, unit, code)

    def _goal(self, code: Code) -> int:
        """The province that a move goes to, else -1."""
        return self.position.geography.province[code[1]] if code[0] == MOVE else -1

    def _alternatives(self, plan: Plan, unit: int) -> Iterator[Code]:
        homes = self.homes
        does = {homes[other]: self._goal(code) for other, code in enumerate(plan)}
        for code in self.legal[unit]:
            verb, at, goal = code
            if code == plan[unit]:
                continue
            if verb == SUPPORT:
                sensible = at in does and does[at] == goal and does[homes[unit]] != at
            else:
                sensible = verb != CONVOY
            if sensible:
                yield code

    def _followed(self, plan: Plan, unit: int, code: Code) -> Plan:
        """The plan with this code for the unit, whose helpers help it with it where they can and hold where not."""
        home, goal = self.homes[unit], self._goal(code)
        codes = list(plan)
        codes[unit] = code
        for helper, (verb, at, helped) in enumerate(plan):
            if helper == unit or at != home or helped == goal or verb not in (SUPPORT, CONVOY):
                continue
            support = (SUPPORT, home, goal)
            codes[helper] = support if support in self._allowed[helper] else HOLDS
        return tuple(codes)

    def _shipped(self, plan: Plan, unit: int, code: Code) -> Iterator[Plan]:
        """The plan with a fleet that convoys the unit by itself."""
        home, goal = self.homes[unit], self._goal(code)
        convoy = (CONVOY, home, goal)
        for fleet, at in enumerate(self.homes):
            alone = convoy in self._allowed[fleet] and self.position.geography.ways(home, goal, 1 << at)
            if alone and plan[fleet] != convoy:
                yield self._followed(plan, fleet, convoy)
