"""Injected faults: which attempt of which request fails, by the seed, the request and the attempt alone; and how.

``429``, ``529``   refused at once, with Retry-After
``503``            refused at once, without
``500``            an error of the server, after the answer's latency
``timeout``        504, after the answer's latency
``hang``           no answer until the client goes away, or ten minutes
``cut``            more bytes are declared than sent, and the connection is closed
``reset``          the connection is closed without an answer
``html``           200 with a page of HTML
``garbage``        200 with broken JSON
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeGuard, get_args

from ...board.chance import chance
from .wire import WireError

if TYPE_CHECKING:
    from aiohttp import web

Fault = Literal["429", "500", "503", "529", "timeout", "hang", "cut", "reset", "html", "garbage"]
FAULTS: tuple[Fault, ...] = get_args(Fault)

LONGEST_HANG = 600.0
_PAGE = b"""<!DOCTYPE html>
<html><head><title>Bad gateway</title></head>
<body><h1>Bad gateway</h1><p>The upstream server is temporarily unavailable.</p></body></html>
"""


def parse_faults(text: str) -> dict[Fault, float]:
    """``429:0.05,hang:0.01`` as shares of attempts. Raises ``ValueError`` with one sentence."""
    rates: dict[Fault, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        kind, _, rate = part.partition(":")
        if not _is_fault(kind):
            raise ValueError(f"{kind!r} is not a fault; there are {', '.join(FAULTS)}")
        if kind in rates:
            raise ValueError(f"the fault {kind} is given twice")
        try:
            rates[kind] = float(rate)
        except ValueError:
            raise ValueError(f"{part!r} is not a fault and its rate, such as {kind}:0.05") from None
    check_rates(rates)
    return rates


def check_rates(rates: Mapping[Fault, float]) -> None:
    """Raises ``ValueError`` unless the rates are shares of one whole."""
    for kind, rate in rates.items():
        if kind not in FAULTS:
            raise ValueError(f"{kind!r} is not a fault; there are {', '.join(FAULTS)}")
        if not 0 <= rate <= 1:
            raise ValueError(f"the rate of the fault {kind} is {rate:g}, not between 0 and 1")
    if sum(rates.values()) > 1 + 1e-9:
        raise ValueError(f"the rates of the faults add up to {sum(rates.values()):g}, more than 1")


def _is_fault(text: str) -> TypeGuard[Fault]:
    return text in FAULTS


def drawn_fault(digest: str, attempt: int, *, rates: Mapping[Fault, float], seed: int) -> Fault | None:
    """How this attempt (from 1) of the request with this digest fails; ``None`` when it does not."""
    level = chance("fault", seed, digest, attempt).random()
    # In the order of FAULTS, so that the order of the flags changes nothing.
    for kind in FAULTS:
        level -= rates.get(kind, 0.0)
        if level < 0:
            return kind
    return None


class FaultPlan:
    """Counts the attempts of each request, and says how the next one fails."""

    def __init__(self, rates: Mapping[Fault, float], *, seed: int, faulty_attempts: int | None = None) -> None:
        self._rates = rates
        self._seed = seed
        self._last = faulty_attempts
        self._attempts: Counter[str] = Counter()

    def next(self, digest: str) -> Fault | None:
        """How the attempt that is made now fails; ``None`` when it does not."""
        if not self._rates:
            return None
        self._attempts[digest] += 1
        attempt = self._attempts[digest]
        if self._last is not None and attempt > self._last:
            return None
        return drawn_fault(digest, attempt, rates=self._rates, seed=self._seed)


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
    # Not above: the command's flags are read without a web server.
    from aiohttp import web

    if fault == "html":
        return web.Response(body=_PAGE, content_type="text/html", charset="utf-8")
    if fault == "garbage":
        return web.Response(body=body[: len(body) // 2], content_type="application/json", headers=headers)
    if fault == "cut":
        response = web.StreamResponse(headers=headers)
        response.content_type = "application/json"
        response.content_length = len(body)
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        if request.transport is not None:
            request.transport.close()
        return response
    if fault == "hang":
        await asyncio.sleep(LONGEST_HANG)
    if request.transport is not None:
        # Closes the connection at once, with a reset; the response is never sent.
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()
