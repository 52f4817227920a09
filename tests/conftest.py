"""One offline game, played once by the README's command and read by many tests."""

import pytest
from command_runs import CommandRun, play_by_command
from hypothesis import HealthCheck, settings

# How fast a machine is that is busy with other work says nothing about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the rendered prompts down anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What CI cannot have is tested only where ``-m`` names it."""
    if "external" in config.getoption("markexpr"):
        return
    external = [item for item in items if item.get_closest_marker("external")]
    if external:
        config.hook.pytest_deselected(items=external)
        items[:] = [item for item in items if item not in external]


@pytest.fixture(scope="session")
def offline_run(tmp_path_factory: pytest.TempPathFactory) -> CommandRun:
    """``python lm_game.py --max_year 1902 --num_negotiation_rounds 2``."""
    folder = tmp_path_factory.mktemp("offline")
    return play_by_command(folder / "run", "--max_year", "1902", "--num_negotiation_rounds", "2")
