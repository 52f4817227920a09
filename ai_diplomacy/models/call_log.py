"""The answered calls of a journal, read back: what each was asked (as a digest), and what came of it."""

from __future__ import annotations

import dataclasses
import hashlib
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..records.log_reader import DamagedLogError, LogEnd, LogReader
from .model import CallKey, ModelError, Reply, Request, Usage
from .phase_deadlines import LateError

FORMAT = 2
"""Version of the journal's lines."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call was given up."""

    kind: Literal["fatal", "transient", "rate_limit", "late"]
    """As in ``ModelError``; ``late``: it was not answered before the phase's deadline, and the game went on."""
    message: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call that came to an end."""

    key: CallKey
    model: str
    digest: str
    """SHA-256 of all that the model was shown."""
    line: int
    """Where the journal tells of it."""
    outcome: Reply | Failure

    def again(self) -> Reply:
        """Its reply. Raises the error with which it was given up."""
        if isinstance(self.outcome, Reply):
            return self.outcome
        if self.outcome.kind == "late":
            raise LateError(self.outcome.message)
        raise ModelError(self.outcome.message, kind=self.outcome.kind)


class PromptDiffersError(Exception):
    """A run that is played again from its journal came to a call whose prompt is not the one that was asked then. Its
    text fits a line."""

    def __init__(self, path: Path, call: Call, request: Request) -> None:
        super().__init__(f"the prompt of {named(call.key)} is not the one that line {call.line} of {path} answers")
        self.call = call
        self.request = request


class Calls:
    """The calls of a journal by their keys, and how far its file stands."""

    def __init__(self, path: Path, calls: Iterable[Call] = (), late: Iterable[Call] = (), end: LogEnd | None = None):
        self.path = path
        self.late = tuple(late)
        """Replies that came after their phase's deadline. The game went on without them; they are paid for."""
        self.end = end or LogEnd()
        self._by_key = {call.key: call for call in calls}

    def answering(self, request: Request, *, lenient: bool = False) -> Call | None:
        """The call of this request, if it was made. Raises ``PromptDiffersError`` when it was made with another prompt,
        unless that does not matter (``lenient``)."""
        call = self._by_key.get(request.key)
        if call is not None and not lenient and call.digest != request_digest(request):
            raise PromptDiffersError(self.path, call, request)
        return call

    def __iter__(self) -> Iterator[Call]:
        """In the order of the journal, late replies apart."""
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)


def read_calls(path: Path) -> Calls:
    """Reads a journal. Raises ``DamagedLogError``, which names the line, or ``OSError``."""
    reader = LogReader(path)
    calls: dict[CallKey, Call] = {}
    late: dict[CallKey, Call] = {}
    for number, record in enumerate(reader, 1):
        try:
            call, came_late = call_of(record, number)
        except ValueError as error:
            raise DamagedLogError(f"{path}, line {number}: {error}") from None
        known = late if came_late else calls
        if call.key in known:
            raise DamagedLogError(f"{path}, line {number}: the same call as in line {known[call.key].line}")
        known[call.key] = call
    return Calls(path, calls.values(), late.values(), reader.end)


def call_of(record: Mapping[str, Any], line: int) -> tuple[Call, bool]:
    """The call that a line of a journal tells of, and whether its reply came late. Raises ``ValueError`` that says
    what is wrong with it."""
    try:
        return _call(record, line)
    except (KeyError, TypeError) as error:
        raise ValueError(_why(error)) from None


def _call(record: Mapping[str, Any], line: int) -> tuple[Call, bool]:
    if record.get("format") != FORMAT:
        raise ValueError(f"format {record.get('format')!r} is not known to this version, which writes {FORMAT}")
    outcome: Reply | Failure
    if "failure" in record:
        outcome = _made(Failure, record["failure"])
    else:
        reply = dict(record["reply"])
        outcome = _made(Reply, _SINCE | reply | {"usage": _made(Usage, reply["usage"])})
    key = _made(CallKey, record["key"])
    return Call(key, record["model"], record["request"]["sha256"], line, outcome), record.get("late", False)


_SINCE: dict[str, Any] = {"most_tokens": 0, "most_usd": 0.0}
"""Fields of a reply that the first journals of this format do not have."""


def request_digest(request: Request) -> str:
    """SHA-256 of all that a model is shown; equal requests have equal digests in every run."""
    shown = f"{request.system}\x00{request.prompt}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(shown).hexdigest()


def named(key: CallKey) -> str:
    """``FRANCE, negotiate 1 in S1901M``, for a person."""
    step = f"{key.step} {key.round}" if key.round else key.step
    more = (", corrected" if key.attempt else "") + (", with a larger allowance" if key.raised else "")
    return f"{key.power}, {step} in {key.phase}{more}"


T = typing.TypeVar("T")


def _made(cls: type[T], fields: Mapping[str, Any]) -> T:
    """A dataclass from its JSON, lists as tuples. Raises ``TypeError`` for fields that it does not have."""
    names = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    if names != fields.keys():
        raise TypeError(f"{cls.__name__.lower()}: the fields {sorted(names ^ fields.keys())} are missing or unknown")
    return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()})


def _why(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
