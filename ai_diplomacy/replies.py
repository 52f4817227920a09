"""The shape of each step's reply, and how a model's text is read into it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .player import RELATIONSHIPS, Relationship

MAX_TEXT = 1_000_000
"""Characters of a reply that are looked at; no step needs a hundredth of them."""
_MAX_MENDED = 50_000
"""Longer text is not handed to the mender, whose time grows with it."""
_FENCE = re.compile(r"```[A-Za-z]*[ \t]*\n(.*?)\n?```", re.DOTALL)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_word(value: Any) -> Any:
    return value.strip().capitalize() if isinstance(value, str) else value


def _clean(value: Any) -> Any:
    # Lone surrogates and control characters can come out of JSON escapes and fit into no file.
    if not isinstance(value, str):
        return value
    sound = value.encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in sound if c in "\n\t" or (ord(c) >= 32 and ord(c) != 127))


Text = Annotated[str, BeforeValidator(_clean)]
Texts = Annotated[list[Text], BeforeValidator(_as_list)]
Word = Annotated[Relationship, BeforeValidator(_as_word)]


class StepReply(BaseModel):
    """Base of all replies. Fields that nobody asked for are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class InitializeReply(StepReply):
    goals: Texts
    relationships: dict[str, Word]


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
    vote_draw: bool = False
    diary: Text = ""


class ReflectReply(StepReply):
    diary: Text = ""
    goals: Texts = []
    relationships: dict[str, Word] = {}


class ConsolidateReply(StepReply):
    summary: Text


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
    """Read a model's text: strict JSON, else a fenced block, else what stands between the outermost braces, else
    the same after mending. Never raises."""
    if not text.strip():
        return Reading(None, False, "The reply was empty.")
    problem = "The reply held no JSON object."
    for candidate, repaired in _candidates(text[:MAX_TEXT]):
        value, unwrapped = _unwrap(candidate)
        if not isinstance(value, dict):
            problem = f"The reply must be one JSON object, not a {_kind(value)}."
            continue
        try:
            return Reading(shape.model_validate(value), repaired or unwrapped, None)
        except ValidationError as error:
            # The first object found is the one that was meant; text mended further would only blur the complaint.
            return Reading(None, repaired, _complaint(error))
        except RecursionError:
            problem = "The reply is nested too deeply."
    return Reading(None, False, problem)


def _candidates(text: str) -> Iterator[tuple[Any, bool]]:
    """JSON values found in the text, each with whether it was mended; those found without mending first."""
    blocks = [text.strip(), *(match.group(1) for match in _FENCE.finditer(text))]
    start, end = text.find("{"), text.rfind("}")
    if 0 <= start < end:
        blocks.append(text[start : end + 1])
    for block in blocks:
        try:
            yield json.loads(block, parse_constant=_no_constant), False
        except (ValueError, RecursionError):
            continue
    if start < 0 or len(text) > _MAX_MENDED:
        return
    from json_repair import repair_json

    try:
        yield repair_json(text[start:], return_objects=True, skip_json_loads=True), True
    except (ValueError, RecursionError):
        return


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
