"""Alliances of a game read from orders alone: for each two powers what they did for and against each other, and the
spells in which they helped and did not attack each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from ..board.phase import Phase
from ..board.units import Order
from .dealings import Pair, PhaseDealings

LAPSE = 4
"""Movement phases without help after which a spell is over: two years."""

SpellEnd = Literal["attack", "elimination", "lapsed", "end"]
"""``end``: it lasted to the last phase of the game."""


@dataclass(frozen=True, slots=True)
class Spell:
    """Consecutive movement phases in which two powers did not attack each other, from the first to the last in which
    one of them helped the other; two years without help end it."""

    one: str
    other: str
    first: Phase
    last: Phase
    """In which help was last given."""
    phases: int
    """Movement phases from the first to the last."""
    helped: tuple[int, int]
    """Supports and convoys that the first gave the other, and the other the first."""
    used: tuple[int, int]
    """Those of them that were for the order that the unit had."""
    ended: SpellEnd
    by: str = ""
    """Who attacked, or was eliminated; both attackers of one phase with a comma."""
    phase: str = ""
    """In which it was attacked or eliminated."""
    how: tuple[Order, ...] = ()
    """The attacks."""

    @property
    def mutual(self) -> bool:
        """Whether each helped the other: an alliance."""
        return all(self.helped)


@dataclass(frozen=True, slots=True)
class Relation:
    """Two powers over a game. Of two figures the first is what ``one`` did."""

    one: str
    other: str
    phases: int
    """Movement phases in which both had units."""
    near: int
    """Those in which one could have attacked the other."""
    peaceful: int
    """Those of ``near`` in which neither attacked the other."""
    attacked: tuple[int, int]
    """Phases in which it attacked the other."""
    helped: tuple[int, int]
    """Supports and convoys that it gave."""
    used: tuple[int, int]
    open: tuple[int, int]
    """Centres, phase by phase, that it left uncovered where the other could step in."""
    spared: tuple[int, int]
    """Those of its own ``open`` ones that the other let alone."""


def relations(dealings: Sequence[PhaseDealings]) -> Iterator[Relation]:
    """Every two powers that ever had units at once, sorted."""
    for one, other in _pairs(dealings):
        both = [phase for phase in dealings if {one, other} <= phase.alive]
        ways = ((one, other), (other, one))
        near = [phase for phase in both if any(way in phase.near for way in ways)]
        yield Relation(
            *(one, other, len(both), len(near)),
            peaceful=sum(not any(way in phase.attacks for way in ways) for phase in near),
            attacked=_two([sum(way in phase.attacks for phase in both) for way in ways]),
            helped=_two([sum(len(phase.helps.get(way, ())) for phase in both) for way in ways]),
            used=_two([sum(phase.used.get(way, 0) for phase in both) for way in ways]),
            open=_two([sum(len(phase.open.get(way, ())) for phase in both) for way in ways]),
            spared=_two([sum(len(p.open.get(way, ())) - p.entered.get(way, 0) for p in both) for way in ways]),
        )


def spells(dealings: Sequence[PhaseDealings]) -> list[Spell]:
    """Those of every two powers, in the order in which they began."""
    found = [spell for pair in _pairs(dealings) for spell in _spells(pair, dealings)]
    return sorted(found, key=lambda spell: (spell.first, spell.one, spell.other))


def _pairs(dealings: Sequence[PhaseDealings]) -> list[Pair]:
    return sorted({pair for phase in dealings for pair in combinations(sorted(phase.alive), 2)})


def _two(counts: Sequence[int]) -> tuple[int, int]:
    one, other = counts
    return one, other


@dataclass(slots=True)
class _Running:
    """A spell that goes on."""

    pair: Pair
    phases: list[PhaseDealings] = field(default_factory=list)
    last: int = 0
    """Place of the last phase with help."""

    def ended(self, how: SpellEnd, by: str = "", phase: str = "", orders: tuple[Order, ...] = ()) -> Spell:
        held = self.phases[: self.last + 1]
        ways = (self.pair, self.pair[::-1])
        return Spell(
            *(*self.pair, Phase(held[0].phase), Phase(held[-1].phase), len(held)),
            helped=_two([sum(len(phase.helps.get(way, ())) for phase in held) for way in ways]),
            used=_two([sum(phase.used.get(way, 0) for phase in held) for way in ways]),
            ended=how,
            by=by,
            phase=phase,
            how=orders,
        )


def _spells(pair: Pair, dealings: Sequence[PhaseDealings]) -> Iterator[Spell]:
    running: _Running | None = None
    ways = (pair, pair[::-1])
    for phase in dealings:
        gone = [power for power in pair if power not in phase.alive]
        attacks = [way for way in ways if way in phase.attacks]
        if running is not None and (gone or attacks):
            by = ", ".join(gone or (attacker for attacker, _ in attacks))
            orders = tuple(order for way in attacks for order in phase.attacks[way])
            yield running.ended("elimination" if gone else "attack", by, phase.phase, orders)
            running = None
        if gone or attacks:
            continue
        helped = any(way in phase.helps for way in ways)
        if running is None:
            if not helped:
                continue
            running = _Running(pair)
        running.phases.append(phase)
        if helped:
            running.last = len(running.phases) - 1
        elif len(running.phases) - 1 - running.last >= LAPSE:
            yield running.ended("lapsed")
            running = None
    if running is not None:
        yield running.ended("end")
