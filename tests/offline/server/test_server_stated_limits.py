"""Limits as the server states them, in each protocol, and the gate that keeps them."""

import asyncio
import math

import aiohttp
import pytest
from serving import KEY, VENDORS, post, raw

from ai_diplomacy.models.connections import Connections
from ai_diplomacy.models.events import LimiterChanged
from ai_diplomacy.models.gate import Gate, Gated
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import CallKey, Request
from ai_diplomacy.models.provider_model import ProviderModel
from ai_diplomacy.models.providers import Providers
from ai_diplomacy.models.providers.stated import stated_limits
from ai_diplomacy.models.retries import Retried
from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions
from ai_diplomacy.offline.server.rate_limit import RateLimits

each_vendor = pytest.mark.parametrize("vendor", VENDORS)


def stated_in(response):
    return {
        limit.unit: (limit.limit, limit.remaining)
        for limit in stated_limits(response.headers, None if response.status == 200 else response.body)
    }


@each_vendor
async def test_answers_and_refusals_state_the_limits_where_the_protocol_has_words_for_them(vendor):
    options = ServerOptions(rpm=2, tpm=1_000_000)
    async with LocalServer(options) as server, aiohttp.ClientSession() as session:
        responses = [await post(session, server.url, raw(vendor, f"Hello {number}")) for number in range(3)]
    answer, _, refusal = responses
    assert [response.status for response in responses] == [200, 200, 429]
    if vendor == "gemini":
        assert (stated_in(answer), stated_in(refusal)) == ({}, {"requests": (2, 0)})
    else:
        assert stated_in(answer)["requests"] == (2, 1)
        assert stated_in(refusal)["requests"] == (2, 0)
        assert stated_in(answer)["tokens"][0] == 1_000_000
        assert stated_in(answer)["tokens"][1] < 1_000_000


@each_vendor
async def test_limits_may_be_kept_to_oneself(vendor):
    options = ServerOptions(rpm=1, unstated_limits=True)
    async with LocalServer(options) as server, aiohttp.ClientSession() as session:
        answer, refusal = [await post(session, server.url, raw(vendor, f"Hello {number}")) for number in range(2)]
    assert (stated_in(answer), stated_in(refusal)) == ({}, {})
    assert int(refusal.headers["Retry-After"]) <= 60
    assert "1 requests" not in refusal.text


@each_vendor
async def test_a_limit_on_tokens_counts_the_prompt_and_all_that_the_answer_may_have(vendor):
    names = {"openai": "max_tokens", "openai-responses": "max_output_tokens", "anthropic": "max_tokens"}

    def limited(tokens: int):
        if vendor == "gemini":
            return {"generationConfig": {"maxOutputTokens": tokens}}
        return {names[vendor]: tokens}

    async with LocalServer(ServerOptions(tpm=10_000)) as server, aiohttp.ClientSession() as session:
        sizes = (6000, 6000, 2000, 20_000)
        got = [await post(session, server.url, raw(vendor, "Hello"), **limited(tokens)) for tokens in sizes]
    assert [response.status for response in got] == [200, 429, 200, 429]
    assert 1 <= int(got[1].headers["Retry-After"]) <= 60
    assert "tokens per minute" in got[1].text
    assert "Request too large" in got[3].text
    assert "Retry-After" not in got[3].headers


def test_what_one_limit_refuses_takes_nothing_out_of_the_other():
    limits = RateLimits(60, 2, 600, stated=True)
    assert limits.take(b"a", 500)[1] is None
    for _ in range(5):
        quotas, refusal = limits.take(b"a", 500)
        assert refusal is not None
        assert refusal.quota == ("tokens", 600)
        assert quotas["requests"].remaining == 1
    quotas, refusal = limits.take(b"a", 1000)
    assert refusal is not None
    assert math.isinf(quotas["tokens"].retry_after)
    assert limits.take(b"a", 10)[1] is None
    quotas, refusal = limits.take(b"a", 10)
    assert refusal is not None
    assert refusal.quota == ("requests", 60)
    assert quotas["tokens"].remaining in (90, 91)


PATHS = {"openai": "/v1", "openai-responses": "/v1", "anthropic": "", "gemini": ""}


async def asked(vendor: str, options: ServerOptions, calls: int, at_once: int | None = None) -> tuple[Gate, list, dict]:
    """One call, and when it is answered so many more at once. What the gate told, and what the server counted."""
    events: list = []
    async with LocalServer(options) as server:
        model_id = ModelId(vendor, "local", server.url + PATHS[vendor], KEY)
        providers, gate = Providers({}), Gate("account", Connections(500), max_concurrency=at_once)
        model = Gated(ProviderModel(providers.open(model_id), model_id), gate, events.append)
        model = Retried(model, events.append)

        def request(number: int) -> Request:
            return Request(CallKey("S1901M", "FRANCE", "order", number), "system", f"prompt {number}", max_tokens=100)

        await model.generate(request(0))
        replies = await asyncio.gather(*(model.generate(request(number + 1)) for number in range(calls)))
        assert not any(reply.stated for reply in replies)
        await providers.close()
        return gate, events, server.stats()


@pytest.mark.parametrize("vendor", ["openai", "openai-responses", "anthropic"])
async def test_a_stated_limit_is_kept_from_the_first_answer_on(vendor):
    # So few at once fit into the bucket however late a busy machine sends them.
    gate, events, counts = await asked(vendor, ServerOptions(rpm=3000, burst=20), 45, at_once=5)
    assert counts["rate_limited"] == 0
    assert counts["answered"] == {vendor: 46}
    changes = [change for change in events if isinstance(change, LimiterChanged) and change.what == "rate"]
    assert [(change.after, change.reason) for change in changes] == [(50.0, "stated")]
    assert gate.rate is None


@pytest.mark.slow
async def test_a_limit_that_gemini_tells_in_a_refusal_is_kept_from_then_on():
    _, events, counts = await asked("gemini", ServerOptions(rpm=1200, burst=10), 40)
    assert 0 < counts["rate_limited"] < 20
    changes = [change for change in events if isinstance(change, LimiterChanged) and change.what == "rate"]
    assert [(change.after, change.reason) for change in changes] == [(20.0, "stated")]


@pytest.mark.slow
async def test_a_limit_that_nobody_states_is_still_inferred():
    gate, events, counts = await asked("openai", ServerOptions(rpm=1200, burst=10, unstated_limits=True), 40)
    assert counts["rate_limited"] > 0
    assert gate.rate is not None
    assert "stated" not in {change.reason for change in events if isinstance(change, LimiterChanged)}
