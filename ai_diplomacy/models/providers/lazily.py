"""An SDK's client, built off the event loop by the first call, and what all of them have in common."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from .accounts import Account
from .redirects import session_guard

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from httpx2 import Limits

C = TypeVar("C")

CONNECT_SECONDS = 15.0
"""A server that does not even accept the connection in this time is not there. All else is the gate's deadline."""
IDLE_SECONDS = 30.0
"""How long an idle connection is kept for the next call."""


class Lazily(Generic[C]):
    """A client that exists from its first use to ``close``, and again after that."""

    def __init__(self, build: Callable[[], Awaitable[C]], close: Callable[[C], Awaitable[None]]) -> None:
        self._build = build
        self._close = close
        self._client: C | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> C:
        if self._client is None:
            async with self._lock:
                if self._client is None:
                    self._client = await self._build()
        return self._client

    async def close(self) -> None:
        async with self._lock:
            client, self._client = self._client, None
            if client is not None:
                await self._close(client)


class LazilyBlocking(Generic[C]):
    """The same for threads."""

    def __init__(self, build: Callable[[], C], close: Callable[[C], None]) -> None:
        self._build = build
        self._close = close
        self._client: C | None = None
        self._lock = threading.Lock()

    def get(self) -> C:
        with self._lock:
            if self._client is None:
                self._client = self._build()
            return self._client

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
            if client is not None:
                self._close(client)


def open_session(account: Account) -> ClientSession:
    """A session of aiohttp for one account, on the running loop. The calls are counted before they come here (see
    ``connections.py``): one that waited for a connection would do so under its deadline."""
    import aiohttp

    from .connecting import Connector

    return aiohttp.ClientSession(
        connector=Connector(CONNECT_SECONDS, limit=0, keepalive_timeout=IDLE_SECONDS, ssl=tls_context()),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        read_bufsize=2**20,
        middlewares=(session_guard(account),),
        # Asked to find it itself, aiohttp looks for it, and for a file of passwords to log in with, at every call.
        proxy=_proxy(account.base_url),
    )


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for a URL."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or "") or proxy_bypass(parts.netloc):
        return None
    proxy = getproxies().get(parts.scheme)
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def blocking_limits() -> Limits:
    """The same for an account's blocking twin."""
    import httpx2

    return httpx2.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=IDLE_SECONDS)


@cache
def tls_context() -> ssl.SSLContext:
    """One for all clients: it takes 50 ms to make, and each SDK would make its own, Google's four."""
    import httpx2

    return httpx2.create_ssl_context()
