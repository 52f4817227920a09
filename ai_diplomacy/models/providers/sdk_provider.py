"""A vendor's protocol over its SDK: the question in the vendor's words, sent one of two ways, and its answer read.

The two ways are the SDK's async client and its blocking twin, which only the threaded baseline of the benchmark uses.
What is said and how it is understood is the same for both; the twin is the sending alone.
"""

from __future__ import annotations

import asyncio
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from ..ids import ModelId
from ..model import ModelError, Request, Usage
from ..provider import ProviderAnswer
from ..remarks import Remark
from ..schema_cache import schema_bytes
from ..stated_limits import StatedLimit
from .accounts import Account
from .answered_errors import is_refused
from .bodies import Body, text_of
from .faults import kept_secret, one_line
from .misplaced import Aside, holds_json, misplaced, says_nothing
from .schemas import fits, rules_of
from .unsupported import Parameter, RefusedError, UnsupportedParameters, blames_effort, dropped, optional

C = TypeVar("C")

end_of_call: ContextVar[float] = ContextVar("end_of_call")
"""When the call that a thread makes must have ended, by the monotonic clock."""
_LONGEST_NAME = 100
"""Characters of what a vendor calls the model that it served."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request as the vendor takes it."""

    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class Posted(NamedTuple):
    """What came back for a question."""

    body: Body | None
    """``None``: a filter refused to read it."""
    stated: tuple[StatedLimit, ...] = ()
    """Limits that came with it."""


class Transport(Protocol):
    """The vendor's SDK: posts a question as it is and hands back the answer as it came.

    Both ways raise ``RefusedError`` for one that the
    endpoint does not take as it stands, ``ModelError`` for an answer that makes no sense, or what the SDK raises.
    """

    async def post(self, question: Question) -> Posted: ...

    def post_blocking(self, question: Question, seconds: float) -> Posted:
        """The same on the calling thread, which has ``seconds`` for it."""

    def classify(self, error: Exception) -> ModelError: ...

    async def close(self) -> None: ...


class SdkProvider(ABC):
    """One account at a vendor; meets ``Provider`` and ``BlockingProvider``."""

    loosely: frozenset[Parameter] = frozenset()
    """What its endpoint takes, but not to the letter."""
    answers_in = "choices"
    """The field of a body that holds a list of what the model said."""

    def __init__(self, account: Account, transport: Transport) -> None:
        self._account = account
        self._transport = transport
        self._has_answered = False
        self._unsupported = UnsupportedParameters()
        self._rules = rules_of(account)

    def never(self, request: Request) -> frozenset[Parameter]:  # noqa: ARG002 - what a request holds may matter
        """Parameters that the vendor takes in no form."""
        return frozenset()

    @abstractmethod
    def question(self, model: ModelId, request: Request, without: Collection[Parameter]) -> Question:
        """The request to a model ``without`` the parameters that it is known not to take. A model without system texts
        gets a request that has none."""

    @abstractmethod
    def answer(self, body: Body) -> ProviderAnswer:
        """What a body says, where it should. Raises ``ModelError`` where it makes no sense."""

    @abstractmethod
    def asides(self, body: Body) -> Iterator[Aside]:
        """What else it says: arguments of calls of tools, and reasoning."""

    async def call(self, model: ModelId, request: Request) -> ProviderAnswer:
        while True:
            question, without = self._asked(model, request)
            try:
                posted = await self._transport.post(question)
            except RefusedError as refused:
                self._learn(model, request, without, refused)
            else:
                return self._read(posted, request, without)

    def call_blocking(self, model: ModelId, request: Request, *, deadline: float) -> ProviderAnswer:
        end_of_call.set(time.monotonic() + deadline)
        while True:
            question, without = self._asked(model, request)
            try:
                posted = self._transport.post_blocking(question, deadline)
            except RefusedError as refused:
                self._learn(model, request, without, refused)
            else:
                return self._read(posted, request, without)

    def _asked(self, model: ModelId, request: Request) -> tuple[Question, frozenset[Parameter]]:
        without = self.never(request) | self._unsupported.of(model, _strict_size(request))
        if request.looser_schema is not None and request.schema is not None and not fits(request.schema, self._rules):
            without |= {"constraint"}
        if "system" in without:
            request = replace(request, system="", prompt=f"{request.system}\n\n{request.prompt}")
        return self.question(model, request, without), without

    def _learn(self, model: ModelId, request: Request, without: Collection[Parameter], refused: RefusedError) -> None:
        sent = [parameter for parameter in optional(request) if parameter not in without]
        if self._unsupported.learn(model, sent, refused, _strict_size(request)):
            return
        if model.effort and blames_effort(refused.body):
            # It is never left out, as other parameters are: with another effort it would be another model.
            fault = self.classify(refused.error)
            raise ModelError(f"{fault} (asked for the effort {model.effort!r})", billable=False) from None
        raise refused.error from None

    def _read(self, posted: Posted, request: Request, without: frozenset[Parameter]) -> ProviderAnswer:
        missing = dropped(request, without | self.loosely)
        body = posted.body
        if body is None or is_refused(self._account, body, self.answers_in, has_answered=self._has_answered):
            # What a vendor turns away it does not bill.
            return ProviderAnswer("", Usage(0, 0, 0), "refusal", missing)
        answer = self.answer(body)
        self._has_answered = True
        text, stop = answer.text, answer.stop
        remarks: tuple[Remark, ...] = ()
        asked = request.schema is not None and "schema" not in missing and stop == "end"
        if says_nothing(text) and (found := misplaced(self._asides(body, answer), request.schema)):
            remarks, text, stop = found[:1], found[1], "end"
        elif asked and text.strip() and not holds_json(text):
            remarks = ("schema_ignored",)
        return replace(
            answer,
            text=kept_secret(text, self._account.key),
            stop=stop,
            dropped=missing,
            served=self._named(text_of(body, "model") or text_of(body, "modelVersion")),
            fingerprint=self._named(text_of(body, "system_fingerprint")),
            remarks=remarks,
            stated=posted.stated,
        )

    def _asides(self, body: Body, answer: ProviderAnswer) -> Iterator[Aside]:
        """Reasoning that was cut, or refused, is none that ended with an answer; a call of a tool is an end to many."""
        for remark, found in self.asides(body):
            if answer.stop == "end" or (remark == "tool_call" and answer.stop == "other"):
                yield remark, found

    def _named(self, said: str) -> str:
        return one_line(kept_secret(said, self._account.key), _LONGEST_NAME) if said else ""

    def classify(self, error: Exception) -> ModelError:
        return self._transport.classify(error)

    async def close(self) -> None:
        await self._transport.close()


def _strict_size(request: Request) -> int:
    return 0 if request.schema is None or request.looser_schema is None else schema_bytes(request.schema)


class LazyClient(Generic[C]):
    """A client of an SDK that exists from its first use to ``close``, and again after that."""

    def __init__(self, build: Callable[[], Awaitable[C]], close: Callable[[C], Awaitable[None]]) -> None:
        self._build = build
        self._close = close
        self._client: C | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> C:
        if self._client is None:
            async with self._lock:
                if self._client is None:
                    self._client = await self._build()
        return self._client

    async def close(self) -> None:
        async with self._lock:
            client, self._client = self._client, None
            if client is not None:
                await self._close(client)


class LazyBlockingClient(Generic[C]):
    """The same for threads."""

    def __init__(self, build: Callable[[], C], close: Callable[[C], None]) -> None:
        self._build = build
        self._close = close
        self._client: C | None = None
        self._lock = threading.Lock()

    def get(self) -> C:
        with self._lock:
            if self._client is None:
                self._client = self._build()
            return self._client

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
            if client is not None:
                self._close(client)
