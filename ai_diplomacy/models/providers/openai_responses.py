"""OpenAI's Responses API."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..ids import ModelId
from ..model import ModelError, Request, StopReason, Usage
from ..provider import Answer
from .accounts import Account
from .bodies import Body, count, message_of, nonsense, part, parts, text_of
from .concessions import Concessions, Wish, wishes_of, withheld
from .faults import cleaned, sdk_fault
from .openai_client import lazy_client, post
from .schemas import closed, schema_name

_LEAST_TOKENS = 16
"""The API takes no smaller limit."""


class OpenAIResponses:
    """One account at a vendor that has the Responses API. It takes no seed."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._concessions = Concessions()
        self._client = lazy_client(account)

    async def call(self, model: ModelId, request: Request) -> Answer:
        async def send(without: Collection[Wish]) -> Answer:
            return await self._send(model.name, request, {*without, "seed"})

        wishes = [wish for wish in wishes_of(request) if wish not in ("seed", "token_limit")]
        return await self._concessions.ask(model.name, wishes, send)

    async def _send(self, model: str, request: Request, without: Collection[Wish]) -> Answer:
        client = await self._client.get()
        body = await post(client, "/responses", _body(model, request, without))
        return Answer("", stop="refusal") if body is None else self._answer(body, withheld(request, without))

    def _answer(self, body: Body, left_out: tuple[str, ...]) -> Answer:
        usage = _usage(part(body, "usage"))
        if body.get("status") in ("failed", "cancelled"):
            return self._failed(body, usage, left_out)
        if not isinstance(body.get("output"), list):
            raise nonsense("answered without an output")
        pieces = [piece for item in parts(body, "output") for piece in parts(item, "content")]
        text = "".join(text_of(piece, "text") for piece in pieces if piece.get("type") == "output_text")
        if refusal := "".join(text_of(piece, "refusal") for piece in pieces):
            return Answer(refusal, usage, "refusal", left_out)
        return Answer(text, usage, _stop(body), left_out)

    def _failed(self, body: Body, usage: Usage, left_out: tuple[str, ...]) -> Answer:
        code = part(body, "error").get("code")
        if code == "invalid_prompt":
            return Answer("", usage, "refusal", left_out)
        text = f"{self._account} failed ({code}): {message_of(body)}"
        limited = code == "rate_limit_exceeded"
        raise cleaned(self._account, ModelError(text, kind="rate_limit" if limited else "transient"))

    def classify(self, error: Exception) -> ModelError:
        return sdk_fault(self._account, error)

    async def close(self) -> None:
        await self._client.close()


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
