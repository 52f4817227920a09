"""Models asked on threads, by the command: chosen by a flag, refused where it makes no sense, ended by a signal."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions

COMMAND = Path(__file__).parents[2] / "lm_game.py"


async def started(folder: Path, *flags: str) -> asyncio.subprocess.Process:
    command = [sys.executable, str(COMMAND), "--run_dir", str(folder / "run"), *flags]
    return await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("execution", ["threaded", "async"])
async def test_a_signal_ends_a_game_although_a_call_of_an_hour_is_in_flight(tmp_path, execution):
    asked = asyncio.Event()
    async with LocalServer(ServerOptions(latency=3600), record=lambda *_: asked.set()) as server:
        model = f"openai:local@{server.url}/v1#key"
        game = await started(tmp_path, "--models", model, "--execution", execution, "--call_deadline", "7200")
        await asked.wait()
        game.send_signal(signal.SIGTERM)
        _, errors = await game.communicate()
    assert game.returncode == 3
    assert errors.decode().startswith("lm_game.py: stopped; all that was answered is kept.")
    assert (tmp_path / "run" / "timing.json").exists()


@pytest.mark.parametrize(
    ("flags", "flag"),
    [
        (("--threads", "all"), "--threads"),
        (("--execution", "threaded", "--hedge"), "--hedge"),
        (("--execution", "forked"), "--execution"),
    ],
)
async def test_settings_that_make_no_sense_are_refused_in_one_line(tmp_path, flags, flag):
    game = await started(tmp_path, "--max_year", "1901", *flags)
    _, errors = await game.communicate()
    assert game.returncode == 2
    assert len(errors.decode().splitlines()) == 1
    assert flag in errors.decode()
    assert not (tmp_path / "run").exists()
