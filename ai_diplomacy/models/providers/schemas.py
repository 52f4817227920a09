"""JSON schemas as the vendors take them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..schema_cache import cached_by_schema

Schema = dict[str, Any]

_OPEN_KEYWORDS = frozenset(
    {"$defs", "$ref", "type", "format", "title", "description", "enum", "items", "prefixItems", "minItems", "maxItems"}
    | {"minimum", "maximum", "anyOf", "oneOf", "properties", "additionalProperties", "required"}
)
"""What Gemini's ``response_json_schema`` documents."""


class _OpenObjectError(Exception):
    """An object of the schema may have fields that cannot be listed."""


@cached_by_schema
def closed(schema: Mapping[str, Any]) -> Schema | None:
    """The schema for a strict mode (OpenAI's ``strict``, Anthropic's structured outputs): every object lists all its
    fields and has no others. All that fits the result fits the schema; ``None`` where no such result says the same
    (an object with arbitrary keys). A map whose ``propertyNames`` are an enum becomes an object with those fields."""
    if schema.get("type") != "object":
        return None
    try:
        return _closed(schema)
    except _OpenObjectError:
        return None


def _closed(schema: Any) -> Schema:
    if not isinstance(schema, Mapping):
        raise _OpenObjectError
    result: Schema = {key: schema[key] for key in ("$ref", "description", "enum", "const") if key in schema}
    if "$defs" in schema:
        result["$defs"] = {name: _closed(inner) for name, inner in schema["$defs"].items()}
    if "$ref" in result:
        return result
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return {**result, "anyOf": [_closed(inner) for inner in alternatives]}
    kind = schema.get("type")
    if kind == "object":
        return {**result, **_closed_object(schema)}
    if kind == "array":
        return {**result, "type": kind, "items": _closed(schema.get("items"))}
    if not isinstance(kind, str) and not result.keys() & {"enum", "const"}:
        raise _OpenObjectError
    return {**result, "type": kind} if kind else result


def _closed_object(schema: Mapping[str, Any]) -> Schema:
    fields = dict(schema.get("properties", {}))
    beyond = schema.get("additionalProperties")
    if isinstance(beyond, Mapping):
        names = schema.get("propertyNames", {}).get("enum")
        if fields or not names:
            raise _OpenObjectError
        fields = dict.fromkeys(names, beyond)
    if not fields:
        raise _OpenObjectError
    return {
        "type": "object",
        "properties": {name: _closed(inner) for name, inner in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
    }


@cached_by_schema
def open_form(schema: Mapping[str, Any]) -> Any:
    """The schema with the keywords that Gemini documents and no others; maps stay maps."""
    return _open_form(schema)


def _open_form(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_open_form(inner) for inner in schema]
    if not isinstance(schema, Mapping):
        return schema
    result: Schema = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            result[key] = {name: _open_form(inner) for name, inner in value.items()}
        elif key == "const":
            result["enum"] = [value]
        elif key in ("enum", "required"):
            result[key] = list(value)
        elif key in _OPEN_KEYWORDS:
            result[key] = _open_form(value)
    return result


@cached_by_schema
def schema_name(schema: Mapping[str, Any]) -> str:
    """A name for the schema as OpenAI takes it."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", str(schema.get("title", "")))[:64] or "reply"
