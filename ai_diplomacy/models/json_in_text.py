"""The JSON objects that a model says in its text: bare, fenced or among prose, and none that it only thought of."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .loose_json import LooseObject, read_object

_THOUGHT = r"(?:seed:)?(?:think|thinking|thoughts?|reasoning|analysis|reflection|scratchpad)"
_OPENING = (
    rf"<{_THOUGHT}>|\[think\]|◁think▷|<\|begin_of_thought\|>"
    r"|<\|channel\|>(?:analysis|commentary).{0,100}?<\|message\|>"
)
_CLOSING = (
    rf"</{_THOUGHT}>|\[/think\]|◁/think▷|<\|end_of_thought\|>"
    r"|<\|channel\|>final.{0,100}?<\|message\|>|assistantfinal"
)
"""The marks that open models and their servers leave in a text round what was thought, and before what is said."""
_MARK = re.compile(rf"(?P<brace>\{{)|(?P<opening>{_OPENING})|(?P<closing>{_CLOSING})", re.IGNORECASE | re.DOTALL)
_END_OF_THOUGHT = re.compile(_CLOSING, re.IGNORECASE | re.DOTALL)
_BRACKET_OR_END = re.compile(rf"(?P<bracket>[\[\]{{}}])|{_CLOSING}", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Speech:
    """What a text says, its thoughts apart."""

    objects: Sequence[LooseObject]
    """In the order of the text; one that is only a part of another is not among them."""
    start: int
    """Where the last thought before them ends."""
    doubtful: bool = False
    """Whether what was taken for a thought may have been a part of what is said."""

    def about(self, names: Collection[str]) -> list[LooseObject]:
        """The objects that have one of these keys, or that are cut before they have any."""
        return [
            one for one in self.objects if (not one.names and one.state == "cut") or not one.names.isdisjoint(names)
        ]


def speech(text: str, *, cut: bool) -> Speech:
    """``cut``: whether the text was cut off, so that a thought without an end goes to the end of the text."""
    whole = _strict(text)
    if whole is not None:
        return Speech((whole,), 0)
    found: list[LooseObject] = []
    at = start = 0
    thoughts_end, doubtful, strange = True, False, False
    while mark := _MARK.search(text, at):
        at = mark.end()
        if mark["brace"]:
            one = read_object(text, mark.start())
            if one.names or one.state == "cut":
                found.append(one)
                at = _outside(text, one)
            else:
                strange = strange or one.state == "broken"
        elif mark["closing"]:
            # A thought whose beginning was lost; one that ends the text may be all that was said.
            if cut or text[at:].strip():
                doubtful = doubtful or strange or any(one.state == "broken" for one in found)
                found.clear()
                start = at
        elif thoughts_end and (end := _END_OF_THOUGHT.search(text, at)):
            at = end.end()
            start = start if found else at
        elif cut or text[: mark.start()].strip():
            break
        else:
            thoughts_end = False
    if not thoughts_end and found and (found[-1].state != "whole" or text[found[-1].end :].strip("` \n")):
        # A text that is all thought may end with the answer; an object amid it is a draft.
        found.clear()
    if _repeats(text, found):
        del found[-1]
    return Speech(found, start, doubtful)


def holds_whole_object(text: str, schema: Mapping[str, Any] | None) -> bool:
    """Whether a text that was cut off holds, and holds last, an object with all that the schema requires."""
    schema = schema or {}
    objects = speech(text, cut=True)
    named = objects.about(schema["properties"]) if "properties" in schema else objects.objects
    return bool(named) and named[-1].state == "whole" and named[-1].names.issuperset(schema.get("required", ()))


def _strict(text: str) -> LooseObject | None:
    """The text as one object of strict JSON."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    return LooseObject(value, frozenset(value), 0, len(text), "whole", False, None)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs) and any(found[name] != value for name, value in pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _outside(text: str, one: LooseObject) -> int:
    """Where the text goes on behind an object: one that breaks may still have other objects within."""
    if one.state != "broken":
        return one.end
    depth = 0
    for found in _BRACKET_OR_END.finditer(text, one.start):
        if not found["bracket"]:
            if found.start() >= one.end:
                return found.start()
            continue
        depth += 1 if found[0] in "[{" else -1
        if depth <= 0 and found.end() >= one.end:
            return found.end()
    return len(text)


def _repeats(text: str, found: Sequence[LooseObject]) -> bool:
    """Whether the last object, which is cut, repeats those before: small models do so until they are stopped."""
    if len(found) < 3 or found[-1].state != "cut" or found[-2].value != found[-3].value:
        return False
    return text.startswith(text[found[-1].start :].rstrip(), found[-2].start)
