"""A connection that is never made is given up early, and nothing is billed for it."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from contextlib import asynccontextmanager

import pytest
from vendor_questions import KEY, fault, question

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import ModelError
from ai_diplomacy.models.providers import transport


@asynccontextmanager
async def serving(meet: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object], tls=None):
    async def met(reader, writer):
        try:
            await meet(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(met, "127.0.0.1", 0, ssl=tls)
    yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def in_both_ways(protocol, provider_at, url, deadline: float) -> list[ModelError]:
    provider, model = provider_at(protocol.provider, url), ModelId(protocol.provider, "m", url, KEY)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - what it is, is for the provider to say
        await asyncio.to_thread(provider.call_blocking, model, question(), deadline=deadline)
    return [await fault(provider, model), provider.classify(raised.value)]


@pytest.mark.slow
async def test_a_server_that_accepts_no_connection_is_given_up_before_the_deadline(protocol, provider_at, monkeypatch):
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.3)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        async with asyncio.timeout(30):
            errors = await in_both_ways(protocol, provider_at, f"http://127.0.0.1:{port}", 0.3)
        for one in waiting:
            one.close()
    for error in errors:
        assert (error.kind, error.reached, error.billable) == ("transient", False, False)


@pytest.mark.slow
async def test_a_handshake_that_never_ends_is_given_up_before_the_deadline(protocol, provider_at, monkeypatch):
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.3)
    async with serving(lambda reader, writer: reader.read()) as url, asyncio.timeout(30):
        errors = await in_both_ways(protocol, provider_at, url, 0.3)
    for error in errors:
        assert (error.kind, error.reached, error.billable) == ("transient", False, False)


async def test_a_server_that_speaks_no_tls_is_asked_nothing(protocol, provider_at):
    async def other_words(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(other_words) as url:
        errors = await in_both_ways(protocol, provider_at, url, 10.0)
    for error in errors:
        assert (error.kind, error.reached, error.billable) == ("transient", False, False)


@pytest.fixture
def certificate(tmp_path) -> ssl.SSLContext:
    """One that nobody vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make it with")
    named = ("-keyout", tmp_path / "key", "-out", tmp_path / "certificate", "-subj", "/CN=127.0.0.1")
    making = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *named)
    subprocess.run(making, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    return tls


async def test_a_certificate_that_does_not_hold_is_final_and_costs_nothing(protocol, provider_at, certificate):
    async with serving(lambda reader, writer: reader.read(), certificate) as url:
        errors = await in_both_ways(protocol, provider_at, url, 10.0)
    for error in errors:
        assert (error.kind, error.reached, error.billable) == ("fatal", False, False)
        assert "certificate" in str(error)


async def test_a_proxy_that_leads_nowhere_is_asked_and_nobody_else(protocol, provider_at, monkeypatch):
    async def leads_nowhere(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with serving(leads_nowhere) as url:
        monkeypatch.setenv("https_proxy", url.replace("https", "http"))
        errors = await in_both_ways(protocol, provider_at, "https://far-away.invalid", 10.0)
    for error in errors:
        assert (error.kind, error.reached, error.billable) == ("transient", False, False)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", b""])
async def test_a_server_of_ones_own_behind_a_proxy_names_the_proxy_and_how_to_go_round_it(
    protocol, provider_at, monkeypatch, answer
):
    async def proxy(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with serving(proxy) as url:
        address = url.removeprefix("https://")
        monkeypatch.setenv("http_proxy", f"http://me:secret@{address}")
        errors = await in_both_ways(protocol, provider_at, "http://127.0.0.1:9", 10.0)
    for error in errors:
        assert f"through the proxy of the environment, http_proxy=http://{address}; " in str(error)
        assert "to ask it without: NO_PROXY=127.0.0.1" in str(error)
        assert "secret" not in str(error)


async def test_a_proxy_that_is_not_there_is_named(protocol, provider_at, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    errors = await in_both_ways(protocol, provider_at, "http://my-server:8000", 10.0)
    for error in errors:
        assert "http_proxy=http://127.0.0.1:9; to ask it without: NO_PROXY=my-server" in str(error)


async def test_without_a_proxy_none_is_named(protocol, provider_at):
    for error in await in_both_ways(protocol, provider_at, "http://127.0.0.1:9", 10.0):
        assert "proxy" not in str(error).lower()
