"""Whole games through the vendors' own SDKs, over real sockets, against the local protocol server."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from staging import OFFLINE, Run, play, seats

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game import model_factory
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.model_factory import check_blocking, check_seats, find_prices
from ai_diplomacy.models.budget import BudgetExceeded
from ai_diplomacy.models.call_settings import CallSettings
from ai_diplomacy.models.circuit_breaker import ModelRefused
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions
from ai_diplomacy.records.errors import ConfigError

pytestmark = pytest.mark.slow

POWERS = terrain().powers
PATHS = {"openai": "/v1", "openai-responses": "/v1", "anthropic": "", "gemini": ""}


def model(provider: str, server: LocalServer, *, name: str = "local", key: str | None = None) -> ModelId:
    return ModelId(provider, name, server.url + PATHS[provider], key)


def first_prompts(run: Run) -> dict[tuple, str]:
    """A corrected prompt quotes the reply before, which comes bare where a schema was asked for."""
    keys = [(call, tuple(call["key"].values())) for call in run.calls]
    return {key: call["request"]["prompt"] for call, key in keys if not call["key"]["attempt"]}


@pytest.fixture(scope="module")
def offline(tmp_path_factory):
    config = GameConfig(models=seats(OFFLINE), max_year=1902)
    return asyncio.run(play(tmp_path_factory.mktemp("offline") / "run", config))


@pytest.mark.parametrize("provider", PATHS)
async def test_a_game_through_a_vendors_protocol_is_the_game_in_process(tmp_path, offline, provider):
    async with LocalServer(ServerOptions()) as server:
        config = GameConfig(models=seats(model(provider, server)), max_year=1902)
        run = await play(tmp_path / "run", config)
    assert run.orders() == offline.orders()
    assert [phase["press"] for phase in run.saved["phases"]] == [phase["press"] for phase in offline.saved["phases"]]
    assert first_prompts(run) == first_prompts(offline)
    assert all(call["reply"]["usage"]["input"] for call in run.calls)
    assert sum(figures["cached_tokens"] for figures in run.figures.values()) > 0


@pytest.mark.parametrize("provider", PATHS)
async def test_a_game_asked_on_threads_is_the_same_game(tmp_path, offline, provider):
    async with LocalServer(ServerOptions()) as server:
        config = GameConfig(models=seats(model(provider, server)), max_year=1902)
        check_blocking(config)
        with ThreadPoolExecutor(7) as threads:
            run = await play(tmp_path / "run", config, blocking=threads)
    assert run.orders() == offline.orders()
    assert first_prompts(run) == first_prompts(offline)


def test_a_model_that_cannot_be_asked_on_threads_is_told_before_the_game(monkeypatch):
    monkeypatch.setattr(model_factory, "has_blocking_twin", lambda provider: provider != "anthropic")
    models = seats(OFFLINE, FRANCE=ModelId("openai", "gpt"), ITALY=ModelId("anthropic", "c"))
    with pytest.raises(ConfigError, match=r"^--models: anthropic cannot be asked on threads"):
        check_blocking(GameConfig(models=models, max_year=1901))


async def test_a_mixed_game_with_faults_loses_no_phase_to_a_fault_that_passes(tmp_path):
    faults = {"429": 0.05, "529": 0.02, "hang": 0.01, "cut": 0.01, "html": 0.01, "garbage": 0.02}
    async with LocalServer(ServerOptions(faults=faults, retry_after=0.01, seed=2)) as server:
        vendors = ("openai", "anthropic", "gemini", "openai", "anthropic", "gemini", "openai")
        models = {power: model(vendor, server) for power, vendor in zip(POWERS, vendors, strict=True)}
        config = GameConfig(models=models, max_year=1901, calls=CallSettings(deadline=1.0))
        run = await play(tmp_path / "run", config)
        met = server.stats()["faults"]
    assert sum(met.values()) >= 3
    assert len(run.events_of("call_retried")) == sum(met.values())
    assert sum(figures["retries"] for figures in run.figures.values()) == sum(met.values())
    assert all(figures["defaulted_steps"] == figures["failed_calls"] == 0 for figures in run.figures.values())
    calm = await play(tmp_path / "calm", GameConfig(models=seats(OFFLINE), max_year=1901))
    assert run.orders() == calm.orders()


@pytest.mark.parametrize("provider", PATHS)
async def test_a_wrong_key_is_one_line_and_appears_nowhere(tmp_path, provider, caplog):
    key = "sk-wrong-and-secret-0123456789"
    async with LocalServer(ServerOptions(key="the-right-one")) as server:
        config = GameConfig(models=seats(model(provider, server, key=key)), max_year=1901)
        with pytest.raises(ModelRefused) as refused:
            await play(tmp_path / "run", config)
        assert server.stats()["requests"] <= 7
    assert "401" in str(refused.value) or "400" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert key not in str(refused.value) + caplog.text
    assert not (tmp_path / "run").exists()


async def test_an_inline_key_is_in_no_file_of_a_finished_run(tmp_path):
    key = "sk-right-and-secret-0123456789"
    async with LocalServer(ServerOptions(key=key)) as server:
        models = seats(OFFLINE, FRANCE=model("openai", server, key=key), ITALY=model("anthropic", server, key=key))
        run = await play(tmp_path / "run", GameConfig(models=models, max_year=1901))
    assert run.figures["FRANCE"]["failed_calls"] == 0
    assert not [path for path in run.path.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]


async def test_a_cap_on_the_cost_is_kept_with_seven_calls_in_flight(tmp_path):
    async with LocalServer(ServerOptions(latency=0.005)) as server:
        config = GameConfig(
            models=seats(model("openai", server, name="gpt-4o")),
            max_year=1902,
            default_max_tokens=500,
            calls=CallSettings(max_cost_usd=0.05),
        )
        prices = find_prices(config)
        with pytest.raises(BudgetExceeded, match=r"the cap of \$0\.05 is reached"):
            await play(tmp_path / "run", config, prices=prices)
    run = Run(tmp_path / "run", None)
    spent = sum(call["reply"]["cost_usd"] for call in run.calls)
    assert 0.03 < spent < 0.05
    assert len(run.events_of("budget_warned")) == 1
    assert run.saved["phases"][0]["name"] == "S1901M"


def test_a_cap_on_the_cost_of_an_unknown_model_is_refused():
    unknown = ModelId("openai", "nobody-knows-me", "http://127.0.0.1:1/v1")
    config = GameConfig(models=seats(unknown), max_year=1901, calls=CallSettings(max_cost_usd=1.0))
    with pytest.raises(ConfigError, match="nobody-knows-me"):
        find_prices(config)


def test_every_seat_that_cannot_be_asked_is_told_at_once():
    models = seats(
        OFFLINE, FRANCE=ModelId("openai", "gpt"), ITALY=ModelId("anthropic", "c"), TURKEY=ModelId("openai", "x")
    )
    with pytest.raises(ConfigError) as refused:
        check_seats(GameConfig(models=models, max_year=1901), {})
    for words in ("FRANCE, TURKEY: ", "OPENAI_API_KEY", "ITALY: ", "ANTHROPIC_API_KEY"):
        assert words in str(refused.value)
    check_seats(GameConfig(models=models, max_year=1901), {"OPENAI_API_KEY": "a", "ANTHROPIC_API_KEY": "b"})


async def test_a_cancelled_game_leaves_its_answered_calls_in_the_journal(tmp_path):
    asked, enough = 0, asyncio.Event()

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1
        if asked == 30:
            enough.set()

    async with LocalServer(ServerOptions(latency=0.02), record=count) as server:
        config = GameConfig(models=seats(model("openai", server)), max_year=1902)
        game = asyncio.create_task(play(tmp_path / "run", config))
        await enough.wait()
        game.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await game
    calls = Run(tmp_path / "run", None).calls
    assert len(calls) >= 16
    assert len({(*call["key"].values(),) for call in calls}) == len(calls)
