"""What the last turn did: who attacked whom, who helped, who kept a pledge, as far as this power is concerned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ..board.situation import PhaseResult
from ..board.units import Order
from .prompt_reader import ParsedPrompt

TurnEventKind = Literal["attacked", "took", "supported", "bounced", "kept", "broke", "struck", "won"]


@dataclass(frozen=True, slots=True)
class TurnEvent:
    """One thing that a power did to us; ``struck`` and ``won`` are what we did to it."""

    power: str
    kind: TurnEventKind
    where: str
    """The province; for a pledge what was promised, in backticks."""


def turn_events(prompt: ParsedPrompt) -> tuple[TurnEvent, ...]:
    """In the order in which they happened, pledges last."""
    found = [event for result in prompt.situation.recent for event in _events_of_phase(prompt, result)]
    found += [
        TurnEvent(outcome.sender, "kept" if outcome.kept else "broke", f"`{outcome.pledged.promise}`")
        for outcome in prompt.pledges
        if outcome.sender != prompt.me and (outcome.kept or outcome.broken)
    ]
    return tuple(dict.fromkeys(found))


def _events_of_phase(prompt: ParsedPrompt, result: PhaseResult) -> Iterator[TurnEvent]:
    me, owners = prompt.me, prompt.situation.owners()
    mine = result.orders.get(me, ())
    if result.phase.kind == "M":
        stood = {order.unit.province for order in mine}
        kept = {center for center in prompt.situation.centers[me] if result.captures.get(center) != me}
        homes = prompt.situation.homes.get(me, ())
        lost = {center for center, power in result.captures.items() if center in homes and power != me}
        goals = {goal for order in mine if (goal := order.target) and "bounce" in result.outcome(order)}
        for power, orders in sorted(result.orders.items()):
            if power != me:
                yield from _moves_against(power, orders, result, stood | kept | lost, goals)
                yield from _supports(power, orders, result, mine)
        yield from _own_attacks(me, mine, result, prompt.situation.homes, set(prompt.situation.centers[me]))
    for center, power in result.captures.items():
        home = next((p for p, homes in prompt.situation.homes.items() if center in homes), None)
        if power != me and home == me:
            yield TurnEvent(power, "took", center)
        elif power == me and home not in (None, me) and owners.get(center) == me:
            yield TurnEvent(str(home), "won", center)


def _moves_against(
    power: str, orders: tuple[Order, ...], result: PhaseResult, precious: set[str], goals: set[str]
) -> Iterator[TurnEvent]:
    for order in orders:
        goal = order.target
        if goal in precious:
            yield TurnEvent(power, "attacked", goal)
        elif goal in goals and "bounce" in result.outcome(order):
            yield TurnEvent(power, "bounced", goal)


def _supports(
    power: str, orders: tuple[Order, ...], result: PhaseResult, mine: tuple[Order, ...]
) -> Iterator[TurnEvent]:
    for order in orders:
        helped = order.supported
        if helped and any(own.unit == helped for own in mine) and "void" not in result.outcome(order):
            yield TurnEvent(power, "supported", order.goal or helped.province)


def _own_attacks(
    me: str, mine: tuple[Order, ...], result: PhaseResult, homes: Mapping[str, tuple[str, ...]], owned: set[str]
) -> Iterator[TurnEvent]:
    goals = [goal for order in mine if (goal := order.target)]
    for power, orders in sorted(result.orders.items()):
        if power != me:
            theirs = {order.unit.province for order in orders} | (set(homes.get(power, ())) - owned)
            yield from (TurnEvent(power, "struck", goal) for goal in goals if goal in theirs)
