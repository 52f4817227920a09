"""What a game reads, in tokens of four characters: by step, by year and by part of the situation, and what it costs at
three vendors, whose caches serve what a prompt has in common with an earlier one of the same power. The offline model
plays, so the figures are the same on every machine. ``benchmark_prompts.py --tokens`` prints them.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from os.path import commonprefix
from pathlib import Path
from typing import Any

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.play import play_game
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.layers import OpenedModel
from ai_diplomacy.models.model import Reply, Request, Usage
from ai_diplomacy.models.prices import find_price
from ai_diplomacy.offline.model import OfflineModel

CHARACTERS = 4
"""A token, as the offline model counts them."""


@dataclass(frozen=True)
class Vendor:
    """One model with its vendor's rule of what is served from a cache.

    Sources: https://platform.openai.com/docs/guides/prompt-caching (from 1,024 tokens on, in steps of 128),
    https://docs.claude.com/en/docs/build-with-claude/prompt-caching (what is marked, from 1,024 tokens on for Sonnet
    4.5; this project marks the system prompt), https://ai.google.dev/gemini-api/docs/caching (from 2,048 on for 2.5).
    """

    model: ModelId
    least: int
    """Tokens of a beginning that is cached."""
    step: int = 1
    marked: bool = False
    """Whether only the system prompt is cached, which is then paid for when it is written, too."""


VENDORS = (
    Vendor(ModelId("openai", "gpt-5-mini"), 1024, 128),
    Vendor(ModelId("anthropic", "claude-sonnet-4-5"), 1024, marked=True),
    Vendor(ModelId("gemini", "gemini-2.5-flash"), 2048),
)


@dataclass(frozen=True)
class Call:
    """One call of a game."""

    request: Request
    reply: Reply

    @property
    def outside(self) -> float:
        """Tokens of the prompt, without the system prompt."""
        return len(self.request.prompt) / CHARACTERS

    @property
    def system(self) -> float:
        return len(self.request.system) / CHARACTERS

    @property
    def whole(self) -> str:
        return self.request.system + self.request.prompt


@dataclass(frozen=True)
class Noted:
    """The offline model, whose calls are kept."""

    model: OfflineModel
    calls: list[Call]

    @property
    def name(self) -> str:
        return self.model.name

    async def generate(self, request: Request) -> Reply:
        reply = await self.model.generate(request)
        self.calls.append(Call(request, reply))
        return reply


def played(seed: int, max_year: int) -> list[Call]:
    """The calls of one game, two rounds of press."""
    calls: list[Call] = []
    offline = ModelId("offline", "")
    config = GameConfig(
        models=dict.fromkeys(terrain().powers, offline), max_year=max_year, seed=seed, execution="sequential"
    )
    opened = OpenedModel(Noted(OfflineModel(offline), calls))
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play_game(config, Path(folder) / "run", started=time.perf_counter(), open_model=lambda _: opened))
    return calls


def parts(call: Call) -> dict[str, float]:
    """Tokens of each part of the situation, and of what the template says around it."""
    prompt = call.request.prompt
    start = prompt.index("```json\n") + len("```json\n")
    end = prompt.index("\n```", start)
    lines = prompt[start:end].split("\n")
    found = {line.split('"')[1]: len(line) + 1 for line in lines}
    return {part: size / CHARACTERS for part, size in (found | {"(template)": len(prompt) - (end - start)}).items()}


def bill(vendor: Vendor, games: Iterable[Sequence[Call]]) -> dict[str, Any]:
    """What the games read and cost at a vendor, in the mean."""
    price = find_price(vendor.model)
    read = served = 0.0
    dollars: list[float] = []
    for calls in games:
        cost, before = 0.0, defaultdict[str, list[str]](list)
        for call in calls:
            power = call.request.key.actor
            cached, written = _cached(vendor, call, before[power])
            before[power].append(call.whole)
            tokens = len(call.whole) // CHARACTERS
            usage = Usage(tokens, len(call.reply.text) // CHARACTERS, cached, written=written)
            read, served = read + tokens, served + cached
            if price is not None:
                cost += float(price.cost(usage, time.time()) or 0)
        dollars.append(cost)
    count = len(dollars)
    return {
        "model": str(vendor.model),
        "input_tokens": round(read / count),
        "from_cache": round(served / count),
        "fresh": round((read - served) / count),
        "usd_a_game": None if price is None else round(statistics.mean(dollars), 4),
    }


def _cached(vendor: Vendor, call: Call, before: Sequence[str]) -> tuple[int, int]:
    """Tokens that are read from the cache, and written to it."""
    if vendor.marked:
        system = len(call.request.system) // CHARACTERS
        return (0, 0) if system < vendor.least else (system, 0) if before else (0, system)
    # The last few are the most alike.
    common = max((len(commonprefix((call.whole, one))) for one in before[-3:]), default=0) // CHARACTERS  # noqa: RUF071 - no paths
    common -= common % vendor.step
    return (common, 0) if common >= vendor.least else (0, 0)


def table(name: str, calls: Sequence[Call], games: int, key: Callable[[Call], str]) -> None:
    groups = defaultdict[str, list[float]](list)
    for call in calls:
        groups[key(call)].append(call.outside)
    for group, sizes in sorted(groups.items()):
        row = {name: group, "calls": round(len(sizes) / games, 1), "mean": round(statistics.mean(sizes))}
        print(json.dumps(row | {"tokens": round(sum(sizes) / games)}))


def print_tokens(seeds: Sequence[int], max_year: int) -> None:
    """A JSON object a line."""
    games = [played(seed, max_year) for seed in seeds]
    calls, count = [call for game in games for call in game], len(games)
    outside, system = sum(call.outside for call in calls), sum(call.system for call in calls)
    table("step", calls, count, lambda call: call.request.key.step)
    table("year", calls, count, lambda call: call.request.key.phase[1:5])
    table("step and phase", calls, count, lambda call: f"{call.request.key.step} {call.request.key.phase}")
    sizes = Counter[str]()
    for call in calls:
        sizes.update(parts(call))
    for part, tokens in sizes.most_common():
        print(json.dumps({"part": part, "tokens": round(tokens / count), "share": round(tokens / outside, 3)}))
    for vendor in VENDORS:
        print(json.dumps(bill(vendor, games)))
    cuts = statistics.quantiles([call.outside for call in calls], n=100)
    print(
        json.dumps(
            {
                "games": count,
                "calls": round(len(calls) / count, 1),
                "outside_the_system_prompt": round(outside / count),
                "with_it": round((outside + system) / count),
                "99_of_100": round(cuts[98]),
                "largest": round(max(call.outside for call in calls)),
            }
        )
    )
