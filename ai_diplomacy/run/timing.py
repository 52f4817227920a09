"""Where the time went: measured latencies, the critical path through the real dependencies, ``timing.json``."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from ..models.events import CallAnswered
from ..models.model import CallKey, Reply
from ..records.events import Event
from .stages import Segment

_Taken = tuple[str, str, int]
"""(actor, step, round) within one segment."""


@dataclass(slots=True)
class _Row:
    """The calls of one step in one phase."""

    calls: int = 0
    answering: float = 0.0
    slowest: float = 0.0
    asked: float = math.inf
    answered: float = -math.inf

    def add(self, reply: Reply) -> None:
        self.calls += 1
        self.answering += reply.latency
        self.slowest = max(self.slowest, reply.latency)
        self.asked = min(self.asked, reply.started - reply.waited)
        self.answered = max(self.answered, reply.started + reply.latency)

    def document(self) -> dict[str, float]:
        return {
            "calls": self.calls,
            "answering": round(self.answering, 6),
            "slowest": round(self.slowest, 6),
            "elapsed": round(self.answered - self.asked, 6),
        }


class _Path:
    """The longest chain of seconds through the dependencies of a game."""

    def __init__(self) -> None:
        self._open: dict[_Taken, float] = defaultdict(float)
        self._frontier = 0.0
        self._background: dict[_Taken, float] = {}
        """The earliest start of each background step that is not yet waited for."""

    def add(self, key: CallKey, seconds: float) -> None:
        self._open[key.actor, key.step, key.round] += seconds

    def crossed(self, segment: Segment) -> None:
        """The segment has ended: the earliest moment at which it could have is the longest of its chains."""
        latest = self._frontier
        for actor in segment.actors:
            at = self._frontier
            for stage in segment.chain(actor):
                for joined in [key for key in self._background if key[0] == actor and key[1] in stage.joins]:
                    at = max(at, self._end(joined))
                    del self._background[joined]
                    self._open.pop(joined, None)
                if stage.background:
                    self._background[actor, stage.step, stage.round] = at
                else:
                    at += self._open.pop((actor, stage.step, stage.round), 0.0)
            latest = max(latest, at)
        self._frontier = latest

    @property
    def length(self) -> float:
        return max([self._frontier, *map(self._end, self._background)])

    def _end(self, step: _Taken) -> float:
        """Its call may be answered long after the segment in which it began, so its length is asked for late."""
        return self._background[step] + self._open.get(step, 0.0)


class Timing:
    """Listens to a run and computes its times. All figures are seconds."""

    def __init__(self) -> None:
        self.calls = 0
        self.answering = 0.0
        self.waiting = 0.0
        self._answers, self._with_waits = _Path(), _Path()
        self._by_phase: dict[str, dict[str, _Row]] = {}

    def event(self, event: Event) -> None:
        """Nothing but calls takes time worth accounting."""
        if not isinstance(event, CallAnswered) or event.reply.inherited:
            return
        reply, key = event.reply, event.key
        self.calls += 1
        self.answering += reply.latency
        self.waiting += reply.waited
        self._answers.add(key, reply.latency)
        self._with_waits.add(key, reply.latency + reply.waited)
        self._by_phase.setdefault(key.phase, {}).setdefault(key.step, _Row()).add(reply)

    def crossed(self, segment: Segment) -> None:
        """The segment has ended."""
        self._answers.crossed(segment)
        self._with_waits.crossed(segment)

    @property
    def critical_path(self) -> float:
        """The least time that any schedule could take, given these latencies and the real dependencies."""
        return self._answers.length

    @property
    def waiting_on_path(self) -> float:
        """By how much the waits of the calls (queues, pauses, failed attempts) lengthen it: what the game would have
        been over sooner without them, not their sum over powers that waited side by side."""
        return self._with_waits.length - self._answers.length

    def account(self, total_time: float, setup_time: float) -> str:
        """All figures on the line with which the log ends."""
        figures = self.document(total_time, setup_time)
        return (
            f"total_time {total_time:.3f} s, setup_time {setup_time:.3f} s, {self.calls} calls, "
            f"sum_of_call_time {self.answering:.3f} s, critical_path {self.critical_path:.3f} s, "
            f"overhead {figures['overhead']:.3f} s, of which waiting_on_path {self.waiting_on_path:.3f} s, "
            f"speedup_over_sequential {figures['speedup_over_sequential']}"
        )

    def document(self, total_time: float, setup_time: float) -> dict[str, Any]:
        """``timing.json``."""
        overhead, waiting = total_time - self.critical_path, self.waiting_on_path
        without_waiting = total_time - waiting
        return {
            "total_time": round(total_time, 6),
            "setup_time": round(setup_time, 6),
            "calls": self.calls,
            "sum_of_call_time": round(self.answering, 6),
            "sum_of_waiting_time": round(self.waiting, 6),
            "critical_path": round(self.critical_path, 6),
            "overhead": round(overhead, 6),
            "waiting_on_path": round(waiting, 6),
            "overhead_without_waiting": round(overhead - waiting, 6),
            "speedup_over_sequential": round(self.answering / without_waiting, 3) if without_waiting > 0 else None,
            "phases": {
                phase: {step: row.document() for step, row in sorted(steps.items())}
                for phase, steps in self._by_phase.items()
            },
        }
