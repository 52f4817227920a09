"""Commitments: what this power has promised in this phase and before, what it was promised, and whom it will betray."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..board.situation import unit_of
from ..board.terrain import terrain
from .hearing import Heard
from .outlook import Outlook
from .reading import Letter, Reading
from .wording import name, place

_KEEP_EMPTY = re.compile(r"Keep (.+) empty, as agreed with (.+)")


@dataclass(frozen=True, slots=True)
class Commitments:
    """Everything that binds, or ought to."""

    pledges: Mapping[str, tuple[str, ...]]
    """Own legal order -> the powers it was promised to in this phase; one a unit."""
    zones: Mapping[str, tuple[str, ...]]
    """Power -> provinces that both have agreed to keep out of."""
    peace: frozenset[str]
    """Powers that peace or an alliance was agreed with in this phase."""
    help: tuple[tuple[str, str], ...]
    """(power, pledged order of it that supports one of our units)."""
    moves: tuple[tuple[str, str], ...]
    """(power, pledged move of it)."""

    @property
    def powers(self) -> frozenset[str]:
        """Everyone who was promised something."""
        return frozenset({power for to in self.pledges.values() for power in to} | self.zones.keys() | self.peace)


def commitments(outlook: Outlook) -> Commitments:
    """Found in the press of the phase and in the goals."""
    reading, heard = outlook.reading, outlook.heard
    mine = [h for h in heard if h.sender == reading.me]
    zones = remembered_zones(reading)
    for power, agreed in _agreed(mine, heard, reading, "zone").items():
        if agreed:
            zones[power] = tuple(dict.fromkeys((*zones.get(power, ()), *agreed)))
    friends = {*_agreed(mine, heard, reading, "peace"), *_agreed(mine, heard, reading, "alliance")}
    theirs = [
        (h.sender, order)
        for h in heard
        if h.sender != reading.me and "odd" not in h.kinds
        for order in h.letter.pledges
    ]
    return Commitments(
        pledges=_pledges(reading),
        zones=zones,
        peace=frozenset(friends),
        help=tuple((power, order) for power, order in theirs if _helped_unit(order) in reading.situation.own_units),
        moves=tuple((power, order) for power, order in theirs if " S " not in order and " - " in order),
    )


def remember_zone(reading: Reading, power: str, province: str) -> str:
    """A goal that keeps an agreed zone in mind; ``remembered_zones`` reads it."""
    return f"Keep {place(reading.situation.terrain, province)} empty, as agreed with {name(power)}"


def remembered_zones(reading: Reading) -> dict[str, tuple[str, ...]]:
    """Power -> provinces of zones agreed in earlier phases."""
    ground = terrain(reading.situation.map)
    zones: dict[str, tuple[str, ...]] = {}
    for goal in reading.goals:
        if found := _KEEP_EMPTY.fullmatch(goal):
            named = tuple(at for at in ground.provinces if found[1] in (ground.names[at], f"the {ground.names[at]}"))
            power = found[2].upper()
            if named and power in reading.others:
                zones[power] = (*zones.get(power, ()), *named)
    return zones


def remember_pact(power: str) -> str:
    """A goal that keeps an alliance in mind; ``remembered_pacts`` reads it."""
    return f"Be true to the alliance with {name(power)}"


def remembered_pacts(reading: Reading) -> set[str]:
    """Powers that an alliance was agreed with in earlier phases."""
    return {power for power in reading.others if remember_pact(power) in reading.goals}


def _pledges(reading: Reading) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    units: set[str] = set()
    for letter in sorted((m for m in reading.press if m.sender == reading.me), key=lambda m: m.round):
        for order in letter.pledges:
            unit = unit_of(order)
            if order in found:
                found[order] = tuple(dict.fromkeys((*found[order], *letter.recipients)))
            elif unit not in units and order in reading.situation.legal_orders.get(unit, ()):
                units.add(unit)
                found[order] = letter.recipients
    return found


def _agreed(mine: list[Heard], heard: tuple[Heard, ...], reading: Reading, kind: str) -> dict[str, tuple[str, ...]]:
    """Power -> provinces to keep out of, for agreements of this kind that we said yes to, or offered and they did."""
    found: dict[str, tuple[str, ...]] = {}
    for own in mine:
        if kind not in own.kinds or "decline" in own.kinds or not own.letter.private:
            continue
        for power in own.letter.recipients:
            if own.yes or _said_yes(power, own.letter, heard, reading.me):
                found[power] = tuple(dict.fromkeys((*found.get(power, ()), *own.zone)))
    return found


def _said_yes(power: str, offer: Letter, heard: tuple[Heard, ...], me: str) -> bool:
    return any(
        h.yes and h.sender == power and me in h.letter.recipients and h.letter.round > offer.round for h in heard
    )


def _helped_unit(order: str) -> str:
    return unit_of(order.partition(" S ")[2])


_DOUBT = {2: 0.3, 1: 0.5, 0: 0.85, -1: 1.3, -2: 1.8}
"""How much more, or less, than usual a promise is at risk with an Ally, ... an Enemy."""


def reconsidered(outlook: Outlook, agreed: Commitments) -> tuple[str, ...]:
    """Pledges that will be broken without malice: what was offered was refused, or met with silence, and the unit has
    better things to do; rarely a plain change of mind."""
    luck = outlook.reading.chance("second thoughts")
    found = []
    for order in agreed.pledges:
        given = " S " in order and _helped_unit(order) not in outlook.reading.situation.own_units
        doubt = _SECOND_THOUGHTS[_reception(outlook, order)][given] * (1.5 - outlook.nature.loyalty)
        if luck.random() < doubt:
            found.append(order)
    return tuple(found)


_SECOND_THOUGHTS = {"refused": (0.3, 0.7), "silent": (0.12, 0.35), "welcome": (0.1, 0.06)}
"""How a pledge was received -> the doubt about it, and about it when it is a support of somebody else's unit."""


def _reception(outlook: Outlook, order: str) -> str:
    """How those it was promised to took a pledge."""
    me = outlook.reading.me
    offers = [h for h in outlook.heard if h.sender == me and order in h.letter.pledges]
    offer = offers[-1].letter
    replies = [
        h
        for h in outlook.heard
        if h.sender in offer.recipients and me in h.letter.recipients and h.letter.round > offer.round
    ]
    if any("decline" in h.kinds for h in replies):
        return "refused"
    answerable = any(h.letter.round > offer.round for h in outlook.heard)
    wanted = any(h.yes for h in (*offers, *replies)) or not answerable
    return "welcome" if wanted else "silent"


def temptation(outlook: Outlook, power: str) -> float:
    """From 0 to 1: how likely it is that promises to this power are broken now."""
    reading = outlook.reading
    lure, odds = outlook.lure(power)
    if lure is None:
        return 0.0
    gain = odds * (0.6 if reading.situation.season == "S" else 1.0)
    late = 1.4 if outlook.final else 1.0
    return min(0.9, (1 - outlook.nature.loyalty) * (0.17 + 0.9 * gain) * late * _DOUBT[reading.stance(power)])


def betrayed_power(outlook: Outlook) -> str | None:
    """The power whose trust will be broken in this phase, if any; one at most. It is the same in every step of the
    phase, whatever is said in it, so that what is written about it in private is true."""
    reading = outlook.reading
    tempted = [
        (temptation(outlook, power) - reading.chance("betray", power).random(), power)
        for power in reading.others
        if reading.stance(power) >= -1
    ]
    margin, power = max(tempted, default=(-1.0, ""))
    return power if margin > 0 else None
