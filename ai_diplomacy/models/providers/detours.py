"""Where SDKs are gone round, because their public way costs too much CPU, which is what limits many games in a process.
Imported by the first call, as httpx2 is.

A whole call of a game takes 2.0 ms of CPU. Figures for a call to a provider alone, schema and prompt of 15 kB:

OpenAI, Anthropic   0.73 ms on the SDK's own transport, which streams every answer, and merges its client's defaults,
                    cookies, logins and redirects into every request; 0.66 on ``WholeBodies`` alone, 0.50 with
                    ``DirectClient``. A POST of a few kilobytes with a key in its headers needs none of it.
Google              1.3 ms by ``generate_content``, which reads its arguments into models and out of them again, even
                    those that go as ``extra_body``; 0.33 by the client that all its methods go through.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx2

from .accounts import Account
from .sdk_provider import Question
from .transport import open_session

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from google.genai import Client


class WholeBodies(httpx2.AsyncBaseTransport):
    """Sends requests on one aiohttp session, which it opens on the loop of the first one. Raises what the session
    raises, which also follows redirects and uses the proxies of the environment."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._session: ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._session is None:
            self._session = open_session(self._account)
        sent = self._session.request(
            request.method, str(request.url), headers=request.headers.items(), data=await request.aread()
        )
        async with sent as answered:
            body = await answered.read()
            headers = answered.raw_headers
            if "Content-Encoding" in answered.headers:
                # It is decoded by now.
                headers = tuple(pair for pair in headers if pair[0].lower() != b"content-encoding")
            return httpx2.Response(answered.status, headers=headers, content=body, request=request)

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


class DirectClient(httpx2.AsyncClient):
    """A client without defaults of its own: what it is given to send goes to its transport as it is."""

    def __init__(self, account: Account) -> None:
        self._whole_bodies = WholeBodies(account)
        super().__init__(transport=self._whole_bodies, trust_env=False)

    def build_request(self, method: str, url: httpx2.URL | str, **options: Any) -> httpx2.Request:
        content = options.pop("content", None)
        headers = options.pop("headers", None)
        # The session limits how long it connects; how long to wait for an answer is up to whoever awaits it.
        options.pop("timeout", None)
        if not isinstance(content, bytes) or any(option is not None for option in options.values()):
            return super().build_request(method, url, content=content, headers=headers, **options)
        return httpx2.Request(method, url, headers=headers, stream=httpx2.ByteStream(content))

    async def send(self, request: httpx2.Request, **_: Any) -> httpx2.Response:
        """The whole answer, also where the caller would stream it."""
        return await self._whole_bodies.handle_async_request(request)


async def generate_content(client: Client, question: Question) -> tuple[str, Mapping[str, str]]:
    """The body of Google's answer, and its headers. Raises what the SDK raises."""
    answer = await client._api_client.async_request("post", question.path, dict(question.body))
    return answer.body or "", answer.headers or {}
