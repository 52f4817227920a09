"""What the page tells of each phase, gathered from the events and the calls as they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..agent.events import Consolidated, DiaryWritten, Initialized, MessageReturned, OrdersExplained, Planned, Reflected
from ..game.config import phase_order
from ..game.events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted, PledgeJudged
from ..game.story import title
from ..models.events import CallRetried
from ..records.events import Event
from ..run.events import ReplyRead, StepDefaulted

_CallName = tuple[str, str, int, int]
"""(power, step, round, attempt) within a phase."""


class Chapters:
    """The phases of a run, each as plain JSON data that may still grow.

    A phase holds ``phase``, ``title``, ``units``, ``centers`` and ``dislodged`` (power -> units, as it began),
    ``press``, ``returned``, ``pledges``, ``retries`` (how many calls were asked again), ``minds`` (power -> what it
    wrote), ``orders`` (power -> what it submitted), ``outcome`` (how it was adjudicated, or ``null``), ``calls`` and
    ``changed``, the version at which it last grew.
    """

    def __init__(self) -> None:
        self._phases: dict[str, dict[str, Any]] = {}
        self._begun: set[str] = set()
        self._calls: dict[tuple[str, _CallName], list[dict[str, Any]]] = {}
        self._verdicts: dict[tuple[str, _CallName], ReplyRead] = {}
        self._dislodged: tuple[tuple[int, int, int], Mapping[str, Sequence[str]]] | None = None
        self._version = 0

    def at_version(self, version: int) -> None:
        """What comes from here on belongs to this version."""
        self._version = version

    def since(self, version: int) -> list[dict[str, Any]]:
        """The phases that grew after a version, in the order of play. A phase of which only calls are known so far, as
        events reach the disk later than they do, is told of when it is known to have begun."""
        grown = [self._phases[name] for name in self._begun if self._phases[name]["changed"] > version]
        return sorted(grown, key=lambda phase: phase_order(phase["phase"]))

    def call(self, row: dict[str, Any], phase: str) -> None:
        """A call came to an end; ``row`` as in ``record``."""
        self._chapter(phase)["calls"].append(row)
        if row["late"]:
            return
        name = (phase, (row["power"], row["step"], row["round"], row["attempt"]))
        self._calls.setdefault(name, []).append(row)
        if name in self._verdicts:
            self._judge(self._verdicts[name], [row])

    def event(self, event: Event) -> None:
        match event:
            case PhaseStarted():
                self._started(event)
            case MessageDelivered():
                self._chapter(event.phase)["press"].append(
                    {
                        "sequence": event.sequence,
                        "round": event.round,
                        "from": event.sender,
                        "to": list(event.recipients),
                        "body": event.body,
                        "pledges": list(event.pledges),
                    }
                )
            case MessageReturned():
                self._chapter(event.phase)["returned"].append(
                    {
                        "round": event.round,
                        "from": event.sender,
                        "problem": event.problem,
                        "detail": event.detail,
                        "body": event.body,
                    }
                )
            case PledgeJudged():
                self._chapter(event.phase)["pledges"].append(
                    {
                        "from": event.sender,
                        "to": list(event.recipients),
                        "pledged": event.pledged,
                        "ordered": event.ordered,
                        "kept": event.kept,
                    }
                )
            case OrdersSubmitted():
                self._chapter(event.phase)["orders"][event.power] = {
                    "model": event.model,
                    "orders": list(event.orders),
                    "defaults": list(event.defaults),
                    "given": event.given,
                    "illegal_first": [dict(line) for line in event.illegal_first],
                    "illegal": [dict(line) for line in event.illegal],
                    "vote_draw": event.vote_draw,
                }
            case PhaseAdjudicated():
                self._adjudicated(event)
            case ReplyRead():
                name = (event.phase, (event.actor, event.step, event.round, event.attempt))
                self._verdicts[name] = event
                self._judge(event, self._calls.get(name, []))
            case CallRetried():
                self._chapter(event.phase)["retries"] += 1
            case _:
                self._thought(event)

    def _thought(self, event: Event) -> None:
        match event:
            case Initialized() | Reflected():
                word = "begun" if isinstance(event, Initialized) else "reflected"
                self._mind(event)[word] = {"goals": list(event.goals), "relationships": dict(event.relationships)}
            case DiaryWritten():
                entry = {"step": event.step, "round": event.round, "text": event.text}
                self._mind(event).setdefault("diary", []).append(entry)
            case Planned():
                self._mind(event)["directive"] = event.directive
            case OrdersExplained():
                self._mind(event)["reasoning"] = event.reasoning
                self._mind(event)["intent"] = event.intent
            case Consolidated():
                self._mind(event)["summary"] = event.summary
            case StepDefaulted():
                entry = {"step": event.step, "round": event.round, "reason": event.reason}
                self._mind(event).setdefault("defaulted", []).append(entry)

    def _started(self, event: PhaseStarted) -> None:
        self._begun.add(event.phase)
        chapter = self._chapter(event.phase)
        chapter["units"], chapter["centers"] = _lists(event.units), _lists(event.centers)
        if event.phase[-1] == "R" and self._dislodged is not None and self._dislodged[0] < phase_order(event.phase):
            chapter["dislodged"] = _lists(self._dislodged[1])

    def _adjudicated(self, event: PhaseAdjudicated) -> None:
        self._dislodged = (phase_order(event.phase), event.dislodged)
        self._chapter(event.phase)["outcome"] = {
            "orders": _lists(event.orders),
            "results": _lists(event.results),
            "captures": dict(event.captures),
            "dislodged": _lists(event.dislodged),
            "centers": _lists(event.centers),
            "units": _lists(event.units),
        }

    def _judge(self, read: ReplyRead, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            row["verdict"] = read.verdict
            row["problems"] = list(read.problems)
            self._chapter(read.phase)

    def _mind(self, event: Any) -> dict[str, Any]:
        mind: dict[str, Any] = self._chapter(event.phase)["minds"].setdefault(event.power, {})
        return mind

    def _chapter(self, phase: str) -> dict[str, Any]:
        """The phase, which grows now."""
        chapter = self._phases.setdefault(
            phase,
            {
                "phase": phase,
                "title": title(phase),
                "units": {},
                "centers": {},
                "dislodged": {},
                "press": [],
                "returned": [],
                "pledges": [],
                "retries": 0,
                "minds": {},
                "orders": {},
                "outcome": None,
                "calls": [],
            },
        )
        chapter["changed"] = self._version
        return chapter


def _lists(of: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {name: list(items) for name, items in of.items()}
