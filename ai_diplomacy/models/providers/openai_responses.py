"""OpenAI's Responses API."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ..ids import ModelId
from ..model import Request, StopReason, Usage
from ..provider import ProviderAnswer
from .accounts import Account
from .bodies import Body, count, nonsense, part, parts, text_of
from .misplaced import Aside
from .schemas import SchemaRules, closed, schema_name
from .sdk_provider import Question, SdkProvider
from .stainless_sdk import openai_transport
from .unsupported import Parameter, schema_of

_LEAST_TOKENS = 16
"""The API takes no smaller limit."""


class OpenAIResponses(SdkProvider):
    """One account at a vendor that has the Responses API. It takes no seed."""

    answers_in = "output"

    def __init__(self, account: Account) -> None:
        super().__init__(account, openai_transport(account))

    def never(self, request: Request) -> frozenset[Parameter]:  # noqa: ARG002
        return frozenset({"seed", "token_limit"})

    def question(self, model: ModelId, request: Request, without: Collection[Parameter]) -> Question:
        return Question("/responses", _body(self._rules, model, request, without))

    def answer(self, body: Body) -> ProviderAnswer:
        if body.get("status") in ("failed", "cancelled") or not isinstance(body.get("output"), list):
            raise nonsense("answered without an output")
        usage = _usage(part(body, "usage"))
        pieces = [piece for item in parts(body, "output") for piece in parts(item, "content")]
        if refusal := "".join(text_of(piece, "refusal") for piece in pieces):
            return ProviderAnswer(refusal, usage, "refusal")
        text = "".join(text_of(piece, "text") for piece in pieces if piece.get("type") == "output_text")
        return ProviderAnswer(text, usage, _stop(body))

    def asides(self, body: Body) -> Iterator[Aside]:
        for item in parts(body, "output"):
            if item.get("type") == "function_call":
                yield "tool_call", item.get("arguments")
            if item.get("type") == "reasoning":
                for piece in (*parts(item, "content"), *parts(item, "summary")):
                    yield "reasoning_field", piece.get("text")


def _body(rules: SchemaRules, model: ModelId, request: Request, without: Collection[Parameter]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model.name,
        "input": request.prompt,
        "max_output_tokens": max(request.max_tokens, _LEAST_TOKENS),
        "store": False,
    }
    if request.system:
        body["instructions"] = request.system
    if model.effort:
        body["reasoning"] = {"effort": model.effort}
    if request.temperature is not None and "temperature" not in without:
        body["temperature"] = request.temperature
    if schema := schema_of(request, without):
        strict = closed(schema, rules)
        body["text"] = {
            "format": {
                "type": "json_schema",
                "name": schema_name(schema),
                "schema": strict or dict(schema),
                "strict": strict is not None,
            }
        }
    return body


def _stop(body: Body) -> StopReason:
    if body.get("status") in ("completed", None):
        return "end"
    stops: dict[str, StopReason] = {"max_output_tokens": "length", "content_filter": "refusal"}
    return stops.get(text_of(part(body, "incomplete_details"), "reason"), "other")


def _usage(usage: Body) -> Usage:
    return Usage(
        input=count(usage, "input_tokens"),
        output=count(usage, "output_tokens"),
        cached=count(part(usage, "input_tokens_details"), "cached_tokens"),
        reasoning=count(part(usage, "output_tokens_details"), "reasoning_tokens"),
        written=count(part(usage, "input_tokens_details"), "cache_write_tokens"),
    )
