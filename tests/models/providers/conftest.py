"""A scripted vendor for every test, and providers that are closed after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web
from scripted_vendor import ScriptedVendor
from vendor_protocols import PROTOCOLS, Protocol
from vendor_questions import KEY

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import ModelError, Request
from ai_diplomacy.models.provider import BlockingProvider, Provider, ProviderAnswer
from ai_diplomacy.models.providers import Providers


@pytest.fixture
async def vendor() -> AsyncIterator[ScriptedVendor]:
    async with _scripted_vendor() as scripted:
        yield scripted


@pytest.fixture
async def other_vendor() -> AsyncIterator[ScriptedVendor]:
    async with _scripted_vendor() as scripted:
        yield scripted


@asynccontextmanager
async def _scripted_vendor() -> AsyncIterator[ScriptedVendor]:
    scripted = ScriptedVendor()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", scripted.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    scripted.url = f"http://{host}:{port}"
    yield scripted
    scripted.released.set()
    await runner.cleanup()


@pytest.fixture
async def providers() -> AsyncIterator[Providers]:
    pool = Providers({})
    yield pool
    await pool.close()


@pytest.fixture
def provider_at(providers: Providers) -> Callable[[str, str], Provider]:
    """The provider of a name at an address, with ``KEY``."""
    return lambda name, url: providers.open(ModelId(name, "m", url, KEY))


@pytest.fixture(params=PROTOCOLS, ids=str)
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return request.param


@dataclass(frozen=True)
class OnThreads:
    """A provider whose calls go through its blocking twin."""

    inner: BlockingProvider

    async def call(self, model: ModelId, request: Request) -> ProviderAnswer:
        return await asyncio.to_thread(self.inner.call_blocking, model, request, deadline=10.0)

    def classify(self, error: Exception) -> ModelError:
        return self.inner.classify(error)

    async def close(self) -> None:
        await self.inner.close()


@pytest.fixture(params=["async", "blocking"])
def provider(
    request: pytest.FixtureRequest,
    protocol: Protocol,
    vendor: ScriptedVendor,
    provider_at: Callable[[str, str], Provider],
) -> Provider:
    """The provider of the protocol, with the scripted vendor at its other end; asked in both of its ways."""
    opened = provider_at(protocol.provider, vendor.url)
    return opened if request.param == "async" else OnThreads(opened)


@pytest.fixture
def model(protocol: Protocol, vendor: ScriptedVendor) -> ModelId:
    return ModelId(protocol.provider, "m", vendor.url, KEY)
