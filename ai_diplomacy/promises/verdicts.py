"""What became of every pledge of a game, reader by reader: by its orders and pledges alone, in any language.

A ledger is shown the turns of a game in their order. It keeps what is promised and not decided yet, and tells of each
turn what was decided in it. docs/honesty.md has the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..board.breaking import Ground, breaking, concerns, conflict, own_orders
from ..board.commitments import Commitment, Promise
from ..board.phase import Phase
from ..board.press import ALL
from ..board.units import Order
from .promised import Promised
from .standing import Standing, heard, marked, place_of, same_promise
from .turns import Turn


class PromiseLedger:
    """The pledges of one game."""

    def __init__(self) -> None:
        self._open: tuple[Standing, ...] = ()
        self.decided: tuple[Promised, ...] = ()
        """In the turns that are closed, in the order in which they were decided."""

    def close(self, turn: Turn) -> tuple[Promised, ...]:
        """What was decided in a turn that is over, with all of its phases; the ledger goes on from there."""
        decided, self._open = _after(self._open, turn, over=True)
        self.decided += decided
        return decided

    def so_far(self, turn: Turn) -> tuple[Promised, ...]:
        """What is decided by the phases of a turn that may still go on, as long as no retreat breaks it."""
        return _after(self._open, turn, over=False)[0]

    def going_on(self, turn: Turn) -> tuple[Promised, ...]:
        """All that is not decided when the turn begins, as the phases of it that were played leave it."""
        decided, standing = _after(self._open, turn, over=False)
        return decided + tuple(entry.row for entry in standing)

    def standing(self) -> tuple[Promised, ...]:
        """What was promised in closed turns and still holds; ``pending``."""
        return tuple(entry.row for entry in self._open)

    def finished(self, phase: str) -> tuple[Promised, ...]:
        """What the end of the game decides, after the phase."""
        decided = tuple(entry.ended(phase) for entry in self._open)
        self.decided += decided
        self._open = ()
        return decided


def judged(turns: Iterable[Turn], *, finished: bool) -> list[Promised]:
    """Every pledge of a game, once for each reader it was made to, in the order in which they were made.

    ``turns``: those of a game that is not ``finished`` may end with one in which nothing, or not all, was played."""
    ledger, turns = PromiseLedger(), list(turns)
    for turn in turns if finished else turns[:-1]:
        ledger.close(turn)
    if finished and turns:
        ledger.finished(max(turns[-1].orders))
    rest = () if finished or not turns else ledger.going_on(turns[-1])
    return sorted((*ledger.decided, *rest), key=place_of)


def _after(
    before: tuple[Standing, ...], turn: Turn, *, over: bool
) -> tuple[tuple[Promised, ...], tuple[Standing, ...]]:
    """What a turn decides, and what stands after it; ``over``: whether nothing of it is to come."""
    ground = Ground(turn.units, turn.centers)
    said = heard(before, turn.messages, ground)
    decided = [entry.row for entry in said if entry.row.verdict != "pending"]
    kept: list[Standing] = []
    for entry in marked(said, ground):
        outcome = _held(entry, turn, ground, said)
        if isinstance(outcome, Promised):
            decided.append(outcome)
        elif _is_over(outcome, turn, over=over):
            decided.append(outcome.ended(_last_of(outcome, turn)))
        else:
            kept.append(outcome)
    broken = {(row.sender, row.recipient) for row in decided if row.verdict == "broken"}
    after: list[Standing] = []
    for entry in kept:
        row = entry.row
        if row.commitment.mutual and _other_failed(entry, turn, ground, broken):
            decided.append(entry.decided("void", turn.phase, by=row.recipient, reason="ended"))
        else:
            after.append(entry)
    return tuple(sorted(decided, key=place_of)), tuple(sorted(after, key=lambda entry: place_of(entry.row)))


def _is_over(entry: Standing, turn: Turn, *, over: bool) -> bool:
    """Whether its term ends with the turn, and what it is about was played."""
    last = entry.last
    ends = last is not None and last < turn.phase.next_turn
    return ends and (over or any(concerns(entry.promise, phase) for phase in turn.orders))


def _last_of(entry: Standing, turn: Turn) -> Phase:
    """The phase of the turn in which it came to its end."""
    phases = [phase for phase in turn.orders if concerns(entry.promise, phase)]
    return max(phases, default=turn.phase)


def _held(entry: Standing, turn: Turn, ground: Ground, said: Sequence[Standing]) -> Standing | Promised:
    """The promise after the phases of a turn, or its verdict."""
    row, promise = entry.row, entry.promise
    if turn.drawn:
        return entry.ended(turn.phase) if entry.held else entry.decided("void", turn.phase, reason="draw")
    if promise.unit is not None and not promise.winter and ground.standing(promise.unit, row.sender) is None:
        if entry.held and promise.order is not None and promise.order.verb == "-":
            # It went where it had promised to go.
            return entry.ended(turn.phase)
        return entry.decided("void", turn.phase, by=entry.attacker, reason="no unit")
    if promise.unit is not None:
        entry = replace(entry, attacker=_attacker(entry, turn) or entry.attacker)
    if not _condition_met(row.commitment, turn, ground):
        return entry
    entry = replace(entry, met=True)
    if row.sender in turn.undecided:
        return replace(entry, undecided=True)
    for phase in sorted(phase for phase in turn.orders if concerns(promise, phase)):
        if entry.last is not None and phase > entry.last:
            break
        orders = turn.orders[phase]
        own = orders.get(row.sender, ())
        if promise.winter and not _may_adjust(promise, own):
            continue
        wrong = breaking(promise, row.sender, phase, ground, orders, row.recipient)
        if wrong is None:
            entry = replace(entry, held=True, given=own_orders(promise, own))
        elif partner := _announced(entry, said, ground):
            return entry.decided("void", phase, by=partner, reason="announced")
        else:
            return replace(entry.decided("broken", phase), ordered=wrong)
    return entry


def _may_adjust(promise: Promise, own: Sequence[Order]) -> bool:
    """Whether builds, or disbands, were due that winter."""
    assert promise.order is not None
    return any(order.verb in (("B", "WAIVE") if promise.order.verb == "B" else ("D",)) for order in own)


def _condition_met(commitment: Commitment, turn: Turn, ground: Ground) -> bool:
    condition = commitment.condition
    if condition is None:
        return True
    asked = [phase for phase in turn.orders if concerns(condition.asked, phase)]
    if not asked:
        return False
    done = all(breaking(condition.asked, condition.power, phase, ground, turn.orders[phase]) is None for phase in asked)
    return done == condition.met


def _attacker(entry: Standing, turn: Turn) -> str:
    """Who moved against the unit that the promise binds."""
    unit = entry.promise.unit
    orders: Mapping[str, Sequence[Order]] = turn.orders.get(turn.phase, {})
    return next(
        (
            power
            for power, given in sorted(orders.items())
            if unit is not None and power != entry.row.sender and any(o.target == unit.province for o in given)
        ),
        "",
    )


def _announced(entry: Standing, said: Sequence[Standing], ground: Ground) -> str:
    """The power that had told the sender, by its own pledges, that it would not do what was to be helped; empty if
    there is none."""
    order, sender = entry.promise.order, entry.row.sender
    if order is None or order.helped is None or entry.promise.kind != "order":
        return ""
    partner = ground.owner(order.helped)
    helped = Promise(f"{order.helped} - {order.location}" if order.location else f"{order.helped} stays")
    for other in said:
        told = other.row.sender == partner != sender and other.row.recipient in (sender, ALL)
        if not told:
            continue
        if other.row.verdict == "pending" and other.row.commitment.condition is None:
            if conflict(helped, other.promise, partner, ground):
                return partner
        elif other.row.verdict == "retracted" and same_promise(helped, other.promise):
            return partner
    return ""


def _other_failed(entry: Standing, turn: Turn, ground: Ground, broken: set[tuple[str, str]]) -> bool:
    """Whether the reader of a mutual promise did not keep to the same in the turn."""
    row = entry.row
    other = row.recipient
    if other == ALL:
        return False
    if (other, row.sender) in broken:
        return True
    same = [Promise(f"peace {row.sender}"), *([entry.promise] if entry.promise.kind == "out" else [])]
    return any(
        breaking(promise, other, phase, ground, orders) is not None
        for promise in same
        for phase, orders in turn.orders.items()
        if concerns(promise, phase)
    )
