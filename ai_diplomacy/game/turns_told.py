"""The turns of a run, gathered from its events: what was said in public and in private, and what was ordered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ..agent.events import DiaryWritten, OrdersExplained, Planned
from ..board.commitments import Commitment
from ..board.phase import Phase
from ..board.press import Message
from ..board.units import Order, Unit
from ..promises.turns import PrivateText, Turn
from ..records.events import Event
from ..run.events import RunFinished, RunResumed, StepDefaulted
from .events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted


class TurnsTold:
    """Hears the events of a run in their order."""

    def __init__(self, map_name: str) -> None:
        self._map = map_name
        self._begun: dict[str, PhaseStarted] = {}
        self._done: dict[str, PhaseAdjudicated] = {}
        self._unordered: dict[tuple[str, str], frozenset[Unit]] = {}
        """(phase, power) -> units for which the rules filled in an order."""
        self._undecided: defaultdict[str, set[str]] = defaultdict(set)
        self._messages: defaultdict[str, list[Message]] = defaultdict(list)
        self._private: defaultdict[tuple[str, str], list[PrivateText]] = defaultdict(list)
        self._drawn = ""
        """The phase in which the game ended by everybody's vote."""
        self.finished = False

    def event(self, event: Event) -> None:
        match event:
            case PhaseStarted():
                self._begun[event.phase] = event
            case PhaseAdjudicated():
                self._done[event.phase] = event
            case OrdersSubmitted():
                self._unordered[event.phase, event.power] = frozenset(Order(order).unit for order in event.defaults)
            case MessageDelivered():
                self._messages[event.phase].append(message_of(event))
            case StepDefaulted() if event.step == "order":
                self._undecided[event.phase].add(event.actor)
            case DiaryWritten() if event.step == "negotiate":
                self._noted(event, PrivateText("negotiate", event.round, event.text))
            case DiaryWritten() if event.step in ("plan", "order"):
                self._noted(event, PrivateText("plan" if event.step == "plan" else "order", 0, event.text))
            case Planned():
                self._noted(event, PrivateText("plan", 0, event.directive))
            case OrdersExplained():
                self._noted(event, PrivateText("order", 0, event.reasoning))
                self._noted(event, PrivateText("intent", 0, event.intent))
            case RunFinished():
                self.finished, self._drawn = True, event.phase if event.outcome == "draw" else ""
            case RunResumed():
                self.finished, self._drawn = False, ""

    def _noted(self, event: DiaryWritten | Planned | OrdersExplained, text: PrivateText) -> None:
        if text.text:
            self._private[event.phase, event.power].append(text)

    def turns(self) -> list[Turn]:
        """Oldest first. The last one of a run that is not finished may have no orders yet, or not those of all of its
        phases."""
        phases = [phase for phase in sorted(map(Phase, self._begun)) if phase.kind == "M"]
        if self.finished:
            # The record of another program may end with a phase that was begun and not played.
            phases = [phase for phase in phases if phase in self._done]
        return [self._turn(phase, self._parts(phase)) for phase in phases]

    def turn(self, phase: str) -> Turn:
        """The turn of one movement phase, as far as it is told."""
        return self._turn(Phase(phase), self._parts(Phase(phase)))

    def _parts(self, phase: Phase) -> Iterator[Phase]:
        """The phases of the turn that were adjudicated."""
        following = phase.next_turn
        return (other for other in sorted(map(Phase, self._done)) if phase <= other < following)

    def _turn(self, phase: Phase, parts: Iterable[Phase]) -> Turn:
        begun, parts = self._begun[phase], tuple(parts)
        powers = list(begun.units)
        thought = sorted({phase, *parts})
        return Turn(
            map=self._map,
            phase=phase,
            messages=self._messages.get(phase, ()),
            units={power: tuple(map(Unit, units)) for power, units in begun.units.items()},
            centers=begun.centers,
            orders={part: _orders(self._done[part]) for part in parts},
            private={
                power: [text for part in thought for text in self._private.get((part, power), ())] for power in powers
            },
            undecided=frozenset(self._undecided.get(phase, ())),
            unordered={power: self._unordered.get((phase, power), frozenset()) for power in powers},
            drawn=self._drawn == phase,
        )


def message_of(event: MessageDelivered) -> Message:
    """The message that was delivered."""
    return Message(
        event.sender,
        tuple(event.recipients),
        event.body,
        tuple(map(Commitment, event.pledges)),
        Phase(event.phase),
        event.round,
        event.sequence,
    )


def _orders(done: PhaseAdjudicated) -> dict[str, Sequence[Order]]:
    return {power: tuple(map(Order, orders)) for power, orders in done.orders.items()}
