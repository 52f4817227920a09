"""What the logs of a run called things in earlier formats. A run that is gone on with stays in the format it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FORMAT = 3
"""Of the logs that this version begins."""
READABLE = (2, FORMAT)

_EVENTS: Mapping[str, tuple[str, Mapping[str, str | None]]] = {
    "limiter_changed": ("limiter_changed", {"model": None}),
    "max_tokens_raised": ("allowance_raised", {}),
    "max_tokens_refused": ("allowance_refused", {"max_tokens": "allowance"}),
    "parameter_dropped": ("wish_withheld", {"parameter": "wish"}),
    "run_started": ("run_started", {"generation": None}),
}
"""Type of event -> its type in format 2, and what its fields were called there; ``None``: there was no such field."""
_REPLY: Mapping[str, str | None] = {
    "max_tokens": "allowance",
    "dropped": "withheld",
    **dict.fromkeys(("served", "fingerprint", "remarks")),
}


def event_of_format(record: Mapping[str, Any], format: int) -> dict[str, Any]:
    """A line of ``events.jsonl`` as it stands in a log of this format."""
    kind = record["type"]
    if format == FORMAT or kind not in _EVENTS:
        return dict(record)
    former, names = _EVENTS[kind]
    return _renamed(record, names) | {"type": former}


def event_of_today(record: Mapping[str, Any], format: int) -> dict[str, Any]:
    """What ``event_of_format`` has written, as today's; a field that the format has not is missing."""
    if format != FORMAT:
        for kind, (former, names) in _EVENTS.items():
            if former == record.get("type"):
                return _renamed(record, _turned(names)) | {"type": kind}
    return dict(record)


def reply_of_format(reply: Mapping[str, Any], format: int) -> dict[str, Any]:
    """The ``reply`` of a line of ``calls.jsonl`` as it stands in a log of this format."""
    return dict(reply) if format == FORMAT else _renamed(reply, _REPLY)


def reply_of_today(reply: Mapping[str, Any], format: int) -> dict[str, Any]:
    """What ``reply_of_format`` has written, as today's."""
    return dict(reply) if format == FORMAT else _renamed(reply, _turned(_REPLY))


def _renamed(record: Mapping[str, Any], names: Mapping[str, str | None]) -> dict[str, Any]:
    called = ((names.get(name, name), value) for name, value in record.items())
    return {name: value for name, value in called if name is not None}


def _turned(names: Mapping[str, str | None]) -> dict[str, str | None]:
    return {former: name for name, former in names.items() if former is not None}
