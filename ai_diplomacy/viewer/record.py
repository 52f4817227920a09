"""A run's folder as one JSON document for the page, and its growth while the run is played."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..analysis.read_games import read_game
from ..analysis.scores import scores
from ..game.counts import FIGURES, ErrorCounts
from ..game.diplomacy import DIPLOMACY
from ..game.word_and_deed import WordAndDeed
from ..models.events import CallEnded
from ..models.ledger import Ledger
from ..records.errors import ConfigError
from ..records.events import Event
from ..records.log_reader import DamagedLogError
from ..run.events import RunForked, RunImported, RunResumed
from ..run.glance import EVENTS
from ..run.history import CALLS, RunHistory
from .phases import Phases

_BILLED = ("input_tokens", "output_tokens", "cached_tokens")
"""Figures that the bill tells."""


class RunRecord:
    """One run, read as far as its logs stand. Not to be used from two threads at once."""

    def __init__(self, path: Path) -> None:
        """Raises ``ConfigError`` for a folder that holds no run."""
        self.path = path
        self._history = RunHistory(path, DIPLOMACY, keep=False)
        self._begin()

    def _begin(self) -> None:
        self._phases = Phases()
        self._ledger = Ledger()
        self._counts: ErrorCounts | None = None
        self._scores: dict[str, Any] | None = None

    @property
    def version(self) -> int:
        """Grows with the logs; equal for equal logs."""
        return self._history.version

    def read(self) -> bool:
        """Reads what has come since the last time; whether anything has. Raises ``ConfigError`` for a run that cannot
        be read, which names the damaged line."""
        before = self.version
        try:
            news = self._news()
            if self._counts is not None and (
                self.version < before or any(isinstance(event, RunForked | RunResumed) for _, event in news)
            ):
                # Who played what, and so every count by model, may be another by now; or it is another file.
                self._history.forget()
                self._begin()
                news = self._news()
            self._phases.at_version(before + 1)
            self._phases.measured = not self._history.foreign
            self._count(news)
            self._score()
        except DamagedLogError as error:
            raise ConfigError(str(error)) from None
        except OSError as error:
            raise ConfigError(f"cannot read {error.filename or self.path}: {error.strerror or error}") from None
        return self.version != before

    def _news(self) -> list[tuple[float, Event]]:
        return [
            (at, replace(event, request=None) if isinstance(event, CallEnded) else event)
            for at, event in self._history.read()
        ]

    def document(self, since: int = 0) -> dict[str, Any]:
        """``version``, ``run``, ``figures`` and ``phases`` (those that grew after version ``since``)."""
        return {
            "version": self.version,
            "run": self._run(),
            "figures": self._figures(),
            "phases": self._phases.since(since),
        }

    @property
    def map(self) -> str:
        return self._history.settings.first.map

    def call(self, line: int) -> dict[str, str]:
        """What was asked in a line of the journal, and answered: ``system``, ``prompt``, ``reply``. Raises
        ``KeyError`` for a line that is not there, ``ConfigError`` for one that cannot be read."""
        try:
            return _texts(self._history.call_record(line))
        except (DamagedLogError, OSError) as error:
            raise ConfigError(str(error)) from None

    def calls(self) -> Iterator[tuple[int, str, dict[str, str]]]:
        """Line, phase and texts of every call, in the order of the journal."""
        for line in range(1, self._history.ends[CALLS].lines + 1):
            record = self._history.call_record(line)
            yield line, record["key"]["phase"], _texts(record)

    # Reading

    def _count(self, news: list[tuple[float, Event]]) -> None:
        if self._counts is None:
            self._counts = ErrorCounts(self._history.settings)
            self._deeds = WordAndDeed(self._history.settings.first.map, self._counts.promised)
        for at, event in news:
            self._phases.event(event, at)
            self._counts.event(event)
            self._deeds.event(event)
            self._ledger.event(event)

    def _score(self) -> None:
        """What the game was worth, once it is finished; by the code that scores many games."""
        if self._history.finished is None:
            self._scores = None
        elif self._scores is None:
            game = read_game(self.path, self.path)
            # The file may have grown since it was read here.
            self._scores = {power: asdict(score) for power, score in scores(game).items()} if game.ending else None

    # Telling

    def _run(self) -> dict[str, Any]:
        history, settings = self._history, self._history.settings
        ground, finished, forked = settings.first.terrain, history.finished, history.forked
        return {
            "name": self.path.resolve().name,
            "powers": list(ground.powers),
            "models": {
                power: [{"after": after, "model": model} for after, model in settings.players(power)]
                for power in ground.powers
            },
            "config": settings.last.document(),
            "begun": history.made,
            "sessions": len(history.versions),
            "imported": _imported(history.imported) if history.foreign else None,
            "forked": {"source": forked.source, "phase": forked.phase} if forked else None,
            "finished": finished.record(history.last_told) if finished else None,
            "timing": self._timing(),
            "files": self._files(),
        }

    def _figures(self) -> dict[str, Any]:
        assert self._counts is not None
        powers = self._history.settings.first.terrain.powers
        counts = {power: self._counts.of_power(power) for power in powers}
        shown = [figure for figure in FIGURES if figure not in _BILLED]
        return {
            "counts": {power: {figure: row[figure] for figure in shown} for power, row in counts.items()},
            "spending": self._spending(),
            "scores": self._scores,
            "defaults": [
                {"power": power, "model": model, **asdict(found), "mostly": found.mostly}
                for (power, model), found in self._counts.defaults.seats().items()
            ],
        }

    def _spending(self) -> dict[str, Any]:
        """The bill. What is on that of an imported run nobody knows, which is not nothing."""
        bill = self._ledger.document()
        if not self._history.foreign:
            return bill
        unknown = dict.fromkeys(bill["total"])
        by_power = dict.fromkeys(self._history.settings.first.models, unknown)
        return {name: {} for name in bill} | {"total": unknown, "by_power": by_power}

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
        whole = ("story.md", "general_game.log", "game_manifesto.txt", "lmvsgame.json", "overview.jsonl", "timing.json")
        logs = ("trace.json", EVENTS, CALLS, "llm_responses.csv")
        return [*stories, *(name for name in (*whole, *logs) if (self.path / name).is_file())]


def _imported(told: RunImported | None) -> dict[str, Any] | None:
    return None if told is None else {name: getattr(told, name) for name in ("source", "format", "missing", "problems")}


def _texts(record: dict[str, Any]) -> dict[str, str]:
    request = record["request"]
    answer = record["reply"]["text"] if "reply" in record else record["failure"]["message"]
    return {"system": request["system"], "prompt": request["prompt"], "reply": answer}
