"""Chat completions: OpenAI itself, and all who speak its protocol."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..ids import ModelId
from ..model import ModelError, Request, StopReason, Usage
from ..provider import ProviderAnswer
from .accounts import Account
from .bodies import Body, count, nonsense, part, parts, text_of, total
from .catalogue import BUILT_IN
from .faults import status_fault
from .schemas import closed, schema_name
from .sdk_provider import Question, SdkProvider
from .stainless_sdk import openai_transport
from .unsupported import Parameter

_STOPS: dict[Any, StopReason] = {
    "stop": "end",
    "eos": "end",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "refusal",
}
_STATUS = re.compile("[45][0-9]{2}")
_STATUSES: dict[str, int] = {
    "authentication_error": 401,
    "billing_hard_limit_reached": 429,
    "billing_not_active": 429,
    "context_length_exceeded": 400,
    "insufficient_quota": 429,
    "invalid_api_key": 401,
    "invalid_request_error": 400,
    "model_not_found": 404,
    "permission_error": 403,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
}
"""What those who speak the protocol call an error, where they tell no status."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one endpoint calls things."""

    token_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    seed: str = "seed"
    structure: Literal["json_schema", "json_object"] = "json_schema"
    """``json_object``: it can be made to write JSON, but not to a schema."""
    marks_cache: bool = False
    """Whether it hands Anthropic's cache marks on to Anthropic's models."""
    effort: Literal["reasoning_effort", "reasoning", "thinking"] = "reasoning_effort"
    """How it is told how much to reason: by a word; by an object, OpenRouter's, that may name tokens instead; or by a
    word, but to reason not at all by DeepSeek's switch."""


_DIALECTS: Mapping[str, Dialect] = {
    "openrouter": Dialect(marks_cache=True, effort="reasoning"),
    "deepseek": Dialect(structure="json_object", effort="thinking"),
    "mistral": Dialect(seed="random_seed"),
    "xai": Dialect("max_completion_tokens"),
}


def dialect_of(account: Account) -> Dialect:
    """OpenAI itself wants ``max_completion_tokens``; servers that follow it know ``max_tokens``, and some of them
    would leave the other unread without a word."""
    if account.provider == "openai" and account.base_url == BUILT_IN["openai"].base_url:
        return Dialect("max_completion_tokens")
    return _DIALECTS.get(account.provider, Dialect())


class OpenAIChat(SdkProvider):
    """One account at a vendor that speaks OpenAI's chat protocol."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, openai_transport(account))
        self._dialect = dialect_of(account)
        if self._dialect.structure == "json_object":
            self.loosely = frozenset({"schema"})

    def question(self, model: ModelId, request: Request, without: Collection[Parameter]) -> Question:
        return Question("/chat/completions", chat_body(self._dialect, model, request, without))

    def answer(self, body: Body, dropped: tuple[str, ...]) -> ProviderAnswer:
        choice = next(iter(parts(body, "choices")), {})
        if fault := part(choice, "error") or part(body, "error"):
            raise self._fault_in_answer(fault)
        if not part(choice, "message"):
            raise nonsense("answered without a message")
        stop = _STOPS.get(choice.get("finish_reason"), "other")
        if refusal := text_of(part(choice, "message"), "refusal"):
            return ProviderAnswer(refusal, chat_usage(part(body, "usage")), "refusal", dropped)
        text = _without_thoughts(_content(part(choice, "message")), stop)
        return ProviderAnswer(text, chat_usage(part(body, "usage")), stop, dropped)

    def _fault_in_answer(self, fault: Body) -> ModelError:
        """OpenRouter answers 200 before it asks the model; what goes wrong after that stands in the body."""
        return status_fault(self._account, _status_of(fault), {}, {"error": fault})


def _status_of(fault: Body) -> int:
    """The status that an error in a body would have come with: its code as a number or a word, or its type."""
    for said in (fault.get("code"), fault.get("type")):
        status = int(said) if isinstance(said, str) and _STATUS.fullmatch(said) else _STATUSES.get(str(said), said)
        if isinstance(status, int) and 400 <= status < 600:
            return status
    return 500


def chat_body(dialect: Dialect, model: ModelId, request: Request, without: Collection[Parameter]) -> dict[str, Any]:
    """The body of one chat completion."""
    system: Any = request.system
    if dialect.marks_cache and model.name.startswith("anthropic/"):
        system = [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}]
    body: dict[str, Any] = {
        "model": model.name,
        "messages": [
            *([{"role": "system", "content": system}] if request.system else []),
            {"role": "user", "content": request.prompt},
        ],
    }
    names = ("max_tokens", "max_completion_tokens")
    body[names[(dialect.token_limit == names[1]) != ("token_limit" in without)]] = request.max_tokens
    if model.effort:
        body |= _effort(dialect, model.effort)
    if request.temperature is not None and "temperature" not in without:
        body["temperature"] = request.temperature
    if request.seed is not None and "seed" not in without:
        # Some of the vendors keep it in 32 bits.
        body[dialect.seed] = request.seed % 2**31
    if request.schema is not None and "schema" not in without:
        body["response_format"] = _response_format(dialect, request)
    return body


def _effort(dialect: Dialect, effort: str) -> dict[str, Any]:
    if dialect.effort == "reasoning":
        return {"reasoning": {"max_tokens": int(effort)} if effort.isdecimal() else {"effort": effort}}
    if dialect.effort == "thinking" and effort == "none":
        return {"thinking": {"type": "disabled"}}
    return {"reasoning_effort": effort}


def _response_format(dialect: Dialect, request: Request) -> dict[str, Any]:
    schema = request.schema or {}
    if dialect.structure == "json_object":
        return {"type": "json_object"}
    strict = closed(schema)
    return {
        "type": "json_schema",
        "json_schema": {"name": schema_name(schema), "schema": strict or dict(schema), "strict": strict is not None},
    }


def chat_usage(usage: Body) -> Usage:
    """Tokens of a chat completion. Some vendors (xAI) count reasoning beside the completion and not in it; the total
    tells."""
    asked, said, both = (count(usage, f"{kind}_tokens") for kind in ("prompt", "completion", "total"))
    if asked is not None and said is not None and both is not None:
        said = max(said, both - asked)
    cached = count(part(usage, "prompt_tokens_details"), "cached_tokens")
    return Usage(
        input=asked,
        output=said,
        cached=cached if cached is not None else total(count(usage, "prompt_cache_hit_tokens")),
        reasoning=count(part(usage, "completion_tokens_details"), "reasoning_tokens"),
        written=count(part(usage, "prompt_tokens_details"), "cache_write_tokens"),
    )


def _content(message: Body) -> str:
    """The text of a message, also where it comes in pieces with the reasoning among them (Mistral)."""
    if isinstance(message.get("content"), str):
        return text_of(message, "content")
    return "".join(text_of(piece, "text") for piece in parts(message, "content") if piece.get("type") == "text")


def _without_thoughts(text: str, stop: StopReason) -> str:
    """The text after a leading block of reasoning, which servers of open models leave in it."""
    if "</think>" in text and not text.lstrip().startswith("{"):
        return text.partition("</think>")[2].lstrip()
    return "" if stop == "length" and text.lstrip().startswith("<think>") else text
