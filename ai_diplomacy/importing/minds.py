"""What a record tells of its players' minds, as the ancestor's runs do, and the calls in the CSV beside it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..agent.events import DiaryWritten, Planned, Reflected
from ..board.phase import Phase
from ..models.call_log import call_record, reply_record
from ..models.model import MAX_TEXT, CallKey, Reply, Request
from ..records.cleaning import cleaned
from ..records.events import Event
from ..run.events import ReplyRead, Verdict
from .recorded_game import RecordedGame, RecordedPhase

MOST_OF_CSV = 256 * 2**20
"""Bytes of it that are read."""
RESPONSES, OVERVIEW = "llm_responses.csv", "overview.jsonl"
_STAMP = re.compile(r"\[([SFW]\d{4}[MRA])\] |([SFW]\d{4}[MRA]): ")
"""Before a diary entry, its phase: the ancestor's, and our own."""
_STEPS: Mapping[str, str] = {
    "initial_state_setup": "initialize",
    "negotiation_message": "negotiate",
    "order_generation": "order",
    "state_update": "reflect",
    "diary_consolidation": "consolidate",
}
"""The ancestor's name of a reply -> our step; others keep theirs."""


def known_models(game: RecordedGame, folder: Path | None) -> dict[str, str]:
    """Power -> its model, as far as the record or the files beside it tell."""
    found: dict[str, str] = {}
    for phase in game.phases:
        for power, mind in _of_powers(game, phase.document.get("state_agents")).items():
            if isinstance(mind, Mapping) and isinstance(name := mind.get("model_id") or mind.get("model"), str):
                found.setdefault(power, name)
    found |= _overview(game, folder) if folder else {}
    return {power: _shown(name) for power, name in found.items() if _shown(name)}


def _overview(game: RecordedGame, folder: Path) -> dict[str, str]:
    try:
        with (folder / OVERVIEW).open("rb") as file:
            lines = [json.loads(line) for line in (file.readline(2**20) for _ in range(3)) if line.strip()]
    except (OSError, ValueError, RecursionError):
        return {}
    for line in lines:
        told = _of_powers(game, line)
        if told and all(isinstance(name, str) for name in told.values()):
            return told
    return {}


def _shown(name: str) -> str:
    """A model as ids are written here: no key, no address, one line."""
    return cleaned(name.partition("#")[0].partition("@")[0].strip()[:100], "line").rstrip(":")


class Minds:
    """What each power thought, phase by phase, told once."""

    def __init__(self, game: RecordedGame, folder: Path | None) -> None:
        self._game = game
        self._responses = folder / RESPONSES if folder and (folder / RESPONSES).is_file() else None
        self._entries: dict[str, list[str]] = {}
        """Power -> its whole diary so far."""
        self._held: dict[str, tuple[Any, Any]] = {}
        self._phases = {phase.phase for phase in game.phases}
        self._read: dict[str, list[ReplyRead]] = {}
        self.diaries = self.relationships = self.calls = 0
        """How many of each were found."""
        for read, _ in self._rows():
            self.calls += 1
            self._read.setdefault(read.phase, []).append(read)

    def meanwhile(self, now: RecordedPhase) -> Iterator[Event]:
        """What was planned and noted in a phase."""
        yield from self._read.pop(now.phase, ())
        minds = _of_powers(self._game, now.document.get("state_agents"))
        plans = _of_powers(self._game, now.document.get("state_history_plans") or now.document.get("plans"))
        for power in self._game.ground.powers:
            mind = minds.get(power)
            plan = plans.get(power) or (mind.get("directive") if isinstance(mind, Mapping) else None)
            if isinstance(plan, str) and plan.strip():
                yield Planned(power, now.phase, plan)
            for text in self._noted(power, mind if isinstance(mind, Mapping) else {}):
                self.diaries += 1
                stamp = _STAMP.match(text)
                phase = (stamp[1] or stamp[2]) if stamp else ""
                if stamp and phase in self._phases and Phase(phase) <= now.phase:
                    yield DiaryWritten(power, phase, "diary", 0, text[stamp.end() :])
                else:
                    yield DiaryWritten(power, now.phase, "diary", 0, text)

    def _noted(self, power: str, mind: Mapping[str, Any]) -> list[str]:
        """The entries that are new. The ancestor keeps the whole diary in every phase."""
        whole = mind.get("full_private_diary")
        if whole is None:
            return _texts(mind.get("diary"))
        before, now = self._entries.get(power, []), _texts(whole)
        self._entries[power] = now
        return now[len(before) :] if now[: len(before)] == before else [text for text in now if text not in before]

    def afterwards(self, now: RecordedPhase) -> Iterator[Event]:
        """How each power stood to the others when a phase had ended, where that is new."""
        minds = _of_powers(self._game, now.document.get("state_agents"))
        apart = _of_powers(self._game, now.document.get("agent_relationships"))
        for power in self._game.ground.powers:
            mind = minds.get(power)
            mind = mind if isinstance(mind, Mapping) else {}
            stands = _of_powers(self._game, mind.get("relationships") or apart.get(power))
            held = _texts(mind.get("goals")), {other: str(level) for other, level in stands.items()}
            if any(held) and self._held.get(power) != held:
                self._held[power] = held
                self.relationships += 1
                yield Reflected(power, now.phase, *held)

    # Calls

    def call_records(self) -> Iterator[dict[str, Any]]:
        """The lines of the journal. Nobody knows what they took, so that they are on no bill."""
        for read, row in self._rows():
            key = CallKey(read.phase, read.actor, read.step, read.round, read.attempt)
            request = Request(key, "", row.get("raw_input") or "")
            reply = Reply((row.get("raw_response") or "")[:MAX_TEXT], inherited=True)
            yield call_record(read.model, request) | {"reply": reply_record(reply)}

    def _rows(self) -> Iterator[tuple[ReplyRead, Mapping[str, str]]]:
        """Each row of the CSV that has its place in the game."""
        if self._responses is None:
            return
        seen: Counter[tuple[str, str, str]] = Counter()
        passed = 0
        problem = ""
        before = csv.field_size_limit(4 * MAX_TEXT)
        try:
            if self._responses.stat().st_size > MOST_OF_CSV:
                raise csv.Error(f"it has more than {MOST_OF_CSV // 2**20} MB")
            with self._responses.open(encoding="utf-8", errors="replace", newline="") as file:
                for row in csv.DictReader(file, restval=""):
                    power, phase = str(row.get("power", "")).upper(), str(row.get("phase", ""))
                    step = _STEPS.get(row.get("response_type", ""), cleaned(row.get("response_type", "")[:40], "line"))
                    if power not in self._game.ground.powers or phase not in self._phases or not step:
                        passed += 1
                        continue
                    seen[power, phase, step] += 1
                    number = seen[power, phase, step]
                    round = number if step == "negotiate" else number - 1
                    model = _shown(row.get("model", "")) or "unknown"
                    yield ReplyRead(power, phase, step, round, 0, model, *_verdict(row.get("success", ""))), row
        except (OSError, csv.Error) as error:
            problem = f"{RESPONSES}: {error}: no call behind line {sum(seen.values()) + passed + 1} is read"
        finally:
            csv.field_size_limit(before)
        told = [problem, f"{RESPONSES}: {passed} rows name no phase and power of the game: left out" if passed else ""]
        self._game.problems.extend(text for text in told if text and text not in self._game.problems)


def _verdict(success: str) -> tuple[Verdict, tuple[str, ...]]:
    said = success.strip()
    if said.lower().startswith(("true", "success")) or not said:
        return "ok", ()
    return ("illegal" if "Invalid LLM Moves" in said else "unusable"), (said[:500],)


def _of_powers(game: RecordedGame, table: Any) -> dict[str, Any]:
    """What a table holds of the powers of the map."""
    if not isinstance(table, Mapping):
        return {}
    return {power: value for name, value in table.items() if (power := str(name).upper()) in game.ground.powers}


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str) and text.strip()] if isinstance(value, list) else []
