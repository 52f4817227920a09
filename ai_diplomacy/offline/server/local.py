"""The server itself: where requests come in, and how it starts and ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Self

from aiohttp import web

from ..model import STYLES
from .anthropic_messages import AnthropicWire
from .gemini_content import GeminiWire
from .handler import RequestHandler
from .openai import ChatWire, ResponsesWire
from .options import ServerOptions
from .wire import Wire, WireError

_LARGEST_BODY = 64 * 2**20
_BACKLOG = 4096
_LAST_WORDS = 0.1
"""Seconds that requests get to end by themselves when the server does, and again to end when they are told to."""


class ListenError(Exception):
    """An address at which nobody can listen. Its text fits a line."""


Record = Callable[[str, Mapping[str, Any]], None]


class LocalServer:
    """Listens from ``async with`` on. ``record`` is shown the vendor and the body of every request whose key is
    accepted, ``log`` is given one line a request."""

    def __init__(
        self, options: ServerOptions, *, record: Record | None = None, log: Callable[[str], None] | None = None
    ) -> None:
        self._options = options
        self._handler = RequestHandler(options, record=record, log=log)
        self._runner: web.AppRunner | None = None
        self._port = options.port

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``, without a path."""
        host = self._options.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    def stats(self) -> dict[str, Any]:
        """What ``GET /stats`` returns."""
        return self._handler.counts.document()

    async def __aenter__(self) -> Self:
        """Raises ``ListenError``."""
        try:
            await self._handler.thinker.start()
            self._port = await self._listen()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def _listen(self) -> int:
        """Opens the door; returns the port."""
        # A client that goes away takes its request with it, so a hang lasts no longer than its client.
        self._runner = web.AppRunner(
            self._application(), access_log=None, handler_cancellation=True, shutdown_timeout=_LAST_WORDS
        )
        await self._runner.setup()
        host, port = self._options.host, self._options.port
        site = web.TCPSite(self._runner, host, port, backlog=_BACKLOG)
        try:
            await site.start()
        except OSError as error:
            raise ListenError(f"cannot listen at {host}:{port}: {error.strerror or error}") from None
        return site.port

    async def _close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._handler.thinker.close()

    def _application(self) -> web.Application:
        made = web.Application(client_max_size=_LARGEST_BODY)
        made.router.add_get("/stats", self._stats)
        for path in ("/v1/models", "/models", "/v1beta/models"):
            made.router.add_get(path, self._models)
        for wire in WIRES:
            for path in wire.paths:
                made.router.add_post(path, partial(self._handler.answer, wire))
        made.router.add_route("*", "/{path:.*}", self._unknown)
        return made

    async def _stats(self, _: web.Request) -> web.Response:
        return web.json_response(self.stats())

    async def _models(self, request: web.Request) -> web.Response:
        wire = _spoken(request)
        try:
            self._handler.admitted(wire, request)
        except WireError as problem:
            return self._handler.problem(wire, problem)
        return web.json_response(wire.models(STYLES))

    async def _unknown(self, request: web.Request) -> web.Response:
        problem = WireError(404, f"this server knows no {request.method} {request.path}")
        return self._handler.problem(_spoken(request), problem)


CHAT, ANTHROPIC, GEMINI = ChatWire(), AnthropicWire(), GeminiWire()
WIRES: tuple[Wire, ...] = (CHAT, ResponsesWire(), ANTHROPIC, GEMINI)


def _spoken(request: web.Request) -> Wire:
    """The protocol of a client that asks at a path which vendors share."""
    if "anthropic-version" in request.headers or "x-api-key" in request.headers:
        return ANTHROPIC
    if "x-goog-api-key" in request.headers or request.path.startswith("/v1beta"):
        return GEMINI
    return CHAT
