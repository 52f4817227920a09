"""OpenAI's Responses API."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..ids import ModelId
from ..model import ModelError, Request, StopReason, Usage
from ..provider import ProviderAnswer
from .accounts import Account
from .bodies import Body, count, nonsense, part, parts, text_of
from .faults import message_of
from .schemas import closed, schema_name
from .sdk_provider import Question, SdkProvider
from .stainless_sdk import openai_transport
from .unsupported import Parameter

_LEAST_TOKENS = 16
"""The API takes no smaller limit."""


class OpenAIResponses(SdkProvider):
    """One account at a vendor that has the Responses API. It takes no seed."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, openai_transport(account))

    def never(self, request: Request) -> frozenset[Parameter]:  # noqa: ARG002
        return frozenset({"seed", "token_limit"})

    def question(self, model: ModelId, request: Request, without: Collection[Parameter]) -> Question:
        return Question("/responses", _body(model, request, without))

    def answer(self, body: Body, dropped: tuple[str, ...]) -> ProviderAnswer:
        usage = _usage(part(body, "usage"))
        if body.get("status") in ("failed", "cancelled"):
            return self._failed(body, usage, dropped)
        if not isinstance(body.get("output"), list):
            raise nonsense("answered without an output")
        pieces = [piece for item in parts(body, "output") for piece in parts(item, "content")]
        text = "".join(text_of(piece, "text") for piece in pieces if piece.get("type") == "output_text")
        if refusal := "".join(text_of(piece, "refusal") for piece in pieces):
            return ProviderAnswer(refusal, usage, "refusal", dropped)
        return ProviderAnswer(text, usage, _stop(body), dropped)

    def _failed(self, body: Body, usage: Usage, dropped: tuple[str, ...]) -> ProviderAnswer:
        code = part(body, "error").get("code")
        if code == "invalid_prompt":
            return ProviderAnswer("", usage, "refusal", dropped)
        text = f"{self._account} failed ({code}): {message_of(body)}"
        limited = code == "rate_limit_exceeded"
        raise ModelError(text, kind="rate_limit" if limited else "transient")


def _body(model: ModelId, request: Request, without: Collection[Parameter]) -> dict[str, Any]:
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
    if request.schema is not None and "schema" not in without:
        strict = closed(request.schema)
        body["text"] = {
            "format": {
                "type": "json_schema",
                "name": schema_name(request.schema),
                "schema": strict or dict(request.schema),
                "strict": strict is not None,
            }
        }
    return body


def _stop(body: Body) -> StopReason:
    if body.get("status") in ("completed", None):
        return "end"
    stops: dict[Any, StopReason] = {"max_output_tokens": "length", "content_filter": "refusal"}
    return stops.get(part(body, "incomplete_details").get("reason"), "other")


def _usage(usage: Body) -> Usage:
    return Usage(
        input=count(usage, "input_tokens"),
        output=count(usage, "output_tokens"),
        cached=count(part(usage, "input_tokens_details"), "cached_tokens"),
        reasoning=count(part(usage, "output_tokens_details"), "reasoning_tokens"),
        written=count(part(usage, "input_tokens_details"), "cache_write_tokens"),
    )
