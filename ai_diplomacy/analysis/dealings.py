"""What powers did to each other in every movement phase, read from orders alone: attacks, help, and open borders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

from ..board.breaking import Ground, breaking, same_order
from ..board.commitments import Promise
from ..board.units import Order, order_for
from ..search.geography import bits
from ..search.position import Position
from .game_record import GameRecord
from .played import PlayedPhase, played

Pair = tuple[str, str]
"""Who did it, and to whom."""


@dataclass(frozen=True, slots=True)
class PhaseDealings:
    """One movement phase, pair by pair; pairs of which there is nothing to tell are missing."""

    played: PlayedPhase
    near: frozenset[Pair]
    """A unit of the first could step into a province in which the second has a unit or a centre."""
    attacks: Mapping[Pair, tuple[Order, ...]]
    """The orders that break ``peace`` (docs/honesty.md)."""
    helps: Mapping[Pair, tuple[Order, ...]]
    """Supports and convoys of units of the second."""
    used: Mapping[Pair, int]
    """How many of ``helps`` were for the order that the unit had."""
    open: Mapping[Pair, tuple[str, ...]]
    """Centres of the first that no unit of it stays in or goes to, and that a unit of the second could step into."""
    entered: Mapping[Pair, int]
    """How many of ``open`` the second ordered a unit into, or helped somebody into."""

    @property
    def phase(self) -> str:
        return self.played.situation.phase

    @property
    def alive(self) -> frozenset[str]:
        """Who has units."""
        return frozenset(power for power, units in self.played.situation.units.items() if units)


def dealings(game: GameRecord) -> Iterator[PhaseDealings]:
    """In the order of play."""
    return map(_dealings, played(game))


def _dealings(turn: PlayedPhase) -> PhaseDealings:
    seen, ordered = turn.situation, turn.ordered
    ground = Ground(seen.units, seen.centers)
    owners = {unit: power for power, units in seen.units.items() for unit in units}
    reach = _reach(seen.units, Position.of(seen))
    attacks, helps, used, open_, entered = {}, {}, {}, {}, {}
    for pair in permutations(sorted(owner for owner, units in seen.units.items() if units), 2):
        one, other = pair
        own, theirs = ordered.get(one, ()), ordered.get(other, ())
        if wrong := breaking(Promise(f"peace {other}"), one, seen.phase, ground, ordered):
            attacks[pair] = wrong
        if given := tuple(order for order in own if order.helped is not None and owners.get(order.helped) == other):
            helps[pair] = given
            used[pair] = sum(_wanted(order, theirs) for order in given)
        kept = {order.unit.province for order in own if order.verb != "-"} | {order.target for order in own}
        if left := tuple(at for at in seen.centers[one] if at not in kept and at in reach[other]):
            open_[pair] = left
            entered[pair] = len(set(left) & {order.goal for order in theirs})
    near = frozenset(
        (one, other)
        for one, other in permutations(reach, 2)
        if reach[one] & {*seen.centers[other], *(unit.province for unit in seen.units[other])}
    )
    return PhaseDealings(turn, near, attacks, helps, used, open_, entered)


def _wanted(help_: Order, orders: tuple[Order, ...]) -> bool:
    """Whether the helped unit had the order that it was helped with."""
    assert help_.helped is not None
    given = order_for(help_.helped, orders)
    if not help_.location:
        return given is None or given.verb != "-"
    return given is not None and same_order(given, Order(f"{help_.helped} - {help_.location}"))


def _reach(units: Mapping[str, tuple[str, ...]], position: Position) -> dict[str, frozenset[str]]:
    """Power -> provinces that its units could step into."""
    ground = position.geography
    masks = dict.fromkeys(units, 0)
    for power, kind, at in position.units:
        masks[ground.powers[power]] |= ground.touches[kind][at]
    return {power: frozenset(ground.locations[at] for at in bits(mask)) for power, mask in masks.items()}
