"""Structured output: the vendors' rules about a reply's JSON schema, and a reply that is held to one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
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


def held_to(schema: Mapping[str, Any], text: str) -> str:
    """A reply as a model writes it that can choose nothing else than the schema lists. One that chooses nothing else,
    or that holds no whole document, stays as it is."""
    bare = bare_json(text)
    try:
        value = json.loads(bare)
    except ValueError:
        return bare
    held = _held(value, schema, schema.get("$defs"))
    return bare if held == value else json.dumps(held, ensure_ascii=False)


def _held(value: Any, schema: Any, defs: Any) -> Any:
    if not isinstance(schema, Mapping):
        return value
    if "$ref" in schema and isinstance(defs, Mapping):
        return _held(value, defs.get(str(schema["$ref"]).rpartition("/")[2]), defs)
    fields = schema.get("properties")
    if isinstance(value, dict) and isinstance(fields, Mapping):
        return {name: _held(inner, fields.get(name), defs) for name, inner in value.items()}
    if isinstance(value, list):
        return _distributed(value, fields) or [_held(inner, schema.get("items"), defs) for inner in value]
    choices = _choices(schema)
    return _closest([value], choices)[1] if isinstance(value, str) and choices else value


def _choices(schema: Any) -> list[str]:
    """The texts of which a schema wants one; empty where it does not."""
    listed = schema.get("enum") if isinstance(schema, Mapping) else None
    return listed if isinstance(listed, list) and all(isinstance(choice, str) for choice in listed) else []


def _distributed(texts: list[Any], fields: Any) -> dict[str, str]:
    """A list where the schema has a field for each of its lines: each field takes the line that it lists, or the one
    that is closest to what it lists. Nothing where there is no such field."""
    left, chosen = [str(text) for text in texts], {}
    for name, field in fields.items() if isinstance(fields, Mapping) else ():
        if choices := _choices(field):
            line, chosen[name] = _closest(left, choices)
            left = [text for text in left if text is not line]
    return chosen


def _closest(texts: list[str], choices: Sequence[str]) -> tuple[str, str]:
    """The text and the choice that are most alike."""
    for text in texts:
        if text in choices:
            return text, text
    pairs = [(text, choice) for text in texts or [""] for choice in choices]
    return max(pairs, key=lambda pair: SequenceMatcher(None, pair[0].upper(), pair[1]).ratio())


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
