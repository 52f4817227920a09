"""OpenAI's async client on aiohttp, without retries of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .accounts import Account
from .catalogue import BUILT_IN
from .lazily import CONNECT_SECONDS, IDLE_SECONDS, Lazily, connection_limit, tls_context

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
    # Importing its parts takes most of a second: better here than on the event loop.
    _ = client.chat.completions.with_raw_response, client.responses.with_raw_response
    return client
