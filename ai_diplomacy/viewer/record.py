"""A run's folder as one JSON document for the page, and its growth while the run is played."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..analysis.reading import read_game
from ..analysis.scores import scores
from ..board.terrain import Terrain
from ..game.config import GameConfig
from ..game.counts import FIGURES, Statistics
from ..models.call_log import Call, call_of
from ..models.events import CallLost
from ..models.ledger import Ledger
from ..models.model import Reply
from ..records.errors import ConfigError
from ..records.events import Event, event_from
from ..records.log_reader import DamagedLogError
from ..run.events import RunFinished, RunForked, RunResumed, RunStarted
from ..run.history import CALLS, EVENTS, FORMAT, is_run
from ..run.settings_history import SettingsHistory
from .chapters import Chapters
from .tail import Tail, record_at

_BILLED = ("input_tokens", "output_tokens", "cached_tokens")
"""Figures that the bill tells."""


class RunRecord:
    """One run, read as far as its logs stand. Not to be used from two threads at once."""

    def __init__(self, path: Path) -> None:
        """Raises ``ConfigError`` for a folder that holds no run."""
        if not is_run(path):
            raise ConfigError(f"{str(path)!r} is not the folder of a run")
        self.path = path
        self._forget()

    def _forget(self) -> None:
        self._events, self._journal = Tail(self.path / EVENTS), Tail(self.path / CALLS)
        self._lines: dict[int, int] = {}
        """Line of the journal -> the byte at which it begins."""
        self._chapters = Chapters()
        self._ledger = Ledger()
        self._started: RunStarted | None = None
        self._timeline: SettingsHistory | None = None
        self._statistics: Statistics | None = None
        self._forked: RunForked | None = None
        self._finished: RunFinished | None = None
        self._scores: dict[str, Any] | None = None
        self._sittings: list[float] = []
        self._last = 0.0

    @property
    def version(self) -> int:
        """Grows with the logs; equal for equal logs."""
        return self._events.lines + self._journal.lines

    def read(self) -> bool:
        """Reads what has come since the last time; whether anything has. Raises ``ConfigError`` for a run that cannot
        be read, which names the damaged line."""
        try:
            before = self.version
            if self._events.shrunk:
                self._forget()
            news = self._news()
            if self._statistics is not None and any(isinstance(event, (RunForked, RunResumed)) for _, event in news):
                # Who played what, and so every count by model, may be another by now.
                self._forget()
                news = self._news()
            self._chapters.at_version(before + 1)
            self._count(news)
            self._answer()
            self._score()
            return self.version != before
        except DamagedLogError as error:
            raise ConfigError(str(error)) from None
        except OSError as error:
            raise ConfigError(f"cannot read {error.filename or self.path}: {error.strerror or error}") from None

    def document(self, since: int = 0) -> dict[str, Any]:
        """``version``, ``run``, ``figures`` and ``phases`` (those that grew after version ``since``)."""
        assert self._started is not None
        assert self._timeline is not None
        return {
            "version": self.version,
            "run": self._run(self._started, self._timeline),
            "figures": self._figures(self._timeline.first.terrain),
            "phases": self._chapters.since(since),
        }

    @property
    def map(self) -> str:
        assert self._timeline is not None
        return self._timeline.first.map

    def call(self, line: int) -> dict[str, str]:
        """What was asked in a line of the journal, and answered: ``system``, ``prompt``, ``reply``. Raises
        ``KeyError`` for a line that is not there, ``ConfigError`` for one that cannot be read."""
        try:
            return _texts(record_at(self._journal.path, self._lines[line], line))
        except (DamagedLogError, OSError) as error:
            raise ConfigError(str(error)) from None

    def calls(self) -> Iterator[tuple[int, str, dict[str, str]]]:
        """Line, phase and texts of every call, in the order of the journal."""
        for line, (_, record) in enumerate(Tail(self._journal.path), 1):
            if line not in self._lines:
                return
            yield line, record["key"]["phase"], _texts(record)

    # Reading

    def _news(self) -> list[tuple[float, Event]]:
        news = []
        for _, record in self._events:
            at = record.pop("time", 0.0)
            if self._events.lines == 1 and record.get("format") != FORMAT:
                raise ConfigError(f"{self.path}: format {record.get('format')!r} is not known; it reads {FORMAT}")
            try:
                news.append((at, event_from(record)))
            except (TypeError, ValueError) as error:
                raise DamagedLogError(f"{self._events.path}, line {self._events.lines}: {error}") from None
        return news

    def _count(self, news: list[tuple[float, Event]]) -> None:
        for at, event in news:
            self._last = at
            if isinstance(event, RunStarted):
                self._started, self._timeline = event, SettingsHistory(GameConfig.from_document(event.config))
                self._sittings.append(at)
            elif self._timeline is None:
                raise ConfigError(f"{self._events.path} does not begin with the start of a run")
            elif isinstance(event, RunForked):
                self._forked = event
                for change in event.settings:
                    config = GameConfig.from_document(change["config"])
                    self._timeline = self._timeline.changed(change["after"], config)
            elif isinstance(event, RunResumed):
                self._timeline = self._timeline.changed(event.after, GameConfig.from_document(event.config))
                self._finished = None
                self._sittings.append(at)
        if self._timeline is None:
            raise ConfigError(f"{self._events.path} holds nothing yet")
        if self._statistics is None:
            self._statistics = Statistics(self._timeline)
        for _, event in news:
            self._chapters.event(event)
            self._statistics.event(event)
            if isinstance(event, CallLost):
                self._ledger.lost(event)
            elif isinstance(event, RunFinished):
                self._finished = event
            elif isinstance(event, RunResumed):
                self._finished = None

    def _answer(self) -> None:
        for at, record in self._journal:
            line = self._journal.lines
            self._lines[line] = at
            try:
                call, late = call_of(record, line)
            except ValueError as error:
                raise DamagedLogError(f"{self._journal.path}, line {line}: {error}") from None
            if isinstance(call.outcome, Reply) and not call.outcome.inherited:
                self._ledger.answered(call.key, call.model, call.outcome)
            self._chapters.call(_row(call, late=late), call.key.phase)

    def _score(self) -> None:
        """What the game was worth, once it is finished; by the code that scores many games."""
        if self._finished is None:
            self._scores = None
        elif self._scores is None:
            game = read_game(self.path, self.path)
            # The file may have grown since it was read here.
            self._scores = {power: asdict(score) for power, score in scores(game).items()} if game.ending else None

    # Telling

    def _run(self, started: RunStarted, timeline: SettingsHistory) -> dict[str, Any]:
        ground = timeline.first.terrain
        finished = self._finished
        return {
            "name": self.path.resolve().name,
            "map": ground.name,
            "powers": list(ground.powers),
            "models": {
                power: [{"after": after, "model": model} for after, model in timeline.players(power)]
                for power in ground.powers
            },
            "program": started.version,
            "config": timeline.last.document(),
            "begun": self._sittings[0],
            "sittings": len(self._sittings),
            "last": self._last,
            "forked": {"source": self._forked.source, "phase": self._forked.phase} if self._forked else None,
            "finished": None
            if finished is None
            else {
                "outcome": finished.outcome,
                "winners": list(finished.winners),
                "phase": finished.phase,
                "centers": {power: len(owned) for power, owned in finished.centers.items()},
                "total_time": finished.total_time,
            },
            "timing": self._timing(),
            "files": self._files(),
        }

    def _figures(self, ground: Terrain) -> dict[str, Any]:
        assert self._statistics is not None
        counts = {power: self._statistics.of_power(power) for power in ground.powers}
        shown = [figure for figure in FIGURES if figure not in _BILLED]
        return {
            "counts": {power: {figure: row[figure] for figure in shown} for power, row in counts.items()},
            "spending": self._ledger.document(),
            "scores": self._scores,
        }

    def _timing(self) -> dict[str, Any] | None:
        """The totals of ``timing.json``, which is written after each phase."""
        try:
            document = json.loads((self.path / "timing.json").read_bytes())
        except (OSError, ValueError):
            return None
        return {name: value for name, value in document.items() if name != "phases"}

    def _files(self) -> list[str]:
        """What a reader may open, relative to the folder."""
        stories = sorted(f"powers/{path.name}" for path in (self.path / "powers").glob("*.md"))
        whole = ("general_game.log", "game_manifesto.txt", "lmvsgame.json", "overview.jsonl", "timing.json")
        logs = ("trace.json", EVENTS, CALLS, "llm_responses.csv")
        return [*stories, *(name for name in (*whole, *logs) if (self.path / name).is_file())]


def _row(call: Call, *, late: bool) -> dict[str, Any]:
    """What the page tells of a call beside its texts."""
    key, reply = call.key, call.outcome
    row: dict[str, Any] = {
        "line": call.line,
        "power": key.power,
        "step": key.step,
        "round": key.round,
        "attempt": key.attempt,
        "raised": key.raised,
        "model": call.model,
        "late": late,
    }
    if not isinstance(reply, Reply):
        return row | {"failure": reply.message}
    return row | {
        "started": round(reply.started, 4),
        "latency": round(reply.latency, 4),
        "waited": round(reply.waited, 4),
        "input": reply.usage.input,
        "output": reply.usage.output,
        "cached": reply.usage.cached,
        "reasoning": reply.usage.reasoning,
        "cost": reply.cost_usd,
        "stop": reply.stop,
        "sent": reply.attempts + reply.hedged,
        "inherited": reply.inherited,
    }


def _texts(record: dict[str, Any]) -> dict[str, str]:
    request = record["request"]
    answer = record["reply"]["text"] if "reply" in record else record["failure"]["message"]
    return {"system": request["system"], "prompt": request["prompt"], "reply": answer}
