"""What stands promised after messages: made, made again, withdrawn, released, or replaced by what clashes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..board.breaking import Ground, conflict, same_order
from ..board.commitments import Commitment, Promise
from ..board.phase import Phase
from ..board.press import Message
from ..board.units import Order
from .promised import Promised, PromiseVerdict


@dataclass(frozen=True, slots=True)
class Standing:
    """A promise that is not decided yet."""

    row: Promised
    held: bool = False
    """Whether it was kept in a phase in which it held."""
    met: bool = False
    """Whether its condition was met in some phase; true where it has none."""
    undecided: bool = False
    """Whether a phase passed in which its sender's seat decided nothing."""
    attacker: str = ""
    """Who last attacked the unit that it binds."""
    given: tuple[Order, ...] = ()
    """The orders by which it was kept last."""

    @property
    def promise(self) -> Promise:
        assert self.row.commitment.promise is not None
        return self.row.commitment.promise

    @property
    def last(self) -> Phase | None:
        return self.row.commitment.last(self.row.phase)

    def decided(self, verdict: PromiseVerdict, phase: str, *, by: str = "", reason: str = "") -> Promised:
        ordered = self.given if verdict == "kept" and self.promise.kind == "order" else ()
        return replace(self.row, verdict=verdict, decided=str(phase), by=by, reason=reason, ordered=ordered)

    def ended(self, phase: str) -> Promised:
        """At the end of its term, or of the game."""
        if self.held:
            return self.decided("kept", phase)
        if self.undecided:
            return self.decided("void", phase, reason="no decision")
        if not self.met:
            return self.decided("condition not met", phase)
        return self.decided("void", phase, reason="no such phase")


def heard(before: tuple[Standing, ...], messages: Sequence[Message], ground: Ground) -> list[Standing]:
    """The promises after these messages; those that a message ended have their verdict."""
    standing = {_name(entry.row): entry for entry in before}
    over: list[Standing] = []
    for message in sorted(messages, key=lambda message: message.sequence):
        for commitment in message.pledges:
            if commitment.ends:
                for name in [name for name in standing if _ends(message, commitment, standing[name].row)]:
                    verdict: PromiseVerdict = "retracted" if commitment.ends == "withdraw" else "released"
                    over.append(_ended_by(standing.pop(name), message, verdict))
        replaced = [name for name, entry in standing.items() if _replaces(message, entry.row, ground)]
        over.extend(_ended_by(standing.pop(name), message, "retracted") for name in replaced)
        for commitment in message.pledges:
            if commitment.promise is not None and not commitment.ends:
                for reader in message.recipients:
                    made = Promised(
                        *(message.phase, message.round, message.sequence, message.sender, reader, commitment),
                        verdict="pending",
                    )
                    fresh = Standing(made, met=commitment.condition is None)
                    earlier = standing.get(_name(made))
                    if earlier is None or not _outlasts(earlier, fresh):
                        standing[_name(made)] = fresh if earlier is None else replace(earlier, row=made)
                        over = [entry for entry in over if _name(entry.row) != _name(made)]
    return [*over, *standing.values()]


def _name(row: Promised) -> tuple[str, str, str, str]:
    """What is promised to whom, whatever its term."""
    commitment = row.commitment
    condition = commitment.condition
    asked = "" if condition is None else f"{condition.power} {condition.met} {condition.asked}"
    return row.sender, row.recipient, str(commitment.promise).removesuffix(" VIA"), asked


def _outlasts(earlier: Standing, later: Standing) -> bool:
    """Whether what stood already holds longer than what is promised now."""
    if earlier.last is None or later.last is None:
        return earlier.last is None and later.last is not None
    return earlier.last > later.last


def _ended_by(entry: Standing, message: Message, verdict: PromiseVerdict) -> Standing:
    return replace(entry, row=entry.decided(verdict, message.phase))


def _ends(message: Message, commitment: Commitment, row: Promised) -> bool:
    """Whether a ``withdraw`` or ``release`` of the message is about the promise."""
    maker, reader = row.sender, row.recipient
    if commitment.ends == "withdraw":
        named = message.sender == maker and (message.public or reader in message.recipients)
    else:
        named = message.sender == reader and (message.public or maker in message.recipients)
    return named and (commitment.promise is None or same_promise(commitment.promise, row.commitment.promise))


def same_promise(one: Promise, other: Promise | None) -> bool:
    """Whether they are about the same thing, whatever coasts they name."""
    if other is None or one.kind != other.kind:
        return False
    if one.order is not None and other.order is not None:
        return same_order(one.order, other.order)
    return one == other


def _replaces(message: Message, row: Promised, ground: Ground) -> bool:
    """Whether the message promises its reader something that cannot be kept along with the promise."""
    if row.sender != message.sender or not (message.public or row.recipient in message.recipients):
        return False
    return any(_clash(row.commitment, pledge, row.sender, ground) for pledge in message.pledges)


def _clash(one: Commitment, other: Commitment, sender: str, ground: Ground) -> bool:
    """Whether two commitments surely cannot both be kept."""
    if one.ends or other.ends or one.promise is None or other.promise is None or one.condition or other.condition:
        return False
    return conflict(one.promise, other.promise, sender, ground)


def marked(said: Sequence[Standing], ground: Ground) -> list[Standing]:
    """Those that stand, with contradictions to what stands towards somebody else marked."""
    standing = [entry for entry in said if entry.row.verdict == "pending"]
    return [
        replace(entry, row=replace(entry.row, contradictory=True))
        if any(_contradict(entry.row, other.row, ground) for other in standing)
        else entry
        for entry in standing
    ]


def _contradict(one: Promised, other: Promised, ground: Ground) -> bool:
    elsewhere = one.sender == other.sender and one.recipient != other.recipient
    return elsewhere and _clash(one.commitment, other.commitment, one.sender, ground)


def place_of(row: Promised) -> tuple[int, str, str]:
    """Where it comes in the order in which promises were made."""
    return row.sequence, row.recipient, row.commitment
