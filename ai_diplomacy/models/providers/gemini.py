"""Google's Gemini API through google-genai: asynchronous on aiohttp, and blocking."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..ids import ModelId
from ..model import ModelError, Request, StopReason, Usage
from ..provider import ProviderAnswer
from .accounts import Account
from .bodies import Body, count, nonsense, part, parts, read_object, text_of, total
from .faults import status_fault, transport_fault
from .misplaced import Aside
from .schemas import open_form
from .sdk_provider import LazyBlockingClient, LazyClient, Posted, Question, SdkProvider
from .stated import stated_limits
from .unsupported import Parameter, RefusedError, may_blame, schema_of

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from google.genai import Client
    from google.genai.errors import APIError

_VERSION = re.compile(r"/(v\d+\w*)$")
_STOPS: dict[str, StopReason] = {
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


class Gemini(SdkProvider):
    """One account at Google, or at a server that speaks its protocol."""

    answers_in = "candidates"

    def __init__(self, account: Account) -> None:
        super().__init__(account, GoogleTransport(account))

    def never(self, request: Request) -> frozenset[Parameter]:  # noqa: ARG002
        return frozenset({"token_limit"})

    def question(self, model: ModelId, request: Request, without: Collection[Parameter]) -> Question:
        path = model.name if model.name.startswith(("models/", "tunedModels/")) else f"models/{model.name}"
        return Question(f"{path}:generateContent", _body(model.effort, request, without))

    def answer(self, body: Body) -> ProviderAnswer:
        counts = part(body, "usageMetadata")
        candidate = next(iter(parts(body, "candidates")), None)
        if candidate is None:
            if part(body, "promptFeedback").get("blockReason"):
                return ProviderAnswer("", _usage(counts, ""), "refusal")
            raise nonsense("answered without a candidate")
        said = [piece for piece in _pieces(candidate) if not piece.get("thought")]
        text = "".join(text_of(piece, "text") for piece in said)
        stop = _STOPS.get(text_of(candidate, "finishReason"), "other")
        return ProviderAnswer(text, _usage(counts, text), stop)

    def asides(self, body: Body) -> Iterator[Aside]:
        for piece in _pieces(next(iter(parts(body, "candidates")), {})):
            yield "tool_call", part(piece, "functionCall").get("args")
            if piece.get("thought"):
                yield "reasoning_field", piece.get("text")


def _pieces(candidate: Body) -> list[Body]:
    return parts(part(candidate, "content"), "parts")


def _body(effort: str, request: Request, without: Collection[Parameter]) -> dict[str, Any]:
    settings: dict[str, Any] = {"maxOutputTokens": request.max_tokens}
    if request.temperature is not None and "temperature" not in without:
        settings["temperature"] = request.temperature
    if request.seed is not None and "seed" not in without:
        settings["seed"] = request.seed % 2**31
    if schema := schema_of(request, without):
        settings |= {"responseMimeType": "application/json", "responseJsonSchema": open_form(schema)}
    if effort:
        tokens = "0" if effort == "none" else effort
        level = {"thinkingBudget": int(tokens)} if tokens.isdecimal() else {"thinkingLevel": effort.upper()}
        settings["thinkingConfig"] = level
    body: dict[str, Any] = {
        "contents": [{"parts": [{"text": request.prompt}], "role": "user"}],
        "generationConfig": settings,
    }
    if request.system:
        body["systemInstruction"] = {"parts": [{"text": request.system}], "role": "user"}
    return body


def _usage(counts: Body, text: str) -> Usage:
    thoughts = count(counts, "thoughtsTokenCount")
    prompt = count(counts, "promptTokenCount")
    # Its JSON leaves out what is zero, so a count that is missing beside the prompt's is known.
    nothing = None if prompt is None else 0
    output = total(count(counts, "candidatesTokenCount"), thoughts)
    return Usage(
        input=prompt,
        output=nothing if output is None and not text else output,
        cached=count(counts, "cachedContentTokenCount") or nothing,
        reasoning=thoughts,
    )


class GoogleTransport:
    """One account's way through the SDK."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._async = _lazy_client(account)
        self._blocking = LazyBlockingClient(lambda: _client(account, None), lambda client: client.close())

    async def post(self, question: Question) -> Posted:
        client, _ = await self._async.get()
        from google.genai.errors import APIError

        from .detours import generate_content

        try:
            body, headers = await generate_content(client, question)
        except APIError as error:
            raise _declined(error) from error
        return Posted(read_object(body), stated_limits(headers))

    def post_blocking(self, question: Question, seconds: float) -> Posted:
        client = self._blocking.get()
        from google.genai.errors import APIError
        from google.genai.types import GenerateContentConfig, HttpOptions

        settings = GenerateContentConfig(
            should_return_http_response=True,
            automatic_continuation=False,
            http_options=HttpOptions(timeout=max(1, round(1000 * seconds)), extra_body=dict(question.body)),
        )
        model = question.path.partition(":")[0]
        try:
            answer = client.models.generate_content(model=model, contents="", config=settings)
        except APIError as error:
            raise _declined(error) from error
        response = answer.sdk_http_response
        if response is None:
            return Posted(read_object(""))
        return Posted(read_object(response.body or ""), stated_limits(response.headers or {}))

    def classify(self, error: Exception) -> ModelError:
        from google.genai.errors import APIError

        if isinstance(error, APIError) and isinstance(error.code, int):
            return status_fault(self._account, error.code, getattr(error.response, "headers", {}), error.details)
        return transport_fault(self._account, error)

    async def close(self) -> None:
        self._blocking.close()
        await self._async.close()


def _declined(error: APIError) -> Exception:
    return RefusedError(error, error.details) if may_blame(error.code, error.details) else error


def _lazy_client(account: Account) -> LazyClient[tuple[Client, ClientSession]]:
    async def build() -> tuple[Client, ClientSession]:
        await asyncio.to_thread(import_module, "google.genai")
        from .transport import open_session

        # The session that the SDK would make itself has no limit, and a class that aiohttp warns of.
        session = open_session(account)
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

    return LazyClient(build, close)


def _client(account: Account, session: ClientSession | None) -> Client:
    from google.genai import Client
    from google.genai.types import HttpOptions, HttpRetryOptions

    from .transport import blocking_options, tls_context

    version = _VERSION.search(account.base_url)
    transport: dict[str, Any] = {} if session is None else {"aiohttp_client": session}
    return Client(
        api_key=account.key,
        vertexai=False,
        http_options=HttpOptions(
            base_url=_VERSION.sub("", account.base_url),
            api_version=version[1] if version else "v1beta",
            # Without options the SDK tries a broken connection once more by itself, after up to ten seconds.
            retry_options=HttpRetryOptions(attempts=1),
            client_args=blocking_options(account),
            async_client_args={"verify": tls_context(), "ssl": tls_context()},
            **transport,
        ),
    )
