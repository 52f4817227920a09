"""``llm_responses.csv``: every call with its prompt, its reply and how the reply was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from ..models.events import CallAnswered, CallFailed
from ..models.model import Reply, Usage
from ..records.cleaning import cleaned
from ..records.events import Event
from .events import ReplyRead


class _LoggedCall(NamedTuple):
    """One call as the game used it."""

    call: CallAnswered | CallFailed
    read: ReplyRead
    reply: Reply | None
    usage: Usage


def _of_reply(figure: Callable[[Reply], object]) -> Callable[[_LoggedCall], object]:
    return lambda row: figure(row.reply) if row.reply else None


COLUMNS: Mapping[str, Callable[[_LoggedCall], object]] = {
    "model": lambda row: row.call.model,
    "power": lambda row: row.call.key.actor,
    "phase": lambda row: row.call.key.phase,
    "response_type": lambda row: row.call.key.step if row.call.key.attempt == 0 else f"{row.call.key.step} (corrected)",
    "raw_input": lambda row: row.call.request.prompt if row.call.request else "",
    "raw_response": _of_reply(lambda reply: reply.text),
    "success": lambda row: str(row.read.verdict in ("ok", "repaired", "cut", "illegal")).lower(),
    "step": lambda row: row.call.key.step,
    "round": lambda row: row.call.key.round,
    "attempt": lambda row: row.call.key.attempt,
    "input_tokens": lambda row: row.usage.input,
    "output_tokens": lambda row: row.usage.output,
    "cached_tokens": lambda row: row.usage.cached,
    "cost_usd": _of_reply(lambda reply: reply.cost_usd),
    "latency_s": _of_reply(lambda reply: round(reply.latency, 6)),
    "error": lambda row: " ".join(row.read.problems),
    "waited_s": _of_reply(lambda reply: round(reply.waited, 6)),
    "sent": _of_reply(lambda reply: reply.attempts + reply.hedged),
    "written_tokens": lambda row: row.usage.written,
    "inherited": _of_reply(lambda reply: "true" if reply.inherited else ""),
}
"""Column -> its cell; ``None``, which is unknown and not zero, becomes an empty one."""


class ResponseLog:
    """Collects rows until they are taken to be appended to the file."""

    def __init__(self) -> None:
        self._call: CallAnswered | CallFailed | None = None
        self._rows = [_row(COLUMNS)]

    def event(self, event: Event) -> None:
        if isinstance(event, CallAnswered | CallFailed):
            self._call = event
        elif isinstance(event, ReplyRead):
            assert self._call is not None, "a call ends right before its reply is read"
            reply = self._call.reply if isinstance(self._call, CallAnswered) else None
            call = _LoggedCall(self._call, event, reply, reply.usage if reply else Usage())
            self._rows.append(_row(cell(call) for cell in COLUMNS.values()))

    def take(self) -> bytes:
        """The rows since the last call, as UTF-8."""
        rows, self._rows = self._rows, []
        return "".join(rows).encode("utf-8", "replace")


def _row(cells: Iterable[object]) -> str:
    """A row as ``csv.writer`` writes it. That looks at a prompt letter by letter, which takes 0.1 ms a
    call, a twentieth of all that it costs."""
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(value: object) -> str:
    text = "" if value is None else cleaned(value, "table") if isinstance(value, str) else str(value)
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if "," in text or "\n" in text or "\r" in text else text
