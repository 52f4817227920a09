"""Anthropic's Messages API."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from ..ids import ModelId
from ..model import ModelError, Request, StopReason, Usage
from ..provider import Answer
from .accounts import Account
from .bodies import Body, count, error_body, nonsense, part, parts, read_object, text_of, total
from .concessions import Concessions, RefusedError, Wish, wishes_of, withheld
from .faults import sdk_fault
from .lazily import CONNECT_SECONDS, IDLE_SECONDS, Lazily, connection_limit, tls_context
from .moderation import is_moderated
from .schemas import closed

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

_STOPS: dict[Any, StopReason] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}
_LAST_VERSION_WITH_TEMPERATURE = "2023-06-01"
"""The version that the SDK speaks (2026-10-21) has no temperature; older models still take one in the one before."""


class AnthropicMessages:
    """One account at Anthropic, or at a server that speaks its protocol. It takes no seed."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._concessions = Concessions()
        self._client = _lazy_client(account)

    async def call(self, model: ModelId, request: Request) -> Answer:
        unknown = _unknown(request)

        async def send(without: Collection[Wish]) -> Answer:
            return await self._send(model.name, request, unknown.union(without))

        wishes = [wish for wish in wishes_of(request) if wish not in unknown]
        return await self._concessions.ask(model.name, wishes, send)

    async def _send(self, model: str, request: Request, without: Collection[Wish]) -> Answer:
        client = await self._client.get()
        from anthropic import APIStatusError

        try:
            raw = await client.messages.with_raw_response.create(**_body(model, request, without))
        except APIStatusError as error:
            body = error_body(error.response.text)
            if is_moderated(error.status_code, body):
                return Answer("", stop="refusal")
            if error.status_code in (400, 422):
                raise RefusedError(error, body) from error
            raise
        return _answer(read_object(raw.http_response.text), withheld(request, without))

    def classify(self, error: Exception) -> ModelError:
        return sdk_fault(self._account, error)

    async def close(self) -> None:
        await self._client.close()


def _unknown(request: Request) -> set[Wish]:
    """What Anthropic takes in no form: a seed, another name for the limit, a schema with arbitrary keys."""
    open_schema = request.schema is not None and closed(request.schema) is None
    return {"seed", "token_limit", "schema"} if open_schema else {"seed", "token_limit"}


def _lazy_client(account: Account) -> Lazily[AsyncAnthropic]:
    async def build() -> AsyncAnthropic:
        return await asyncio.to_thread(_client, account)

    async def close(client: AsyncAnthropic) -> None:
        await client.close()

    return Lazily(build, close)


def _client(account: Account) -> AsyncAnthropic:
    import httpx2
    from anthropic import AsyncAnthropic, DefaultAioHttpClient

    client = AsyncAnthropic(
        api_key=account.key,
        base_url=account.base_url.removesuffix("/v1"),
        max_retries=0,
        open_telemetry=False,
        http_client=DefaultAioHttpClient(
            verify=tls_context(),
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=connection_limit(), keepalive_expiry=IDLE_SECONDS),
        ),
    )
    _ = client.messages.with_raw_response  # imports its part of the SDK here and not on the event loop
    return client


def _body(model: str, request: Request, without: Collection[Wish]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": request.max_tokens,
        "messages": [{"role": "user", "content": request.prompt}],
    }
    if request.system:
        # The mark ends what the cache keeps: the prompt changes with every call and would only be paid for.
        body["system"] = [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}]
    if request.schema is not None and "schema" not in without and (strict := closed(request.schema)):
        body["output_config"] = {"format": {"type": "json_schema", "schema": strict}}
    if request.temperature is not None and "temperature" not in without:
        body["extra_body"] = {"temperature": request.temperature}
        body["extra_headers"] = {"anthropic-version": _LAST_VERSION_WITH_TEMPERATURE}
    return body


def _answer(body: Body, left_out: tuple[str, ...]) -> Answer:
    if not isinstance(body.get("content"), list):
        raise nonsense("answered without content")
    text = "".join(text_of(block, "text") for block in parts(body, "content") if block.get("type") == "text")
    usage = part(body, "usage")
    cached = count(usage, "cache_read_input_tokens")
    written = count(usage, "cache_creation_input_tokens")
    fresh = count(usage, "input_tokens")
    return Answer(
        text,
        Usage(
            # Anthropic counts what was read from and written to the cache apart.
            input=fresh if fresh is None else total(fresh, cached, written),
            output=count(usage, "output_tokens"),
            cached=cached,
            reasoning=count(part(usage, "output_tokens_details"), "thinking_tokens"),
            written=written,
        ),
        _STOPS.get(body.get("stop_reason"), "other"),
        left_out,
    )
