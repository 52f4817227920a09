"""How long the longest chain of calls of a game is: as the program was once, and as it is with either setting of
``--reflect``. Offline games; how long a call takes is drawn from its key, and no time passes.

    python experiments/benchmark_path.py

Until November 2026 a power looked back on a turn after its retreats and its winter. Those games are today's with the
reflections moved there. What a game lasts is what a run accounts as its critical path, to which the time of ``async``
is equal in virtual time (``tests/game/test_execution.py``).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
from collections.abc import Sequence
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


@dataclass
class PlayedGame:
    """The segments of a game, each with its phase and the calls that were made in it."""

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
    record, told = PlayedGame(), SettingsHistory(config, DIPLOMACY.order)
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
    moved = PlayedGame()
    for phase, segment, calls in game.segments:
        own = [stage for stage in segment.stages if stage.step not in ("reflect", "consolidate")]
        late += [stage for stage in segment.stages if stage not in own]
        if phase[-1] == "M":
            own = [*(replace(stage, background=stage.step == "consolidate") for stage in late), *own]
            late = []
        moved.segments.append((phase, replace(segment, stages=tuple(own)), calls))
    return moved


def seconds(game: PlayedGame, draw: int, sigma: float, kind: str = "") -> float:
    """The longest chain of one draw; of the movement phases, or of what lies between them, if that is asked for."""
    timing, spent = Timing(), 0.0
    for phase, segment, calls in game.segments:
        before = timing.critical_path
        for key in calls:
            latency = random.Random(f"{draw} {key}").lognormvariate(0.0, sigma)
            timing.event(CallAnswered(key=key, model="", reply=Reply("", latency=latency)))
        timing.crossed(segment)
        spent += (timing.critical_path - before) * (phase[-1] in "RA")
    return spent if kind == "RA" else timing.critical_path


def compared(games: Sequence[dict[str, PlayedGame]], draws: int, sigma: float) -> dict[str, dict[str, float]]:
    """Layout -> its mean, and what it saves against the games as they were: in all, and at least and most of a seed."""
    rows = {}
    paths = {name: [[seconds(game[name], draw, sigma) for draw in range(draws)] for game in games] for name in games[0]}
    for name, taken in paths.items():
        saved = [1 - sum(own) / sum(former) for own, former in zip(taken, paths["as it was"], strict=True)]
        rows[name] = {
            "seconds": round(statistics.mean(map(statistics.mean, taken)), 3),
            "less": round(1 - sum(map(sum, taken)) / sum(map(sum, paths["as it was"])), 4),
            "least": round(min(saved), 4),
            "most": round(max(saved), 4),
            "between_movements": round(
                statistics.mean(seconds(game[name], draw, sigma, "RA") for game in games for draw in range(draws)), 3
            ),
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
    flag("--out", type=Path, default=Path(__file__).resolve().parent / "results" / "path.json")
    flags = parser.parse_args()
    results = {}
    for year in map(int, flags.years.split(",")):
        games = []
        for seed in range(1, flags.seeds + 1):
            now = {f"--reflect {reflect}": await played(seed, reflect, flags, year) for reflect in REFLECT}
            games.append({"as it was": as_it_was(now["--reflect before"]), **now})
        results[year] = compared(games, flags.draws, flags.sigma)
        for name, row in results[year].items():
            print(f"to {year}, {name:16}: {row}")
    document = {"arguments": {name: value for name, value in vars(flags).items() if name != "out"}, "games": results}
    flags.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
