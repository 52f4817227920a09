"""Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..model import Request, StopReason, Usage
from ..provider import Answer
from .accounts import Account
from .bodies import Body, count, nonsense, part, parts, text_of, total
from .catalogue import BUILT_IN
from .concessions import Wish, wishes_of, withheld
from .schemas import closed
from .sdk_provider import Question, SdkProvider
from .stainless import Opened, StainlessLine, blocking_options, discreet

_STOPS: dict[Any, StopReason] = {
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

    def __init__(self, account: Account) -> None:
        super().__init__(account, StainlessLine(account, _client, _blocking_client))

    def question(self, model: str, request: Request, without: Collection[Wish]) -> Question:
        unknown = _unknown(request)
        left_out = unknown.union(without)
        cools = request.temperature is not None and "temperature" not in without
        return Question(
            "/v1/messages",
            _body(model, request, left_out),
            [wish for wish in wishes_of(request) if wish not in left_out],
            withheld(request, left_out),
            {"anthropic-version": _LAST_VERSION_WITH_TEMPERATURE} if cools else {},
        )

    def answer(self, body: Body, withheld: tuple[str, ...]) -> Answer:
        if not isinstance(body.get("content"), list):
            raise nonsense("answered without content")
        text = "".join(text_of(block, "text") for block in parts(body, "content") if block.get("type") == "text")
        stop = _STOPS.get(body.get("stop_reason"), "other")
        return Answer(text, _usage(part(body, "usage")), stop, withheld)


def _unknown(request: Request) -> set[Wish]:
    """What Anthropic takes in no form: a seed, another name for the limit, a schema with arbitrary keys."""
    open_schema = request.schema is not None and closed(request.schema) is None
    return {"seed", "token_limit", "schema"} if open_schema else {"seed", "token_limit"}


def _client(account: Account) -> Opened:
    from anthropic import APIStatusError, AsyncAnthropic

    from .whole_bodies import DirectClient

    client = AsyncAnthropic(**_options(account, DirectClient(account)))
    return Opened(discreet(client, account, BUILT_IN["anthropic"].base_url), APIStatusError)


def _blocking_client(account: Account) -> Opened:
    from anthropic import Anthropic, APIStatusError, DefaultHttpxClient

    transport = DefaultHttpxClient(**blocking_options(account))
    client = Anthropic(**_options(account, transport))
    return Opened(discreet(client, account, BUILT_IN["anthropic"].base_url), APIStatusError)


def _options(account: Account, transport: Any) -> dict[str, Any]:
    return {
        "api_key": account.key,
        "base_url": account.base_url.removesuffix("/v1"),
        "max_retries": 0,
        "open_telemetry": False,
        "http_client": transport,
    }


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
