"""What the page gets of each phase: its events and its calls, as the run's own logs hold them."""

from __future__ import annotations

from typing import Any

from ..game.config import phase_order
from ..game.story import title


class Phases:
    """The phases of a run, each as plain JSON data that may still grow.

    A phase holds ``phase``, ``title``, ``events`` (lines of ``events.jsonl``), ``calls`` (lines of ``calls.jsonl`` with
    their number, ``line``, and without their texts) and ``changed``, the version at which it last grew.
    """

    def __init__(self) -> None:
        self._phases: dict[str, dict[str, Any]] = {}
        self._begun: set[str] = set()
        self._version = 0

    def at_version(self, version: int) -> None:
        """What comes from here on belongs to this version."""
        self._version = version

    def event(self, record: dict[str, Any]) -> None:
        """A line of ``events.jsonl`` that is about a phase."""
        if record["type"] == "phase_started":
            self._begun.add(record["phase"])
        self._phase(record["phase"])["events"].append(record)

    def call(self, record: dict[str, Any], line: int) -> None:
        """A line of ``calls.jsonl``."""
        told = {name: value for name, value in record.items() if name not in ("format", "request")}
        if "reply" in told:
            told["reply"] = {name: value for name, value in told["reply"].items() if name != "text"}
        self._phase(record["key"]["phase"])["calls"].append({"line": line, **told})

    def since(self, version: int) -> list[dict[str, Any]]:
        """The phases that grew after a version, in the order of play. A phase of which only calls are known so far, as
        events reach the disk later than they do, is told of when it is known to have begun."""
        grown = [self._phases[name] for name in self._begun if self._phases[name]["changed"] > version]
        return sorted(grown, key=lambda phase: phase_order(phase["phase"]))

    def _phase(self, name: str) -> dict[str, Any]:
        """The phase, which grows now."""
        phase = self._phases.setdefault(name, {"phase": name, "title": title(name), "events": [], "calls": []})
        phase["changed"] = self._version
        return phase
