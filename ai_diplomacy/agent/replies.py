"""The shape of each step's reply, and how a model's text is read into it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from ..board.player import RELATIONSHIPS, Relationship
from ..models.json_in_text import speech
from ..models.loose_json import LooseObject, PartOfList
from ..models.model import MAX_TEXT, StopReason

_COPIED = frozenset(("...", "…"))
"""What the form of a reply holds in the place of texts: whoever copies it says nothing."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER, _PERCENT = re.compile(r"[0-9]{1,4}"), re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)\s*%?")
_UNIT = re.compile(r"\s*(A|F|AMY|FLT|army|fleet)\b", re.IGNORECASE)


def _as_list(value: Any) -> Any:
    """Texts as models give them: none, one, or a list that may hold lists."""
    if value is None:
        return []
    if isinstance(value, list):
        texts = (text for entry in value for text in (entry if isinstance(entry, list) else [entry]))
        return [text for text in texts if text is not None]
    return [value] if isinstance(value, str) else value


def _as_names(value: Any) -> Any:
    """The same for recipients, which may be objects: ``{"power": "FRANCE"}``."""
    listed = value if isinstance(value, list) else [value] if isinstance(value, dict) else _as_list(value)
    if not isinstance(listed, list):
        return value
    return _as_list([name for entry in listed for name in (entry.values() if isinstance(entry, dict) else [entry])])


def _as_objects(value: Any) -> Any:
    return [] if value is None else value


def _as_orders(value: Any) -> Any:
    """A mapping says the unit twice (``{"PAR": "A PAR - BUR"}``), or once (``{"A PAR": "- BUR"}``)."""
    if not isinstance(value, dict):
        return _as_list(value)
    return [
        f"{key} {order}" if isinstance(order, str) and _UNIT.match(key) and not _UNIT.match(order) else order
        for key, order in value.items()
    ]


_BEGINNINGS = {"not": "not", "out": "out of", "dmz": "out of", "peace": "peace", "order": ""}
"""How a commitment of some kind begins."""
_TERMS = ("until", "while", "mutual", "if", "unless")
_REMARKS = frozenset(("reason", "why", "note", "comment", "explanation", "to", "recipient", "recipients", "readers"))


def _as_pledges(value: Any) -> Any:
    """Texts; a pledge may be an object: ``{"type": "out", "province": "ENG", "until": "F1902"}``."""
    listed = _as_list([value] if isinstance(value, dict) else value)
    if not isinstance(listed, list):
        return value
    return [_pledge(entry) if isinstance(entry, dict) else entry for entry in listed]


def _pledge(fields: Mapping[str, Any]) -> str:
    """All that an object says, as words, so that no part of it is lost where it is not understood."""
    named = ((str(key).strip().lower(), value) for key, value in fields.items())
    said = {key: value for key, value in named if value not in (None, "") and not (value is False and key in _TERMS)}
    kind = str(said.pop("type", "") or said.pop("kind", "")).strip()
    words: list[str] = [] if kind.lower().startswith("stay") else [_begun(kind)]
    behind = [] if words and said.get("stays") is not True else ["stays"]
    if said.get("stays") is True:
        del said["stays"]
    if str(said.get("order", "")).startswith(unit := str(said.get("unit", ""))) and unit:
        del said["unit"]
    for key in sorted((key for key in said if key not in _REMARKS), key=lambda key: (key in _TERMS, key != "unit")):
        text = "" if said[key] is True else _condition(said[key])
        (behind if key in _TERMS else words).append(text if key in _CONTENTS else f"{_begun(key)} {text}".strip())
    return " ".join(filter(None, (*words, *behind)))


_CONTENTS = ("promise", "pledge", "commitment", "text", "province", "provinces", "place", "power", "with", "unit")
"""Fields that hold what is promised, and no word of it."""


def _begun(kind: str) -> str:
    return next((words for word, words in _BEGINNINGS.items() if kind.lower().startswith(word)), kind)


def _condition(value: Any) -> str:
    """What stands behind ``if``, which may be an object; of anything else its text."""
    if not isinstance(value, dict):
        return ", ".join(map(str, value if isinstance(value, list) else [value]))
    power = value.get("power", "")
    rest = {key: part for key, part in value.items() if key != "power"}
    return f"{power}: {_pledge(rest)}" if power and rest else _pledge(value)


def _as_mapping(value: Any) -> Any:
    return {} if value is None else value


def _as_vote(value: Any) -> Any:
    return False if value is None or value == "" else value


def _as_word(value: Any) -> Any:
    return value.strip().capitalize() if isinstance(value, str) else value


_TRUTH = {
    **dict.fromkeys(("true", "yes", "y", "meant", "honest", "sincere", "truth", "truthful"), True),
    **dict.fromkeys(("false", "no", "n", "not meant", "lie", "a lie", "bluff", "untrue", "insincere"), False),
}


def _as_truth(value: Any) -> bool | None:
    """What is no plain yes or no, such as "partly", is not known."""
    if isinstance(value, str):
        return _TRUTH.get(value.strip().strip(".!").lower())
    return bool(value) if value in (0, 1) and isinstance(value, int | float) else None


def _as_beliefs(value: Any) -> dict[int, int]:
    """Number of a message -> per cent, of the entries that say so. Where one lies between 0 and 1, all up to 1 are
    shares of one."""
    entries = value.items() if isinstance(value, dict) else ()
    said = {int(number): _as_percent(told) for number, told in entries if _NUMBER.fullmatch(str(number))}
    shares = any(told is not None and 0 < told < 1 for told in said.values())
    percent = {
        number: 100 * told if shares and told <= 1 else told for number, told in said.items() if told is not None
    }
    return {number: round(told) for number, told in percent.items() if 0 <= told <= 100}


def _as_percent(value: Any) -> float | None:
    """``80``, ``"80 %"``, and 100 and 0 for yes and no."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and (number := _PERCENT.fullmatch(value.strip())):
        return float(number[1])
    truth = _as_truth(value)
    return None if truth is None else 100.0 * truth


def _clean(value: Any) -> Any:
    # Lone surrogates and control characters can come out of JSON escapes and fit into no file.
    if value is None or isinstance(value, PartOfList):
        return ""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = " ".join(value)
    if not isinstance(value, str):
        return value
    if value.strip() in _COPIED:
        return ""
    return _CONTROL.sub("", value.encode("utf-8", "replace").decode("utf-8"))


def _not_empty(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("empty", "empty")
    return value


Text = Annotated[str, BeforeValidator(_clean)]
SomeText = Annotated[Text, AfterValidator(_not_empty)]
"""Of a step that asks for nothing else."""
Texts = Annotated[list[Text], BeforeValidator(_as_list)]
Names = Annotated[list[Text], BeforeValidator(_as_names)]
Pledges = Annotated[list[Text], BeforeValidator(_as_pledges)]
Orders = Annotated[list[Text], BeforeValidator(_as_orders)]
Word = Annotated[Relationship, BeforeValidator(_as_word)]
Words = Annotated[dict[str, Word], BeforeValidator(_as_mapping)]
Vote = Annotated[bool, BeforeValidator(_as_vote)]
Truth = Annotated[bool | None, BeforeValidator(_as_truth), WithJsonSchema({"type": "boolean"})]
Beliefs = Annotated[
    dict[int, int],
    BeforeValidator(_as_beliefs),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "integer"}}),
]


class StepReply(BaseModel):
    """Base of all replies. Fields that nobody asked for are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class InitializeReply(StepReply):
    goals: Texts = []
    relationships: Words = {}


class MessageReply(StepReply):
    to: Names = Field(validation_alias=AliasChoices("to", "recipients", "recipient"))
    text: Text = Field(validation_alias=AliasChoices("text", "body", "message", "content"))
    pledges: Pledges = []


class NegotiateReply(StepReply):
    diary: Text = ""
    messages: Annotated[list[MessageReply], BeforeValidator(_as_objects)]


class TaggedMessageReply(MessageReply):
    meant: Truth = None


class TaggedNegotiateReply(NegotiateReply):
    """With ``--truth_tags``."""

    messages: Annotated[list[TaggedMessageReply], BeforeValidator(_as_objects)]  # type: ignore[assignment]


class ProvisionalReply(StepReply):
    orders: Orders


class PlanReply(StepReply):
    directive: SomeText


class OrderReply(StepReply):
    reasoning: Text = ""
    intent: Text = ""
    orders: Orders
    vote_draw: Vote = False
    diary: Text = ""


class Believing(StepReply):
    beliefs: Beliefs = {}


class BelievingOrderReply(OrderReply, Believing):
    """With ``--truth_tags``. Pydantic takes the fields of the last base first: what is believed is said before what
    is ordered."""


class ReflectReply(StepReply):
    diary: Text = ""
    goals: Texts = []
    relationships: Words = {}


class ConsolidateReply(StepReply):
    summary: SomeText


class InterviewReply(StepReply):
    answer: SomeText


R = TypeVar("R", bound=StepReply)


@dataclass(frozen=True, slots=True)
class Reading(Generic[R]):
    """What a text was read as."""

    value: R | None
    """Of a reply that is cut or broken: its whole elements."""
    repaired: bool = False
    """Whether it had to be mended to be read."""
    cut: bool = False
    """Whether it ends before it is complete."""
    problem: str | None = None
    """Why it could not be read, or what of it is lost, for its writer; ``None`` when nothing is."""


def read_reply(text: str, shape: type[R], stop: StopReason = "end", max_tokens: int | None = None) -> Reading[R]:
    """Read a model's text, which ended as ``stop`` says: the last object of the right shape that it says, fenced or
    not, mended where that needs no guessing. Of what is cut or broken whole elements are kept. Never raises."""
    cut = stop == "length" or len(text) > MAX_TEXT
    text = text[:MAX_TEXT]
    said = speech(text, cut=cut)
    answers = said.about(shape.model_fields)
    if not answers and cut:
        return Reading(None, problem=f"{_ending(stop, max_tokens)} before it came to an answer.")
    if not answers:
        return Reading(None, problem=_no_answer(text[said.start :], said.objects, shape))
    complaint = ""
    for answer in reversed(answers):
        value, wrong = _validated(answer.value, shape)
        complaint = complaint or wrong
        if value is not None or answer.state != "whole":
            # An earlier object is no answer where a later one was begun.
            break
    mended = said.doubtful or _is_mended(text, answer, answers)
    if answer.state == "broken":
        ending = f"The JSON of the reply breaks off at {text[answer.end : answer.end + 40]!r}"
    elif answer.state == "cut" and (stop == "length" or answer.lost is not None):
        ending = _ending(stop, max_tokens)
    else:
        return Reading(value, mended, problem=complaint if value is None else None)
    if answer.value.keys().isdisjoint(shape.model_fields):
        return Reading(None, problem=f"{ending} before one of its fields was whole.")
    if value is None:
        return Reading(None, problem=f"{ending}: {complaint}")
    place = f", from {answer.lost} on" if answer.lost else ""
    return Reading(value, mended, answer.state == "cut", f"{ending}; what is not whole is left out{place}.")


def _ending(stop: StopReason, max_tokens: int | None) -> str:
    """That a reply is not complete, and why."""
    if stop == "length":
        return f"The reply was cut at {f'{max_tokens:,} tokens' if max_tokens else 'its limit'} (--max_tokens)"
    return "The reply was broken off as a refusal" if stop == "refusal" else "The reply breaks off unfinished"


def _is_mended(text: str, answer: LooseObject, answers: Sequence[LooseObject]) -> bool:
    """Whether it is no strict JSON among prose, but something else, one of a list, or one of several that differ."""
    listed = text[: answer.start].rstrip().endswith("[")
    return answer.sloppy or listed or any(other.value != answer.value for other in answers)


def _no_answer(text: str, objects: Iterable[LooseObject], shape: type[R]) -> str:
    """Why a text without an object of the right shape is no answer."""
    if not text.strip():
        return "The reply was empty."
    for other in objects:
        return _validated(other.value, shape)[1]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "The reply held no JSON object."
    return _validated(value, shape)[1]


def _validated(value: Any, shape: type[R]) -> tuple[R | None, str]:
    """The reply that a JSON value is, or why it is none."""
    if not isinstance(value, dict):
        return None, f"The reply must be one JSON object, not a {_kind(value)}."
    if value.keys().isdisjoint(shape.model_fields):
        return None, f"The reply has none of the fields {', '.join(shape.model_fields)}."
    try:
        return shape.model_validate(value), ""
    except ValidationError as error:
        return None, _complaint(error)
    except RecursionError:
        return None, "The reply is nested too deeply."


def _kind(value: Any) -> str:
    return {list: "list", str: "string", bool: "boolean", type(None): "null"}.get(type(value), "number")


def _complaint(error: ValidationError) -> str:
    """The first few problems, each with where it stands."""
    lines = []
    for problem in error.errors(include_url=False)[:4]:
        where = ".".join(str(part)[:40] for part in problem["loc"]) or "the reply"
        given = repr(problem["input"])[:60] if problem["type"] != "missing" else ""
        if problem["type"] == "missing":
            lines.append(f"{where} is missing.")
        elif problem["type"] == "empty":
            lines.append(f"{where} is empty.")
        elif problem["type"] == "literal_error":
            lines.append(f"{where}: {given} is not one of {', '.join(RELATIONSHIPS)}.")
        else:
            lines.append(f"{where}: {problem['msg']}, not {given}.")
    return " ".join(lines)
