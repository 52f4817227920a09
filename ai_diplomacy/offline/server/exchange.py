"""One request from its arrival to the answer, the error or the fault."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from ..strategist import Style
from . import breaking
from .faults import Fault, FaultPlan
from .latency import drawn_latency
from .options import ServerOptions
from .prompt_cache import PromptCache
from .rate_limit import Quota, RateLimiter
from .statistics import Statistics
from .structured import bare_json
from .thinking import Thinker
from .wire import Ask, Receipt, Said, Wire, WireError

_CHARACTERS = 4
"""That make a token."""


@dataclass(slots=True)
class _Visit:
    """One request on its way."""

    wire: Wire
    serial: int
    arrived: float
    """By the loop's clock."""
    model: str = "-"
    quota: Quota | None = None
    fault: Fault | None = None
    status: str = "gone"
    size: int = 0
    """Bytes of the answer."""


class Exchange:
    """Answers requests in any of the protocols."""

    def __init__(
        self,
        options: ServerOptions,
        *,
        record: Callable[[str, Mapping[str, Any]], None] | None,
        log: Callable[[str], None] | None,
    ) -> None:
        self.statistics = Statistics()
        self._options = options
        self._record = record
        self._log = log
        self._limiter = RateLimiter(options.rpm, options.burst) if options.rpm else None
        self._faults = FaultPlan(options.faults, seed=options.seed, faulty_attempts=options.faulty_attempts)
        self._cache = PromptCache()
        self._thinker = Thinker(options.workers)
        self._serials = itertools.count(1)

    async def answer(self, wire: Wire, request: web.Request) -> web.StreamResponse:
        """The whole way of one request."""
        visit = _Visit(wire, next(self._serials), asyncio.get_running_loop().time())
        self.statistics.arrived()
        try:
            return await self._respond(visit, request)
        except WireError as problem:
            return self._problem(visit, problem)
        except asyncio.CancelledError:
            self.statistics.abandoned += visit.fault is None
            raise
        finally:
            self.statistics.left()
            self._say(visit)

    async def start(self) -> None:
        await self._thinker.start()

    async def close(self) -> None:
        await self._thinker.close()

    def admitted(self, wire: Wire, request: web.Request) -> bytes:
        """The account of a request, which shows no key. Raises ``WireError`` for a key that is not accepted."""
        sent = wire.key(request.headers, request.query)
        if self._options.key is not None and sent != self._options.key:
            raise wire.bad_key(sent)
        return hashlib.sha256(sent.encode("utf-8", "surrogatepass")).digest()

    def problem(self, wire: Wire, problem: WireError) -> web.Response:
        """An error outside of the four protocols' own paths."""
        return self._problem(_Visit(wire, next(self._serials), asyncio.get_running_loop().time()), problem)

    async def _respond(self, visit: _Visit, request: web.Request) -> web.StreamResponse:
        body = await _document(request)
        account = self.admitted(visit.wire, request)
        if self._record is not None:
            self._record(visit.wire.vendor, body)
        ask = visit.wire.read(body, request.match_info.get("call", ""))
        visit.model = ask.model
        self._limit(visit, account)
        self._draw_fault(visit, ask)
        said = await self._said(visit, ask, account)
        await self._wait(visit, ask)
        if visit.fault is not None and (failure := breaking.failure(visit.fault)) is not None:
            raise failure
        answer = json.dumps(visit.wire.reply(ask, body, said)).encode()
        headers = self._headers(visit)
        visit.status, visit.size = "200", len(answer)
        if visit.fault is not None:
            return await breaking.spoilt(visit.fault, request, answer, headers)
        self.statistics.answer(visit.wire.vendor, said)
        return web.Response(body=answer, content_type="application/json", headers=headers)

    def _limit(self, visit: _Visit, account: bytes) -> None:
        """Raises ``WireError`` when the account has no request left."""
        if self._limiter is None:
            return
        visit.quota = self._limiter.take(account)
        if visit.quota.retry_after is not None:
            self.statistics.rate_limited += 1
            # Whole seconds, as the vendors send them, and never too early.
            wait = float(math.ceil(visit.quota.retry_after))
            message = f"Rate limit reached: {visit.quota.limit} requests per minute. Please try again in {wait:g}s."
            raise WireError(429, message, retry_after=wait)

    def _draw_fault(self, visit: _Visit, ask: Ask) -> None:
        """Raises ``WireError`` for a fault that shows at once."""
        visit.fault = self._faults.next(ask.digest)
        if visit.fault is not None:
            self.statistics.faults[visit.fault] += 1
            if (refusal := breaking.refusal(visit.fault, self._options.retry_after)) is not None:
                raise refusal

    async def _said(self, visit: _Visit, ask: Ask, account: bytes) -> Said:
        known = bool(ask.system) and ask.cacheable and self._cache.knows(account, ask.system)
        prefix = len(ask.system) // _CHARACTERS if ask.cacheable else 0
        text = await self._thinker.answer(ask.prompt, style_of(ask.model))
        if ask.structured:
            text = bare_json(text)
        room = len(text) if ask.max_tokens is None else ask.max_tokens * _CHARACTERS
        return Said(
            serial=visit.serial,
            created=int(time.time()),
            text=text[:room],
            complete=len(text) <= room,
            input=(len(ask.system) + len(ask.history) + len(ask.prompt)) // _CHARACTERS,
            cached=prefix if known else 0,
            written=0 if known else prefix,
            output=len(text[:room]) // _CHARACTERS,
        )

    async def _wait(self, visit: _Visit, ask: Ask) -> None:
        """Until the latency that counts from the arrival is over."""
        latency = drawn_latency(
            ask.digest, median=self._options.latency, sigma=self._options.sigma, seed=self._options.seed
        )
        left = visit.arrived + latency - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)

    def _problem(self, visit: _Visit, problem: WireError) -> web.Response:
        if visit.fault is None and problem.status != 429:
            self.statistics.refused += 1
        headers = self._headers(visit, problem.retry_after)
        if problem.retry_after is not None:
            headers["Retry-After"] = f"{problem.retry_after:g}"
        body = json.dumps(visit.wire.error(problem, _request_id(visit))).encode()
        visit.status, visit.size = str(problem.status), len(body)
        return web.Response(status=problem.status, body=body, content_type="application/json", headers=headers)

    def _headers(self, visit: _Visit, retry_after: float | None = None) -> dict[str, str]:
        seconds = asyncio.get_running_loop().time() - visit.arrived
        return visit.wire.headers(Receipt(_request_id(visit), seconds, visit.quota, retry_after))

    def _say(self, visit: _Visit) -> None:
        if self._log is None:
            return
        now = time.time()
        moment = f"{time.strftime('%H:%M:%S', time.localtime(now))}.{int(now % 1 * 1000):03d}"
        # The name comes from outside and must not break the line.
        model = visit.model.encode("unicode_escape").decode().replace(" ", "\\x20")[:80]
        seconds = asyncio.get_running_loop().time() - visit.arrived
        fault = f" fault={visit.fault}" if visit.fault else ""
        self._log(f"{moment} {visit.wire.vendor} {model} {visit.status} {seconds:.3f}s {visit.size}B{fault}")


def style_of(model: str) -> Style:
    """How a model of this name plays."""
    return "random" if "random" in model.lower() else "strategist"


def _request_id(visit: _Visit) -> str:
    return f"req_{visit.serial:024x}"


async def _document(request: web.Request) -> dict[str, Any]:
    """The request's JSON object. Raises ``WireError``."""
    try:
        body = json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise WireError(413, "the request is too large") from None
    except (web.RequestPayloadError, ConnectionError):
        raise WireError(400, "the body of the request did not arrive whole") from None
    except (ValueError, RecursionError):
        raise WireError(400, "the body of the request is not JSON") from None
    if not isinstance(body, dict):
        raise WireError(400, "the body of the request is not a JSON object")
    return body
