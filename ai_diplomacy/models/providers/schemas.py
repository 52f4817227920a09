"""JSON schemas as the vendors take them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..schema_cache import cached_by_schema
from .accounts import Account
from .catalogue import BUILT_IN

Schema = dict[str, Any]

_OPEN_KEYWORDS = frozenset(
    {"$defs", "$ref", "type", "format", "title", "description", "enum", "items", "prefixItems", "minItems", "maxItems"}
    | {"minimum", "maximum", "anyOf", "oneOf", "properties", "additionalProperties", "required"}
)
"""What Gemini's ``response_json_schema`` documents."""


@dataclass(frozen=True, slots=True)
class SchemaRules:
    """What an endpoint says that it takes in a strict schema, beyond objects, lists and choices."""

    bounds: frozenset[str] = frozenset()
    """Keywords that bound a text or a list."""
    most_choices: int | None = None
    """In all its lists of choices together; ``None``: nobody says."""
    most_characters: int | None = None
    """Of names and choices together."""
    large_choice: tuple[int, int] | None = None
    """A list of more choices than the first may have so many characters as the second."""


_OWN_SERVER = SchemaRules(frozenset({"minItems", "maxItems", "maxLength"}))
_VENDORS: Mapping[str, SchemaRules] = {
    # platform.openai.com/docs/guides/structured-outputs, "Supported schemas", as of February 2026.
    **dict.fromkeys(
        ("openai", "openai-responses"), SchemaRules(frozenset({"minItems", "maxItems"}), 1000, 120_000, (250, 15_000))
    ),
    # platform.claude.com/docs/en/build-with-claude/structured-outputs: one item at least, and no other bound. How large
    # a schema may be is found out by its refusal ("compiled grammar is too large").
    "anthropic": SchemaRules(frozenset({"minItems"})),
}


def rules_of(account: Account) -> SchemaRules:
    """Vendors where they are at home; whoever takes an address of its own is taken for a server of the user's."""
    built_in = BUILT_IN.get(account.provider)
    if built_in is None or account.base_url != built_in.base_url:
        return _OWN_SERVER
    return _VENDORS.get(account.provider, SchemaRules())


class _OpenObjectError(Exception):
    """An object of the schema may have fields that cannot be listed."""


@cached_by_schema
def closed(schema: Mapping[str, Any], rules: SchemaRules) -> Schema | None:
    """The schema for a strict mode (OpenAI's ``strict``, Anthropic's structured outputs): every object lists all its
    fields and has no others. What fits the result fits the schema, but for bounds that the rules do not know; ``None``
    where no such result says the same (an object with arbitrary keys). A map whose ``propertyNames`` are an enum
    becomes an object with those fields."""
    if schema.get("type") != "object":
        return None
    try:
        return _closed(schema, rules.bounds)
    except _OpenObjectError:
        return None


def _closed(schema: Any, bounds: frozenset[str]) -> Schema:
    if not isinstance(schema, Mapping):
        raise _OpenObjectError
    kept = ("$ref", "description", "enum", "const", *bounds)
    result: Schema = {key: schema[key] for key in kept if key in schema}
    if "$defs" in schema:
        result["$defs"] = {name: _closed(inner, bounds) for name, inner in schema["$defs"].items()}
    if "$ref" in result:
        return result
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return {**result, "anyOf": [_closed(inner, bounds) for inner in alternatives]}
    kind = schema.get("type")
    if kind == "object":
        return {**result, **_closed_object(schema, bounds)}
    if kind == "array":
        return {**result, "type": kind, "items": _closed(schema.get("items"), bounds)}
    if not isinstance(kind, str) and not result.keys() & {"enum", "const"}:
        raise _OpenObjectError
    return {**result, "type": kind} if kind else result


def _closed_object(schema: Mapping[str, Any], bounds: frozenset[str]) -> Schema:
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
        "properties": {name: _closed(inner, bounds) for name, inner in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
    }


@cached_by_schema
def fits(schema: Mapping[str, Any], rules: SchemaRules) -> bool:
    """Whether its closed form is within what the endpoint says that it takes."""
    choices = characters = 0
    for part in _parts(closed(schema, rules)):
        listed = part.get("enum", ())
        length = sum(map(len, listed))
        if rules.large_choice and len(listed) > rules.large_choice[0] and length > rules.large_choice[1]:
            return False
        choices += len(listed)
        characters += length + sum(map(len, part.get("properties", ()))) + sum(map(len, part.get("$defs", ())))
    return choices <= (rules.most_choices or choices) and characters <= (rules.most_characters or characters)


def _parts(schema: Any) -> Iterator[Mapping[str, Any]]:
    """A schema and all schemas in it."""
    if isinstance(schema, Mapping):
        yield schema
        named = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
        for inner in (*named, schema.get("items"), *schema.get("anyOf", ())):
            yield from _parts(inner)


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
