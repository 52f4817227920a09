"""What a call costs the harness: CPU time and memory of many games at once against the local server, which runs in
another process. ``cpu_ms_a_call`` is what was spent, ``slowdown`` by how much others on the machine lengthened that
meanwhile (``cpu_contention.py``), ``undisturbed_ms_a_call`` the one by the other.

    python experiments/benchmark_calls.py --games 50 --provider openai

What bounds it is measured beside it: ``sdk``, the questions of such games (without their schemas) asked through the
vendor's SDK alone, and ``replay``, the games with answers that are there already: no SDK, no sockets, no files written.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.model_factory import ModelFactory, warm_up
from ai_diplomacy.game.play import play_game
from ai_diplomacy.models.call_log import call_from
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.run.folder import CALLS
from ai_diplomacy.run.history import read_history
from ai_diplomacy.run.replay import replay
from experiments.cpu_contention import CpuContention
from experiments.local_server import PATHS, server

Work = Callable[[int, ModelId, Path], Awaitable[int]]
"""What is measured: does something for so many games, and returns the number of their calls."""


async def games(count: int, model: ModelId, folder: Path) -> int:
    """Plays standard games at once (to 1902, two rounds) in an empty folder."""
    config = GameConfig(models=dict.fromkeys(terrain().powers, model), max_year=1902)
    vendors = ModelFactory({}, config.calls, {str(model): None})
    try:
        played = await asyncio.gather(
            *(
                asyncio.create_task(
                    play_game(config, folder / f"{number}", started=time.perf_counter(), open_model=vendors.open)
                )
                for number in range(count)
            )
        )
    finally:
        await vendors.close()
    return sum(game.folder.timing.calls for game in played)


async def sdk(count: int, model: ModelId, folder: Path) -> int:
    """Asks the questions of the game in the folder, seven at once for each game."""
    calls = (call_from(json.loads(line), 0) for line in (folder / "0" / CALLS).read_text().splitlines())
    asked = [call.request for call in calls if call.request is not None]
    vendors = ModelFactory({}, GameConfig(models={}, max_year=1902).calls, {str(model): None})
    provider = vendors.open(model).model

    async def some(first: int) -> None:
        for request in asked[first::7]:
            await provider.generate(request)

    try:
        await asyncio.gather(*(some(first) for first in range(7) for _ in range(count)))
    finally:
        await vendors.close()
    return count * len(asked)


async def replays(count: int, model: ModelId, folder: Path) -> int:  # noqa: ARG001
    """Plays the game in the folder again, its journal answering."""
    history = read_history(folder / "0", DIPLOMACY)
    answered = 0
    for _ in range(count):
        answered += (await replay(history, DIPLOMACY)).calls
        # Nothing in a replay waits, and the disturbance is measured in between.
        await asyncio.sleep(0)
    return answered


PARTS: Mapping[str, Work] = {"game": games, "sdk": sdk, "replay": replays}


def measured(work: Work, count: int, model: ModelId, folder: Path) -> dict[str, float]:
    """CPU milliseconds a call of this process, all its threads included, and the rest of the figures."""
    contention = CpuContention()

    async def disturbed() -> int:
        async with contention:
            return await work(count, model, folder)

    before, began = time.process_time(), time.perf_counter()
    calls = asyncio.run(disturbed())
    spent, took = time.process_time() - before - contention.cpu_seconds, time.perf_counter() - began
    cost, slowdown = 1000 * spent / calls, contention.slowdown()
    return {
        "games": count,
        "calls": calls,
        "cpu_ms_a_call": round(cost, 3),
        "slowdown": round(slowdown, 2),
        "undisturbed_ms_a_call": round(cost / slowdown, 3),
        "calls_a_second": round(calls / took, 1),
        "seconds": round(took, 2),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=50)
    parser.add_argument("--provider", choices=PATHS, default="openai")
    parser.add_argument("--latency", type=float, default=1.0, help="median seconds an answer takes")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--of", choices=PARTS, nargs="+", default=["game"], help="what is measured, in turn")
    flags = parser.parse_args()
    with server(flags.latency) as url:
        model = ModelId(flags.provider, "local", url + PATHS[flags.provider])
        warm_up([model])
        with tempfile.TemporaryDirectory() as folder:
            # The server remembers what it answered, so that its thinking does not slow down what is measured.
            first = Path(folder, "first")
            asyncio.run(games(1, model, first))
            print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
            for turn in range(flags.repeat):
                for part in flags.of:
                    place = Path(folder, str(turn)) if part == "game" else first
                    told = {"provider": flags.provider, "of": part}
                    print(json.dumps(told | measured(PARTS[part], flags.games, model, place)), flush=True)


if __name__ == "__main__":
    main()
