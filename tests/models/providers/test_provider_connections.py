"""Clients are made by the first call, off the event loop, and leave nothing open."""

from __future__ import annotations

import asyncio
import gc
import warnings
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import web
from scripted_vendor import says
from vendor_questions import KEY, fault, question

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.provider_model import BlockingProviderModel, ProviderModel
from ai_diplomacy.models.providers import Account, Providers
from ai_diplomacy.models.providers.sdk_provider import LazyClient
from ai_diplomacy.models.providers.transport import open_session


async def test_many_first_calls_share_one_client_and_its_connections(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.answer("fine"))
    answers = await asyncio.gather(*(provider.call(model, question()) for _ in range(20)))
    assert [answer.text for answer in answers] == ["fine"] * 20
    assert len(vendor.received) == 20


async def test_a_closed_provider_opens_again_and_closing_twice_is_fine(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.answer("fine"))
    await provider.close()
    await provider.call(model, question())
    await provider.close()
    await provider.close()
    assert (await provider.call(model, question())).text == "fine"


def test_nothing_is_left_open_when_a_loop_ends(protocol):
    from aiohttp import web
    from scripted_vendor import ScriptedVendor

    async def game():
        scripted = ScriptedVendor()
        scripted.otherwise = says(protocol.answer("fine"))
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", scripted.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        pool = Providers({})
        model = ModelId(protocol.provider, "m", f"http://{host}:{port}", KEY)
        await pool.open(model).call(model, question())
        await pool.close()
        await runner.cleanup()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(game())
        gc.collect()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_an_answer_that_comes_packed_is_unpacked(vendor, protocol, provider, model, encoding):
    vendor.plays(packed(protocol.answer("fine"), encoding), packed({"error": {"message": "no, sorry"}}, encoding, 404))
    assert (await provider.call(model, question())).text == "fine"
    assert encoding in vendor.received[0].headers["Accept-Encoding"]
    assert "no, sorry" in str(await fault(provider, model))


async def test_an_answer_that_is_packed_badly_is_worth_another_call(vendor, protocol, provider, model):
    async def torn(request):
        return web.Response(body=b"\x1f\x8b nothing of the sort", headers={"Content-Encoding": "gzip"})

    vendor.plays(torn)
    assert (await fault(provider, model)).kind == "transient"


async def test_the_proxy_of_the_environment_is_asked(vendor, protocol, provider_at, monkeypatch):
    vendor.otherwise = says(protocol.answer("fine"))
    monkeypatch.setenv("http_proxy", vendor.url)
    far = ModelId(protocol.provider, "m", "http://far-away.invalid", KEY)
    provider = provider_at(protocol.provider, "http://far-away.invalid")
    assert (await provider.call(far, question())).text == "fine"
    assert vendor.received[0].headers["Host"] == "far-away.invalid"
    monkeypatch.setenv("no_proxy", "far-away.invalid")
    await provider.close()
    assert not (await fault(provider, far)).reached


async def test_a_proxy_is_given_the_name_and_password_of_its_url(vendor, protocol, provider_at, monkeypatch):
    vendor.otherwise = says(protocol.answer("fine"))
    monkeypatch.setenv("http_proxy", vendor.url.replace("//", "//me:pass@"))
    far = ModelId(protocol.provider, "m", "http://far-away.invalid", KEY)
    assert (await provider_at(protocol.provider, "http://far-away.invalid").call(far, question())).text == "fine"
    assert vendor.received[0].headers["Proxy-Authorization"] == f"Basic {b64encode(b'me:pass').decode()}"


@pytest.mark.parametrize(
    ("environ", "url", "proxy"),
    [
        ({}, "https://a.example/v1", None),
        ({"https_proxy": "http://p:1"}, "https://a.example/v1", "http://p:1"),
        ({"https_proxy": "p:1"}, "https://a.example/v1", "http://p:1"),
        ({"https_proxy": "http://p:1"}, "http://a.example/v1", None),
        ({"all_proxy": "socks5://p:1"}, "http://a.example/v1", None),
        ({"http_proxy": "http://p:1", "no_proxy": "*"}, "http://a.example/v1", None),
        ({"http_proxy": "http://p:1", "no_proxy": ".example"}, "http://a.example:8000/v1", None),
        ({"http_proxy": "http://p:1", "no_proxy": "a.example:8000"}, "http://a.example:8000/v1", None),
        ({"http_proxy": "http://p:1", "no_proxy": "a.example:8000"}, "http://a.example:80/v1", "http://p:1"),
        ({"http_proxy": "http://p:1", "no_proxy": "127.0.0.1,::1"}, "http://[::1]:8000/v1", None),
    ],
)
async def test_the_proxy_is_the_one_for_the_accounts_address(monkeypatch, environ, url, proxy):
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_PROXY".upper(), raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    session = open_session(Account("openai", url, KEY))
    await session.close()
    assert (session._default_proxy, session.trust_env) == (proxy, False)


async def test_no_file_of_passwords_is_read(vendor, protocol, provider, model, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("default login bob password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    vendor.otherwise = says(protocol.answer("fine"))
    assert (await provider.call(model, question())).text == "fine"
    assert "Basic" not in str(vendor.received[0].headers)


def packed(body, encoding, status=200):
    async def play(request):
        response = web.json_response(body, status=status)
        response.enable_compression(web.ContentCoding(encoding))
        return response

    return play


async def test_a_first_call_that_is_cancelled_leaves_the_client_to_the_next():
    built = []

    async def build():
        await asyncio.sleep(0.01)
        built.append(1)
        return "client"

    async def close(client):
        built.clear()

    client = LazyClient(build, close)
    first = asyncio.create_task(client.get())
    await asyncio.sleep(0)
    second = asyncio.create_task(client.get())
    first.cancel()
    assert await second == "client"
    assert await client.get() == "client"
    assert built == [1]
    await client.close()
    assert built == []


@pytest.mark.parametrize("on_threads", [False, True])
async def test_no_call_that_was_let_in_waits_for_a_connection(vendor, protocol, provider_at, monkeypatch, on_threads):
    import resource

    count, arrived = 110, []

    async def play(request):
        arrived.append(request)
        if len(arrived) == count:
            vendor.released.set()
        await vendor.released.wait()
        return await says(protocol.answer("fine"))(request)

    vendor.otherwise = play
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    provider, model = provider_at(protocol.provider, vendor.url), ModelId(protocol.provider, "m", vendor.url, KEY)
    with ThreadPoolExecutor(count) as threads:
        asked = BlockingProviderModel(provider, model, threads) if on_threads else ProviderModel(provider, model)
        try:
            async with asyncio.timeout(20):
                replies = await asyncio.gather(*(asked.generate(question()) for _ in range(count)))
        finally:
            vendor.released.set()
    assert [reply.text for reply in replies] == ["fine"] * count
