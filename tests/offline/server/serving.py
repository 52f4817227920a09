"""Questions for the local server, in each vendor's words: as raw requests and through each official SDK."""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp
import pydantic

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.situation_document import document_of

Vendor = Literal["openai", "openai-responses", "anthropic", "gemini"]
VENDORS: tuple[Vendor, ...] = ("openai", "openai-responses", "anthropic", "gemini")

SYSTEM = "You are the foreign minister of France in a game of Diplomacy. " * 10
KEY = "sk-local-0123456789"


class Plan(pydantic.BaseModel):
    """What the step ``plan`` answers."""

    model_config = pydantic.ConfigDict(extra="forbid")

    directive: str


def position(step: str = "plan", power: str = "FRANCE") -> str:
    """A prompt about the first phase."""
    document = {"game": "test", "step": step, **document_of(Board().situation(power)), "last_year": 1902}
    return f"The position:\n\n```json\n{json.dumps(document)}\n```\n"


@dataclass(frozen=True)
class Raw:
    """One HTTP request."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]


def raw(vendor: Vendor, prompt: str, *, system: str = SYSTEM, model: str = "strategist", key: str = KEY) -> Raw:
    if vendor == "openai":
        messages = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
        return Raw("/v1/chat/completions", {"model": model, "messages": messages}, {"Authorization": f"Bearer {key}"})
    if vendor == "openai-responses":
        body = {"model": model, "instructions": system, "input": prompt}
        return Raw("/v1/responses", body, {"Authorization": f"Bearer {key}"})
    if vendor == "anthropic":
        body = {
            "model": model,
            "max_tokens": 4096,
            "system": [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": prompt}],
        }
        return Raw("/v1/messages", body, {"x-api-key": key, "anthropic-version": "2023-06-01"})
    body = {
        "systemInstruction": {"parts": [{"text": system}]},
        "contents": [{"role": "user", "parts": [{"text": prompt}]}],
    }
    return Raw(f"/v1beta/models/{model}:generateContent", body, {"x-goog-api-key": key})


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


async def post(session: aiohttp.ClientSession, url: str, request: Raw, **changes: Any) -> Response:
    """Sends a raw request, its body's fields changed."""
    body = {**request.body, **changes}
    async with session.post(url + request.path, json=body, headers=request.headers) as response:
        return Response(response.status, response.headers.copy(), await response.text())


def text_in(vendor: Vendor, body: Any) -> str:
    """The answer's text."""
    if vendor == "openai":
        return body["choices"][0]["message"]["content"]
    if vendor == "openai-responses":
        return body["output"][0]["content"][0]["text"]
    if vendor == "anthropic":
        return body["content"][0]["text"]
    return body["candidates"][0]["content"]["parts"][0]["text"]


async def until(true: Callable[[], Any]) -> None:
    """Lets the other tasks run until something is so."""
    while not true():  # noqa: ASYNC110
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Heard:
    """What an SDK made of an answer."""

    text: str
    input: int
    cached: int
    output: int
    parsed: Plan | None = None


@dataclass(frozen=True)
class Sdk:
    """One vendor's SDK, its own retries off."""

    opened: Callable[[str, str, float], AbstractAsyncContextManager[Any]]
    """(url, key, seconds) -> an async client."""
    opened_blocking: Callable[[str, str, float], AbstractContextManager[Any]]
    call: Callable[[Any, str, bool], Any]
    """(client, prompt, structured) -> the answer, to be awaited when the client is an async one."""
    heard: Callable[[Any], Heard]


Asking = Callable[..., Awaitable[Any]]
"""(prompt, structured=False) -> ``Heard``, or the text that the SDK took for an answer. Raises what the SDK raises."""


@asynccontextmanager
async def connected(manner: str, url: str, *, key: str = KEY, patience: float = 60) -> AsyncIterator[Asking]:
    """One client of an SDK, by a manner of ``MANNERS``."""
    vendor, blocking = MANNERS[manner]
    sdk = SDKS[vendor]

    async def ask(prompt: str, structured: bool = False) -> Any:
        if blocking:
            answer = await asyncio.to_thread(sdk.call, client, prompt, structured)
        else:
            answer = await sdk.call(client, prompt, structured)
        return answer if isinstance(answer, str) else sdk.heard(answer)

    if blocking:
        with sdk.opened_blocking(url, key, patience) as client:
            yield ask
    else:
        async with sdk.opened(url, key, patience) as client:
            yield ask


def _openai(url: str, key: str, patience: float) -> Any:
    import openai

    transport = openai.DefaultAioHttpClient()
    return openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=patience, http_client=transport)


def _openai_blocking(url: str, key: str, patience: float) -> Any:
    import openai

    return openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0, timeout=patience)


def _chat(client: Any, prompt: str, structured: bool) -> Any:
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt}]
    asked = {"model": "strategist", "messages": messages}
    completions = client.chat.completions
    return completions.parse(**asked, response_format=Plan) if structured else completions.create(**asked)


def _chat_heard(answer: Any) -> Heard:
    message, usage = answer.choices[0].message, answer.usage
    return Heard(
        message.content,
        usage.prompt_tokens,
        usage.prompt_tokens_details.cached_tokens,
        usage.completion_tokens,
        getattr(message, "parsed", None),
    )


def _response(client: Any, prompt: str, structured: bool) -> Any:
    asked = {"model": "strategist", "instructions": SYSTEM, "input": prompt}
    return client.responses.parse(**asked, text_format=Plan) if structured else client.responses.create(**asked)


def _response_heard(answer: Any) -> Heard:
    usage, parsed = answer.usage, getattr(answer, "output_parsed", None)
    cached = usage.input_tokens_details.cached_tokens
    return Heard(answer.output_text, usage.input_tokens, cached, usage.output_tokens, parsed)


def _anthropic(url: str, key: str, patience: float) -> Any:
    import anthropic

    transport = anthropic.DefaultAioHttpClient()
    return anthropic.AsyncAnthropic(base_url=url, api_key=key, max_retries=0, timeout=patience, http_client=transport)


def _anthropic_blocking(url: str, key: str, patience: float) -> Any:
    import anthropic

    return anthropic.Anthropic(base_url=url, api_key=key, max_retries=0, timeout=patience)


def _message(client: Any, prompt: str, structured: bool) -> Any:
    asked = {
        "model": "strategist",
        "max_tokens": 4096,
        "system": [{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": prompt}],
    }
    return client.messages.parse(**asked, output_format=Plan) if structured else client.messages.create(**asked)


def _message_heard(answer: Any) -> Heard:
    usage, parsed = answer.usage, getattr(answer, "parsed_output", None)
    cached = usage.cache_read_input_tokens
    whole = usage.input_tokens + cached + usage.cache_creation_input_tokens
    return Heard(answer.content[0].text, whole, cached, usage.output_tokens, parsed)


def _gemini_blocking(url: str, key: str, patience: float) -> Any:
    from google import genai
    from google.genai import types

    # Unless it is told otherwise, the SDK asks again after up to ten seconds when a connection breaks.
    once = types.HttpRetryOptions(attempts=1)
    options = types.HttpOptions(base_url=url, api_version="v1beta", timeout=int(patience * 1000), retry_options=once)
    return genai.Client(api_key=key, http_options=options)


@asynccontextmanager
async def _gemini(url: str, key: str, patience: float) -> AsyncIterator[Any]:
    with _gemini_blocking(url, key, patience) as client, warnings.catch_warnings():
        # At its first call the SDK makes a subclass of a class of aiohttp that warns of it.
        warnings.filterwarnings("ignore", "Inheritance class", DeprecationWarning)
        async with client.aio as asking:
            yield asking


def _content(client: Any, prompt: str, structured: bool) -> Any:
    from google.genai import types

    shape: dict[str, Any] = {"response_mime_type": "application/json", "response_schema": Plan} if structured else {}
    config = types.GenerateContentConfig(system_instruction=SYSTEM, **shape)
    return client.models.generate_content(model="strategist", contents=prompt, config=config)


def _content_heard(answer: Any) -> Heard:
    usage = answer.usage_metadata
    cached = usage.cached_content_token_count or 0
    parsed = answer.parsed if isinstance(answer.parsed, Plan) else None
    return Heard(answer.text, usage.prompt_token_count, cached, usage.candidates_token_count, parsed)


SDKS: Mapping[Vendor, Sdk] = {
    "openai": Sdk(_openai, _openai_blocking, _chat, _chat_heard),
    "openai-responses": Sdk(_openai, _openai_blocking, _response, _response_heard),
    "anthropic": Sdk(_anthropic, _anthropic_blocking, _message, _message_heard),
    "gemini": Sdk(_gemini, _gemini_blocking, _content, _content_heard),
}
MANNERS: Mapping[str, tuple[Vendor, bool]] = {
    f"{vendor}-{manner}": (vendor, manner == "blocking") for manner in ("async", "blocking") for vendor in VENDORS
}
"""Each vendor's async SDK and its blocking twin."""
