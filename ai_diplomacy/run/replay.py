"""A run played again from its journal alone: with no model and no network, every prompt and every order must be what
it was."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from ..models.call_log import PromptDiffersError
from ..models.events import CallAnswered
from ..models.journal import NotRecorded, Recorded
from ..models.output_limits import EscalatingMaxTokens, OutputLimits
from ..records.events import Event, Listener
from .create import check_playable
from .history import RunHistory
from .policies import policy
from .protocols import G, GameKind
from .settings_history import S
from .steps import Steps

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


async def replay(history: RunHistory[S], kind: GameKind[S, G]) -> Replayed:
    """Plays a run again and checks its prompts and what is ``GameKind.checked`` of its events. Raises
    ``ReplayDiffersError`` at the first difference, ``ConfigError`` and ``PromptError``."""
    checker = _Checker(history, kind)
    ended = True
    try:
        await play_again(history, kind, checker)
    except NotRecorded as end:
        if history.finished is not None:
            raise ReplayDiffersError(f"{end}, but the run is finished") from None
        ended = False
    if ended:
        checker.check_complete()
    return Replayed(checker.calls, tuple(checker.phases), ended)


async def play_again(
    history: RunHistory[S],
    kind: GameKind[S, G],
    listener: Listener,
    phase_ended: Callable[[G], None] = lambda _: None,
) -> None:
    """Plays a run again from its journal alone, one step after another, so that the first difference found is the first
    that there is. Raises ``NotRecorded`` where the journal ends, ``ReplayDiffersError`` at a prompt that differs."""
    check_playable(history)
    limits = OutputLimits()
    game = kind.begin(
        history.settings,
        lambda model: EscalatingMaxTokens(Recorded(str(model), history.calls), limits, listener.event),
        listener,
    )
    if history.recorded and kind.recall is not None:
        kind.recall(game, history.recorded)
    steps = Steps(game, listener, kind.ends_game, history.faults)
    try:
        async with policy("sequential") as one_by_one:
            while (segment := game.segment()) is not None:
                await one_by_one.run(segment, steps.take)
                await game.cross(segment)
                if segment.ends_phase:
                    phase_ended(game)
    except PromptDiffersError as differs:
        raise _differing_prompt(differs, history) from None


class _Checker(Generic[S, G]):
    """A listener that has seen it all before."""

    def __init__(self, history: RunHistory[S], kind: GameKind[S, G]) -> None:
        self._finished = history.finished is not None
        self._place = kind.checked
        self._met: set[tuple[str, ...]] = set()
        self.calls = 0
        self.phases: list[str] = []
        again = RunHistory(history.path, kind, keep=False)
        places = ((self._place(event), event) for _, event in again.read() if not again.is_recorded(event))
        self._seen = {place: event for place, event in places if place is not None}

    def event(self, event: Event) -> None:
        self.calls += isinstance(event, CallAnswered)
        place = self._place(event)
        if place is None:
            return
        if len(place) == 2 and place[1] == "results":
            self.phases.append(place[0])
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


def _shown(event: Event) -> str:
    record = event.record(0.0)
    del record["time"]
    return json.dumps(record, indent=1, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else tuple(value)


def _differing_prompt(differs: PromptDiffersError, history: RunHistory[S]) -> ReplayDiffersError:
    """The error that shows how a prompt differs from the recorded one."""
    before, now = history.call_record(differs.call.line)["request"], differs.request
    what, old, new = "prompt", before["prompt"], now.prompt
    if old == new:
        what, old, new = "system prompt", before["system"], now.system
    return ReplayDiffersError(_diff(f"{differs}: its {what}", old, new))


def _diff(title: str, before: str, now: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), now.splitlines(), "recorded", "played again", lineterm="", n=_CONTEXT
    )
    return "\n".join([title, *lines])
