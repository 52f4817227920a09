"""One question to a model and its answer: ask, read, ask once more, or give up and say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from ..board.chance import chance
from ..board.player import Question, View
from ..board.situation import Situation
from ..models.call_log import failure_kind
from ..models.events import CallAnswered, CallFailed
from ..models.json_in_text import speech
from ..models.model import CallKey, Model, ModelError, Request
from ..records.events import Listener
from ..run.events import ReplyRead, StepDefaulted, Verdict
from .briefing import numbers_shown
from .context_window import ContextWindow, shortened
from .events import PromptShortened
from .replies import Reading, StepReply, read_reply
from .schemas import ReplySchemas

R = TypeVar("R", bound=StepReply)

_EXCERPT = 1500
"""Characters of a bad reply that the re-ask quotes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question."""

    value: Any
    """The reply that counts, or ``None``."""
    first: Any = None
    """The reply before the correction, when there was one and it could be read."""


class Prompts(Protocol):
    """Words for questions: a ``PromptBook``, or what asks of something else than a turn."""

    def system(self, power: str) -> str: ...

    def prompt(self, step: Question, document: Mapping[str, Any], situation: Situation) -> str: ...


@dataclass(frozen=True, slots=True)
class Asker:
    """One power's line to its model."""

    power: str
    model: Model
    prompts: Prompts
    listener: Listener
    max_tokens: int = 8192
    temperature: float | None = None
    schemas: ReplySchemas = field(default_factory=ReplySchemas)
    window: ContextWindow = field(default_factory=ContextWindow)
    actor: str = ""
    """Who asks in the records, where one power has more minds than one."""

    @property
    def name(self) -> str:
        """Who asks in the records."""
        return self.actor or self.power

    async def ask(
        self,
        step: Question,
        view: View,
        document: dict[str, Any],
        shape: type[R],
        check: Callable[[R], Sequence[str]] = lambda _: (),
    ) -> Answer:
        """Ask about a document. A reply that cannot be read as a whole, or in which ``check`` finds problems, is asked
        for once more with the reason; a readable first reply stands if the second is worse. What was too long for the
        model is asked once more as short as the model says. Never raises ``ModelError``."""
        first: R | None = None
        problems: Sequence[str] = ()
        window = self.window.tokens(view.phase.year)
        for attempt in (0, 1):
            request = self._request(step, view, document, attempt, shape, window)
            try:
                reply = await self.model.generate(request)
            except ModelError as error:
                problems = (str(error),)
                self.listener.event(
                    CallFailed(
                        key=request.key,
                        model=self.model.name,
                        request=request,
                        kind=failure_kind(error),
                        message=str(error),
                        overlong=error.overlong,
                    )
                )
                self._tell(request, "failed", problems)
                window = error.overlong.smaller_window(request) if error.overlong else None
                if window is None:
                    break
                self.window.refused(window, view.phase.year, background=view.background)
                continue
            self.listener.event(CallAnswered(key=request.key, model=self.model.name, request=request, reply=reply))
            self.window.learn(request, reply, background=view.background)
            reading = read_reply(reply.text, shape, reply.stop, reply.max_tokens)
            problems = (reading.problem,) if reading.problem else ()
            if reading.value is None:
                self._tell(request, "unusable", problems)
            else:
                wrong = check(reading.value)
                problems = (*problems, *wrong)
                self._tell(request, _verdict(reading, wrong), problems)
                if not problems or attempt == 1:
                    return Answer(reading.value, first)
                first = reading.value
            said = reply.text[speech(reply.text, cut=reply.stop == "length").start :]
            document = {**document, "correction": {"your_reply": said[:_EXCERPT], "problems": list(problems)}}
        if first is None:
            reason = " ".join(problems)
            self.listener.event(StepDefaulted(self.name, view.phase, step, view.round, self.model.name, reason))
        return Answer(first)

    def _request(
        self, step: Question, view: View, document: dict[str, Any], attempt: int, shape: type[R], window: int | None
    ) -> Request:
        """The question, in as many words as the model has room for."""
        request = self._whole_request(step, view, document, attempt, shape)
        if window is None:
            return request
        room = self.window.characters(window, self.max_tokens, background=view.background)
        excess = len(request.system) + len(request.prompt) - room
        if excess <= 0:
            return replace(request, window=window)
        document, left_out = shortened(document, excess)
        self.listener.event(PromptShortened(*request.key.about(self.model.name), left_out, window))
        return replace(self._whole_request(step, view, document, attempt, shape), window=window)

    def _whole_request(
        self, step: Question, view: View, document: dict[str, Any], attempt: int, shape: type[R]
    ) -> Request:
        schema, looser = self.schemas.of(shape, view.situation, numbers_shown(document))
        return Request(
            key=CallKey(view.phase, self.name, step, view.round, attempt),
            system=self.prompts.system(self.power),
            prompt=self.prompts.prompt(step, document, view.situation),
            schema=schema,
            looser_schema=looser,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            seed=chance(view.game, view.phase, self.name, step, view.round, attempt).getrandbits(31),
            background=view.background and not view.awaited,
        )

    def _tell(self, request: Request, verdict: Verdict, problems: Sequence[str]) -> None:
        """How the reply was read. Nothing is told between the end of a call and this."""
        self.listener.event(ReplyRead(*request.key.about(self.model.name), verdict, tuple(problems)))


def _verdict(reading: Reading[R], wrong: Sequence[str]) -> Verdict:
    if reading.cut:
        return "cut"
    if wrong:
        return "illegal"
    return "repaired" if reading.repaired else "ok"
