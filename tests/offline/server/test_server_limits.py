"""Limits, keys, latencies, counts and the log."""

import asyncio
import math
import statistics

import aiohttp
import pytest
from serving import KEY, VENDORS, post, raw, until

from ai_diplomacy.offline.server.local import ListenError, LocalServer
from ai_diplomacy.offline.server.options import ServerOptions, drawn_latency
from ai_diplomacy.offline.server.rate_limit import RateLimiter
from ai_diplomacy.offline.server.wire import Ask

each_vendor = pytest.mark.parametrize("vendor", VENDORS)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_holds_a_burst_and_is_refilled_evenly():
    clock = Clock()
    limiter = RateLimiter(60, burst=3, clock=clock)
    taken = [limiter.take(b"a") for _ in range(4)]
    assert [quota.retry_after for quota in taken] == [None, None, None, 1.0]
    assert [quota.remaining for quota in taken] == [2, 1, 0, 0]
    assert taken[2].reset == 3.0
    assert limiter.take(b"b").retry_after is None
    clock.now += 0.75
    assert limiter.take(b"a").retry_after == pytest.approx(0.25)
    clock.now += 0.25
    assert limiter.take(b"a").retry_after is None
    assert limiter.take(b"a").retry_after is not None
    clock.now += 3600
    assert [limiter.take(b"a").retry_after is None for _ in range(4)] == [True, True, True, False]


def test_waiting_as_long_as_one_is_told_is_enough():
    clock = Clock()
    limiter = RateLimiter(7, burst=1, clock=clock)
    assert limiter.take(b"a").retry_after is None
    for _ in range(1000):
        wait = limiter.take(b"a").retry_after
        assert wait is not None
        clock.now += wait
        assert limiter.take(b"a").retry_after is None


def test_a_steady_client_is_never_refused():
    clock = Clock()
    limiter = RateLimiter(60, clock=clock)
    for _ in range(1000):
        clock.now += 1.0
        assert limiter.take(b"a").retry_after is None


@each_vendor
async def test_beyond_the_limit(vendor):
    async with LocalServer(ServerOptions(rpm=2)) as server, aiohttp.ClientSession() as session:
        responses = [await post(session, server.url, raw(vendor, f"Hello {number}")) for number in range(4)]
        other = await post(session, server.url, raw(vendor, "Hello", key="another"))
    assert [response.status for response in responses] == [200, 200, 429, 429]
    assert other.status == 200
    refused = responses[2]
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert server.stats()["rate_limited"] == 2
    assert server.stats()["faults"] == {}
    assert server.stats()["refused"] == 0
    if vendor == "gemini":
        details = {detail["@type"].rpartition(".")[2]: detail for detail in refused.body["error"]["details"]}
        assert refused.body["error"]["status"] == "RESOURCE_EXHAUSTED"
        assert details["RetryInfo"]["retryDelay"] == f"{refused.headers['Retry-After']}s"
    elif vendor == "anthropic":
        assert refused.body["error"]["type"] == "rate_limit_error"
        assert refused.headers["anthropic-ratelimit-requests-limit"] == "2"
        assert responses[0].headers["anthropic-ratelimit-requests-remaining"] == "1"
        assert refused.headers["anthropic-ratelimit-requests-reset"].endswith("Z")
    else:
        assert refused.body["error"]["code"] == "rate_limit_exceeded"
        assert refused.headers["x-ratelimit-limit-requests"] == "2"
        assert responses[0].headers["x-ratelimit-remaining-requests"] == "1"
        assert refused.headers["x-ratelimit-reset-requests"]
        assert refused.headers["retry-after-ms"] == f"{refused.headers['Retry-After']}000"


@each_vendor
async def test_only_the_key_is_accepted(vendor):
    async with LocalServer(ServerOptions(key=KEY)) as server, aiohttp.ClientSession() as session:
        right = await post(session, server.url, raw(vendor, "Hello"))
        wrong = await post(session, server.url, raw(vendor, "Hello", key="sk-wrong-key"))
        request = raw(vendor, "Hello")
        request.headers.clear()
        missing = await post(session, server.url, request)
    assert right.status == 200
    assert (wrong.status, missing.status) == ((400, 403) if vendor == "gemini" else (401, 401))
    assert "sk-wrong-key" not in wrong.text
    if vendor == "gemini":
        assert wrong.body["error"]["details"][0]["reason"] == "API_KEY_INVALID"
        assert missing.body["error"]["status"] == "PERMISSION_DENIED"
    elif vendor == "anthropic":
        assert wrong.body["error"]["type"] == missing.body["error"]["type"] == "authentication_error"
    else:
        assert wrong.body["error"]["code"] == "invalid_api_key"
    assert server.stats()["refused"] == 2
    assert KEY not in repr(ServerOptions(key=KEY))


async def test_a_gemini_key_may_stand_in_the_query():
    async with LocalServer(ServerOptions(key=KEY)) as server, aiohttp.ClientSession() as session:
        url = f"{server.url}/v1beta/models/strategist:generateContent?key={KEY}"
        async with session.post(url, json=raw("gemini", "Hello").body) as response:
            assert response.status == 200


def test_latencies_are_lognormal_around_the_median():
    drawn = [drawn_latency(f"request {number}", median=2.0, sigma=0.6, seed=1) for number in range(4000)]
    logarithms = [math.log(value) for value in drawn]
    assert statistics.median(drawn) == pytest.approx(2.0, rel=0.05)
    assert statistics.stdev(logarithms) == pytest.approx(0.6, rel=0.05)


def test_a_latency_depends_on_seed_and_request_and_nothing_else():
    def drawn(digest: str = "a", seed: int = 1, median: float = 1.0, sigma: float = 0.5) -> float:
        return drawn_latency(digest, median=median, sigma=sigma, seed=seed)

    assert drawn() == drawn()
    assert len({drawn(), drawn(digest="b"), drawn(seed=2)}) == 3
    assert drawn(median=2.0) == pytest.approx(2 * drawn())
    assert drawn(sigma=0.0) == 1.0
    assert drawn(median=0.0) == 0.0


def test_the_same_words_are_the_same_request_in_every_protocol():
    ask = Ask(model="a", system="s", prompt="p", max_tokens=5)
    assert ask.digest == Ask(model="b", system="s", prompt="p", structured=True).digest
    others = (
        Ask(model="a", system="s", prompt="q"),
        Ask(model="a", system="t", prompt="p"),
        Ask(model="a", system="s", prompt="p", history="h"),
        Ask(model="a", system="sp", prompt=""),
    )
    assert len({ask.digest, *(other.digest for other in others)}) == 5


@each_vendor
async def test_an_answer_is_not_early(vendor):
    latency = 0.1
    async with LocalServer(ServerOptions(latency=latency)) as server, aiohttp.ClientSession() as session:
        loop = asyncio.get_running_loop()
        started = loop.time()
        assert (await post(session, server.url, raw(vendor, "Hello"))).status == 200
    assert loop.time() - started >= latency * 0.99


async def test_requests_wait_side_by_side():
    async with LocalServer(ServerOptions(latency=30.0)) as server, aiohttp.ClientSession() as session:
        waiting = [asyncio.ensure_future(post(session, server.url, raw("openai", "Hello"))) for _ in range(50)]
        await until(lambda: server.stats()["in_flight"] == 50)
        async with session.get(f"{server.url}/stats") as response:
            document = await response.json()
        assert document == server.stats()
        assert (document["requests"], document["in_flight"], document["peak_in_flight"]) == (50, 50, 50)
        for request in waiting:
            request.cancel()
        await until(lambda: server.stats()["in_flight"] == 0)
    assert server.stats()["abandoned"] == 50
    assert server.stats()["peak_in_flight"] == 50
    assert server.stats()["answered"] == {}


async def test_a_server_ends_with_requests_under_way():
    async with aiohttp.ClientSession() as session:
        async with LocalServer(ServerOptions(latency=1000.0)) as server:
            waiting = asyncio.ensure_future(post(session, server.url, raw("openai", "Hello")))
            await until(lambda: server.stats()["in_flight"])
        with pytest.raises(aiohttp.ClientConnectionError):
            await waiting
        with pytest.raises(aiohttp.ClientConnectionError):
            await post(session, server.url, raw("openai", "Hello"))


async def test_counts():
    async with LocalServer(ServerOptions()) as server, aiohttp.ClientSession() as session:
        answers = [await post(session, server.url, raw(vendor, "Hello")) for vendor in (*VENDORS, "openai")]
        await post(session, server.url, raw("openai", "Hello"), stream=True)
        found = server.stats()
    assert found["requests"] == 6
    assert found["answered"] == {"openai": 2, "openai-responses": 1, "anthropic": 1, "gemini": 1}
    assert found["refused"] == 1
    assert found["in_flight"] == 0
    chat = answers[0].body["usage"]
    assert found["tokens"]["input"] == 5 * chat["prompt_tokens"]
    assert found["tokens"]["output"] == 5 * chat["completion_tokens"]


async def test_the_log_has_one_line_a_request_and_no_key():
    lines: list[str] = []
    options = ServerOptions(faults={"529": 1.0}, faulty_attempts=1)
    async with LocalServer(options, log=lines.append) as server, aiohttp.ClientSession() as session:
        await post(session, server.url, raw("gemini", "Hello"))
        await post(session, server.url, raw("anthropic", "Hello", model="a b\nc"))
        await post(session, server.url, raw("openai", "Hello"), stream=True)
    assert len(lines) == 3
    fields = [line.split(" ") for line in lines]
    assert [field[1:4] for field in fields] == [
        ["gemini", "strategist", "529"],
        ["anthropic", "a\\x20b\\nc", "200"],
        ["openai", "-", "400"],
    ]
    assert [field[6:] for field in fields] == [["fault=529"], [], []]
    for field in fields:
        assert field[0].count(":") == 2
        assert field[4].endswith("s")
        assert field[5].endswith("B")
    assert KEY not in "".join(lines)


async def test_an_address_that_is_taken():
    async with LocalServer(ServerOptions()) as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(ListenError, match=f"cannot listen at 127.0.0.1:{port}: "):
            await LocalServer(ServerOptions(port=port)).__aenter__()


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"latency": -1.0}, "cannot be negative"),
        ({"port": 70000}, "port 70000"),
        ({"burst": 3}, "a burst needs a limit"),
        ({"rpm": 0}, "start at 1"),
        ({"faulty_attempts": 2}, "needs faults"),
        ({"faults": {"429": 2.0}}, "between 0 and 1"),
        ({"faults": {"418": 0.1}}, "not a fault"),
        ({"key": ""}, "cannot be empty"),
    ],
)
def test_settings_that_make_no_sense(settings, problem):
    with pytest.raises(ValueError, match=problem):
        ServerOptions(**settings)
