"""The shape of each step's reply, and how a model's text is read into it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..board.player import RELATIONSHIPS, Relationship
from ..models.model import MAX_TEXT

_MAX_MENDED = 20_000
_MAX_DEPTH = 24
"""Longer or deeper text is not handed to the mender, whose time grows with the product of both."""
_MOST_BRACES = 60
"""Places at which an object among prose is looked for."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BRACKETS = re.compile(r"[\[\]{}]")
_FENCE = re.compile(r"```[A-Za-z]*[ \t]*\n(.*?)\n?```", re.DOTALL)


def _as_list(value: Any) -> Any:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def _as_mapping(value: Any) -> Any:
    return {} if value is None else value


def _as_vote(value: Any) -> Any:
    return False if value is None or value == "" else value


def _as_word(value: Any) -> Any:
    return value.strip().capitalize() if isinstance(value, str) else value


def _clean(value: Any) -> Any:
    # Lone surrogates and control characters can come out of JSON escapes and fit into no file.
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = " ".join(value)
    if not isinstance(value, str):
        return value
    return _CONTROL.sub("", value.encode("utf-8", "replace").decode("utf-8"))


Text = Annotated[str, BeforeValidator(_clean)]
Texts = Annotated[list[Text], BeforeValidator(_as_list)]
Word = Annotated[Relationship, BeforeValidator(_as_word)]
Words = Annotated[dict[str, Word], BeforeValidator(_as_mapping)]
Vote = Annotated[bool, BeforeValidator(_as_vote)]


class StepReply(BaseModel):
    """Base of all replies. Fields that nobody asked for are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class InitializeReply(StepReply):
    goals: Texts
    relationships: Words


class MessageReply(StepReply):
    to: Texts = Field(validation_alias=AliasChoices("to", "recipients", "recipient"))
    text: Text = Field(validation_alias=AliasChoices("text", "body", "message", "content"))
    pledges: Texts = []


class NegotiateReply(StepReply):
    diary: Text = ""
    messages: list[MessageReply]


class PlanReply(StepReply):
    directive: Text


class OrderReply(StepReply):
    reasoning: Text = ""
    intent: Text = ""
    orders: Texts
    vote_draw: Vote = False
    diary: Text = ""


class ReflectReply(StepReply):
    diary: Text = ""
    goals: Texts = []
    relationships: Words = {}


class ConsolidateReply(StepReply):
    summary: Text


class InterviewReply(StepReply):
    answer: Text


@cache
def reply_schema(shape: type[StepReply], others: tuple[str, ...]) -> Mapping[str, Any]:
    """The JSON schema of a reply, for providers that hold a model to one. ``others``: the powers to which
    relationships can be had."""
    schema = shape.model_json_schema()
    relationships = schema.get("properties", {}).get("relationships")
    if relationships is not None:
        relationships["propertyNames"] = {"enum": list(others)}
    return schema


R = TypeVar("R", bound=StepReply)


@dataclass(frozen=True, slots=True)
class Reading(Generic[R]):
    """What a text was read as."""

    value: R | None
    repaired: bool
    """Whether it had to be mended to be read."""
    problem: str | None
    """Why it could not be read, for its writer; ``None`` when it was."""


def read_reply(text: str, shape: type[R]) -> Reading[R]:
    """Read a model's text: strict JSON, else the last object of the right shape in it, fenced or not, else what
    begins at the first brace, mended. Never raises."""
    if not text.strip():
        return Reading(None, False, "The reply was empty.")
    text = text[:MAX_TEXT]
    found: Reading[R] | None = None
    problem = stray = ""
    for candidate in _objects(text):
        value, unwrapped = _unwrap(candidate)
        read, complaint = _validated(value, shape)
        if read is not None:
            found = Reading(read, unwrapped, None)
        elif isinstance(value, dict) and value.keys() & _names(shape):
            problem = problem or complaint
        else:
            # An object that is about something else, perhaps a part of one that was cut off.
            stray = stray or complaint
    if found is not None or problem:
        return found or Reading(None, False, problem)
    read, complaint = _validated(_unwrap(_mended(text))[0], shape)
    return Reading(None, False, stray or complaint) if read is None else Reading(read, True, None)


def _validated(value: Any, shape: type[R]) -> tuple[R | None, str]:
    """The reply that a JSON value is, or why it is none."""
    if value is None:
        return None, "The reply held no JSON object."
    if not isinstance(value, dict):
        return None, f"The reply must be one JSON object, not a {_kind(value)}."
    if not value.keys() & _names(shape):
        return None, f"The reply has none of the fields {', '.join(shape.model_fields)}."
    try:
        return shape.model_validate(value), ""
    except ValidationError as error:
        return None, _complaint(error)
    except RecursionError:
        return None, "The reply is nested too deeply."


@cache
def _names(shape: type[StepReply]) -> frozenset[str]:
    return frozenset(shape.model_fields)


def _objects(text: str) -> Iterator[Any]:
    """JSON values in the text that need no mending: the whole, or each fenced block, and objects among prose."""
    whole = text.strip()
    for block in (whole, *(match.group(1) for match in _FENCE.finditer(text))):
        try:
            yield json.loads(block, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            continue
        if block is whole:
            return
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    at = text.find("{")
    for _ in range(_MOST_BRACES):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield value
        at = text.find("{", end)


def _mended(text: str) -> Any:
    """What the mender makes of the text from its first brace on; ``None`` where it would find nothing, or take long."""
    start = text.find("{")
    if start < 0 or len(text) > _MAX_MENDED or _depth(text) > _MAX_DEPTH:
        return None
    from json_repair import repair_json

    try:
        return repair_json(text[start:], return_objects=True, skip_json_loads=True)
    except (ValueError, RecursionError, AssertionError, LookupError, TypeError, AttributeError):
        # A parser of somebody else's, fed with anything: on some texts its own assertions do not hold.
        return None


def _depth(text: str) -> int:
    """How many brackets are open at once, at the most, those in strings counted too."""
    deepest = depth = 0
    for bracket in _BRACKETS.findall(text):
        depth = depth + 1 if bracket in "{[" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unwrap(value: Any) -> tuple[Any, bool]:
    """A list with one object in it stands for the object."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return value[0], True
    return value, False


def _kind(value: Any) -> str:
    return {list: "list", str: "string", bool: "boolean", type(None): "null"}.get(type(value), "number")


def _complaint(error: ValidationError) -> str:
    """The first few problems, each with where it stands."""
    lines = []
    for problem in error.errors(include_url=False)[:4]:
        where = ".".join(str(part) for part in problem["loc"]) or "the reply"
        given = repr(problem["input"])[:60] if problem["type"] != "missing" else ""
        if problem["type"] == "missing":
            lines.append(f"{where} is missing.")
        elif problem["type"] == "literal_error":
            lines.append(f"{where}: {given} is not one of {', '.join(RELATIONSHIPS)}.")
        else:
            lines.append(f"{where}: {problem['msg']}, not {given}.")
    return " ".join(lines)
