"""What it costs to build one prompt in the positions of one year: the view of the board and the press, the situation
document, the template, the request; no model's time is in it. With ``--tokens`` instead: how much the games of some
seeds read.

    python experiments/benchmark_prompts.py --year 1905 --games 3
    python experiments/benchmark_prompts.py --tokens --year 1902 --games 5
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.play import play_game
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.layers import OpenedModel
from ai_diplomacy.models.model import Model, Reply, Request
from ai_diplomacy.offline.model import OfflineModel
from ai_diplomacy.records.events import Event
from ai_diplomacy.run.events import StepFinished
from experiments.prompt_tokens import print_tokens


@dataclass
class Stopwatch:
    """Runs from the end of a step to the moment when the next one asks its model. Steps are taken one by one, so
    nothing else happens between two of the same stage but building a prompt."""

    year: str
    began: float = 0.0
    behind: tuple[str, str, int] = ("", "", 0)
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    characters: list[int] = field(default_factory=list)

    def event(self, event: Event) -> None:
        if isinstance(event, StepFinished):
            self.behind = (event.phase, event.step, event.round)
            self.began = time.perf_counter()

    def asked(self, request: Request) -> None:
        took, key = time.perf_counter() - self.began, request.key
        same_stage = self.behind == (key.phase, key.step, key.round) and key.attempt == 0
        if same_stage and key.phase[1:-1] == self.year:
            self.milliseconds[key.step].append(1000 * took)
            self.characters.append(len(request.prompt))


@dataclass(frozen=True)
class Timed:
    """A model that stops the watch."""

    inner: Model
    watch: Stopwatch

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        self.watch.asked(request)
        return await self.inner.generate(request)


async def play(watch: Stopwatch, seed: int, folder: Path) -> None:
    def opened(model_id: ModelId) -> OpenedModel:
        return OpenedModel(Timed(OfflineModel(model_id), watch))

    config = GameConfig(
        models=dict.fromkeys(terrain().powers, ModelId("offline", "")),
        max_year=int(watch.year) + 1,
        end_at_phase=f"S{int(watch.year) + 1}M",
        planning=True,
        seed=seed,
        execution="sequential",
    )
    await play_game(config, folder, watch, started=time.perf_counter(), open_model=opened)


def row(name: str, sample: list[float]) -> dict[str, object]:
    cuts = statistics.quantiles(sample, n=100)
    return {"step": name, "prompts": len(sample), "median_ms": round(cuts[49], 3), "p95_ms": round(cuts[94], 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--year", default="1905")
    parser.add_argument("--games", type=int, default=3)
    parser.add_argument("--tokens", action="store_true", help="count what is read in whole games to the year")
    flags = parser.parse_args()
    if flags.tokens:
        print_tokens(range(1, flags.games + 1), int(flags.year))
        return
    watch = Stopwatch(flags.year)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(flags.games):
            asyncio.run(play(watch, seed, Path(folder) / str(seed)))
    everything = [value for sample in watch.milliseconds.values() for value in sample]
    print(f"{platform.machine()}, Python {platform.python_version()}; positions of {flags.year}")
    for name, sample in (*sorted(watch.milliseconds.items()), ("all", everything)):
        if len(sample) > 1:
            print(json.dumps(row(name, sample)))
    print(json.dumps({"median_prompt_characters": statistics.median(watch.characters)}))


if __name__ == "__main__":
    main()
