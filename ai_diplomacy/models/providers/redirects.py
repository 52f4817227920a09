"""A redirect is followed to the account's own server, and to no other.

The clients drop ``Authorization`` on the way to another server, but neither the headers that Anthropic and Google take
their keys in nor the prompt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..model import ModelError
from .accounts import Account

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse
    from httpx2 import Request

_PORTS = {"http": 80, "https": 443}


def session_guard(account: Account) -> ClientMiddlewareType:
    """Middleware of an aiohttp session. Raises ``ModelError`` instead of asking another server."""
    from yarl import URL

    home = _place(URL(account.base_url))

    async def guard(request: ClientRequest, ask: ClientHandlerType) -> ClientResponse:
        _require(account, home, request.url)
        return await ask(request)

    return guard


def request_hook(account: Account) -> Callable[[Request], None]:
    """The same for the hooks of an httpx2 client."""
    from httpx2 import URL

    home = _place(URL(account.base_url))

    def check(request: Request) -> None:
        _require(account, home, request.url)

    return check


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
