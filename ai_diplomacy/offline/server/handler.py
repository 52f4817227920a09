"""The handler of requests: one from its arrival to the answer, the error or the fault; and how many there were."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ..model import Style
from . import faults, rate_limit
from .options import ServerOptions, drawn_latency
from .structured import held_to
from .thinking import Thinker
from .wire import Ask, Said, Wire, WireError

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
    quotas: Mapping[rate_limit.Unit, rate_limit.Quota] = field(default_factory=dict)
    fault: faults.Fault | None = None
    status: str = "gone"
    size: int = 0
    """Bytes of the answer."""


class RequestCounts:
    """Counts; ``document`` is what ``GET /stats`` returns."""

    def __init__(self) -> None:
        self.requests = 0
        self.answered: Counter[str] = Counter()
        """By vendor; answers spoilt by a fault are not among them."""
        self.faults: Counter[str] = Counter()
        """By kind, counted when they begin."""
        self.rate_limited = 0
        self.refused = 0
        """Wrong keys and requests that make no sense."""
        self.abandoned = 0
        """Requests whose client went away before the answer."""
        self.in_flight = 0
        self.peak_in_flight = 0
        self.tokens = Counter({"input": 0, "cached": 0, "output": 0})
        """Of the answered requests."""

    def arrived(self) -> None:
        self.requests += 1
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)

    def left(self) -> None:
        self.in_flight -= 1

    def answer(self, vendor: str, said: Said) -> None:
        self.answered[vendor] += 1
        self.tokens.update({"input": said.input, "cached": said.cached, "output": said.output})

    def document(self) -> dict[str, Any]:
        return {name: dict(count) if isinstance(count, Counter) else count for name, count in vars(self).items()}


class RequestHandler:
    """Answers requests in any of the protocols."""

    def __init__(
        self,
        options: ServerOptions,
        *,
        record: Callable[[str, Mapping[str, Any]], None] | None,
        log: Callable[[str], None] | None,
    ) -> None:
        self.counts = RequestCounts()
        self._options = options
        self._record = record
        self._log = log
        self._limits = rate_limit.RateLimits(
            options.rpm, options.burst, options.tpm, stated=not options.unstated_limits
        )
        self._faults = faults.FaultPlan(options.faults, seed=options.seed, faulty_attempts=options.faulty_attempts)
        self._cached: set[bytes] = set()
        """Which system prompts each account has sent before, as the vendors' caches of prefixes know them."""
        self.thinker = Thinker(options.workers)
        self._serials = itertools.count(1)

    async def answer(self, wire: Wire, request: web.Request) -> web.StreamResponse:
        """The whole way of one request."""
        visit = _Visit(wire, next(self._serials), asyncio.get_running_loop().time())
        self.counts.arrived()
        try:
            return await self._respond(visit, request)
        except WireError as problem:
            return self._problem(visit, problem)
        except asyncio.CancelledError:
            self.counts.abandoned += visit.fault is None
            raise
        finally:
            self.counts.left()
            self._say(visit)

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
        self._limit(visit, ask, account)
        self._draw_fault(visit, ask)
        said = await self._said(visit, ask, account)
        await self._wait(visit, ask)
        if visit.fault is not None and (failure := faults.failure(visit.fault)) is not None:
            raise failure
        answer = json.dumps(visit.wire.reply(ask, body, said)).encode()
        headers = self._headers(visit)
        visit.status, visit.size = "200", len(answer)
        if visit.fault is not None:
            return await faults.spoilt(visit.fault, request, answer, headers)
        self.counts.answer(visit.wire.vendor, said)
        return web.Response(body=answer, content_type="application/json", headers=headers)

    def _limit(self, visit: _Visit, ask: Ask, account: bytes) -> None:
        """Raises ``WireError`` when the account has no request or no token left."""
        visit.quotas, refusal = self._limits.take(account, _input(ask) + (ask.max_tokens or 0))
        if refusal is not None:
            self.counts.rate_limited += 1
            raise refusal

    def _draw_fault(self, visit: _Visit, ask: Ask) -> None:
        """Raises ``WireError`` for a fault that shows at once."""
        visit.fault = self._faults.next(ask.digest)
        if visit.fault is not None:
            self.counts.faults[visit.fault] += 1
            if (refusal := faults.refusal(visit.fault, self._options.retry_after)) is not None:
                raise refusal

    async def _said(self, visit: _Visit, ask: Ask, account: bytes) -> Said:
        prefix = len(ask.system) // _CHARACTERS if ask.cacheable else 0
        mark = hashlib.sha256(account + ask.system.encode("utf-8", "surrogatepass")).digest()
        known = ask.cacheable and mark in self._cached
        if ask.cacheable and ask.system:
            self._cached.add(mark)
        text = await self.thinker.answer(ask.prompt, style_of(ask.model))
        if ask.structured is not None:
            text = held_to(ask.structured, text)
        room = len(text) if ask.max_tokens is None else ask.max_tokens * _CHARACTERS
        return Said(
            serial=visit.serial,
            created=int(time.time()),
            text=text[:room],
            complete=len(text) <= room,
            input=_input(ask),
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
            self.counts.refused += 1
        headers = self._headers(visit, problem.retry_after)
        body = json.dumps(visit.wire.error(problem, _request_id(visit))).encode()
        visit.status, visit.size = str(problem.status), len(body)
        return web.Response(status=problem.status, body=body, content_type="application/json", headers=headers)

    def _headers(self, visit: _Visit, retry_after: float | None = None) -> dict[str, str]:
        seconds = asyncio.get_running_loop().time() - visit.arrived
        limits = rate_limit.headers(visit.wire.vendor, visit.quotas, retry_after)
        return visit.wire.headers(_request_id(visit), seconds) | limits

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


def _input(ask: Ask) -> int:
    """Tokens of what is asked."""
    return (len(ask.system) + len(ask.history) + len(ask.prompt)) // _CHARACTERS


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
