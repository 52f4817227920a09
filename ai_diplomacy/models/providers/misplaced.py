"""An answer that is not in its place: in the field of the reasoning, where servers put it that take all of a structured
output for thought, or in a call of a tool that nobody offered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..json_in_text import speech
from ..remarks import Remark

_MOST_TRIES = 20
"""Places at which an object is looked for in one text."""
_FENCE = "```"

Aside = tuple[Remark, Any]
"""What it is a sign of if the answer is there, and what is there: a text or an object."""


def misplaced(asides: Iterator[Aside], schema: Mapping[str, Any] | None) -> tuple[Remark, str] | None:
    """The first of these that is an answer of the schema's shape, as text, and what that is a sign of."""
    for remark, found in asides:
        value, text = _last_object(found) if isinstance(found, str) else (found, None)
        if _has_shape(value, schema):
            return remark, json.dumps(value) if text is None else text
    return None


def holds_json(text: str) -> bool:
    """Whether a text says a JSON object, or begins with one; what it only thought of does not count."""
    return text.lstrip()[:1] in ("{", "[") or bool(speech(text, cut=False).objects)


def says_nothing(text: str) -> bool:
    """Whether a text is empty, or nothing but thoughts."""
    return not text[speech(text, cut=False).start :].strip()


def _last_object(text: str) -> tuple[Any, str]:
    """The object that begins at a line's start and ends with the text, fenced or not: what is followed by more thoughts
    was a draft."""
    text = text.strip()
    if text.endswith(_FENCE):
        text = text.removesuffix(_FENCE).rstrip()
    found = ((value, piece) for value, piece in _decoded(f"\n{text}", "\n{") if text.endswith(piece))
    return next(found, (None, ""))


def _decoded(text: str, mark: str) -> Iterator[tuple[Any, str]]:
    """The values that begin with the brace of a mark, and their text."""
    decoder = json.JSONDecoder()
    at = text.find(mark)
    for _ in range(_MOST_TRIES):
        if at < 0:
            return
        begin = at + len(mark) - 1
        try:
            value, end = decoder.raw_decode(text, begin)
        except (ValueError, RecursionError):
            end = begin + 1
        else:
            yield value, text[begin:end]
        at = text.find(mark, end)


def _has_shape(value: Any, schema: Mapping[str, Any] | None) -> bool:
    if not isinstance(value, dict):
        return False
    if schema is None:
        return bool(value)
    fields, required = schema.get("properties", {}), schema.get("required", ())
    return bool(value.keys() & fields.keys()) and value.keys() >= set(required)
