"""Commitments: what this power has promised in this phase and before, what it was promised, and whom it will betray."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..board.terrain import terrain
from ..board.units import Order
from .assessment import Assessment
from .intents import UnderstoodMessage
from .prompt_reader import ParsedPrompt, PressMessage
from .wording import name, place

_KEEP_EMPTY = re.compile(r"Keep (.+) empty, as agreed with (.+)")


@dataclass(frozen=True, slots=True)
class Commitments:
    """Everything that binds, or ought to."""

    pledges: Mapping[Order, tuple[str, ...]]
    """Own legal order -> the powers it was promised to in this phase; one a unit."""
    zones: Mapping[str, tuple[str, ...]]
    """Power -> provinces that both have agreed to keep out of."""
    peace: frozenset[str]
    """Powers that peace or an alliance was agreed with in this phase."""
    help: tuple[tuple[str, Order], ...]
    """(power, pledged order of it that supports one of our units)."""

    @property
    def powers(self) -> frozenset[str]:
        """Everyone who was promised something."""
        return frozenset({power for to in self.pledges.values() for power in to} | self.zones.keys() | self.peace)


def commitments(assessment: Assessment) -> Commitments:
    """Found in the press of the phase and in the goals."""
    prompt, press = assessment.prompt, assessment.press
    mine = [m for m in press if m.sender == prompt.me]
    zones = remembered_zones(prompt)
    for power, agreed in _agreed(mine, press, prompt, "zone").items():
        if agreed:
            zones[power] = tuple(dict.fromkeys((*zones.get(power, ()), *agreed)))
    friends = {*_agreed(mine, press, prompt, "peace"), *_agreed(mine, press, prompt, "alliance")}
    return Commitments(
        pledges=_pledges(prompt),
        zones=zones,
        peace=frozenset(friends),
        help=tuple(
            (m.sender, order)
            for m in press
            if m.sender != prompt.me and "odd" not in m.intents
            for order in m.message.orders
            if order.supported in prompt.situation.own_units
        ),
    )


def remember_zone(prompt: ParsedPrompt, power: str, province: str) -> str:
    """A goal that keeps an agreed zone in mind; ``remembered_zones`` reads it."""
    return f"Keep {place(prompt.situation.terrain, province)} empty, as agreed with {name(power)}"


def remembered_zones(prompt: ParsedPrompt) -> dict[str, tuple[str, ...]]:
    """Power -> provinces of zones agreed in earlier phases."""
    ground = terrain(prompt.situation.map)
    zones: dict[str, tuple[str, ...]] = {}
    for goal in prompt.goals:
        if found := _KEEP_EMPTY.fullmatch(goal):
            named = tuple(at for at in ground.provinces if found[1] in (ground.names[at], f"the {ground.names[at]}"))
            power = found[2].upper()
            if named and power in prompt.others:
                zones[power] = (*zones.get(power, ()), *named)
    return zones


def remember_pact(power: str) -> str:
    """A goal that keeps an alliance in mind; ``remembered_pacts`` reads it."""
    return f"Be true to the alliance with {name(power)}"


def remembered_pacts(prompt: ParsedPrompt) -> set[str]:
    """Powers that an alliance was agreed with in earlier phases."""
    return {power for power in prompt.others if remember_pact(power) in prompt.goals}


def _pledges(prompt: ParsedPrompt) -> dict[Order, tuple[str, ...]]:
    found: dict[Order, tuple[str, ...]] = {}
    units: set[str] = set()
    for message in sorted((m for m in prompt.press if m.sender == prompt.me), key=lambda m: m.round):
        for order in message.orders:
            unit = order.unit
            if order in found:
                found[order] = tuple(dict.fromkeys((*found[order], *message.recipients)))
            elif unit not in units and order in prompt.situation.legal_orders.get(unit, ()):
                units.add(unit)
                found[order] = message.recipients
    return found


def _agreed(
    mine: list[UnderstoodMessage], press: tuple[UnderstoodMessage, ...], prompt: ParsedPrompt, kind: str
) -> dict[str, tuple[str, ...]]:
    """Power -> provinces to keep out of, for agreements of this kind that we said yes to, or offered and they did."""
    found: dict[str, tuple[str, ...]] = {}
    for own in mine:
        if kind not in own.intents or "decline" in own.intents or not own.message.private:
            continue
        for power in own.message.recipients:
            if own.yes or _said_yes(power, own.message, press, prompt.me):
                found[power] = tuple(dict.fromkeys((*found.get(power, ()), *own.zone)))
    return found


def _said_yes(power: str, offer: PressMessage, press: tuple[UnderstoodMessage, ...], me: str) -> bool:
    return any(
        m.yes and m.sender == power and me in m.message.recipients and m.message.round > offer.round for m in press
    )


_DOUBT = {2: 0.3, 1: 0.5, 0: 0.85, -1: 1.3, -2: 1.8}
"""How much more, or less, than usual a promise is at risk with an Ally, ... an Enemy."""


def reconsidered(assessment: Assessment, agreed: Commitments) -> tuple[Order, ...]:
    """Pledges that will be broken without malice: what was offered was refused, or met with silence, and the unit has
    better things to do; rarely a plain change of mind."""
    luck = assessment.prompt.chance("second thoughts")
    found = []
    for order in agreed.pledges:
        given = order.supported is not None and order.supported not in assessment.prompt.situation.own_units
        doubt = _SECOND_THOUGHTS[_reception(assessment, order)][given] * (1.5 - assessment.nature.loyalty)
        if luck.random() < doubt:
            found.append(order)
    return tuple(found)


_SECOND_THOUGHTS = {"refused": (0.3, 0.7), "silent": (0.12, 0.35), "welcome": (0.1, 0.06)}
"""How a pledge was received -> the doubt about it, and about it when it is a support of somebody else's unit."""


def _reception(assessment: Assessment, order: Order) -> str:
    """How those it was promised to took a pledge."""
    me = assessment.prompt.me
    offers = [m for m in assessment.press if m.sender == me and order in m.message.orders]
    offer = offers[-1].message
    replies = [
        m
        for m in assessment.press
        if m.sender in offer.recipients and me in m.message.recipients and m.message.round > offer.round
    ]
    if any("decline" in m.intents for m in replies):
        return "refused"
    answerable = any(m.message.round > offer.round for m in assessment.press)
    wanted = any(m.yes for m in (*offers, *replies)) or not answerable
    return "welcome" if wanted else "silent"


def temptation(assessment: Assessment, power: str) -> float:
    """From 0 to 1: how likely it is that promises to this power are broken now."""
    prompt = assessment.prompt
    lure, odds = assessment.lure(power)
    if lure is None:
        return 0.0
    gain = odds * (0.6 if prompt.situation.season == "S" else 1.0)
    late = 1.4 if assessment.final else 1.0
    return min(0.9, (1 - assessment.nature.loyalty) * (0.17 + 0.9 * gain) * late * _DOUBT[prompt.stance(power)])


def betrayed_power(assessment: Assessment) -> str | None:
    """The power whose trust will be broken in this phase, if any; one at most. It is the same in every step of the
    phase, whatever is said in it, so that what is written about it in private is true."""
    prompt = assessment.prompt
    tempted = [
        (temptation(assessment, power) - prompt.chance("betray", power).random(), power)
        for power in prompt.others
        if prompt.stance(power) >= -1
    ]
    margin, power = max(tempted, default=(-1.0, ""))
    return power if margin > 0 else None
