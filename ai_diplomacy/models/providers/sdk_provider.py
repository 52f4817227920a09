"""A vendor's protocol over its SDK: the question in the vendor's words, sent one of two ways, and its answer read.

The two ways are the SDK's async client and its blocking twin, which only the threaded baseline of the benchmark uses.
What is said and how it is understood is the same for both; the twin is the sending alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..ids import ModelId
from ..model import ModelError, Request, Usage
from ..provider import Answer
from .accounts import Account
from .bodies import Body
from .concessions import Concessions, RefusedError, Wish


@dataclass(frozen=True, slots=True)
class Question:
    """A request as the vendor takes it."""

    path: str
    body: Mapping[str, Any]
    wishes: Collection[Wish]
    """Those of its wishes that the endpoint may refuse."""
    withheld: tuple[str, ...] = ()
    """Those that it does not hold, see ``Answer.withheld``."""
    headers: Mapping[str, str] = field(default_factory=dict)


class Line(Protocol):
    """The vendor's SDK: posts a question as it is and hands back the answer as it came.

    Both ways return ``None`` when a filter refused to read the question, and raise ``RefusedError`` for one that the
    endpoint does not take as it stands, ``ModelError`` for an answer that makes no sense, or what the SDK raises.
    """

    async def post(self, question: Question) -> Body | None: ...

    def post_blocking(self, question: Question, seconds: float) -> Body | None:
        """The same on the calling thread. ``seconds``: for how long the server may say nothing."""

    def classify(self, error: Exception) -> ModelError: ...

    async def close(self) -> None: ...


class SdkProvider(ABC):
    """One account at a vendor; meets ``Provider`` and ``BlockingProvider``."""

    def __init__(self, account: Account, line: Line) -> None:
        self._account = account
        self._line = line
        self._concessions = Concessions()

    @abstractmethod
    def question(self, model: str, request: Request, without: Collection[Wish]) -> Question:
        """The request to a model ``without`` the wishes that it is known to refuse."""

    @abstractmethod
    def answer(self, body: Body, withheld: tuple[str, ...]) -> Answer:
        """What a body says. Raises ``ModelError`` where it makes no sense."""

    async def call(self, model: ModelId, request: Request) -> Answer:
        while True:
            question = self.question(model.name, request, self._concessions.refused(model.name))
            try:
                return self._read(question, await self._line.post(question))
            except RefusedError as refused:
                self._concessions.concede(model.name, question.wishes, refused)

    def call_blocking(self, model: ModelId, request: Request, *, deadline: float) -> Answer:
        while True:
            question = self.question(model.name, request, self._concessions.refused(model.name))
            try:
                return self._read(question, self._line.post_blocking(question, deadline))
            except RefusedError as refused:
                self._concessions.concede(model.name, question.wishes, refused)

    def _read(self, question: Question, body: Body | None) -> Answer:
        if body is None:
            # What a vendor turns away it does not bill.
            return Answer("", Usage(0, 0, 0), "refusal", question.withheld)
        return self.answer(body, question.withheld)

    def classify(self, error: Exception) -> ModelError:
        return self._line.classify(error)

    async def close(self) -> None:
        await self._line.close()
