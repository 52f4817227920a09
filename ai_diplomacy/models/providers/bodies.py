"""What a vendor sent, read without trust: JSON that may be anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from ..model import ModelError

Body = Mapping[str, Any]

_SPOKEN = ("message", "param", "code", "type", "status", "detail", "msg", "loc", "reason", "error", "metadata", "raw")
"""Fields of an error that its vendor wrote. What else stands in it may be our own request, quoted."""


def read_object(sent: bytes | str) -> Body:
    """The JSON object that a body holds. Raises a transient ``ModelError`` for a page, a torso or anything else."""
    try:
        body = orjson.loads(sent)
    except ValueError:
        body = _read_leniently(sent if isinstance(sent, str) else sent.decode("utf-8", "replace"))
    if not isinstance(body, dict):
        raise nonsense("answered with JSON that is no object")
    return body


def _read_leniently(text: str) -> Any:
    """Also what is JSON to many, but not by the book: lone surrogates, ``NaN``, bytes that are no UTF-8."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        kind = "a web page" if text.lstrip()[:1] == "<" else "text that is no JSON" if text.strip() else "nothing"
        raise nonsense(f"answered with {kind}") from None


def error_body(text: str) -> Any:
    """The body of an error: its JSON, or the text where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def nonsense(what: str) -> ModelError:
    """For a reply that no sound server sends: asked again, it may do better."""
    return ModelError(f"the server {what}", kind="transient")


def part(body: Any, name: str) -> Body:
    """The object in a field; an empty one when there is none."""
    value = body.get(name) if isinstance(body, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def parts(body: Any, name: str) -> list[Body]:
    """The objects in a field's list."""
    value = body.get(name) if isinstance(body, Mapping) else None
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def text_of(body: Body, name: str) -> str:
    """The text in a field; empty when there is none."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def count(body: Body, name: str) -> int | None:
    """The number in a field, when it can be a number of tokens."""
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def total(*counts: int | None) -> int | None:
    """The sum of what is known; unknown when nothing is."""
    known = [number for number in counts if number is not None]
    return sum(known) if known else None


def spoken(error: Any, limit: int = 4000) -> str:
    """All that the vendor itself says in the body of an error, without what it quotes of the request."""
    if isinstance(error, str):
        return error[:limit]
    if isinstance(error, Mapping):
        error = [error[field] for field in _SPOKEN if field in error]
    if isinstance(error, list | tuple):
        return " ".join(filter(None, (spoken(item, limit) for item in error[:20])))[:limit]
    return str(error) if isinstance(error, int) else ""


def message_of(body: Any) -> str:
    """What the vendor tells a person."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    for field in ("message", "detail", "msg"):
        if isinstance(error, Mapping) and isinstance(error.get(field), str) and error[field].strip():
            upstream = part(error, "metadata").get("raw")
            return f"{error[field]}: {upstream}" if isinstance(upstream, str) and upstream else str(error[field])
    return spoken(error)
