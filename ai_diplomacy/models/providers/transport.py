"""How an account's HTTP is carried: connections, time-outs, TLS, proxies and redirects; on aiohttp for the event loop,
on httpx2 for threads. Imported by the first call, as these are.

A redirect is followed to the account's own server, and to no other: the clients drop ``Authorization`` on the way to
another one, but neither the headers that Anthropic and Google take their keys in nor the prompt.
"""

from __future__ import annotations

import ssl
from functools import cache
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx2
from yarl import URL

from ..model import ModelError
from .accounts import Account, proxy_of
from .bounded_bodies import BoundedResponse, BoundedTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse, ClientTimeout
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

CONNECT_SECONDS = 15.0
"""A server that does not even accept the connection in this time is not there. All else is the gate's deadline."""
IDLE_SECONDS = 30.0
"""How long an idle connection is kept for the next call."""
_PORTS = {"http": 80, "https": 443}


def open_session(account: Account) -> aiohttp.ClientSession:
    """A session of aiohttp for one account, on the running loop. The calls are counted before they come here (see
    ``connections.py``): one that waited for a connection would do so under its deadline."""
    return aiohttp.ClientSession(
        connector=_Connector(limit=0, keepalive_timeout=IDLE_SECONDS, ssl=tls_context()),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        read_bufsize=2**20,
        response_class=BoundedResponse,
        middlewares=(redirect_middleware(account),),
        # Asked to find it itself, aiohttp looks for it, and for a file of passwords to log in with, at every call.
        proxy=proxy_of(account.base_url),
    )


def blocking_options(account: Account) -> dict[str, Any]:
    """What an account's blocking client of httpx2 is made with, to do the same."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=IDLE_SECONDS)
    return {
        # Google's SDK makes contexts of its own where it is given none.
        "verify": tls_context(),
        "transport": BoundedTransport(verify=tls_context(), limits=limits, proxy=proxy_of(account.base_url)),
        "event_hooks": {"request": [redirect_hook(account)]},
        "timeout": httpx2.Timeout(None, connect=CONNECT_SECONDS),
    }


def blocking_timeout(seconds: float) -> httpx2.Timeout:
    """For a call on a thread. All but connecting is up to its transport."""
    return httpx2.Timeout(None, connect=min(seconds, CONNECT_SECONDS))


@cache
def tls_context() -> ssl.SSLContext:
    """One for all clients: it takes 50 ms to make, and each SDK would make its own, Google's four."""
    return httpx2.create_ssl_context()


class _Connector(aiohttp.TCPConnector):
    """Gives up a connection that is not made in time, TLS included, whatever limits a call asks for: an SDK that brings
    its own puts them in the place of the session's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._in_time = aiohttp.ClientTimeout(connect=CONNECT_SECONDS)

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ARG002, ASYNC109 - aiohttp's signature
    ) -> Connection:
        return await super().connect(req, traces, self._in_time)


def redirect_middleware(account: Account) -> ClientMiddlewareType:
    """For an aiohttp session. Raises ``ModelError`` instead of asking another server."""
    home = _place(URL(account.base_url))

    async def guard(request: ClientRequest, ask: ClientHandlerType) -> ClientResponse:
        _require(account, home, request.url)
        return await ask(request)

    return guard


def redirect_hook(account: Account) -> Callable[[httpx2.Request], None]:
    """The same for the hooks of an httpx2 client."""
    home = _place(httpx2.URL(account.base_url))
    return lambda request: _require(account, home, request.url)


_Place = tuple[str, str, int | None]
"""Scheme, host and port."""


def _place(url: Any) -> _Place:
    """Of a URL of either library; they write one host in more than one way, each always in its own."""
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)


def _require(account: Account, home: _Place, url: Any) -> None:
    there = _place(url)
    if there == home or (home == ("http", there[1], 80) and there == ("https", there[1], 443)):
        return
    scheme, host, port = there
    address = f"{scheme}://{host}" + ("" if port == _PORTS.get(scheme) else f":{port}")
    raise ModelError(
        f"{account} sends the call on to {address}, which is not given your key; if it should be, put its address "
        f"behind the model's name: {account.provider}:NAME@{address}",
        billable=False,
        of_account=True,
    )
