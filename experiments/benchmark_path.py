"""How long the longest chain of calls of a game is: as the program was once, and as it is with either setting of
``--reflect``. Offline games; how long a call takes is drawn from its key, and no time passes.

    python experiments/benchmark_path.py

Once a power looked back on a turn after its retreats and its winter: those games are today's with the reflections moved
there. The longest chain is what a run accounts as its critical path, which is exactly what ``async`` takes in virtual
time (``tests/game/test_execution.py``).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import REFLECT, GameConfig, Reflect
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.models.events import CallAnswered
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import CallKey, Reply
from ai_diplomacy.offline.model import OfflineModel
from ai_diplomacy.records.events import Event
from ai_diplomacy.run.policies import policy
from ai_diplomacy.run.settings_history import SettingsHistory
from ai_diplomacy.run.stages import Segment, Stage
from ai_diplomacy.run.steps import Steps
from ai_diplomacy.run.timing import Timing
from experiments.local_server import ROOT


@dataclass
class PlayedGame:
    """The segments of a game, each with its phase and the calls that were made in it."""

    seed: int
    segments: list[tuple[str, Segment, list[CallKey]]] = field(default_factory=list)
    calls: list[CallKey] = field(default_factory=list)

    def event(self, event: Event) -> None:
        if isinstance(event, CallAnswered):
            self.calls.append(event.key)


async def played(seed: int, reflect: Reflect, flags: argparse.Namespace, year: int) -> PlayedGame:
    offline = ModelId("offline", "")
    models = dict.fromkeys(terrain().powers, offline)
    config = GameConfig(
        models=models, max_year=year, seed=seed, rounds=flags.rounds, planning=flags.planning_phase, reflect=reflect
    )
    record, told = PlayedGame(seed), SettingsHistory(config, DIPLOMACY.order)
    game = DIPLOMACY.begin(told, OfflineModel, record)
    steps = Steps(game, record)
    async with policy("sequential") as one_by_one:
        while (segment := game.segment()) is not None:
            phase = game.board.phase
            await one_by_one.run(segment, steps.take)
            record.segments.append((phase, segment, record.calls))
            record.calls = []
            await game.cross(segment)
    return record


def as_it_was(game: PlayedGame) -> PlayedGame:
    """The same game with every reflection behind the retreats and the winter of its turn."""
    late: list[Stage] = []
    moved = PlayedGame(game.seed)
    for phase, segment, calls in game.segments:
        own = [stage for stage in segment.stages if stage.step not in ("reflect", "consolidate")]
        late += (stage for stage in segment.stages if stage not in own)
        if phase[-1] == "M":
            own = [*(replace(stage, background=stage.step == "consolidate") for stage in late), *own]
            late.clear()
        moved.segments.append((phase, replace(segment, stages=tuple(own)), calls))
    return moved


Calls = Callable[[CallKey], bool]

FREE: dict[str, Calls] = {
    "thoughts": lambda key: key.step in ("initialize", "reflect", "consolidate"),
    "retreats and winters": lambda key: key.step == "order" and key.phase[-1] != "M",
    "corrections": lambda key: key.attempt > 0,
}
"""What the path consists of: how much shorter it would be if these calls took no time."""


def seconds(game: PlayedGame, draw: int, sigma: float, free: Calls = lambda _: False) -> float:
    """The longest chain of one draw."""
    timing = Timing()
    for _, segment, calls in game.segments:
        for key in calls:
            latency = 0.0 if free(key) else random.Random(f"{game.seed} {draw} {key}").lognormvariate(0.0, sigma)
            timing.event(CallAnswered(key=key, model="", reply=Reply("", latency=latency)))
        timing.crossed(segment)
    return timing.critical_path


def compared(games: Sequence[dict[str, PlayedGame]], draws: int, sigma: float) -> dict[str, dict[str, float]]:
    """Program -> its mean, what it saves against the games as they were (in all, and at least and most of a seed), and
    how long it would be without some of its calls."""

    def paths(name: str, free: Calls = lambda _: False) -> list[float]:
        return [statistics.mean(seconds(game[name], draw, sigma, free) for draw in range(draws)) for game in games]

    former, rows = paths("as it was"), {}
    for name in games[0]:
        taken = paths(name)
        saved = [1 - own / was for own, was in zip(taken, former, strict=True)]
        rows[name] = {
            "seconds": round(statistics.mean(taken), 2),
            "less": round(1 - sum(taken) / sum(former), 4),
            "least": round(min(saved), 4),
            "most": round(max(saved), 4),
            **{f"without {what}": round(statistics.mean(paths(name, free)), 2) for what, free in FREE.items()},
        }
    return rows


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flag = parser.add_argument
    flag("--years", default="1902,1905", help="last years of the games")
    flag("--seeds", type=int, default=5)
    flag("--draws", type=int, default=12, help="of latencies, a seed")
    flag("--sigma", type=float, default=0.6, help="spread of the lognormal latency, whose median is 1 s")
    flag("--rounds", type=int, default=2)
    flag("--planning_phase", action="store_true")
    flag("--out", type=Path, default=ROOT / "experiments" / "results" / "path.json")
    flags = parser.parse_args()
    results = {}
    for year in map(int, flags.years.split(",")):
        games = []
        for seed in range(1, flags.seeds + 1):
            now = {f"--reflect {reflect}": await played(seed, reflect, flags, year) for reflect in REFLECT}
            games.append({"as it was": as_it_was(now["--reflect before"]), **now})
        results[year] = compared(games, flags.draws, flags.sigma)
        for name, row in results[year].items():
            print(f"to {year}, {name}: {', '.join(f'{title} {value}' for title, value in row.items())}")
    document = {"arguments": {name: value for name, value in vars(flags).items() if name != "out"}, "games": results}
    flags.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
