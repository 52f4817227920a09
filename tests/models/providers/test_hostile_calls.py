"""One call to a server that does what no vendor does: an answer or a fault that is worth asking again, in bounded time
and space, in every protocol and both ways of asking."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from hostile_bodies import FATAL, STATUSES
from hostile_server import MODES, hostile_server
from vendor_questions import KEY, LIST_OF_ORDERS, question

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import ModelError, Reply
from ai_diplomacy.models.provider import Provider
from ai_diplomacy.models.provider_model import BlockingProviderModel, DeadlineError, ProviderModel
from ai_diplomacy.models.providers import Providers

NEVER_ENDS = ["hang", "hang_after_headers", "drip_of_headers", "drip_of_chunks", "endless_continue", "drip"]
BEYOND = ["bomb_of_gzip", "bomb_of_deflate", "body_of_200_megabytes", "error_of_200_megabytes", "endless_chunks",
          "endless_body"]  # fmt: skip
ANSWERS = ["fine", "byte_order_mark", "latin_1", "duplicate_keys", "charset", "more_than_was_asked", "content_type"]


@pytest.fixture
async def hostile():
    async with hostile_server() as url:
        yield url


@pytest.fixture(params=["async", "blocking"])
def outcome(request, hostile, protocol, providers: Providers):
    """What one call in a mode comes to, within some seconds."""
    threads = ThreadPoolExecutor(16)

    async def asked(mode: str, deadline: float = 60.0) -> Reply | ModelError:
        url = f"{hostile}/{mode}" + ("/v1" if "openai" in protocol.provider else "")
        model = ModelId(protocol.provider, "m", url, KEY)
        provider: Provider = providers.open(model)
        way = (
            ProviderModel(provider, model, deadline)
            if request.param == "async"
            else BlockingProviderModel(provider, model, threads, deadline)
        )
        try:
            return await way.generate(question(schema=LIST_OF_ORDERS))
        except ModelError as error:
            return error

    yield asked
    threads.shutdown(wait=False)


@pytest.mark.slow
async def test_every_mode_is_an_answer_or_worth_another_call(outcome):
    modes = [mode for mode in MODES if mode not in FATAL and mode not in NEVER_ENDS]
    came = dict(zip(modes, await asyncio.gather(*map(outcome, modes)), strict=True))
    for mode, what in came.items():
        if isinstance(what, ModelError):
            assert what.kind == ("rate_limit" if "429" in mode else "transient"), (mode, what)
            assert KEY[:8] not in str(what)
            assert len(str(what)) < 500
        else:
            assert KEY[:8] not in what.text
            assert len(what.text) <= 16 * 8192
    assert [mode for mode in ANSWERS if isinstance(came[mode], ModelError)] == []
    assert all("more than 2 MB" in str(came[mode]) for mode in BEYOND)
    # A gateway's odd status ends no game.
    assert all(isinstance(came[mode], ModelError) for mode in STATUSES if mode[:8] in ("status_0", "status_3"))


@pytest.mark.slow
@pytest.mark.parametrize("mode", NEVER_ENDS)
async def test_the_deadline_holds_however_a_server_goes_on(outcome, mode):
    async with asyncio.timeout(60):
        assert isinstance(await outcome(mode, deadline=0.5), DeadlineError)


@pytest.mark.slow
@pytest.mark.parametrize("mode", FATAL)
async def test_what_no_asking_again_will_better_is_final(outcome, mode):
    assert (await outcome(mode)).kind == "fatal"
