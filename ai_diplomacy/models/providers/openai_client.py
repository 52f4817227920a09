"""OpenAI's async client on aiohttp, without retries of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .accounts import Account
from .bodies import Body, error_body, read_object
from .catalogue import BUILT_IN
from .concessions import RefusedError
from .lazily import CONNECT_SECONDS, IDLE_SECONDS, Lazily, connection_limit, tls_context
from .moderation import is_moderated

if TYPE_CHECKING:
    from openai import AsyncOpenAI


def lazy_client(account: Account) -> Lazily[AsyncOpenAI]:
    async def build() -> AsyncOpenAI:
        return await asyncio.to_thread(_client, account)

    async def close(client: AsyncOpenAI) -> None:
        await client.close()

    return Lazily(build, close)


def _client(account: Account) -> AsyncOpenAI:
    import httpx2
    from openai import AsyncOpenAI, DefaultAioHttpClient

    transport = DefaultAioHttpClient(
        verify=tls_context(),
        timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=connection_limit(), keepalive_expiry=IDLE_SECONDS),
    )
    url = account.base_url if urlsplit(account.base_url).path else f"{account.base_url}/v1"
    client = AsyncOpenAI(api_key=account.key, base_url=url, max_retries=0, http_client=transport)
    if account.base_url != BUILT_IN["openai"].base_url:
        # The SDK reads these from the environment and would tell them to any server.
        client.organization = client.project = None
    return client


async def post(client: AsyncOpenAI, path: str, body: Mapping[str, Any]) -> Body | None:
    """What the endpoint answers to a body, which is sent as it is; ``None`` when a filter refused to read it.

    The SDK's typed methods would first walk through the body, schema and all, and build a model of the answer, which
    takes them longer than all the rest of a call. Raises ``RefusedError`` for a request that the endpoint does not take
    as it stands, the SDK's errors, and ``ModelError``.
    """
    import httpx2
    from openai import APIStatusError

    try:
        answer = await client.post(path, cast_to=httpx2.Response, body=dict(body))
    except APIStatusError as error:
        said = error_body(error.response.text)
        if is_moderated(error.status_code, said):
            return None
        if error.status_code in (400, 422):
            raise RefusedError(error, said) from error
        raise
    return read_object(answer.text)
