"""``trace.json``: the run as a timeline in the Chrome trace-event format, for Perfetto and ``chrome://tracing``.

Process 1 is the game. Its threads are tracks: the game itself (phases, and in them the segments between barriers, with
an instant at each barrier), the files (a slice a save), and each actor (a slice a step, in it one a call, in it one for
waiting and one for answering). A step that runs in the background lies on a second track of its actor, or a third.

Calls lie where their replies say that they were sent, so a run that was resumed shows all its sessions with the gaps
between them; saves are those of the last session. Timestamps are microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from ..models.events import CallAnswered
from ..models.model import CallKey, Reply
from ..records.events import Event
from ..records.sealing import compact_json
from .events import PhaseBegun, ReplyRead, StepFinished
from .stages import Segment

_Step = tuple[str, str, str, int]
"""(actor, phase, step, round)"""


@dataclass(slots=True)
class _Call:
    """An answered call, and how its reply was read."""

    key: CallKey
    model: str
    reply: Reply
    verdict: str = ""


@dataclass(slots=True)
class _Lane:
    """One track of an actor, and what lies on it."""

    track: int
    taken: list[tuple[int, int]]
    """(start, end) of its steps."""

    def has_room(self, start: int, end: int) -> bool:
        return all(end <= other_start or other_end <= start for other_start, other_end in reversed(self.taken))


class Trace:
    """Listens to a run and keeps its timeline, each entry as the text that goes into the file."""

    def __init__(self, actors: Sequence[str]) -> None:
        self._lanes: dict[str, list[_Lane]] = {actor: [] for actor in sorted(actors)}
        self._tracks = count(1)
        self._entries: list[str] = []
        self._open: dict[_Step, list[_Call]] = {}
        self._phase = ""
        self._ends: dict[str, int] = {}
        """Actor -> when its last call before the coming barrier was answered."""
        self._phase_began: int | None = None
        self._segment_began: int | None = None
        self._name("process_name", 0, "AI Diplomacy")
        self._game, self._files = self._track("game", -2), self._track("files", -1)

    # What happens

    def event(self, event: Event) -> None:
        match event:
            case PhaseBegun():
                self._phase = event.phase
            case CallAnswered() if not event.reply.inherited:
                self._answered(event)
            case ReplyRead():
                calls = self._open.get((event.actor, event.phase, event.step, event.round))
                if calls:
                    calls[-1].verdict = event.verdict
            case StepFinished():
                calls = self._open.pop((event.actor, event.phase, event.step, event.round), None)
                if calls:
                    self._entries += self._step(calls)

    def _answered(self, event: CallAnswered) -> None:
        key, reply = event.key, event.reply
        call = _Call(key, event.model, reply)
        self._open.setdefault((key.actor, key.phase, key.step, key.round), []).append(call)
        if event.request is None or not event.request.background:
            self._ends[key.actor] = max(self._ends.get(key.actor, 0), _ended(reply))
        if self._phase_began is None:
            self._phase_began = self._segment_began = _asked(reply)

    def crossed(self, segment: Segment) -> None:
        """Every step before a barrier has ended. It stands where the last reply that it waited for came in."""
        ends, self._ends = self._ends, {}
        began = self._segment_began
        if not ends or began is None or self._phase_began is None:
            return
        last = max(ends, key=lambda actor: (ends[actor], actor))
        moment = max(ends[last], began)
        idle = sum(moment - min(end, moment) for end in ends.values())
        about = {"phase": self._phase, "waited_for": last, "others_idle_s": round(idle / 1e6, 6)}
        delivers = segment.barrier == "deliver"
        work = f"press {segment.stages[-1].round}" if delivers else "orders"
        self._slice(self._game, work, began, moment, {"phase": self._phase})
        barrier = "delivery" if delivers else "adjudication"
        self._add(ph="i", s="p", tid=self._game, ts=moment, name=barrier, cat="barrier", args=about)
        self._segment_began = moment
        if not delivers:
            self._slice(self._game, self._phase, self._phase_began, moment, {})
            self._phase_began = moment

    def saved(self, started: float, ended: float) -> None:
        """All files were brought up to date. Seconds since 1970."""
        self._slice(self._files, "save", _micro(started), max(_micro(started), _micro(ended)), {})

    def text(self) -> str:
        """The file. Calls of steps that have not ended stand in it too."""
        unfinished = [entry for calls in self._open.values() for entry in self._step(calls, keep=False)]
        entries = ",\n".join(self._entries + unfinished)
        return f'{{"displayTimeUnit": "ms", "traceEvents": [\n{entries}\n]}}\n'

    # Entries

    def _step(self, calls: Sequence[_Call], *, keep: bool = True) -> list[str]:
        """The slices of one step: it begins when its first call is asked and ends when its last is answered."""
        key = calls[0].key
        at = start = _asked(calls[0].reply)
        spans = []
        for call in calls:
            # The wall clock may be set back; a call never begins before the one whose reply it corrects has ended.
            asked = max(at, _asked(call.reply))
            sent = max(asked, _micro(call.reply.started))
            at = max(sent, _ended(call.reply))
            spans.append((call, asked, sent, at))
        track = self._lane(key.actor, start, at, keep=keep)
        name = f"{key.step} {key.round}" if key.round else key.step
        about = {"phase": key.phase, "step": key.step, "round": key.round}
        made = [_slice(track, name, start, at, about, "step")]
        for call, asked, sent, end in spans:
            made.append(_slice(track, _call_name(call.key), asked, end, _about(call), "call"))
            if sent > asked:
                made.append(_slice(track, "waiting", asked, sent, {}, "waiting"))
            made.append(_slice(track, "answering", sent, end, {}, "answering"))
        return made

    def _lane(self, actor: str, start: int, end: int, *, keep: bool) -> int:
        """A track of the actor on which nothing else lies at this time."""
        lanes = self._lanes[actor]
        lane = next((lane for lane in lanes if lane.has_room(start, end)), None)
        if lane is None:
            name = actor + " (beside)" * len(lanes)
            lane = _Lane(self._track(name, 100 * list(self._lanes).index(actor) + len(lanes)), [])
            lanes.append(lane)
        if keep:
            lane.taken.append((start, end))
        return lane.track

    def _slice(self, track: int, name: str, start: int, end: int, about: dict[str, Any]) -> None:
        self._entries.append(_slice(track, name, start, end, about, "game"))

    def _track(self, name: str, position: int) -> int:
        """A track that stands at this place among the others."""
        track = next(self._tracks)
        self._name("thread_name", track, name)
        self._add(ph="M", tid=track, name="thread_sort_index", args={"sort_index": position})
        return track

    def _name(self, what: str, track: int, name: str) -> None:
        self._add(ph="M", tid=track, name=what, args={"name": name})

    def _add(self, **entry: Any) -> None:
        self._entries.append(_entry(**entry))


def _slice(track: int, name: str, start: int, end: int, about: dict[str, Any], category: str) -> str:
    return _entry(ph="X", tid=track, ts=start, dur=end - start, name=name, cat=category, args=about)


def _entry(**fields: Any) -> str:
    return compact_json({"pid": 1, **fields})


def _call_name(key: CallKey) -> str:
    return "corrected call" if key.attempt else "call"


def _about(call: _Call) -> dict[str, Any]:
    key, reply, usage = call.key, call.reply, call.reply.usage
    return {
        "phase": key.phase,
        "step": key.step,
        "round": key.round,
        "attempt": key.attempt,
        "model": call.model,
        "verdict": call.verdict,
        "input_tokens": usage.input,
        "output_tokens": usage.output,
        "cached_tokens": usage.cached,
        "sent": reply.attempts + reply.hedged,
        "cost_usd": reply.cost_usd,
    }


def _asked(reply: Reply) -> int:
    return _micro(reply.started - reply.waited)


def _ended(reply: Reply) -> int:
    return _micro(reply.started + reply.latency)


def _micro(seconds: float) -> int:
    return round(seconds * 1_000_000)
