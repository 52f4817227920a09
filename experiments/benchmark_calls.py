"""What a call costs the harness: CPU time and memory of many games at once against the local server, which runs in
another process. ``cpu_ms_a_call`` is what was spent, ``slowdown`` by how much others on the machine lengthened that
meanwhile (``cpu_contention.py``), ``undisturbed_ms_a_call`` the one by the other.

    python experiments/benchmark_calls.py --games 50 --provider openai
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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.model_factory import ModelFactory, warm_up
from ai_diplomacy.game.play import play_game
from ai_diplomacy.models.ids import ModelId
from experiments.cpu_contention import CpuContention
from experiments.local_server import PATHS, server


async def games(count: int, model: ModelId, folder: Path) -> int:
    """Plays so many standard games at once (to 1902, two rounds); returns the number of their calls."""
    config = GameConfig(models=dict.fromkeys(terrain().powers, model), max_year=1902)
    vendors = ModelFactory({}, config.calls, {str(model): None})
    try:
        played = await asyncio.gather(
            *(
                asyncio.create_task(
                    play_game(config, folder / str(number), started=time.perf_counter(), open_model=vendors.open)
                )
                for number in range(count)
            )
        )
    finally:
        await vendors.close()
    return sum(game.folder.timing.calls for game in played)


def measured(count: int, model: ModelId) -> dict[str, float]:
    """CPU milliseconds a call of this process, all its threads included, and the rest of the figures."""
    contention = CpuContention()

    async def disturbed(folder: Path) -> int:
        async with contention:
            return await games(count, model, folder)

    with tempfile.TemporaryDirectory() as folder:
        before, began = time.process_time(), time.perf_counter()
        calls = asyncio.run(disturbed(Path(folder)))
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
    flags = parser.parse_args()
    with server(flags.latency) as url:
        model = ModelId(flags.provider, "local", url + PATHS[flags.provider])
        warm_up([model])
        # The server remembers what it answered, so that its thinking does not slow down what is measured.
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(games(1, model, Path(folder)))
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        for _ in range(flags.repeat):
            print(json.dumps({"provider": flags.provider, **measured(flags.games, model)}))


if __name__ == "__main__":
    main()
