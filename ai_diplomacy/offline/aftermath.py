"""What the last turn did: who attacked whom, who helped, who kept a pledge, as far as this power is concerned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ..board.situation import PhaseResult, unit_of
from ..board.terrain import province_of
from .reading import Reading

DeedKind = Literal["attacked", "took", "supported", "bounced", "kept", "broke", "struck", "won"]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a power did to us; ``struck`` and ``won`` are what we did to it."""

    power: str
    kind: DeedKind
    where: str
    """The province; for a pledge the pledged order."""


def target_of(order: str) -> str | None:
    """The province that an order moves its own unit to."""
    words = order.split(" ")
    return province_of(words[3]) if len(words) > 3 and words[2] == "-" else None


def deeds(reading: Reading) -> tuple[Deed, ...]:
    """In the order in which they happened, pledges last."""
    found = [deed for result in reading.situation.recent for deed in _deeds_of_phase(reading, result)]
    found += [
        Deed(outcome.sender, "kept" if outcome.kept else "broke", outcome.pledged)
        for outcome in reading.pledges
        if outcome.sender != reading.me
    ]
    return tuple(dict.fromkeys(found))


def _deeds_of_phase(reading: Reading, result: PhaseResult) -> Iterator[Deed]:
    me, owners = reading.me, reading.situation.owners()
    mine = result.orders.get(me, ())
    if result.phase.endswith("M"):
        stood = {province_of(unit_of(order)[2:]) for order in mine}
        kept = {center for center in reading.situation.centers[me] if result.captures.get(center) != me}
        lost = _lost_homes(reading, result)
        goals = {goal for order in mine if (goal := target_of(order)) and "bounce" in result.outcome(order)}
        for power, orders in sorted(result.orders.items()):
            if power != me:
                yield from _moves_against(power, orders, result, stood | kept | lost, goals)
                yield from _supports(power, orders, result, mine)
        yield from _own_attacks(me, mine, result, reading.situation.homes, set(reading.situation.centers[me]))
    for center, power in result.captures.items():
        home = next((p for p, homes in reading.situation.homes.items() if center in homes), None)
        if power != me and home == me:
            yield Deed(power, "took", center)
        elif power == me and home not in (None, me) and owners.get(center) == me:
            yield Deed(str(home), "won", center)


def _lost_homes(reading: Reading, result: PhaseResult) -> set[str]:
    homes = reading.situation.homes.get(reading.me, ())
    return {center for center, power in result.captures.items() if center in homes and power != reading.me}


def _moves_against(
    power: str, orders: tuple[str, ...], result: PhaseResult, precious: set[str], goals: set[str]
) -> Iterator[Deed]:
    for order in orders:
        goal = target_of(order)
        if goal in precious:
            yield Deed(power, "attacked", goal)
        elif goal in goals and "bounce" in result.outcome(order):
            yield Deed(power, "bounced", goal)


def _supports(power: str, orders: tuple[str, ...], result: PhaseResult, mine: tuple[str, ...]) -> Iterator[Deed]:
    for order in orders:
        _, _, helped = order.partition(" S ")
        if helped and unit_of(helped) in map(unit_of, mine) and "void" not in result.outcome(order):
            yield Deed(power, "supported", province_of(helped.rpartition(" ")[2]))


def _own_attacks(
    me: str, mine: tuple[str, ...], result: PhaseResult, homes: Mapping[str, tuple[str, ...]], owned: set[str]
) -> Iterator[Deed]:
    goals = [goal for order in mine if (goal := target_of(order))]
    for power, orders in sorted(result.orders.items()):
        if power != me:
            theirs = {province_of(unit_of(order)[2:]) for order in orders} | (set(homes.get(power, ())) - owned)
            yield from (Deed(power, "struck", goal) for goal in goals if goal in theirs)
