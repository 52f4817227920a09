"""Commitments: what this power has promised, in this phase and before, and what it was promised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..board.commitments import Commitment
from ..board.press import ALL
from ..board.terrain import terrain
from ..board.units import Order, Unit
from .assessment import Assessment
from .intents import UnderstoodMessage
from .prompt_reader import ParsedPrompt, PressMessage
from .wording import name, place

_KEEP_EMPTY = re.compile(r"Keep (.+) empty, as agreed with (.+)")


@dataclass(frozen=True, slots=True)
class Bond:
    """One promise of ours."""

    commitment: Commitment
    to: tuple[str, ...]
    """Powers, or ``(ALL,)``."""
    round: int = 0
    """In which it was given; 0 for a promise of an earlier turn."""
    declared: bool = True
    """Whether it was pledged; what was only said in words binds as well."""

    def owed_only_to(self, powers: Iterable[str]) -> bool:
        return set(self.to) <= set(powers)


@dataclass(frozen=True, slots=True)
class Commitments:
    """Everything that binds, or ought to."""

    bonds: tuple[Bond, ...]
    help: tuple[tuple[str, Order], ...]
    """(power, pledged order of it that supports one of our units)."""

    @property
    def pledges(self) -> Mapping[Order, tuple[str, ...]]:
        """Own order promised for this phase -> the powers it was promised to; one a unit."""
        return {bond.commitment.order: bond.to for bond in self.bonds if bond.commitment.order is not None}

    @property
    def zones(self) -> Mapping[str, tuple[str, ...]]:
        """Power -> provinces that we have promised it to keep out of."""
        found: dict[str, tuple[str, ...]] = {}
        for bond in self.bonds:
            promise = bond.commitment.promise
            if promise is not None and promise.kind == "out":
                for power in bond.to:
                    found[power] = tuple(dict.fromkeys((*found.get(power, ()), promise.province)))
        return found

    @property
    def peace(self) -> frozenset[str]:
        """Powers that were promised peace."""
        promises = [bond.commitment.promise for bond in self.bonds]
        return frozenset(promise.power for promise in promises if promise is not None and promise.kind == "peace")

    @property
    def powers(self) -> frozenset[str]:
        """Everyone who was promised something."""
        return frozenset(power for bond in self.bonds for power in bond.to) - {ALL}

    def to(self, power: str) -> tuple[Bond, ...]:
        return tuple(bond for bond in self.bonds if power in bond.to)


def commitments(assessment: Assessment) -> Commitments:
    """Found in the press of the phase, among the promises that stand from before, and in the goals."""
    prompt, press = assessment.prompt, assessment.press
    help = tuple(
        (m.sender, commitment.order)
        for m in press
        if m.sender != prompt.me and "odd" not in m.intents
        for commitment in m.message.pledges
        if commitment.order is not None and commitment.order.supported in prompt.situation.own_units
    )
    return Commitments(tuple(_without_rivals(_bonds(assessment))), help)


def _bonds(assessment: Assessment) -> Iterator[Bond]:
    """What was declared comes first: words that say the same again make no second bond."""
    prompt = assessment.prompt
    declared = [*_declared(prompt)]
    yield from declared
    known = {(bond.commitment.promise, power) for bond in declared for power in bond.to}
    for bond in (*_remembered(prompt), *_spoken(assessment)):
        if (bond.commitment.promise, bond.to[0]) not in known:
            known.add((bond.commitment.promise, bond.to[0]))
            yield bond


def _declared(prompt: ParsedPrompt) -> Iterator[Bond]:
    found = [Bond(said.pledged, said.recipients) for said in prompt.standing if said.sender == prompt.me]
    for message in sorted(prompt.press, key=lambda m: m.round):
        for commitment in message.pledges:
            if message.sender == prompt.me and not commitment.ends:
                found.append(Bond(commitment, message.recipients, message.round))
            elif message.sender == prompt.me and commitment.ends == "withdraw":
                found = list(_ended(found, commitment, message.recipients))
            elif commitment.ends == "release":
                found = list(_ended(found, commitment, (message.sender,)))
    yield from found


def _ended(bonds: Iterable[Bond], ending: Commitment, readers: tuple[str, ...]) -> Iterator[Bond]:
    """The bonds but for what this ends towards these readers."""
    for bond in bonds:
        if ending.promise in (None, bond.commitment.promise):
            left = tuple(power for power in bond.to if power not in readers)
            if left:
                yield Bond(bond.commitment, left, bond.round, bond.declared)
        else:
            yield bond


def _without_rivals(bonds: Iterable[Bond]) -> Iterator[Bond]:
    """Each unit has been promised one order; who was promised the same order holds the same bond."""
    ordered: dict[Unit, Bond] = {}
    for bond in bonds:
        order = bond.commitment.order
        if order is None:
            yield bond
        elif order.unit not in ordered:
            ordered[order.unit] = bond
        elif ordered[order.unit].commitment.order == order:
            first = ordered[order.unit]
            to = tuple(dict.fromkeys((*first.to, *bond.to)))
            ordered[order.unit] = Bond(first.commitment, to, first.round)
    yield from ordered.values()


def lasting(prompt: ParsedPrompt) -> tuple[Bond, ...]:
    """The promises of earlier turns that still bind: the same in every step of a phase."""
    held = (Bond(said.pledged, said.recipients) for said in prompt.standing if said.sender == prompt.me)
    return (*held, *_remembered(prompt))


def _remembered(prompt: ParsedPrompt) -> Iterator[Bond]:
    for power, provinces in remembered_zones(prompt).items():
        yield from (Bond(Commitment(f"out of {at}"), (power,), declared=False) for at in provinces)
    yield from (
        Bond(Commitment(f"peace {power}"), (power,), declared=False) for power in sorted(remembered_pacts(prompt))
    )


def offers(assessment: Assessment) -> Iterator[tuple[str, Commitment]]:
    """What we have offered in this phase, if only in words, and to whom."""
    for own in assessment.press:
        if own.sender == assessment.prompt.me and own.message.private and own.ask in ("zone", "peace", "alliance"):
            for power in own.message.recipients:
                yield from ((power, Commitment(f"out of {at}")) for at in own.zone)
                if own.ask != "zone":
                    yield power, Commitment(f"peace {power}")


def _spoken(assessment: Assessment) -> Iterator[Bond]:
    """What we said yes to in words, or offered in words and the other said yes to."""
    prompt, press = assessment.prompt, assessment.press
    for own in press:
        if own.sender != prompt.me or "decline" in own.intents or not own.message.private:
            continue
        for power in own.message.recipients:
            if own.yes or _said_yes(power, own.message, press, prompt.me):
                to, round = (power,), own.message.round
                if "zone" in own.intents:
                    yield from (Bond(Commitment(f"out of {at}"), to, round, declared=False) for at in own.zone)
                if own.intents & {"peace", "alliance"}:
                    yield Bond(Commitment(f"peace {power}"), to, round, declared=False)


def _said_yes(power: str, offer: PressMessage, press: tuple[UnderstoodMessage, ...], me: str) -> bool:
    return any(
        m.yes and m.sender == power and me in m.message.recipients and m.message.round > offer.round for m in press
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
    sworn = {
        held.pledged.promise.power
        for held in prompt.standing
        if held.sender == prompt.me and held.pledged.mutual and held.pledged.promise is not None
    }
    return {power for power in prompt.others if power in sworn or remember_pact(power) in prompt.goals}
