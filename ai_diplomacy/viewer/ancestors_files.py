"""A run in the files and the vocabulary that the tools of AI_Diplomacy, this program's ancestor, read."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..agent.events import DiaryWritten
from ..board.press import ALL
from ..game.diplomacy import DIPLOMACY
from ..game.events import MessageDelivered, OrdersSubmitted
from ..models.events import CallAnswered, CallFailed
from ..records.cleaning import cleaned
from ..records.durable import replace_files
from ..records.errors import ConfigError
from ..run.create import check_new
from ..run.events import ReplyRead
from ..run.history import RunHistory, read_history

COLUMNS = ("model", "power", "phase", "response_type", "raw_input", "raw_response", "success")
RESPONSE_TYPES: Mapping[str, str] = {
    "initialize": "initial_state_setup",
    "negotiate": "negotiation_message",
    "order": "order_generation",
    "reflect": "state_update",
    "consolidate": "diary_consolidation",
}
"""Step -> what its reply is called there; ``plan`` keeps its name."""
_COPIED = ("lmvsgame.json", "overview.jsonl")

Decision = tuple[str, str, str, int]
"""Power, phase, step and round: asked once or twice, decided once."""


def export_for_ancestor(path: Path, folder: Path) -> int:
    """Makes a folder with the saved game, the overview, and a table with a row for each decision, and one for each
    diary entry about press. Returns how many. Raises ``ConfigError`` or ``OSError``."""
    check_new(folder)
    history = read_history(path, DIPLOMACY)
    if lacking := [name for name in _COPIED if not (path / name).is_file()]:
        raise ConfigError(f"{str(path)!r} has no {lacking[0]}, which the ancestor's tools read")
    rows = list(_DecisionsTold(path).rows())
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerows([COLUMNS, *rows])
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / name: (history.path / name).read_bytes() for name in _COPIED}
    replace_files(files | {folder / "llm_responses.csv": table.getvalue().encode("utf-8", "replace")})
    return len(rows)


class _DecisionsTold:
    """What a run tells of its decisions."""

    def __init__(self, path: Path) -> None:
        self._history = RunHistory(path, DIPLOMACY, keep=False)
        self._calls: dict[Decision, CallAnswered | CallFailed] = {}
        """The last one of each: the one that counts."""
        self._read: dict[Decision, ReplyRead] = {}
        self._illegal: dict[tuple[str, str], list[str]] = {}
        self._sent: defaultdict[tuple[str, str, int], list[dict[str, str]]] = defaultdict(list)
        self._diaries: defaultdict[tuple[str, str, int], list[str]] = defaultdict(list)
        for _, event in self._history.read():
            match event:
                case CallAnswered() | CallFailed():
                    key = event.key
                    self._calls[key.actor, key.phase, key.step, key.round] = event
                case ReplyRead():
                    self._read[event.actor, event.phase, event.step, event.round] = event
                case OrdersSubmitted():
                    self._illegal[event.power, event.phase] = [str(line["text"]) for line in event.illegal]
                case MessageDelivered():
                    self._sent[event.sender, event.phase, event.round] += _messages(event)
                case DiaryWritten() if event.step == "negotiate":
                    self._diaries[event.power, event.phase, event.round].append(event.text)

    def rows(self) -> Iterator[tuple[str, ...]]:
        for (power, phase, step, round), call in self._calls.items():
            read = self._read.get((power, phase, step, round))
            record = self._history.call_record(call.line)
            reply = record["reply"]["text"] if "reply" in record else ""
            if step == "negotiate":
                reply = json.dumps(self._sent[power, phase, round], ensure_ascii=False)
            kind, prompt = RESPONSE_TYPES.get(step, step), record["request"]["prompt"]
            yield _row(call.model, power, phase, kind, prompt, reply, self._success(read))
            for text in self._diaries[power, phase, round] if step == "negotiate" else ():
                noted = json.dumps({"negotiation_summary": text}, ensure_ascii=False)
                yield _row(call.model, power, phase, "negotiation_diary", "", noted, "Success")

    def _success(self, read: ReplyRead | None) -> str:
        if read is None or read.verdict in ("unusable", "failed"):
            return f"Failure: {' '.join(read.problems) if read else 'not answered'}"
        illegal = self._illegal.get((read.actor, read.phase), []) if read.step == "order" else []
        return f"Failure: Invalid LLM Moves ({len(illegal)}): {', '.join(illegal)}" if illegal else "Success"


def _messages(event: MessageDelivered) -> list[dict[str, str]]:
    public = list(event.recipients) == [ALL]
    return [
        {
            "message_type": "global" if public else "private",
            "recipient": "GLOBAL" if public else recipient,
            "content": event.body,
        }
        for recipient in event.recipients
    ]


def _row(*cells: str) -> tuple[str, ...]:
    return tuple(cleaned(cell, "table") for cell in cells)
