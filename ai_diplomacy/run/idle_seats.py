"""Seats that do not play: a model whose replies are all unusable is no player, and a game is not played on with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from ..models.events import CallAnswered, CallFailed
from ..models.model import CallKey
from ..models.stopping import Stopped
from ..records.cleaning import cleaned
from ..records.events import Event
from .events import StepDefaulted, StepFinished

_EXAMPLE = 100
"""Characters of a reply that are shown."""


_Place = tuple[str, str, str, int]
"""(actor, phase, step, round)"""


class SeatsIdle(Stopped):
    """Some seats of a run do not play. The text fits a line: whose, for how long, and what their models said."""


@dataclass(slots=True)
class _Step:
    """What came of a step that asked a model."""

    fresh: bool = False
    """Whether this session asked, and not only the record answered."""
    late: bool = False
    said: str = ""
    default: StepDefaulted | None = None

    def ended(self, call: CallAnswered | CallFailed, *, fresh: bool) -> None:
        self.fresh = self.fresh or fresh
        if isinstance(call, CallFailed):
            self.late, self.said = call.kind == "late", ""
        else:
            text = cleaned(call.reply.text[: 4 * _EXAMPLE], "line")
            self.said = f"{text[:_EXAMPLE]}..." if len(text) > _EXAMPLE else text


@dataclass(slots=True)
class _Seat:
    in_a_row: int = 0
    """Unusable steps that this session asked for, since the last usable one."""
    first_phase: list[_Step] = field(default_factory=list)
    """Steps of the game's first phase, whether they were asked in this session or before."""
    worst: _Step = field(default_factory=_Step)
    """The last one that was unusable."""

    def took(self, step: _Step) -> None:
        if step.default is not None and not step.late:
            self.in_a_row += step.fresh
            self.worst = step
        elif step.default is None:
            self.in_a_row = 0

    @property
    def never_began(self) -> bool:
        steps = self.first_phase
        unusable = bool(steps) and all(step.default is not None and not step.late for step in steps)
        return unusable and any(step.fresh for step in steps)


class IdleSeats:
    """Listens to a run. What its record holds already is no reason to stop once more: only steps that ask anew are."""

    def __init__(self, most: int, recorded: Container[CallKey]) -> None:
        """``most``: unusable steps in a row that are too many, 0 for any number. ``recorded``: the calls that earlier
        sessions made."""
        self._most = most
        self._recorded = recorded
        self._first_phase = True
        self._open: defaultdict[_Place, _Step] = defaultdict(_Step)
        self._seats: defaultdict[str, _Seat] = defaultdict(_Seat)

    def event(self, event: Event) -> None:
        match event:
            case CallAnswered(key=key) | CallFailed(key=key):
                step = self._open[key.actor, key.phase, key.step, key.round]
                step.ended(event, fresh=key not in self._recorded)
            # A player that asks nobody leaves no step open.
            case StepDefaulted() if (place := _place(event)) in self._open:
                self._open[place].default = event
            case StepFinished() if (place := _place(event)) in self._open:
                step, seat = self._open.pop(place), self._seats[event.actor]
                seat.took(step)
                if self._first_phase:
                    seat.first_phase.append(step)

    def check(self, *, phase_ends: bool) -> None:
        """At each barrier, before it is crossed. Raises ``SeatsIdle``."""
        idle = {}
        for actor, seat in sorted(self._seats.items()):
            if self._first_phase and phase_ends and seat.never_began:
                idle[actor] = f"all {len(seat.first_phase)} steps of the first phase were unusable"
            elif seat.in_a_row >= self._most:
                idle[actor] = f"{seat.in_a_row} steps in a row were unusable"
        self._first_phase = self._first_phase and not phase_ends
        if idle and self._most:
            raise SeatsIdle("; ".join(self._told(idle)))

    def _told(self, idle: dict[str, str]) -> Iterable[str]:
        """Those of one model, of which the same is to be said, at once."""
        alike: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for actor, why in idle.items():
            default = self._seats[actor].worst.default
            assert default is not None
            alike[default.model, why].append(actor)
        for (model, why), actors in alike.items():
            step = self._seats[actors[0]].worst
            assert step.default is not None
            verb = "does" if len(actors) == 1 else "do"
            reason = cleaned(step.default.reason, "line").rstrip(".")
            said = f". It answered {step.said!r}" if step.said else ""
            yield f"{', '.join(actors)} ({model}) {verb} not play: {why}. The last, {step.default.step}: {reason}{said}"


def _place(event: StepDefaulted | StepFinished) -> _Place:
    return event.actor, event.phase, event.step, event.round
