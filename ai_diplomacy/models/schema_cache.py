"""What is made of a schema is made once: it is the same object at every call of its kind, and never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_REMEMBERED = 256
"""Results; a game has a schema a step and power."""


def cached_by_schema(make: Callable[[Mapping[str, Any], *Ts], T]) -> Callable[[Mapping[str, Any], *Ts], T]:
    """Remembers results by the schema's identity and what else is given, and keeps the schema alive as long as they
    are."""
    known: dict[tuple[Any, ...], tuple[Mapping[str, Any], T]] = {}

    @wraps(make)
    def remembered(schema: Mapping[str, Any], *more: *Ts) -> T:
        key = (id(schema), *more)
        found = known.get(key)
        if found is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            found = known[key] = schema, make(schema, *more)
        return found[1]

    return remembered


@cached_by_schema
def schema_bytes(schema: Mapping[str, Any]) -> int:
    """Its size as JSON."""
    return len(json.dumps(schema))
