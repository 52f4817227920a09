"""How a fault looks on the socket."""

from __future__ import annotations

import asyncio
import socket
import struct

from aiohttp import web

from .faults import LONGEST_HANG, Fault
from .wire import WireError

_PAGE = b"""<!DOCTYPE html>
<html><head><title>Bad gateway</title></head>
<body><h1>Bad gateway</h1><p>The upstream server is temporarily unavailable.</p></body></html>
"""


def refusal(fault: Fault, retry_after: float) -> WireError | None:
    """The error of a fault that is refused at once."""
    if fault == "429":
        return WireError(429, "Rate limit reached. Please slow down.", retry_after=retry_after)
    if fault == "503":
        return WireError(503, "The server is overloaded. Please try again later.")
    if fault == "529":
        return WireError(529, "Overloaded", retry_after=retry_after)
    return None


def failure(fault: Fault) -> WireError | None:
    """The error of a fault that shows after the answer's latency."""
    if fault == "500":
        return WireError(500, "The server had an error while processing your request.")
    if fault == "timeout":
        return WireError(504, "The request took too long to process.")
    return None


async def spoilt(fault: Fault, request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """The answer with this body as the fault leaves it."""
    if fault == "hang":
        await asyncio.sleep(LONGEST_HANG)
        return _closed(request)
    if fault == "reset":
        return _closed(request)
    if fault == "html":
        return web.Response(body=_PAGE, content_type="text/html", charset="utf-8")
    if fault == "garbage":
        return web.Response(body=body[: len(body) // 2], content_type="application/json", headers=headers)
    if fault == "cut":
        return await _cut(request, body, headers)
    raise ValueError(f"the fault {fault} has an error of its own")


async def _cut(request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    response = web.StreamResponse(headers=headers)
    response.content_type = "application/json"
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _closed(request: web.Request) -> web.Response:
    """Closes the connection at once, with a reset; the response is never sent."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
