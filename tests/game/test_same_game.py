"""The game does not depend on who runs which step when: every policy asks the same and writes the same."""

import pytest
from staging import MANNERS, OFFLINE, Run, play, seats, without_timestamps

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions
from ai_diplomacy.run.policies import worker_threads

pytestmark = pytest.mark.slow


def prompts(run: Run) -> dict[tuple, str]:
    """Every request by its key; the journal holds them in the order in which they were answered."""
    return {tuple(call["key"].values()): call["request"] for call in run.calls}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"reflect": "beside"},
        {"truth_tags": True, "provisional_orders": True},
        {"provisional_orders": True, "context_window": 3000, "default_max_tokens": 600},
    ],
    ids=["as usual", "beside", "asked", "shortened"],
)
@pytest.mark.parametrize(("seed", "last_phase"), [(0, "S1902M"), (1, "F1902M"), (2, "F1903M")])
async def test_all_policies_play_the_same_game_offline(tmp_path, seed, last_phase, settings):
    runs = {}
    for name, (execution, threads) in MANNERS.items():
        config = GameConfig(
            models=seats(OFFLINE),
            max_year=1903,
            end_at_phase=last_phase,
            rounds=1 if seed == 2 else 2,
            seed=seed,
            **settings,
            execution=execution,
            threads=threads,
        )
        runs[name] = await play(tmp_path / name, config)
        assert runs[name].timing["execution"] == execution
    usual = runs.pop("async")
    assert usual.calls
    for name, run in runs.items():
        assert prompts(run) == prompts(usual), name
        assert without_timestamps(run.saved) == without_timestamps(usual.saved), name


async def test_all_policies_play_the_same_game_over_sockets_with_blocking_clients_on_the_threads(tmp_path):
    runs = {}
    async with LocalServer(ServerOptions(latency=0.005, sigma=1.0)) as server:
        for name, (execution, threads) in MANNERS.items():
            model = ModelId("openai", "local", f"{server.url}/v1")
            config = GameConfig(models=seats(model), max_year=1901, execution=execution, threads=threads)
            blocking = worker_threads(execution, 7)
            runs[name] = await play(tmp_path / name, config, blocking=blocking)
            if blocking is not None:
                blocking.shutdown()
    usual = runs.pop("async")
    assert usual.calls
    for name, run in runs.items():
        assert prompts(run) == prompts(usual), name
        assert without_timestamps(run.saved) == without_timestamps(usual.saved), name
