"""The events of one game, gathered into rows: positions, orders with results, messages, pledges, relationships."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise

from ..agent.events import Initialized, MessageBelieved, MessageMeant, ProvisionalOrders, Reflected
from ..board.phase import Phase
from ..board.player import RELATIONSHIPS
from ..board.press import Message
from ..board.terrain import terrain
from ..board.units import Order
from ..game.events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from ..game.turns_told import TurnsTold, message_of
from ..game.word_and_deed import promised_in
from ..models.events import CallAnswered, CallEnded, CallLate, CallLost
from ..records.events import Event
from ..run.defaulted_steps import DefaultedSteps
from ..run.events import ReplyRead, RunFinished, RunResumed, StepDefaulted
from .beliefs import belief_rows
from .game_record import CallRow, Ending, Gap, MessageRow, OrderKind, OrderRow, PhaseRow, Rows
from .minds import MindRow, mind_rows
from .persuasion import persuasion_rows


class EventsToRows:
    """Hears the events of a run in their order, and gives its rows when it has heard all."""

    def __init__(self, map_name: str, powers: Sequence[str]) -> None:
        self._told = TurnsTold(map_name)
        self._map = map_name
        self._powers = tuple(powers)
        self._begun: dict[str, PhaseStarted] = {}
        self._done: dict[str, PhaseAdjudicated] = {}
        self._submitted: dict[tuple[str, str], OrdersSubmitted] = {}
        self._messages: list[Message] = []
        self._meant: dict[int, bool] = {}
        self._believed: list[MessageBelieved] = []
        self._provisional: list[ProvisionalOrders] = []
        self._defaulted: list[StepDefaulted] = []
        self._read: list[ReplyRead] = []
        self._calls: list[CallRow] = []
        self._lost: list[CallLost] = []
        self._views: defaultdict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
        """Phase -> power -> how it stands to the others."""
        self._minds: list[MindRow] = []
        self._finished: RunFinished | None = None

    def event(self, event: Event) -> None:
        self._minds += mind_rows(event)
        self._told.event(event)
        match event:
            case PhaseStarted():
                self._begun[event.phase] = event
            case PhaseAdjudicated():
                self._done[event.phase] = event
            case OrdersSubmitted():
                self._submitted[event.phase, event.power] = event
            case MessageDelivered():
                self._messages.append(message_of(event))
            case MessageMeant():
                self._meant[event.sequence] = event.meant
            case MessageBelieved():
                self._believed.append(event)
            case ProvisionalOrders():
                self._provisional.append(event)
            case Initialized() | Reflected():
                self._views[event.phase][event.power] = event.relationships
            case StepDefaulted():
                self._defaulted.append(event)
            case ReplyRead():
                self._read.append(event)
            case CallEnded():
                self._calls.extend(_calls(event))
            case CallLost():
                self._lost.append(event)
            case RunFinished():
                self._finished = event
            case RunResumed():
                self._finished = None

    @property
    def ending(self) -> Ending | None:
        end = self._finished
        if end is None:
            return None
        alive = {power: self._alive_after(power) for power in self._powers}
        return Ending(
            outcome=end.outcome,
            winners=tuple(end.winners),
            phase=end.phase,
            centers={power: len(end.centers.get(power, ())) for power in self._powers},
            alive=frozenset(power for power, last in alive.items() if last is None),
            gone_in={power: Phase(last).year for power, last in alive.items() if last is not None},
        )

    def _alive_after(self, power: str) -> str | None:
        """``None`` while it has something on the board, else the phase in which it lost its last."""
        gone: str | None = None
        for phase in sorted(self._done, key=Phase):
            done = self._done[phase]
            if done.units.get(power) or done.centers.get(power) or done.dislodged.get(power):
                gone = None
            elif gone is None:
                gone = phase
        return gone

    def rows(self, own_from: str) -> Rows:
        """``own_from``: the first phase that counts; empty for all."""

        def own(phase: str) -> bool:
            return not own_from or Phase(phase) >= own_from

        phases = [phase for phase in sorted(self._begun, key=Phase) if own(phase)]
        turns = [phase for phase in phases if Phase(phase).kind == "M" and phase in self._done]
        replies: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for read in self._read:
            replies[read.actor][read.verdict] += own(read.phase)
        defaults = DefaultedSteps()
        told: Sequence[ReplyRead | StepDefaulted] = (*self._read, *self._defaulted)
        for event in told:
            if own(event.phase):
                defaults.event(event)
        return Rows(
            phases=tuple(row for phase in phases for row in self._positions(phase)),
            orders=tuple(row for phase in phases if phase in self._done for row in self._orders(phase)),
            submissions=tuple(
                event for event in self._submitted.values() if own(event.phase) and event.phase in self._done
            ),
            boards=tuple(self._begun[phase] for phase in turns),
            messages=tuple(row for row in _message_rows(self._messages, self._survivors()) if own(row.phase)),
            promised=tuple(
                row
                for row in promised_in(self._told.turns(), finished=self._told.finished)
                if not row.decided or own(row.decided)
            ),
            turns=tuple(self._told.turns()),
            minds=tuple(row for row in self._minds if own(row.phase)),
            beliefs=tuple(
                row
                for row in belief_rows(self._messages, self._meant, self._believed, self._survivors())
                if own(row.phase)
            ),
            persuasion=tuple(
                persuasion_rows(
                    [event for event in self._provisional if own(event.phase)],
                    self._submitted,
                    self._messages,
                    terrain(self._map),
                )
            ),
            gaps=tuple(gap for phase in self._views if own(phase) for gap in self._gaps(phase)),
            calls=(*self._calls, *(_lost(call) for call in self._lost if own(call.phase))),
            replies=replies,
            defaults={power: defaults.of_actor(power) for power in self._powers},
        )

    def _positions(self, phase: str) -> list[PhaseRow]:
        begun = self._begun[phase]
        return [
            PhaseRow(phase, power, len(begun.units.get(power, ())), len(begun.centers.get(power, ())))
            for power in self._powers
        ]

    def _orders(self, phase: str) -> list[OrderRow]:
        done, begun = self._done[phase], self._begun[phase]
        if self._drawn(phase):
            return []
        owners = {unit: power for power, units in begun.units.items() for unit in units}
        rows = []
        for power, orders in done.orders.items():
            handed_in = self._submitted.get((phase, power))
            defaults = set(handed_in.defaults) if handed_in else set(orders)
            for order in map(Order, orders):
                results = tuple(done.results.get(order.unit, ()))
                kind = _kind(order, power, owners)
                rows.append(OrderRow(phase, power, order, kind, order in defaults, results))
        return rows

    def _drawn(self, phase: str) -> bool:
        return self._finished is not None and self._finished.outcome == "draw" and self._finished.phase == phase

    def _survivors(self) -> dict[str, frozenset[str]]:
        """Movement phase -> the powers that could write in it."""
        return {
            phase: frozenset(power for power in self._powers if begun.units.get(power) or begun.centers.get(power))
            for phase, begun in self._begun.items()
            if Phase(phase).kind == "M"
        }

    def _gaps(self, phase: str) -> list[Gap]:
        views = self._views[phase]
        return [
            Gap(phase, power, other, RELATIONSHIPS.index(level) - RELATIONSHIPS.index(views[other][power]))
            for power, stands in views.items()
            for other, level in stands.items()
            if power in views.get(other, {}) and level in RELATIONSHIPS and views[other][power] in RELATIONSHIPS
        ]


def _message_rows(messages: Sequence[Message], survivors: Mapping[str, frozenset[str]]) -> list[MessageRow]:
    """All messages of a game. ``survivors``: movement phase -> powers that could write in it.

    A private message is answered by a reader who writes privately to its sender in a later round of the phase, or in
    the movement phase after it. Who has no such round before it, or the press, is gone has no chance to.
    """
    phases = sorted(survivors, key=Phase)
    following = dict(pairwise(phases))
    last_round: defaultdict[str, int] = defaultdict(int)
    wrote: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    """(writer, reader, phase) -> the last round in which the one wrote to the other."""
    for message in messages:
        last_round[message.phase] = max(last_round[message.phase], message.round)
        for reader in () if message.public else message.recipients:
            wrote[message.sender, reader, message.phase] = max(
                wrote[message.sender, reader, message.phase], message.round
            )
    rows = []
    for message in messages:
        after = following.get(message.phase, "")
        readers = () if message.public else message.recipients
        able = [
            reader
            for reader in readers
            if message.round < last_round[message.phase] or (last_round[after] and reader in survivors[after])
        ]
        answered = [
            reader
            for reader in able
            if wrote[reader, message.sender, message.phase] > message.round or wrote[reader, message.sender, after]
        ]
        rows.append(MessageRow(**asdict(message), able=tuple(able), answered=tuple(answered)))
    return rows


def _kind(order: Order, power: str, owners: Mapping[str, str]) -> OrderKind:
    if order.helped:
        own = owners.get(order.helped) == power
        if order.supported:
            return "support_own" if own else "support_other"
        return "convoy_own" if own else "convoy_other"
    return _KINDS[order.verb]


_KINDS: Mapping[str, OrderKind] = {
    "H": "hold",
    "-": "move",
    "R": "retreat",
    "D": "disband",
    "B": "build",
    "WAIVE": "waive",
}


def _calls(call: CallEnded) -> Iterator[CallRow]:
    """None for a call that a fork took over: it belongs to the run that made it."""
    key = call.key
    place = key.phase, key.actor, key.step, key.round, key.attempt, call.model
    if not isinstance(call, CallAnswered | CallLate):
        # What it may cost is told by the calls that were lost.
        yield CallRow(*place, "failed")
    elif not call.reply.inherited:
        reply, usage = call.reply, call.reply.usage
        yield CallRow(
            *(*place, "late" if isinstance(call, CallLate) else "answered", reply.latency, reply.waited),
            *(usage.input, usage.output, usage.cached, usage.reasoning, reply.cost_usd),
            *(reply.served, reply.fingerprint),
        )


def _lost(call: CallLost) -> CallRow:
    return CallRow(
        *(call.phase, call.actor, call.step, call.round, call.attempt, call.model, "lost"),
        input_tokens=call.input_tokens,
        output_tokens=call.output_tokens,
        cost_usd=call.cost_usd,
    )
