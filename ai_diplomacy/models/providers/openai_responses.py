"""OpenAI's Responses API."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..model import ModelError, Request, StopReason, Usage
from ..provider import Answer
from .accounts import Account
from .bodies import Body, count, message_of, nonsense, part, parts, text_of
from .concessions import Wish, wishes_of, withheld
from .openai_client import openai_line
from .schemas import closed, schema_name
from .sdk_provider import Question, SdkProvider

_LEAST_TOKENS = 16
"""The API takes no smaller limit."""


class OpenAIResponses(SdkProvider):
    """One account at a vendor that has the Responses API. It takes no seed."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, openai_line(account))

    def question(self, model: str, request: Request, without: Collection[Wish]) -> Question:
        left_out: set[Wish] = {*without, "seed", "token_limit"}
        return Question(
            "/responses",
            _body(model, request, left_out),
            [wish for wish in wishes_of(request) if wish not in left_out],
            withheld(request, left_out),
        )

    def answer(self, body: Body, withheld: tuple[str, ...]) -> Answer:
        usage = _usage(part(body, "usage"))
        if body.get("status") in ("failed", "cancelled"):
            return self._failed(body, usage, withheld)
        if not isinstance(body.get("output"), list):
            raise nonsense("answered without an output")
        pieces = [piece for item in parts(body, "output") for piece in parts(item, "content")]
        text = "".join(text_of(piece, "text") for piece in pieces if piece.get("type") == "output_text")
        if refusal := "".join(text_of(piece, "refusal") for piece in pieces):
            return Answer(refusal, usage, "refusal", withheld)
        return Answer(text, usage, _stop(body), withheld)

    def _failed(self, body: Body, usage: Usage, withheld: tuple[str, ...]) -> Answer:
        code = part(body, "error").get("code")
        if code == "invalid_prompt":
            return Answer("", usage, "refusal", withheld)
        text = f"{self._account} failed ({code}): {message_of(body)}"
        limited = code == "rate_limit_exceeded"
        raise ModelError(text, kind="rate_limit" if limited else "transient")


def _body(model: str, request: Request, without: Collection[Wish]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "input": request.prompt,
        "max_output_tokens": max(request.max_tokens, _LEAST_TOKENS),
        "store": False,
    }
    if request.system:
        body["instructions"] = request.system
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
