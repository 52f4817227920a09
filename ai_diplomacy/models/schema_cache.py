"""What is made of a schema is made once: it is the same object at every call of its kind, and never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")

_REMEMBERED = 256
"""Schemas; a game has one a step and power."""


def cached_by_schema(make: Callable[[Mapping[str, Any]], T]) -> Callable[[Mapping[str, Any]], T]:
    """Remembers results by the schema's identity, and keeps the schema alive as long as its result."""
    known: dict[int, tuple[Mapping[str, Any], T]] = {}

    @wraps(make)
    def remembered(schema: Mapping[str, Any]) -> T:
        found = known.get(id(schema))
        if found is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            found = known[id(schema)] = schema, make(schema)
        return found[1]

    return remembered
