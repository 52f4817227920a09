"""The record of a run read back, as far as it stands and on from there: the one reader of its two logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic

from ..models.call_log import CallLog, call_from
from ..models.events import CallAnswered, CallEnded, CallEvent
from ..records.durable import AppendLog, DiskError, LogInUseError
from ..records.errors import ConfigError
from ..records.events import Event, event_from
from ..records.formats import FORMAT, READABLE, event_of_today
from ..records.log_reader import DamagedLogError, LogEnd, LogReader, record_at, unsealed_head
from .events import PhaseBegun, RunFinished, RunForked, RunImported, RunResumed, RunStarted, StepFaulted
from .glance import EVENTS
from .protocols import GameKind
from .settings_history import S, SettingsHistory

CALLS = "calls.jsonl"


def is_run(path: Path) -> bool:
    """Whether a folder holds a run. One that has lost its journal is one too, which can only be refused."""
    return (path / EVENTS).is_file()


class RunHistory(Generic[S]):
    """A run as far as its record was read. Not to be used from two threads at once."""

    def __init__(self, path: Path, kind: GameKind[S, Any], *, keep: bool = True) -> None:
        """``keep``: whether the calls, and what else is needed to go on with the run, are kept. Raises ``ConfigError``
        for a folder that holds no run."""
        if not is_run(path):
            raise ConfigError(f"{str(path)!r} is not the folder of a run")
        self.path = path
        self.kind = kind
        self._keep = keep
        self.forget()

    def forget(self) -> None:
        """Begin again with the first line."""
        self._events, self._journal = LogReader(self.path / EVENTS), LogReader(self.path / CALLS)
        self._settings: SettingsHistory[S] | None = None
        self._lines: list[int] = []
        """Of each line of the journal, the byte at which it begins."""
        self._spans: list[list[float]] = []
        """First and last event of each session, seconds since 1970."""
        self._answered: list[float] = []
        """When the replies came that this run paid for."""
        self._began: dict[str, None] = {}
        """The phases of which anything is known."""
        self.made = 0.0
        """When the folder was made, seconds since 1970."""
        self.last_told = 0.0
        """When the last event was told."""
        self.forked: RunForked | None = None
        self.imported: RunImported | None = None
        """Where it comes from, if another program wrote it, or the run that it was forked from."""
        self.recorded: list[Event] = []
        """What is known of the phases that nobody plays again, because they were imported."""
        self.finished: RunFinished | None = None
        """How it ended, unless it was gone on with since."""
        self.versions: list[str] = []
        """Of the programs that played it, one a session."""
        self.calls = CallLog(self._journal.path)
        self.already_logged: Counter[tuple[Any, ...]] = Counter()
        """Identities of the events that will happen again when the run is played again from its journal."""
        self.operational: list[Event] = []
        """The events that will not, but for those that tell of the run as a whole."""
        self.faults: list[StepFaulted] = []
        """The steps that are not taken again when the run is."""

    @property
    def version(self) -> int:
        """Grows with the logs; equal for equal logs."""
        return self._events.end.lines + self._journal.end.lines

    def read(self) -> Iterator[tuple[float, Event]]:
        """What has come since the last time, each with the moment, seconds since 1970: the calls first, as what else
        is told rests on them. Raises ``DamagedLogError``, ``ConfigError`` or ``OSError``."""
        if self._events.shrunk:
            self.forget()
        # A call that an event tells of is in the journal by the time that the event is read.
        try:
            told = [self._heard(record) for record in self._events]
        except DamagedLogError:
            if self._settings is None:
                self._check_format(unsealed_head(self._events.path))
            raise
        if self._settings is None:
            raise ConfigError(f"{str(self._events.path)!r} is empty: it is not the log of a run")
        for record in self._journal:
            yield self._called(record)
        yield from told

    # What is known by now

    @property
    def settings(self) -> SettingsHistory[S]:
        assert self._settings is not None, "nothing was read yet"
        return self._settings

    def told_as(self, told: Callable[[S], S]) -> None:
        """Tells its settings in other words, which mean the same: what they name may lie elsewhere by now."""
        self._settings = self.settings.told_as(told)

    @property
    def phases(self) -> tuple[str, ...]:
        """Those that were begun, in the order of play."""
        return tuple(sorted(self._began, key=self.kind.order))

    @property
    def phase(self) -> str:
        """The last phase of which anything is known."""
        return max(self._began, key=self.kind.order, default="")

    @property
    def sessions(self) -> list[tuple[float, float]]:
        """The first and the last sign of life of every program that played it. None has in a run only just made."""
        spans, answered = list(self._spans), self._answered
        if answered and (not spans or min(answered) < spans[0][0]):
            # The first program died before it told of anything.
            spans.insert(0, [self.made, self.made])
        following = [*(begun for begun, _ in spans[1:]), float("inf")]
        return [
            (begun, max([ended, *(at for at in answered if begun <= at < until)]))
            for (begun, ended), until in zip(spans, following, strict=False)
        ]

    @property
    def elapsed(self) -> float:
        """Seconds that they played, all together."""
        return sum(ended - begun for begun, ended in self.sessions)

    @property
    def ends(self) -> Mapping[str, LogEnd]:
        """How far each log stands."""
        return {CALLS: self._journal.end, EVENTS: self._events.end}

    @property
    def torn(self) -> tuple[str, ...]:
        """The files whose last line was torn."""
        return tuple(name for name, end in self.ends.items() if end.torn)

    def is_recorded(self, event: Event) -> bool:
        """Whether it was imported, and not told by a program that played."""
        if self.imported is None or isinstance(event, RunFinished):
            return False
        phase, until = getattr(event, "phase", ""), self.imported.until
        return not until or (bool(phase) and self.kind.order(phase) < self.kind.order(until))

    @property
    def foreign(self) -> bool:
        """Whether another program wrote all of it, so that there is nothing to play it again from."""
        return self.imported is not None and not self.imported.until

    def call_record(self, line: int) -> dict[str, Any]:
        """A line of the journal with all its texts. Raises ``KeyError``, ``DamagedLogError`` or ``OSError``."""
        if not 1 <= line <= len(self._lines):
            raise KeyError(line)
        return record_at(self._journal.path, self._lines[line - 1], line)

    # Reading

    def _heard(self, record: dict[str, Any]) -> tuple[float, Event]:
        at = self.last_told = record.pop("time", 0.0)
        if self._settings is None:
            self._settings, self.made = self._begun(record), at
            return at, self.started
        event = self._event(record)
        if isinstance(event, RunForked):
            self.forked = event
            for change in event.settings:
                config = self.kind.settings(change["config"])
                self._settings = self._settings.changed(change["after"], config)
            return at, event
        if isinstance(event, RunImported):
            self.imported = event
            return at, event
        if self.is_recorded(event):
            if isinstance(event, PhaseBegun):
                self._began[event.phase] = None
            if self._keep and not isinstance(event, CallEvent):
                self.recorded.append(event)
            return at, event
        if isinstance(event, RunResumed):
            self._settings = self._settings.changed(event.after, self.kind.settings(event.config))
            self.versions.append(event.version)
            self.finished = None
        if isinstance(event, StepFaulted):
            self.faults.append(event)
            if self.forked is not None and not self._spans:
                # It came along from the other run.
                self.already_logged[event.identity()] += self._keep
                return at, event
        if isinstance(event, RunResumed) or not self._spans:
            self._spans.append([at, at])
        self._spans[-1][1] = at
        if isinstance(event, PhaseBegun):
            self._began[event.phase] = None
        elif isinstance(event, RunFinished):
            self.finished = event
        if self._keep and event.replayed:
            self.already_logged[event.identity()] += 1
        elif self._keep and not isinstance(event, RunFinished | RunResumed):
            self.operational.append(event)
        return at, event

    def _begun(self, record: dict[str, Any]) -> SettingsHistory[S]:
        self._check_format(record)
        self.format: int = record["format"]
        # Folders from before there were generations are of the first.
        started = self._event({"generation": 1} | record)
        assert isinstance(started, RunStarted)
        self.started = started
        self.versions.append(started.version)
        return SettingsHistory(self.kind.settings(started.config), self.kind.order)

    def _check_format(self, record: Mapping[str, Any]) -> None:
        """Raises ``ConfigError`` for the first line of a log that this version does not read. An empty one tells
        nothing."""
        if record and (record.get("type") != "run_started" or record.get("format") not in READABLE):
            format = record.get("format")
            old = isinstance(format, int) and format < min(READABLE)
            what = "is older than what this version reads" if old else "this version does not know"
            raise ConfigError(
                f"{str(self._events.path)!r} has format {format!r}, which {what}; it reads "
                f"{' and '.join(map(str, READABLE))}, and writes {FORMAT}"
            )

    def _event(self, record: dict[str, Any]) -> Event:
        try:
            return event_from(event_of_today(record, self.format))
        except (TypeError, ValueError) as error:
            raise DamagedLogError(f"{self._events.path}, line {self._events.end.lines}: {error}") from None

    def _called(self, record: dict[str, Any]) -> tuple[float, CallEnded]:
        line = self._journal.end.lines
        try:
            call = call_from(record, line)
        except ValueError as error:
            raise DamagedLogError(f"{self._journal.path}, line {line}: {error}") from None
        self._lines.append(self._journal.at)
        self._began[call.key.phase] = None
        at = 0.0
        if isinstance(call, CallAnswered) and not call.reply.inherited:
            at = call.reply.started + call.reply.latency
            self._answered.append(at)
        if self._keep:
            self.calls.add(replace(call, request=None))
        return at, call


def read_history(path: Path, kind: GameKind[S, Any]) -> RunHistory[S]:
    """A run as it stands, which may be played meanwhile. Raises ``ConfigError``, which names the damaged line, for a
    folder that is no run, or is of an unknown format."""
    _check_whole(path)
    try:
        history = RunHistory(path, kind)
        for _ in history.read():
            pass
    except DamagedLogError as error:
        raise ConfigError(f"{error}; nothing was changed. The lines before it are whole") from None
    except OSError as error:
        raise ConfigError(f"cannot read {error.filename or path}: {error.strerror or error}") from None
    return history


def _check_whole(path: Path) -> None:
    if not is_run(path):
        raise ConfigError(f"{str(path)!r} is not the folder of a run")
    if not (path / CALLS).is_file():
        raise ConfigError(f"{str(path / CALLS)!r} is missing: without its calls the run cannot be gone on with")


@dataclass(frozen=True, slots=True)
class HeldRun(Generic[S]):
    """A run that nobody else can write now, and its history."""

    history: RunHistory[S]
    journal: AppendLog
    events: AppendLog


@contextmanager
def held(path: Path, kind: GameKind[S, Any]) -> Iterator[HeldRun[S]]:
    """Keeps others from a run while it is gone on with, and reads its history. Nothing is written yet.

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
        yield HeldRun(read_history(path, kind), journal, events)
