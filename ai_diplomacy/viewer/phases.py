"""What the page gets of each phase: its events and its calls, as the run's own logs hold them."""

from __future__ import annotations

from typing import Any

from ..board.phase import Phase
from ..game.story_words import title
from ..models.call_log import key_record, reply_record
from ..models.events import CallAnswered, CallEnded, CallFailed, CallLate
from ..records.events import Event
from ..run.events import PhaseBegun, RunFinished, RunForked, RunImported


class Phases:
    """The phases of a run, each as plain JSON data that may still grow.

    A phase holds ``phase``, ``title``, ``events`` (lines of ``events.jsonl``), ``calls`` (lines of ``calls.jsonl`` with
    their number, ``line``, and without their texts) and ``changed``, the version at which it last grew.
    """

    def __init__(self) -> None:
        self._phases: dict[str, dict[str, Any]] = {}
        self._begun: set[str] = set()
        self._version = 0
        self.measured = True
        """Whether it is known what calls took; of those of an imported run it is not."""

    def at_version(self, version: int) -> None:
        """What comes from here on belongs to this version."""
        self._version = version

    def event(self, event: Event, at: float) -> None:
        """What was told at a moment, seconds since 1970. What is about no phase is left out."""
        if isinstance(event, CallEnded):
            self._phase(event.key.phase)["calls"].append(_without_texts(event, measured=self.measured))
        elif not isinstance(event, RunForked | RunImported | RunFinished) and "phase" in (record := event.record(at)):
            if isinstance(event, PhaseBegun):
                self._begun.add(event.phase)
            self._phase(record["phase"])["events"].append(record)

    def since(self, version: int) -> list[dict[str, Any]]:
        """The phases that grew after a version, in the order of play. A phase of which only calls are known so far, as
        events reach the disk later than they do, is told of when it is known to have begun."""
        grown = [self._phases[name] for name in self._begun if self._phases[name]["changed"] > version]
        return sorted(grown, key=lambda phase: Phase(phase["phase"]))

    def _phase(self, name: str) -> dict[str, Any]:
        """The phase, which grows now."""
        phase = self._phases.setdefault(name, {"phase": name, "title": title(name), "events": [], "calls": []})
        phase["changed"] = self._version
        return phase


def _without_texts(call: CallEnded, *, measured: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"line": call.line, "key": key_record(call.key), "model": call.model}
    if isinstance(call, CallFailed):
        return told | {"failure": {"kind": call.kind, "message": call.message}}
    assert isinstance(call, CallAnswered | CallLate)
    reply = reply_record(call.reply)
    del reply["text"]
    if not measured:
        reply |= {"latency": None, "waited": None, "inherited": False}
    return told | {"late": isinstance(call, CallLate), "reply": reply}
