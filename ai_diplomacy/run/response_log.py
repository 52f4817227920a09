"""``llm_responses.csv``: every call with its prompt, its reply and how the reply was read."""

from __future__ import annotations

from collections.abc import Iterable

from ..agent.asking import Exchange
from ..records.events import Event

COLUMNS = (
    "model",
    "power",
    "phase",
    "response_type",
    "raw_input",
    "raw_response",
    "success",
    "step",
    "round",
    "attempt",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cost_usd",
    "latency_s",
    "error",
    "waited_s",
    "sent",
    "written_tokens",
    "inherited",
)


class ResponseLog:
    """Collects rows until they are taken to be appended to the file."""

    def __init__(self) -> None:
        self._rows = [_row(COLUMNS)]

    def event(self, event: Event) -> None:
        """Rows come from calls alone."""

    def exchange(self, exchange: Exchange) -> None:
        key, reply, read = exchange.request.key, exchange.reply, exchange.read
        usage = reply.usage if reply else None
        row = _row(
            (
                exchange.model,
                key.power,
                key.phase,
                key.step if key.attempt == 0 else f"{key.step} (corrected)",
                # The reader of a table has no use for NUL, and many refuse it.
                exchange.request.prompt.replace("\0", "\ufffd"),
                reply.text.replace("\0", "\ufffd") if reply else "",
                str(read.verdict in ("ok", "repaired", "illegal")).lower(),
                key.step,
                key.round,
                key.attempt,
                _known(usage.input if usage else None),
                _known(usage.output if usage else None),
                _known(usage.cached if usage else None),
                _known(reply.cost_usd if reply else None),
                round(reply.latency, 6) if reply else "",
                "" if read.verdict in ("ok", "repaired") else " ".join(read.problems),
                round(reply.waited, 6) if reply else "",
                reply.attempts + reply.hedged if reply else "",
                _known(usage.written if usage else None),
                "true" if reply and reply.inherited else "",
            )
        )
        self._rows.append(row)

    def take(self) -> bytes:
        """The rows since the last call, as UTF-8."""
        rows, self._rows = self._rows, []
        return "".join(rows).encode("utf-8", "replace")


def _row(cells: Iterable[object]) -> str:
    """A row as ``csv.writer`` writes it. That looks at a prompt letter by letter, which takes it longer than it takes
    to make the prompt."""
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(value: object) -> str:
    text = str(value)
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if "," in text or "\n" in text or "\r" in text else text


def _known(figure: float | None) -> float | str:
    """Unknown is an empty cell, not zero."""
    return "" if figure is None else figure
