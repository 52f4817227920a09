"""How long games take under each execution policy, through a vendor's real SDK, against the local protocol server.

    python experiments/benchmark_runtime.py --sigma 0,0.6 --repeat 3              # the four policies, one game
    python experiments/benchmark_runtime.py --seats 2,3,4,5,6,7 --policies sequential,threaded,async
    python experiments/benchmark_runtime.py --games 1,10,100 --latency 2 --policies async,threaded-all

The server is a process of its own, and every measurement is one too. How long an answer takes is drawn from the
question, so that all policies face the same calls; each repetition draws anew and takes the policies in another order.
With several games in a process all play the same game: the server then knows its answers and does not think. Writes
NAME.json, and NAME.png beside it when matplotlib is installed, and prints medians with the lowest and highest value.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.model_factory import ModelFactory, warm_up
from ai_diplomacy.game.play import play_game
from ai_diplomacy.models.call_settings import CallSettings
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.run.policies import worker_threads
from ai_diplomacy.run.session import Played
from experiments.local_server import PATHS, ROOT, server
from experiments.runtime_report import POLICIES, middle, picture, summary, table

BEAT = 0.01
"""Seconds between two looks at how late the event loop is."""


@dataclass(frozen=True)
class Cell:
    """What one measurement is of."""

    policy: str
    provider: str
    latency: float
    sigma: float
    seats: int
    games: int
    repeat: int


# In the measuring process


async def measured(cell: Cell, url: str, settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Plays the games of a cell at once and says what that took."""
    model = ModelId(cell.provider, "local", url + PATHS[cell.provider])
    powers = terrain().powers
    models = {power: model if at < cell.seats else ModelId("bot", "hold") for at, power in enumerate(powers)}
    execution, threads = POLICIES[cell.policy]
    stagger = settings.pop("stagger")
    calls = CallSettings(max_concurrency=settings.pop("max_concurrency"))
    config = GameConfig(models=models, calls=calls, execution=execution, threads=threads, **settings)
    blocking = worker_threads(execution, cell.games * cell.seats)
    vendors = ModelFactory({}, config.calls, {str(model): None}, blocking=blocking)
    warm_up([model])
    before, cpu = resident_mb(), time.process_time()
    lag = asyncio.create_task(lags())
    began = time.perf_counter()
    try:
        starts = [at * stagger for at in range(cell.games)]
        played = await asyncio.gather(
            *(one(config, folder / str(at), vendors, after=start) for at, start in enumerate(starts))
        )
    finally:
        await vendors.close()
        if blocking is not None:
            blocking.shutdown(wait=False)
    wall = time.perf_counter() - began
    lag.cancel()
    timings = [json.loads((game.folder.path / "timing.json").read_text()) for game in played]
    answered = sum(timing["calls"] for timing in timings)
    return {
        **asdict(cell),
        "wall": round(wall, 3),
        "total_time": middle(game.finished.total_time for game in played),
        "critical_path": middle(timing["critical_path"] for timing in timings),
        "overhead": middle(
            game.finished.total_time / timing["critical_path"] for game, timing in paired(played, timings)
        ),
        "steps": steps(timings),
        "waiting": middle(timing["sum_of_waiting_time"] for timing in timings),
        "sum_of_call_time": middle(timing["sum_of_call_time"] for timing in timings),
        "calls": answered,
        "failed_or_retried": sum(map(failed_or_retried, played)),
        "cpu_ms_a_call": round(1000 * (time.process_time() - cpu) / answered, 3),
        "threads": threading.active_count(),
        "memory_before_mb": round(before, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "loop_lag_ms": await lag_figures(lag),
    }


async def one(config: GameConfig, folder: Path, vendors: ModelFactory, *, after: float) -> Played:
    await asyncio.sleep(after)
    # In a task of its own, as the log of a game belongs to its task.
    return await asyncio.create_task(play_game(config, folder, started=time.perf_counter(), open_model=vendors.open))


def steps(timings: Sequence[Any]) -> dict[str, float]:
    """Step -> seconds from its first call to its last answer, summed over the phases; the mean of the games."""
    rows = [
        (step, row["elapsed"])
        for timing in timings
        for phase in timing["phases"].values()
        for step, row in phase.items()
    ]
    return {step: round(sum(took for name, took in rows if name == step) / len(timings), 3) for step, _ in rows}


def failed_or_retried(game: Played) -> int:
    figures = json.loads((game.folder.path / "overview.jsonl").read_text().splitlines()[0])["errors_by_power"]
    return sum(of_power["retries"] + of_power["failed_calls"] for of_power in figures.values())


def paired(played: Sequence[Played], timings: Sequence[Any]) -> Iterator[tuple[Played, Any]]:
    return zip(played, timings, strict=True)


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def lags() -> list[float]:
    """Milliseconds by which the event loop was late, look by look, until cancelled."""
    late: list[float] = []
    clock = asyncio.get_running_loop().time
    try:
        while True:
            due = clock() + BEAT
            await asyncio.sleep(BEAT)
            late.append(1000 * (clock() - due))
    except asyncio.CancelledError:
        return late


async def lag_figures(lag: asyncio.Task[list[float]]) -> dict[str, float]:
    late = sorted(await lag)
    return {
        name: round(late[int(share * (len(late) - 1))], 2) for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1))
    }


# Around it


def measure_apart(cell: Cell, url: str, settings: dict[str, Any]) -> dict[str, Any]:
    """One measurement in a process of its own."""
    task = json.dumps({"cell": asdict(cell), "url": url, "settings": settings})
    command = [sys.executable, str(Path(__file__).resolve()), "--measure", task]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def groups(flags: argparse.Namespace) -> list[list[Cell]]:
    """The measurements, those that share a server together, in the order in which they are made."""
    made = []
    for repeat, sigma in itertools.product(range(flags.repeat), flags.sigma):
        turn = repeat % len(flags.policies)
        policies = flags.policies[turn:] + flags.policies[:turn]
        # Few games first: they teach the server its answers.
        rest = itertools.product(sorted(flags.games), flags.seats, policies)
        made.append(
            [
                Cell(policy, flags.provider, flags.latency, sigma, seats, games, repeat)
                for games, seats, policy in rest
                if games * seats <= flags.most_threads or not policy.startswith("threaded")
            ]
        )
    return made


def run(flags: argparse.Namespace, settings: dict[str, Any]) -> list[dict[str, Any]]:
    def run_group(cells: list[Cell]) -> list[dict[str, Any]]:
        results = []
        with server(cells[0].latency, cells[0].sigma, seed=cells[0].repeat) as url:
            for cell in cells:
                results.append(measure_apart(cell, url, settings))
                print(json.dumps(results[-1]), file=sys.stderr, flush=True)
        return results

    with ThreadPoolExecutor(flags.jobs) as jobs:
        return [result for results in jobs.map(run_group, groups(flags)) for result in results]


def machine() -> dict[str, Any]:
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {"cpu": model, "cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}


def main() -> None:
    def numbers(kind: type[Any]) -> Any:
        return lambda text: [kind(item) for item in text.split(",")]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flag = parser.add_argument
    flag("--policies", type=numbers(str), default=list(POLICIES), help=f"of {', '.join(POLICIES)}")
    flag("--provider", choices=PATHS, default="openai")
    flag("--latency", type=float, default=1.0, help="median seconds an answer takes")
    flag("--sigma", type=numbers(float), default=[0.0], help="spreads of the lognormal latency")
    flag("--seats", type=numbers(int), default=[7], help="how many powers ask a model; the others hold")
    flag("--games", type=numbers(int), default=[1], help="games at once in one process")
    flag("--most-threads", type=int, default=700, help="threaded policies are left out where they need more")
    flag("--repeat", type=int, default=3)
    flag("--jobs", type=int, default=1, help="repetitions side by side; for single games, which mostly wait")
    flag("--max_year", type=int, default=1902)
    flag("--num_negotiation_rounds", type=int, default=2)
    flag("--planning_phase", action="store_true")
    flag("--max_concurrency", type=int, help="calls at once an account (default: the gate finds out)")
    flag("--stagger", type=float, default=0.0, help="seconds from the start of one game to that of the next")
    flag("--out", type=Path, default=ROOT / "experiments" / "results" / "runtime", help="without an ending")
    flag("--measure", help=argparse.SUPPRESS)
    flags = parser.parse_args()
    if flags.measure:
        task = json.loads(flags.measure)
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(asyncio.run(measured(Cell(**task["cell"]), task["url"], task["settings"], Path(folder)))))
        return
    if unknown := set(flags.policies) - set(POLICIES):
        parser.error(f"unknown policy {', '.join(sorted(unknown))}")

    settings = {"max_year": flags.max_year, "rounds": flags.num_negotiation_rounds, "planning": flags.planning_phase}
    settings |= {"max_concurrency": flags.max_concurrency, "stagger": flags.stagger}
    results = run(flags, settings)
    rows = summary(results)
    print(table(rows))
    flags.out.parent.mkdir(parents=True, exist_ok=True)
    given = {name: value for name, value in vars(flags).items() if name not in ("out", "measure")}
    document = {"machine": machine(), "arguments": given, "settings": settings, "summary": rows, "runs": results}
    flags.out.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
    try:
        picture(rows, flags.out.with_suffix(".png"), f"{flags.provider}, median latency {flags.latency:g} s")
    except ImportError:
        print("no picture: matplotlib is not installed (pip install '.[analysis]')", file=sys.stderr)


if __name__ == "__main__":
    main()
