"""Guards of a server on this machine: whom it answers, what its pages may do, which files a name may lead to."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from ..records.errors import ConfigError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, and no script that stands in a page."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of every answer that does not say otherwise."""


def guard(host: str) -> Middleware:
    """Answers requests to this server alone, always with ``HEADERS``, and with status 409 and the sentence of a
    ``ConfigError`` for what cannot be shown. ``host``: the address that the server listens on."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not names_this_server(request.host, host):
            # A page elsewhere may have its own name lead to this machine.
            return web.Response(status=421, text="This server answers to its own address only.\n", headers=HEADERS)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(HEADERS)
            raise
        except ConfigError as error:
            response = web.Response(status=409, text=f"{error}\n")
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return guarded


def names_this_server(named: str, host: str) -> bool:
    """Whether a Host header names this server: the loopback, the address that it listens on, or, when it listens on
    all of them, any address; never a name that somebody else may have given it."""
    name = named.rpartition(":")[0] if named.rpartition(":")[2].isdecimal() else named
    name = name.strip("[]").lower()
    if name in ("localhost", host):
        return True
    try:
        given, bound = ipaddress.ip_address(name), ipaddress.ip_address(host)
    except ValueError:
        return False
    return given.is_loopback or given == bound or bound.is_unspecified


def inside(folder: Path, name: str) -> Path | None:
    """The file of this name in a folder, or ``None``: for what is not a plain file, for links, and for every name that
    leads, or might lead, elsewhere."""
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        return None
    path = folder
    for part in parts:
        path = path / part
        if path.is_symlink():
            return None
    return path if path.is_file() else None
