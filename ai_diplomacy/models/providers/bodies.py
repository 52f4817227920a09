"""What a vendor sent, read without trust: JSON that may be anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from ..model import ModelError

Body = Mapping[str, Any]

_MOST_TOKENS = 10**8
"""That a call can take: what is counted beyond is no count."""
_MOST_PARTS = 1_000
_MOST_BRACKETS = 50_000
"""A megabyte of little lists would hold the event loop up for seconds, and take forty."""


def read_object(sent: bytes | str) -> Body:
    """The JSON object that a body holds. Raises a transient ``ModelError`` for a page, a torso or anything else."""
    brackets = (b"[", b"{") if isinstance(sent, bytes) else ("[", "{")
    if len(sent) > _MOST_BRACKETS and sum(map(sent.count, brackets)) > _MOST_BRACKETS:  # type: ignore[arg-type]
        raise nonsense("answered with more parts than an answer has")
    try:
        body = orjson.loads(sent)
    except ValueError:
        body = _read_leniently(sent if isinstance(sent, str) else sent.decode("utf-8", "replace"))
    if not isinstance(body, dict):
        raise nonsense("answered with JSON that is no object")
    return body


def _read_leniently(text: str) -> Any:
    """Also what is JSON to many, but not by the book: behind a byte-order mark, lone surrogates, ``NaN``, bytes that
    are no UTF-8."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        kind = "a web page" if text.lstrip()[:1] == "<" else "text that is no JSON" if text.strip() else "nothing"
        raise nonsense(f"answered with {kind}") from None


def nonsense(what: str) -> ModelError:
    """For a reply that no sound server sends: asked again, it may do better."""
    return ModelError(f"the server {what}", kind="transient")


def part(body: Any, name: str) -> Body:
    """The object in a field; an empty one when there is none."""
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, dict) else {}


def parts(body: Any, name: str) -> list[Body]:
    """The objects in a field's list, as far as one needs to look."""
    value = body.get(name) if isinstance(body, dict) else None
    return [item for item in value[:_MOST_PARTS] if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(body: Body, name: str) -> str:
    """The text in a field; empty when there is none."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def count(body: Body, name: str) -> int | None:
    """The number in a field, when it can be a number of tokens."""
    value = body.get(name)
    sound = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS
    return value if sound else None


def total(*counts: int | None) -> int | None:
    """The sum of what is known; unknown when nothing is."""
    known = [number for number in counts if number is not None]
    return sum(known) if known else None
