"""Faults: as a raw client and each SDK see them, and which attempt of which request has which."""

import asyncio
from collections import Counter

import aiohttp
import pytest
from serving import MANNERS, SYSTEM, VENDORS, connected, post, raw, until

from ai_diplomacy.offline.server.faults import FAULTS, Fault, drawn_fault, parse_faults
from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions
from ai_diplomacy.offline.server.wire import Ask

EVERY_FAULT: dict[Fault, float] = dict.fromkeys(FAULTS, 0.08)
STATUS = {"429": 429, "500": 500, "503": 503, "529": 529, "timeout": 504}


def prompt_for(fault: Fault | None, options: ServerOptions) -> str:
    """A prompt whose first attempt has this fault, and whose second has none."""
    prompts = (f"Hello {number}" for number in range(100_000))
    return next(
        prompt for prompt in prompts if [_drawn(prompt, attempt, options) for attempt in (1, 2)] == [fault, None]
    )


def _drawn(prompt: str, attempt: int, options: ServerOptions) -> Fault | None:
    digest = Ask(model="any", system=SYSTEM, prompt=prompt).digest
    return drawn_fault(digest, attempt, rates=options.faults, seed=options.seed)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("fault", STATUS)
async def test_an_error_and_then_an_answer(vendor, fault):
    options = ServerOptions(faults={fault: 1.0}, faulty_attempts=1, retry_after=2.5)
    async with LocalServer(options) as server, aiohttp.ClientSession() as session:
        failed = await post(session, server.url, raw(vendor, "Hello"))
        answered = await post(session, server.url, raw(vendor, "Hello"))
    assert (failed.status, answered.status) == (STATUS[fault], 200)
    assert failed.headers.get("Retry-After") == ("2.5" if fault in ("429", "529") else None)
    assert failed.headers["Content-Type"].startswith("application/json")
    assert failed.body["error"]["message"]
    assert server.stats()["faults"] == {fault: 1}
    assert server.stats()["answered"] == {vendor: 1}
    assert server.stats()["rate_limited"] == 0


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_page_of_html(vendor):
    async with LocalServer(ServerOptions(faults={"html": 1.0})) as server, aiohttp.ClientSession() as session:
        page = await post(session, server.url, raw(vendor, "Hello"))
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("vendor", VENDORS)
async def test_broken_json(vendor):
    async with LocalServer(ServerOptions(faults={"garbage": 1.0})) as server, aiohttp.ClientSession() as session:
        broken = await post(session, server.url, raw(vendor, "Hello"))
    assert broken.status == 200
    assert broken.headers["Content-Type"].startswith("application/json")
    with pytest.raises(ValueError, match="line 1"):
        _ = broken.body


async def test_a_body_cut_short():
    async with LocalServer(ServerOptions(faults={"cut": 1.0})) as server, aiohttp.ClientSession() as session:
        request = raw("openai", "Hello")
        async with session.post(server.url + request.path, json=request.body) as response:
            assert response.status == 200
            with pytest.raises(aiohttp.ClientPayloadError):
                await response.read()


async def test_a_connection_closed_without_an_answer():
    async with LocalServer(ServerOptions(faults={"reset": 1.0})) as server, aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await post(session, server.url, raw("openai", "Hello"))


async def test_a_hang_lasts_as_long_as_its_client():
    async with LocalServer(ServerOptions(faults={"hang": 1.0})) as server, aiohttp.ClientSession() as session:
        waiting = asyncio.ensure_future(post(session, server.url, raw("openai", "Hello")))
        await until(lambda: server.stats()["faults"])
        assert not waiting.done()
        assert server.stats()["in_flight"] == 1
        waiting.cancel()
        await until(lambda: not server.stats()["in_flight"])
    assert server.stats()["answered"] == {}
    assert server.stats()["abandoned"] == 0


SEEN_BY_SDKS: dict[Fault, dict[str, str]] = {
    "429": {"openai": "RateLimitError", "anthropic": "RateLimitError", "gemini": "ClientError"},
    "500": {"openai": "InternalServerError", "anthropic": "InternalServerError", "gemini": "ServerError"},
    "503": {"openai": "InternalServerError", "anthropic": "ServiceUnavailableError", "gemini": "ServerError"},
    "529": {"openai": "InternalServerError", "anthropic": "OverloadedError", "gemini": "ServerError"},
    "timeout": {"openai": "InternalServerError", "anthropic": "GatewayTimeoutError", "gemini": "ServerError"},
    "hang": {"openai": "APITimeoutError", "anthropic": "APITimeoutError", "gemini": "TimeoutError ReadTimeout"},
    "cut": {
        "openai": "APIConnectionError",
        "anthropic": "APIConnectionError",
        "gemini": "ClientPayloadError RemoteProtocolError",
    },
    "reset": {
        # On aiohttp, OpenAI's SDK takes a closed connection for a time-out.
        "openai": "APIConnectionError APITimeoutError",
        "anthropic": "APIConnectionError",
        "gemini": "ClientOSError ServerDisconnectedError ReadError",
    },
    # Two of the SDKs hand on a page of HTML as if it were an answer.
    "html": {"openai": "str", "anthropic": "str", "gemini": "JSONDecodeError"},
    "garbage": {"openai": "JSONDecodeError", "anthropic": "JSONDecodeError", "gemini": "JSONDecodeError"},
}


@pytest.mark.slow
@pytest.mark.parametrize("manner", MANNERS)
async def test_every_fault_as_an_sdk_sees_it(manner):
    options = ServerOptions(faults=EVERY_FAULT, seed=3)
    seen, retried = {}, {}
    async with (
        LocalServer(options) as server,
        connected(manner, server.url) as ask,
        connected(manner, server.url, patience=0.5) as ask_impatiently,
    ):
        for fault in FAULTS:
            prompt = prompt_for(fault, options)
            seen[fault] = await _outcome((ask_impatiently if fault == "hang" else ask)(prompt))
            retried[fault] = await _outcome(ask(prompt))
    vendor = manner.partition("-")[0]
    for fault, kinds in SEEN_BY_SDKS.items():
        assert seen[fault] in kinds[vendor].split(), fault
    assert set(retried.values()) == {"Heard"}
    assert server.stats()["faults"] == dict.fromkeys(FAULTS, 1)


async def _outcome(asked) -> str:
    """The name of what a call returns or raises."""
    try:
        return type(await asked).__name__
    except Exception as error:  # noqa: BLE001
        return type(error).__name__


@pytest.mark.parametrize("vendor", VENDORS)
async def test_the_same_seed_has_the_same_faults_on_the_same_requests(vendor):
    options = ServerOptions(faults={"429": 0.3, "500": 0.2, "html": 0.2}, seed=11)
    first, second = await _statuses(vendor, options, 30), await _statuses("anthropic", options, 30)
    other = await _statuses(vendor, ServerOptions(faults=options.faults, seed=12), 30)
    assert first == second
    assert first != other
    assert len({status for statuses in first for status in statuses}) > 2


async def _statuses(vendor, options: ServerOptions, requests: int) -> list[list[str]]:
    """For each request what its attempts came to, each request made until it is answered; all at once."""

    async def attempts(number: int) -> list[str]:
        found = []
        while not found or found[-1] != "answer":
            response = await post(session, server.url, raw(vendor, f"Hello {number}"))
            page = response.headers["Content-Type"].startswith("text/html")
            found.append("page" if page else "answer" if response.status == 200 else str(response.status))
        return found

    async with LocalServer(options) as server, aiohttp.ClientSession() as session:
        return await asyncio.gather(*(attempts(number) for number in range(requests)))


def test_what_is_drawn_depends_on_seed_request_and_attempt_and_nothing_else():
    rates: dict[Fault, float] = {"429": 0.25, "hang": 0.25}

    def drawn(seed: int = 1, request: str = "a", rates: dict[Fault, float] = rates) -> list[Fault | None]:
        return [drawn_fault(request, attempt, rates=rates, seed=seed) for attempt in range(1, 60)]

    assert drawn() == drawn() == drawn(rates=dict(reversed(rates.items())))
    assert len({tuple(drawn()), tuple(drawn(seed=2)), tuple(drawn(request="b"))}) == 3


def test_faults_are_drawn_as_often_as_they_should_be():
    rates: dict[Fault, float] = {"429": 0.05, "529": 0.02, "garbage": 0.02, "html": 0.01}
    drawn = Counter(drawn_fault(f"request {number}", 1, rates=rates, seed=0) for number in range(20_000))
    assert set(drawn) == {*rates, None}
    for fault, rate in rates.items():
        assert drawn[fault] / 20_000 == pytest.approx(rate, abs=0.005)


def test_faults_are_read_from_a_flag():
    assert parse_faults("429:0.05, hang:0.01,") == {"429": 0.05, "hang": 0.01}
    assert parse_faults("") == {}
    for text, problem in (
        ("429", "'429' is not a fault and its rate, such as 429:0.05"),
        ("429:often", "'429:often' is not a fault"),
        ("418:0.1", "'418' is not a fault; there are 429,"),
        ("429:0.1,429:0.2", "the fault 429 is given twice"),
        ("429:1.1", "the rate of the fault 429 is 1.1"),
        ("429:nan", "the rate of the fault 429 is nan"),
        ("429:0.6,hang:0.5", "add up to 1.1"),
    ):
        with pytest.raises(ValueError, match=problem):
            parse_faults(text)
