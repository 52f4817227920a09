"""Google's client, google-genai: asynchronous on aiohttp, and blocking."""

from __future__ import annotations

import asyncio
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..model import ModelError
from .accounts import Account
from .bodies import Body, read_object
from .concessions import RefusedError
from .faults import status_fault, transport_fault
from .lazily import Lazily, LazilyBlocking, blocking_limits, open_session, tls_context
from .redirects import request_hook
from .sdk_provider import Question

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from google.genai import Client
    from google.genai.errors import APIError

_VERSION = re.compile(r"/(v\d+\w*)$")


class GoogleLine:
    """One account's line through the SDK.

    It has no public way to post a body, so this goes through the client that all its own methods go through
    (``_api_client``): they would first read the body, schema and all, into models and out of them again, and the answer
    too, which takes them longer than all the rest of a call.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._async = _lazy_client(account)
        self._blocking = LazilyBlocking(lambda: _client(account, None), lambda client: client.close())

    async def post(self, question: Question) -> Body | None:
        client, _ = await self._async.get()
        from google.genai.errors import APIError

        try:
            answer = await client._api_client.async_request("post", question.path, dict(question.body))
        except APIError as error:
            raise _declined(error) from error
        return read_object(answer.body or "")

    def post_blocking(self, question: Question, seconds: float) -> Body | None:
        client = self._blocking.get()
        from google.genai.errors import APIError
        from google.genai.types import HttpOptions

        options = HttpOptions(timeout=max(1, round(1000 * seconds)))
        try:
            answer = client._api_client.request("post", question.path, dict(question.body), options)
        except APIError as error:
            raise _declined(error) from error
        return read_object(answer.body or "")

    def classify(self, error: Exception) -> ModelError:
        from google.genai.errors import APIError

        if isinstance(error, APIError) and isinstance(error.code, int):
            return status_fault(self._account, error.code, getattr(error.response, "headers", {}), error.details)
        return transport_fault(self._account, error)

    async def close(self) -> None:
        self._blocking.close()
        await self._async.close()


def _declined(error: APIError) -> Exception:
    return RefusedError(error, error.details) if error.code in (400, 422) else error


def _lazy_client(account: Account) -> Lazily[tuple[Client, ClientSession]]:
    async def build() -> tuple[Client, ClientSession]:
        await asyncio.to_thread(import_module, "google.genai")
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

    return Lazily(build, close)


def _client(account: Account, session: ClientSession | None) -> Client:
    from google.genai import Client
    from google.genai.types import HttpOptions, HttpRetryOptions

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
            client_args={
                "verify": tls_context(),
                "event_hooks": {"request": [request_hook(account)]},
                "limits": blocking_limits(),
            },
            async_client_args={"verify": tls_context(), "ssl": tls_context()},
            **transport,
        ),
    )
