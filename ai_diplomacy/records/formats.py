"""What the logs of a run called things in earlier formats, which are read, and no longer written: such runs are of an
earlier generation, so that only the version that began them plays them on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FORMAT = 3
"""Of the logs that this version writes."""
READABLE = (2, FORMAT)

_EVENTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "allowance_raised": ("max_tokens_raised", {}),
    "allowance_refused": ("max_tokens_refused", {"allowance": "max_tokens"}),
    "wish_withheld": ("parameter_dropped", {"wish": "parameter"}),
}
"""Type of event in format 2 -> its type today, and how its fields are called today."""
_REPLY: Mapping[str, str] = {"allowance": "max_tokens", "withheld": "dropped"}


def event_of_today(record: Mapping[str, Any], format: int) -> dict[str, Any]:
    """A line of ``events.jsonl`` as it would stand in a log of today; a field that its format has not is missing."""
    former = str(record.get("type"))
    if format == FORMAT or former not in _EVENTS:
        return dict(record)
    kind, names = _EVENTS[former]
    return _renamed(record, names) | {"type": kind}


def reply_of_today(reply: Mapping[str, Any], format: int) -> dict[str, Any]:
    """The same for the ``reply`` of a line of ``calls.jsonl``."""
    return dict(reply) if format == FORMAT else _renamed(reply, _REPLY)


def _renamed(record: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in record.items()}
