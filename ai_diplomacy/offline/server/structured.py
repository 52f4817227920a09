"""Structured output: the vendors' rules about a reply's JSON schema, and the bare JSON of a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_FENCED = re.compile(r"```json\n(.*)\n```\Z", re.DOTALL)


def bare_json(text: str) -> str:
    """The JSON document of a reply without the fence and the sentence around it; a reply that holds no whole document
    stays as it is, for no vendor's promise is kept always."""
    found = _FENCED.search(text)
    if found is None:
        return text
    try:
        json.loads(found[1])
    except ValueError:
        return text
    return found[1]


def open_object(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Where in a schema an object may have properties that it does not name; ``None`` when nowhere."""
    found = (where for where, part in _objects(schema, ()) if part.get("additionalProperties") is not False)
    return next(found, None)


def optional_property(schema: Mapping[str, Any]) -> tuple[tuple[str, ...], str] | None:
    """Where in a schema an object has a property that is not required, and its name; ``None`` when nowhere."""
    for where, part in _objects(schema, ()):
        named, required = part.get("properties"), part.get("required")
        for name in named if isinstance(named, Mapping) else ():
            if not isinstance(required, list) or name not in required:
                return where, name
    return None


def _objects(schema: Any, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every part of a schema that describes an object, and the path to it."""
    if not isinstance(schema, Mapping):
        return
    kind = schema.get("type")
    if kind == "object" or (isinstance(kind, list) and "object" in kind) or isinstance(schema.get("properties"), dict):
        yield where, schema
    for group in ("properties", "$defs", "definitions"):
        named = schema.get(group)
        for name, part in named.items() if isinstance(named, Mapping) else ():
            yield from _objects(part, (*where, group, name))
    yield from _objects(schema.get("items"), (*where, "items"))
    for group in ("anyOf", "allOf", "oneOf", "prefixItems"):
        listed = schema.get(group)
        for index, part in enumerate(listed if isinstance(listed, list) else ()):
            yield from _objects(part, (*where, group, str(index)))
