"""Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ..ids import ModelId
from ..model import Request, StopReason, Usage
from ..provider import ProviderAnswer
from .accounts import Account
from .bodies import Body, count, nonsense, part, parts, text_of, total
from .misplaced import Aside
from .schemas import SchemaRules, closed
from .sdk_provider import Question, SdkProvider
from .stainless_sdk import anthropic_transport
from .unsupported import Parameter, schema_of

_STOPS: dict[str, StopReason] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}
_LAST_VERSION_WITH_TEMPERATURE = "2023-06-01"
"""The version that the SDK speaks (2026-10-21) has no temperature; older models still take one in the one before."""


class AnthropicMessages(SdkProvider):
    """One account at Anthropic, or at a server that speaks its protocol. It takes no seed."""

    answers_in = "content"

    def __init__(self, account: Account) -> None:
        super().__init__(account, anthropic_transport(account))

    def never(self, request: Request) -> frozenset[Parameter]:
        """A seed, another name for the limit, a schema with arbitrary keys."""
        open_schema = request.schema is not None and closed(request.schema, self._rules) is None
        return frozenset({"seed", "token_limit", "schema"} if open_schema else {"seed", "token_limit"})

    def question(self, model: ModelId, request: Request, without: Collection[Parameter]) -> Question:
        cools = request.temperature is not None and "temperature" not in without
        headers = {"anthropic-version": _LAST_VERSION_WITH_TEMPERATURE} if cools else {}
        return Question("/v1/messages", _body(self._rules, model, request, without), headers)

    def answer(self, body: Body) -> ProviderAnswer:
        if not isinstance(body.get("content"), list):
            raise nonsense("answered without content")
        text = "".join(text_of(block, "text") for block in parts(body, "content") if block.get("type") == "text")
        return ProviderAnswer(text, _usage(part(body, "usage")), _STOPS.get(text_of(body, "stop_reason"), "other"))

    def asides(self, body: Body) -> Iterator[Aside]:
        for block in parts(body, "content"):
            if block.get("type") == "tool_use":
                yield "tool_call", block.get("input")
            if block.get("type") == "thinking":
                yield "reasoning_field", block.get("thinking")


def _body(rules: SchemaRules, model: ModelId, request: Request, without: Collection[Parameter]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model.name,
        "max_tokens": request.max_tokens,
        "messages": [{"role": "user", "content": request.prompt}],
    }
    if request.system:
        # The mark ends what the cache keeps: the prompt changes with every call and would only be paid for.
        body["system"] = [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}]
    output: dict[str, Any] = {}
    if (schema := schema_of(request, without)) and (strict := closed(schema, rules)):
        output["format"] = {"type": "json_schema", "schema": strict}
    if model.effort == "none":
        body["thinking"] = {"type": "disabled"}
    elif model.effort.isdecimal():
        body["thinking"] = {"type": "enabled", "budget_tokens": int(model.effort)}
    elif model.effort:
        body["thinking"] = {"type": "adaptive"}
        output["effort"] = model.effort
    if output:
        body["output_config"] = output
    if request.temperature is not None and "temperature" not in without:
        body["temperature"] = request.temperature
    return body


def _usage(usage: Body) -> Usage:
    cached = count(usage, "cache_read_input_tokens")
    written = count(usage, "cache_creation_input_tokens")
    fresh = count(usage, "input_tokens")
    return Usage(
        # Anthropic counts what was read from and written to the cache apart.
        input=fresh if fresh is None else total(fresh, cached, written),
        output=count(usage, "output_tokens"),
        cached=cached,
        reasoning=count(part(usage, "output_tokens_details"), "thinking_tokens"),
        written=written,
    )
