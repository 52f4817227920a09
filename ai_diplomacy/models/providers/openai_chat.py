"""Chat completions: OpenAI itself, and all who speak its protocol."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..ids import ModelId
from ..model import Request, StopReason, Usage
from ..provider import ProviderAnswer
from .accounts import Account
from .bodies import Body, count, nonsense, part, parts, text_of, total
from .catalogue import BUILT_IN
from .misplaced import Aside
from .schemas import SchemaRules, closed, schema_name
from .sdk_provider import Question, SdkProvider
from .stainless_sdk import openai_transport
from .unsupported import Parameter, schema_of

_STOPS: dict[str, StopReason] = {
    "stop": "end",
    "eos": "end",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "refusal",
}


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
            self.loosely = frozenset({"schema", "constraint"})

    def question(self, model: ModelId, request: Request, without: Collection[Parameter]) -> Question:
        return Question("/chat/completions", chat_body(self._dialect, self._rules, model, request, without))

    def answer(self, body: Body) -> ProviderAnswer:
        choice = _choice(body)
        message = part(choice, "message")
        if not message:
            raise nonsense("answered without a message")
        stop, usage = _STOPS.get(text_of(choice, "finish_reason"), "other"), chat_usage(part(body, "usage"))
        if refusal := text_of(message, "refusal"):
            return ProviderAnswer(refusal, usage, "refusal")
        return ProviderAnswer(_content(message), usage, stop)

    def asides(self, body: Body) -> Iterator[Aside]:
        message = part(_choice(body), "message")
        for call in parts(message, "tool_calls"):
            yield "tool_call", part(call, "function").get("arguments")
        yield "tool_call", part(message, "function_call").get("arguments")
        for field in ("reasoning_content", "reasoning"):
            yield "reasoning_field", message.get(field)
        for thought in (*parts(message, "reasoning_details"), *parts(message, "content")):
            for piece in (thought, *parts(thought, "thinking")):
                yield "reasoning_field", piece.get("text")


def _choice(body: Body) -> Body:
    return next(iter(parts(body, "choices")), {})


def chat_body(
    dialect: Dialect, rules: SchemaRules, model: ModelId, request: Request, without: Collection[Parameter]
) -> dict[str, Any]:
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
    if schema := schema_of(request, without):
        body["response_format"] = _response_format(dialect, rules, schema)
    return body


def _effort(dialect: Dialect, effort: str) -> dict[str, Any]:
    if dialect.effort == "reasoning":
        return {"reasoning": {"max_tokens": int(effort)} if effort.isdecimal() else {"effort": effort}}
    if dialect.effort == "thinking" and effort == "none":
        return {"thinking": {"type": "disabled"}}
    return {"reasoning_effort": effort}


def _response_format(dialect: Dialect, rules: SchemaRules, schema: Mapping[str, Any]) -> dict[str, Any]:
    if dialect.structure == "json_object":
        return {"type": "json_object"}
    strict = closed(schema, rules)
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
