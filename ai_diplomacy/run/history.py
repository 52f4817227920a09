"""What a run folder tells of its run: the settings, the answered calls, what was told, and where it stood."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..game.config import GameConfig, phase_order
from ..game.events import PhaseStarted
from ..models.budget import Budget
from ..models.call_log import Calls, read_calls
from ..models.events import BudgetWarned, CallLost
from ..models.model import Reply
from ..records.durable import AppendLog, DiskError, LogInUseError
from ..records.errors import ConfigError
from ..records.events import Event, event_from
from ..records.log_reader import DamagedLogError, LogEnd, LogReader
from ..run.events import RunFinished, RunForked, RunResumed, RunStarted
from .settings_history import SettingsHistory

FORMAT = 2
"""Version of the folder's layout and of the lines in its logs."""

_TAIL = 65536
"""Bytes at the end of a log in which its last event lies."""

CALLS, EVENTS = "calls.jsonl", "events.jsonl"


@dataclass(frozen=True, slots=True)
class RunHistory:
    """A run as far as it was played."""

    path: Path
    timeline: SettingsHistory
    calls: Calls
    told: Counter[tuple[Any, ...]]
    """Identities of the events that will recur when the run is played again from its journal."""
    incidents: tuple[Event, ...]
    """The events that will not, but for those that tell of the run as a whole."""
    phases: tuple[str, ...]
    """Those that were begun, in the order of play."""
    finished: RunFinished | None
    """How it ended, unless it was gone on with since."""
    sittings: int
    """How many programs have played in it. None has in a run that was only just made."""
    elapsed: float
    """Seconds that they played, all together."""
    events_end: LogEnd

    @property
    def phase(self) -> str:
        """The last phase of which anything is known."""
        return self.phases[-1] if self.phases else ""

    def charge(self, budget: Budget) -> None:
        """Puts on the bill what was spent so far, late replies and calls without an answer included."""
        for incident in self.incidents:
            if isinstance(incident, BudgetWarned):
                budget.restore_warned(incident)
        for call in (*self.calls, *self.calls.late):
            if isinstance(call.outcome, Reply) and not call.outcome.inherited:
                budget.restore(call.key, call.model, call.outcome)
        for incident in self.incidents:
            if isinstance(incident, CallLost):
                budget.restore_lost(incident)
        budget.warn()

    @property
    def torn(self) -> tuple[str, ...]:
        """The files whose last line was torn."""
        ends = {CALLS: self.calls.end, EVENTS: self.events_end}
        return tuple(name for name, end in ends.items() if end.torn)


def is_run(path: Path) -> bool:
    """Whether a folder holds a run. One that has lost its journal is one too, which can only be refused."""
    return (path / EVENTS).is_file()


def is_finished(path: Path) -> bool:
    """Whether a run was played to its end: its last event says so. Cheap, as many runs are asked."""
    try:
        with (path / EVENTS).open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
            last = file.read().splitlines(keepends=True)[-1:]
        return bool(last and last[0].endswith(b"\n") and json.loads(last[0])["type"] == "run_finished")
    except (FileNotFoundError, ValueError, LookupError, TypeError):
        return False


def _check_whole(path: Path) -> None:
    if not is_run(path):
        raise ConfigError(f"{str(path)!r} is not the folder of a run")
    if not (path / CALLS).is_file():
        raise ConfigError(f"{str(path / CALLS)!r} is missing: without its calls the run cannot be gone on with")


def read_history(path: Path) -> RunHistory:
    """Reads the logs of a run, which may be played meanwhile. Raises ``ConfigError``, which names the damaged line, for
    a folder that is no run of this format."""
    _check_whole(path)
    try:
        # The events first: what they tell of rests on calls that are in the journal by then.
        history = _History(path / EVENTS)
        calls = read_calls(path / CALLS)
    except DamagedLogError as error:
        raise ConfigError(f"{error}; nothing was changed. The lines before it are whole") from None
    except OSError as error:
        raise ConfigError(f"cannot read {error.filename or path}: {error.strerror or error}") from None
    spans = history.sittings(calls)
    phases = {*history.phases, *(call.key.phase for call in calls)}
    return RunHistory(
        path=path,
        timeline=history.timeline,
        calls=calls,
        told=history.told,
        incidents=tuple(history.incidents),
        phases=tuple(sorted(phases, key=phase_order)),
        finished=history.finished,
        sittings=len(spans),
        elapsed=sum(ended - begun for begun, ended in spans),
        events_end=history.end,
    )


class _History:
    """The event log, read once."""

    def __init__(self, path: Path) -> None:
        """Raises ``DamagedLogError``, ``ConfigError`` or ``OSError``."""
        self.told: Counter[tuple[Any, ...]] = Counter()
        self.incidents: list[Event] = []
        self.phases: list[str] = []
        self.finished: RunFinished | None = None
        self._path = path
        self._spans: list[list[float]] = []
        """First and last event of each sitting, seconds since 1970."""
        self._made = 0.0
        timeline: SettingsHistory | None = None
        reader = LogReader(path)
        for number, record in enumerate(reader, 1):
            at = record.pop("time", 0.0)
            if number == 1:
                timeline, self._made = SettingsHistory(self._first(record)), at
            else:
                assert timeline is not None
                timeline = self._heard(self._event(record, number), at, timeline)
        if timeline is None:
            raise ConfigError(f"{str(path)!r} is empty: it is not the log of a run")
        self.timeline = timeline
        self.end = reader.end

    def sittings(self, calls: Calls) -> list[tuple[float, float]]:
        """The first and the last sign of life of every sitting."""
        answered = [
            call.outcome.started + call.outcome.latency
            for call in calls
            if isinstance(call.outcome, Reply) and not call.outcome.inherited
        ]
        spans = list(self._spans)
        if answered and (not spans or min(answered) < spans[0][0]):
            # The first program died before it told of anything.
            spans.insert(0, [self._made, self._made])
        following = [*(begun for begun, _ in spans[1:]), float("inf")]
        return [
            (begun, max([ended, *(at for at in answered if begun <= at < until)]))
            for (begun, ended), until in zip(spans, following, strict=False)
        ]

    def _first(self, record: dict[str, Any]) -> GameConfig:
        if record.get("type") != "run_started" or record.get("format") != FORMAT:
            raise ConfigError(
                f"{str(self._path)!r} has format {record.get('format')!r}, which this version does not know; it "
                f"reads and writes {FORMAT}"
            )
        started = self._event(record, 1)
        assert isinstance(started, RunStarted)
        return GameConfig.from_document(started.config)

    def _heard(self, event: Event, at: float, timeline: SettingsHistory) -> SettingsHistory:
        if isinstance(event, RunForked):
            for change in event.settings:
                timeline = timeline.changed(change["after"], GameConfig.from_document(change["config"]))
            return timeline
        if isinstance(event, RunResumed):
            timeline = timeline.changed(event.after, GameConfig.from_document(event.config))
            self.finished = None
        if isinstance(event, RunResumed) or not self._spans:
            self._spans.append([at, at])
        self._spans[-1][1] = at
        if isinstance(event, PhaseStarted):
            self.phases.append(event.phase)
        if event.recurs:
            self.told[event.identity()] += 1
        elif isinstance(event, RunFinished):
            self.finished = event
        elif not isinstance(event, RunResumed):
            self.incidents.append(event)
        return timeline

    def _event(self, record: dict[str, Any], number: int) -> Event:
        try:
            return event_from(record)
        except (TypeError, ValueError) as error:
            raise DamagedLogError(f"{self._path}, line {number}: {error}") from None


@dataclass(frozen=True, slots=True)
class HeldRun:
    """A run that nobody else can write now, and its past."""

    past: RunHistory
    journal: AppendLog
    events: AppendLog


@contextmanager
def held(path: Path) -> Iterator[HeldRun]:
    """Keeps others from a run while it is gone on with, and reads its past. Nothing is written yet.

    Raises ``ConfigError`` when the run is being played by another program or cannot be gone on with, ``DiskError`` when
    it cannot be written.
    """
    _check_whole(path)
    with ExitStack() as opened:

        def log(name: str) -> AppendLog:
            try:
                log = AppendLog(path / name)
            except LogInUseError:
                raise ConfigError(f"{str(path)!r} is being played by another program") from None
            except OSError as error:
                raise DiskError(f"cannot write {path / name}: {error.strerror or error}") from None
            opened.callback(log.release)
            return log

        journal, events = log(CALLS), log(EVENTS)
        yield HeldRun(read_history(path), journal, events)
