"""The lines of ``calls.jsonl``: what each call was asked (as a digest) and what became of it, written and read."""

from __future__ import annotations

import dataclasses
import hashlib
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..records.formats import FORMAT, READABLE, reply_of_today
from ..records.log_reader import DamagedLogError
from .events import CallAnswered, CallEnded, CallFailed, CallLate, FailureKind
from .model import CallKey, ModelError, Overlong, Reply, Request, Usage
from .phase_deadlines import LateError


class FaultError(ModelError):
    """The program itself failed at a call. The game goes on without the reply, as it will whenever it is replayed."""


def failure_kind(error: ModelError) -> FailureKind:
    """Why a call was given up, as its line says."""
    if isinstance(error, LateError):
        return "late"
    return "fault" if isinstance(error, FaultError) else error.kind


class PromptDiffersError(Exception):
    """A run that is played again from its journal came to a call whose prompt is not the one that was asked then. Its
    text fits a line."""

    def __init__(self, path: Path, call: CallEnded, request: Request) -> None:
        super().__init__(f"the prompt of {named(call.key)} is not the one that line {call.line} of {path} answers")
        self.call = call
        self.request = request


class CallLog:
    """The calls of a journal by their keys."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.late: list[CallLate] = []
        """Replies that came after their phase's deadline. The game went on without them; they are paid for."""
        self._by_key: dict[CallKey, CallAnswered | CallFailed] = {}
        self._late_lines: dict[CallKey, int] = {}

    def add(self, call: CallEnded) -> None:
        """Raises ``DamagedLogError`` for a call that is there already."""
        if isinstance(call, CallLate):
            earlier = self._late_lines.setdefault(call.key, call.line)
            self.late.append(call)
        else:
            assert isinstance(call, CallAnswered | CallFailed)
            earlier = self._by_key.setdefault(call.key, call).line
        if earlier != call.line:
            raise DamagedLogError(f"{self.path}, line {call.line}: the same call as in line {earlier}")

    def answering(self, request: Request, *, lenient: bool = False) -> CallAnswered | CallFailed | None:
        """The call of this request, if it was made. Raises ``PromptDiffersError`` when it was made with another prompt,
        unless that does not matter (``lenient``)."""
        call = self._by_key.get(request.key)
        if call is not None and not lenient and call.digest != request_digest(request):
            raise PromptDiffersError(self.path, call, request)
        return call

    def __contains__(self, key: object) -> bool:
        """Whether the call of a key was made, and the game went on with what became of it."""
        return key in self._by_key

    def __iter__(self) -> Iterator[CallAnswered | CallFailed]:
        """In the order of the journal, late replies apart."""
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)


def recalled(call: CallAnswered | CallFailed) -> Reply:
    """The reply of a call that was made before. Raises the error with which it was given up."""
    if isinstance(call, CallAnswered):
        return call.reply
    if call.kind == "late":
        raise LateError(call.message)
    if call.kind == "fault":
        raise FaultError(call.message)
    raise ModelError(call.message, kind=call.kind, overlong=call.overlong)


def call_record(model: str, request: Request) -> dict[str, Any]:
    """What every line about a call begins with."""
    return {
        "format": FORMAT,
        "key": key_record(request.key),
        "model": model,
        "request": {
            "sha256": request_digest(request),
            "system": request.system,
            "prompt": request.prompt,
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
        },
    }


def key_record(key: CallKey) -> dict[str, Any]:
    """The ``key`` of such a line."""
    return _fields(key, _KEY)


def reply_record(reply: Reply) -> dict[str, Any]:
    """The ``reply`` of such a line."""
    record = _fields(reply) | {"usage": _fields(reply.usage)}
    for passing in _UNWRITTEN:
        del record[passing]
    return record


def failure_record(error: ModelError) -> dict[str, Any]:
    """The ``failure`` of a line about a call that was given up."""
    record = {"kind": failure_kind(error), "message": str(error)}
    return record if error.overlong is None else record | {"overlong": dataclasses.asdict(error.overlong)}


def call_from(record: Mapping[str, Any], line: int) -> CallEnded:
    """What a line of a journal tells. Raises ``ValueError`` that says what is wrong with it."""
    try:
        return _call(record, line)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)) from None


def inherited(record: Mapping[str, Any]) -> dict[str, Any]:
    """A line of a journal as a run carries it that was forked from the journal's own."""
    return {**record, "reply": record["reply"] | {"inherited": True}} if "reply" in record else dict(record)


_KEY = {"actor": "power"}
"""The field of a key that has another name in the file."""
_SINCE: dict[str, Any] = {"most_tokens": 0, "most_usd": 0.0, "served": "", "fingerprint": "", "remarks": ()}
"""Fields of a reply that earlier journals do not have."""
_UNWRITTEN: dict[str, Any] = {"stated": ()}
"""Those that no journal has: they are of use to the gate, and to nobody after it."""


def _call(record: Mapping[str, Any], line: int) -> CallEnded:
    format = record.get("format")
    if format not in READABLE:
        raise ValueError(f"format {format!r} is not known to this version, which writes {FORMAT}")
    actor = {own: record["key"][name] for own, name in _KEY.items()}
    key = _made(CallKey, actor | {name: value for name, value in record["key"].items() if name not in _KEY.values()})
    asked = dict(record["request"])
    digest = asked.pop("sha256")
    told = {"key": key, "model": record["model"], "digest": digest, "line": line, "request": Request(key, **asked)}
    if "failure" in record:
        failure = dict(record["failure"])
        overlong = failure.pop("overlong", None)
        return CallFailed(**told, **failure, overlong=overlong and _made(Overlong, overlong))
    answer = reply_of_today(record["reply"], format)
    reply = _made(Reply, _SINCE | _UNWRITTEN | answer | {"usage": _made(Usage, answer["usage"])})
    return (CallLate if record.get("late", False) else CallAnswered)(**told, reply=reply)


def request_digest(request: Request) -> str:
    """SHA-256 of all that a model is shown; equal requests have equal digests in every run."""
    shown = f"{request.system}\x00{request.prompt}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(shown).hexdigest()


def named(key: CallKey) -> str:
    """``FRANCE, negotiate 1 in S1901M``, for a person."""
    step = f"{key.step} {key.round}" if key.round else key.step
    more = (", corrected" if key.attempt else "") + (", with a larger limit" if key.raised else "")
    return f"{key.actor}, {step} in {key.phase}{more}"


def _fields(value: CallKey | Reply | Usage, on_disk: Mapping[str, str] = {}) -> dict[str, Any]:
    """A dataclass as a dictionary. What it holds is not copied, as ``asdict`` would do for every call."""
    return {on_disk.get(name, name): getattr(value, name) for name in value.__slots__}


T = typing.TypeVar("T")


def _made(cls: type[T], fields: Mapping[str, Any]) -> T:
    """A dataclass from its JSON, lists as tuples. Raises ``TypeError`` for fields that it does not have."""
    names = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    if names != fields.keys():
        raise TypeError(f"{cls.__name__.lower()}: the fields {sorted(names ^ fields.keys())} are missing or unknown")
    return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()})
