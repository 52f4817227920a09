"""The base of everything that happens in a run: typed events, and the lines of ``events.jsonl`` that they are.

Each type stands with what it tells of: calls, gates and budgets in ``models/events.py``, sessions and steps in
``run/events.py``, minds in ``agent/events.py``, press and orders in ``game/events.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Protocol

_TYPES: dict[str, type[Event]] = {}
"""Name on disk -> every type that the program has loaded."""
_SHAPES: dict[type[Event], tuple[str, dict[str, str]]] = {}


def _type_name(cls: type[Event]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. On disk: ``{"type": "phase_started", "time": <seconds since 1970>, <fields>}``."""

    replayed: ClassVar[bool] = True
    """Whether a run that goes on from its journal comes by the same event again, which is then not written twice. The
    others are operational: they tell what happened to a program, such as a fault of the network, and stay as they were
    told."""

    written: ClassVar[bool] = True
    """Whether it becomes a line of ``events.jsonl``. What became of a call stands in ``calls.jsonl`` instead."""

    passing: ClassVar[bool] = False
    """Whether it tells of a moment that leaves nothing behind, for whoever shows what goes on now."""

    on_disk: ClassVar[Mapping[str, str]] = {}
    """Fields that have another name in the file."""

    abstract: ClassVar[bool] = True
    """Whether it is only a base of others, and never told itself."""

    def __init_subclass__(cls) -> None:
        if not cls.__dict__.get("abstract"):
            _TYPES[_type_name(cls)] = cls

    def record(self, time: float) -> dict[str, Any]:
        """The event as one JSON object."""
        kind, names = _shape(type(self))
        return {"type": kind, "time": round(time, 6)} | {name: getattr(self, own) for name, own in names.items()}

    def identity(self) -> tuple[Any, ...]:
        """Equal for two tellings of the same event."""
        kind, names = _shape(type(self))
        return (kind, *(_comparable(getattr(self, own)) for own in names.values()))


class Listener(Protocol):
    """Whoever is told what happens in a run."""

    def event(self, event: Event) -> None: ...


def event_from(record: Mapping[str, Any]) -> Event:
    """The event that a line of ``events.jsonl`` holds; what the line leaves out is as its type has it by default.
    Raises ``ValueError`` for a type, or fields, that it has not."""
    cls = _TYPES.get(record.get("type", ""))
    if cls is None:
        raise ValueError(f"unknown type of event: {record.get('type')!r}")
    names = _shape(cls)[1]
    given = {name: value for name, value in record.items() if name not in ("type", "time")}
    if given.keys() != names.keys() and (unlike := sorted((given.keys() ^ names.keys()) - _optional(cls, given))):
        raise ValueError(f"{record['type']}: the fields {unlike} are missing or unknown")
    return cls(**{names[name]: value for name, value in given.items()})


def _shape(cls: type[Event]) -> tuple[str, dict[str, str]]:
    """The name of a type of events, and its fields: name in the file -> name here."""
    if cls not in _SHAPES:
        _SHAPES[cls] = _type_name(cls), {cls.on_disk.get(field.name, field.name): field.name for field in fields(cls)}
    return _SHAPES[cls]


def _optional(cls: type[Event], given: Iterable[str]) -> set[str]:
    """Fields that a line may leave out, as earlier versions did not have them."""
    own = {field.name for field in fields(cls) if field.default is not MISSING}
    return {name for name, field in _shape(cls)[1].items() if field in own} - set(given)


def _comparable(value: Any) -> Any:
    """Lists and tuples, which are one in JSON, as tuples; dictionaries without their order."""
    if isinstance(value, Mapping):
        return frozenset((name, _comparable(item)) for name, item in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(_comparable(item) for item in value)
    return value
