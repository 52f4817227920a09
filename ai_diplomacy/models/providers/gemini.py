"""Google's Gemini API through google-genai."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..ids import ModelId
from ..model import ModelError, Request, StopReason, Usage
from ..provider import Answer
from .accounts import Account
from .bodies import Body, count, nonsense, part, parts, read_object, text_of, total
from .concessions import Concessions, RefusedError, Wish, wishes_of, withheld
from .faults import cleaned, status_fault, transport_fault
from .lazily import IDLE_SECONDS, Lazily, connection_limit, tls_context
from .schemas import open_form

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from google.genai import Client
    from google.genai.types import GenerateContentConfig

_VERSION = re.compile(r"/(v\d+\w*)$")
_STOPS: dict[Any, StopReason] = {
    "STOP": "end",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(
        (
            "SAFETY",
            "RECITATION",
            "LANGUAGE",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "ESCALATION",
            "MODEL_ARMOR",
        ),
        "refusal",
    ),
}


class Gemini:
    """One account at Google, or at a server that speaks its protocol."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._concessions = Concessions()
        self._client = _lazy_client(account)

    async def call(self, model: ModelId, request: Request) -> Answer:
        async def send(without: Collection[Wish]) -> Answer:
            return await self._send(model.name, request, without)

        wishes = [wish for wish in wishes_of(request) if wish != "token_limit"]
        return await self._concessions.ask(model.name, wishes, send)

    async def _send(self, model: str, request: Request, without: Collection[Wish]) -> Answer:
        client, _ = await self._client.get()
        from google.genai.errors import APIError

        try:
            response = await client.aio.models.generate_content(
                model=model, contents=request.prompt, config=_config(request, without)
            )
        except APIError as error:
            if error.code in (400, 422):
                raise RefusedError(error, error.details) from error
            raise
        raw = response.sdk_http_response
        return _answer(read_object((raw and raw.body) or ""), withheld(request, without))

    def classify(self, error: Exception) -> ModelError:
        if isinstance(error, ModelError):
            return cleaned(self._account, error)
        from google.genai.errors import APIError

        if isinstance(error, APIError) and isinstance(error.code, int):
            return status_fault(self._account, error.code, getattr(error.response, "headers", {}), error.details)
        return transport_fault(self._account, error)

    async def close(self) -> None:
        await self._client.close()


def _lazy_client(account: Account) -> Lazily[tuple[Client, ClientSession]]:
    async def build() -> tuple[Client, ClientSession]:
        await asyncio.to_thread(import_module, "google.genai")
        import aiohttp

        # The session that the SDK would make itself has no limit, and a class that aiohttp warns of.
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connection_limit(), keepalive_timeout=IDLE_SECONDS),
            trust_env=True,
            read_bufsize=2**20,
        )
        try:
            return await asyncio.to_thread(_client, account, session), session
        except BaseException:
            await session.close()
            raise

    async def close(opened: tuple[Client, ClientSession]) -> None:
        client, session = opened
        await client.aio.aclose()
        client.close()
        await session.close()

    return Lazily(build, close)


def _client(account: Account, session: ClientSession) -> Client:
    from google.genai import Client
    from google.genai.types import GenerateContentConfig, GenerateContentResponse, HttpOptions, HttpRetryOptions

    # The SDK's models are completed by their first use, a tenth of a second better spent here than on the event loop.
    _ = GenerateContentConfig(), GenerateContentResponse()
    version = _VERSION.search(account.base_url)
    return Client(
        api_key=account.key,
        vertexai=False,
        http_options=HttpOptions(
            base_url=_VERSION.sub("", account.base_url),
            api_version=version[1] if version else "v1beta",
            # Without options the SDK tries a broken connection once more by itself, after up to ten seconds.
            retry_options=HttpRetryOptions(attempts=1),
            aiohttp_client=session,
            client_args={"verify": tls_context()},
            async_client_args={"verify": tls_context(), "ssl": tls_context()},
        ),
    )


def _config(request: Request, without: Collection[Wish]) -> GenerateContentConfig:
    from google.genai.types import AutomaticFunctionCallingConfig, GenerateContentConfig

    structured = request.schema is not None and "schema" not in without
    return GenerateContentConfig(
        system_instruction=request.system or None,
        max_output_tokens=request.max_tokens,
        temperature=None if "temperature" in without else request.temperature,
        seed=None if request.seed is None or "seed" in without else request.seed % 2**31,
        response_mime_type="application/json" if structured else None,
        response_json_schema=open_form(request.schema) if structured else None,
        automatic_function_calling=AutomaticFunctionCallingConfig(disable=True),
        # The body as it came: the SDK would read nonsense into its models, and ask on by itself for long replies.
        should_return_http_response=True,
    )


def _answer(body: Body, left_out: tuple[str, ...]) -> Answer:
    usage = _usage(part(body, "usageMetadata"))
    candidate = next(iter(parts(body, "candidates")), None)
    if candidate is None:
        if part(body, "promptFeedback").get("blockReason"):
            return Answer("", usage, "refusal", left_out)
        raise nonsense("answered without a candidate")
    said = [piece for piece in parts(part(candidate, "content"), "parts") if not piece.get("thought")]
    stop = _STOPS.get(candidate.get("finishReason"), "other")
    return Answer("".join(text_of(piece, "text") for piece in said), usage, stop, left_out)


def _usage(usage: Body) -> Usage:
    thoughts = count(usage, "thoughtsTokenCount")
    prompt = count(usage, "promptTokenCount")
    return Usage(
        input=prompt,
        output=total(count(usage, "candidatesTokenCount"), thoughts),
        # Its JSON leaves out what is zero, so a count that is missing beside the prompt's is known.
        cached=count(usage, "cachedContentTokenCount") or (None if prompt is None else 0),
        reasoning=thoughts,
    )
