"""A run played again from its journal alone: with no model and no network, every prompt and every order must be what
it was."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..agent.asking import Exchange, Witness
from ..game.events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated
from ..game.game import Game
from ..game.seats import Answering, Seats
from ..models.call_log import PromptDiffersError
from ..models.journal import NotRecorded, Recorded
from ..models.output_limits import EscalatingMaxTokens, OutputLimits
from ..records.events import Event, event_from
from ..records.lines import unsealed
from ..records.log_reader import LogReader
from .history import EVENTS, RunHistory
from .policies import policy

_Checked = (MessageDelivered, OrdersSubmitted, PhaseAdjudicated)
_CONTEXT = 3


class ReplayDiffersError(Exception):
    """A run did not go as it was recorded. Its text tells where, and how in a diff: many lines."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run that went as it was recorded."""

    calls: int
    """Answered from the journal."""
    phases: tuple[str, ...]
    """Adjudicated anew."""
    ended: bool
    """Whether the game came to its end, and not to the end of an unfinished run's journal."""


async def replay(past: RunHistory) -> Replayed:
    """Plays a run again and checks its prompts, messages, orders and results. Raises ``ReplayDiffersError`` at the
    first difference, and ``PromptError``."""
    checker = _Checker(past)

    game = Game(Seats(past.timeline, recorded_answers(past, checker), checker), checker)
    ended = True
    try:
        # One after another, so that the first difference found is the first that there is.
        async with policy("sequential") as steps:
            await game.play(steps, after_segment=_nothing, after_phase=_nothing)
    except NotRecorded as end:
        if past.finished is not None:
            raise ReplayDiffersError(f"{end}, but the run is finished") from None
        ended = False
    except PromptDiffersError as differs:
        raise differing_prompt(differs, past) from None
    if ended:
        checker.check_complete()
    return Replayed(checker.calls, tuple(checker.phases), ended)


def recorded_answers(past: RunHistory, witness: Witness) -> Answering:
    """The models of a run, which answer what they answered then and nothing else."""
    allowances = OutputLimits()
    return lambda model: EscalatingMaxTokens(Recorded(str(model), past.calls), allowances, witness.event)


async def _nothing(_: object) -> None: ...


class _Checker:
    """A witness that has seen it all before."""

    def __init__(self, past: RunHistory) -> None:
        self._finished = past.finished is not None
        self._seen: dict[tuple[str, ...], Event] = {}
        self._met: set[tuple[str, ...]] = set()
        self.calls = 0
        self.phases: list[str] = []
        for number, record in enumerate(LogReader(past.path / EVENTS)):
            event = event_from(record) if number else None
            if isinstance(event, _Checked):
                self._seen[_place(event)] = event

    def event(self, event: Event) -> None:
        if not isinstance(event, _Checked):
            return
        if isinstance(event, PhaseAdjudicated):
            self.phases.append(event.phase)
        place = _place(event)
        self._met.add(place)
        before = self._seen.get(place)
        if before is None and self._finished:
            raise ReplayDiffersError(_diff(f"{' '.join(place)}: not recorded", "", _shown(event)))
        if before is not None and before.identity() != event.identity():
            raise ReplayDiffersError(_diff(" ".join(place), _shown(before), _shown(event)))

    def check_complete(self) -> None:
        """Raises ``ReplayDiffersError`` when the game has ended without something that was recorded."""
        for place, event in self._seen.items():
            if place not in self._met:
                raise ReplayDiffersError(_diff(f"{' '.join(place)}: not played again", _shown(event), ""))

    def exchange(self, exchange: Exchange) -> None:
        self.calls += exchange.reply is not None


def _place(event: Event) -> tuple[str, ...]:
    match event:
        case MessageDelivered():
            return (event.phase, "message", str(event.sequence))
        case OrdersSubmitted():
            return (event.phase, "orders of", event.power)
        case PhaseAdjudicated():
            return (event.phase, "results")
    raise AssertionError(event)


def _shown(event: Event) -> str:
    record = event.record(0.0)
    del record["time"]
    return json.dumps(record, indent=1, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else tuple(value)


def differing_prompt(differs: PromptDiffersError, past: RunHistory) -> ReplayDiffersError:
    """The error that shows how a prompt differs from the recorded one."""
    before, now = recorded_request(past.calls.path, differs.call.line), differs.request
    what, old, new = "prompt", before["prompt"], now.prompt
    if old == new:
        what, old, new = "system prompt", before["system"], now.system
    return ReplayDiffersError(_diff(f"{differs}: its {what}", old, new))


def recorded_request(journal: Path, line: int) -> Mapping[str, Any]:
    """What was asked in one line of a journal."""
    with journal.open("rb") as file:
        for number, text in enumerate(file, 1):
            if number == line:
                return dict(unsealed(text.rstrip(b"\n"), number)["request"])
    raise AssertionError(f"{journal} has no line {line}")


def _diff(title: str, before: str, now: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), now.splitlines(), "recorded", "played again", lineterm="", n=_CONTEXT
    )
    return "\n".join([title, *lines])
