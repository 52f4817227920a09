"""A vendor on a local socket that answers what a test tells it to, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Play = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class ScriptedVendor:
    """Plays its script, one play a request, then answers everything with ``otherwise``."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.script: deque[Play] = deque()
        self.otherwise: Play | None = None
        self.url = ""
        self.released = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.received.append(Received(request.path, dict(request.headers), json.loads(await request.text())))
        play = self.script.popleft() if self.script else self.otherwise
        assert play is not None, "the script is over"
        return await play(request)

    def plays(self, *plays: Play) -> None:
        self.script.extend(plays)

    def hang(self) -> Play:
        async def play(request: web.Request) -> web.StreamResponse:
            await self.released.wait()
            return web.Response()

        return play


def says(body: Any, status: int = 200, **headers: str) -> Play:
    """An answer in JSON. Header names are written with underscores."""

    async def play(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(body, status=status, headers=named)

    return play


def writes(text: str | bytes, status: int = 200, content_type: str = "application/json") -> Play:
    async def play(request: web.Request) -> web.StreamResponse:
        body = text if isinstance(text, bytes) else text.encode()
        return web.Response(body=body, status=status, content_type=content_type)

    return play


def html(status: int = 200) -> Play:
    return writes("<!doctype html><html><body>Just a moment...</body></html>", status, "text/html")


async def cut(request: web.Request) -> web.StreamResponse:
    """Half a body, then the connection is closed."""
    response = web.StreamResponse(headers={"Content-Length": "500", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    assert request.transport is not None
    request.transport.close()
    return response


async def drop(request: web.Request) -> web.StreamResponse:
    """No answer at all: the connection is closed."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()
