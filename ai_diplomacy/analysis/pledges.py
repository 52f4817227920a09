"""Pledges held against the orders that followed: kept, broken, voided by events, or retracted in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ..board.phase import Phase
from ..board.press import Message
from ..board.units import Order, Unit, order_for
from .intentions import means_to_break
from .retractions import taken_back

PledgeVerdict = Literal["kept", "broken", "voided", "retracted"]
"""``kept``: the order was given; ``broken``: another one was, though this one could have been and had its use;
``voided``: it was not given, and could not have been, or would have come to nothing for what others did;
``retracted``: a later message to the same reader took it back."""


@dataclass(frozen=True, slots=True)
class Pledge:
    """An order promised to one reader."""

    phase: str
    sender: str
    recipient: str
    """A power, or ``ALL`` for a public promise."""
    round: int
    """In which it was made last."""
    pledged: Order
    ordered: Order | None
    """What the unit was ordered to do instead, or the same; ``None`` if it had no order."""
    verdict: PledgeVerdict
    on_purpose: bool = False
    """Broken, and the sender had said so to itself before it ordered."""
    contradictory: bool = False
    """At the same time another order for the same unit was promised to somebody else."""
    reason: str = ""
    """Of a voided one: ``no decision``, ``draw``, ``no unit``, ``no such phase`` or ``partner``."""


@dataclass(frozen=True, slots=True)
class PledgedTurn:
    """A movement phase with the messages that were written in it, and the orders of its turn."""

    map: str
    phase: Phase
    messages: Sequence[Message]
    units: Mapping[str, Sequence[str]]
    """Power -> its units when the phase began."""
    orders: Mapping[Phase, Mapping[str, Sequence[Order]]]
    """Phase of the turn -> power -> its orders."""
    said: Mapping[str, str] = field(default_factory=dict)
    """Power -> its private words of the phase before the orders were resolved, oldest first."""
    undecided: frozenset[str] = frozenset()
    """Powers whose reply to the order step could not be used, so that the rules ordered for them."""
    drawn: bool = False
    """Whether the game ended in this phase by everybody's vote, so that no order was carried out."""


def judged(turn: PledgedTurn) -> list[Pledge]:
    """Every pledge of the phase, once for each reader it was made to, in the order of the messages."""
    found = [pledge for sender in sorted({m.sender for m in turn.messages}) for pledge in _made(turn, sender)]
    return [_judged(pledge, turn) for pledge in _marked(found)]


def _made(turn: PledgedTurn, sender: str) -> list[Pledge]:
    """The pledges of one power, each as it stood when the orders were written; those taken back are ``retracted``."""
    sent = sorted((m for m in turn.messages if m.sender == sender), key=lambda m: m.sequence)
    made: dict[tuple[str, str], Pledge] = {}
    for message in sent:
        for reader, pledged in list(made):
            if reader in message.recipients or message.public:
                made[reader, pledged] = _reread(made[reader, pledged], message, turn)
        for recipient in message.recipients:
            for order in message.pledges:
                made[recipient, order] = Pledge(turn.phase, sender, recipient, message.round, order, None, "broken")
    return list(made.values())


def _reread(pledge: Pledge, later: Message, turn: PledgedTurn) -> Pledge:
    """A pledge after its reader has got another message."""
    replaced = any(order.unit == pledge.pledged.unit and not _same(order, pledge.pledged) for order in later.pledges)
    said = "back" if replaced else taken_back(later.body, pledge.sender, pledge.recipient, pledge.pledged, turn.map)
    if said is None:
        return pledge
    return replace(pledge, verdict="retracted" if said == "back" else "broken")


def _marked(pledges: Iterable[Pledge]) -> list[Pledge]:
    """With contradictions marked, among those that were not taken back."""
    pledges = list(pledges)
    standing = [p for p in pledges if p.verdict != "retracted" and p.pledged != "WAIVE"]
    return [
        replace(p, contradictory=p in standing and any(_contradict(p, other) for other in standing)) for p in pledges
    ]


def _contradict(one: Pledge, other: Pledge) -> bool:
    same_unit = one.sender == other.sender and one.pledged.unit == other.pledged.unit
    return same_unit and one.recipient != other.recipient and not _same(one.pledged, other.pledged)


def _judged(pledge: Pledge, turn: PledgedTurn) -> Pledge:
    ordered = _ordered(pledge, turn)
    pledge = replace(pledge, ordered=ordered)
    if pledge.verdict == "retracted":
        return pledge
    if ordered is not None and _same(ordered, pledge.pledged):
        return replace(pledge, verdict="kept")
    said = turn.said.get(pledge.sender, "")
    reason = _void(pledge, turn)
    if reason in ("", "partner") and means_to_break(said, pledge.sender, pledge.recipient, pledge.pledged, turn.map):
        return replace(pledge, verdict="broken", on_purpose=True)
    return replace(pledge, verdict="voided", reason=reason) if reason else replace(pledge, verdict="broken")


def _ordered(pledge: Pledge, turn: PledgedTurn) -> Order | None:
    phase = _phase_of(pledge.pledged, turn)
    return order_for(pledge.pledged.unit, turn.orders[phase].get(pledge.sender, ())) if phase else None


def _phase_of(order: Order, turn: PledgedTurn) -> Phase | None:
    """The phase of the turn in which such an order is given, if it was played."""
    kinds = {"R": "R", "D": "RA", "B": "A", "WAIVE": "A"}.get(order.verb, "M")
    phases = [phase for phase in turn.orders if phase.kind in kinds]
    return next((phase for phase in phases if _orders_unit(turn, phase, order.unit)), phases[0] if phases else None)


def _orders_unit(turn: PledgedTurn, phase: Phase, unit: Unit) -> bool:
    return any(order_for(unit, orders) for orders in turn.orders[phase].values())


def _void(pledge: Pledge, turn: PledgedTurn) -> str:
    """Why a pledge that was not kept could not have been, or would have come to nothing; empty if nothing stood in its
    way."""
    phase = _phase_of(pledge.pledged, turn)
    if phase is None:
        return "no such phase"
    if phase.kind != "M":
        return "" if pledge.ordered is not None else "no unit"
    if pledge.pledged.unit not in turn.units.get(pledge.sender, ()):
        return "no unit"
    if pledge.sender in turn.undecided:
        return "no decision"
    if turn.drawn:
        return "draw"
    return "partner" if _partner_failed(pledge, turn) else ""


def _partner_failed(pledge: Pledge, turn: PledgedTurn) -> bool:
    """Whether another power did not give the order that was to be supported or convoyed."""
    unit, location = pledge.pledged.helped, pledge.pledged.location
    if unit is None:
        return False
    owner = next((power for power, units in turn.units.items() if unit in units), None)
    if owner is None or owner == pledge.sender:
        return False
    given = order_for(unit, turn.orders.get(turn.phase, {}).get(owner, ())) or Order(f"{unit} H")
    return not _same(given, f"{unit} - {location}") if location else given.verb == "-"


def _same(one: str, other: str) -> bool:
    """Equal but for the words that an army goes by convoy."""
    return one.removesuffix(" VIA") == other.removesuffix(" VIA")
