"""Games for tests: any model in any seat, played into a folder and read back."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ai_diplomacy.board.situation_document import ungrouped
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.model_factory import ModelFactory
from ai_diplomacy.game.play import play_game
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.layers import OpenedModel
from ai_diplomacy.models.model import Model, Reply, Request, Usage
from ai_diplomacy.models.prices import Price
from ai_diplomacy.run.policies import Execution, Threads

SCRIPTED = ModelId("scripted", "")
HOLD = ModelId("bot", "hold")
OFFLINE = ModelId("offline", "")

MANNERS: dict[str, tuple[Execution, Threads]] = {
    "async": ("async", "decisions"),
    "gathered": ("gathered", "decisions"),
    "threaded": ("threaded", "decisions"),
    "threaded-all": ("threaded", "all"),
    "sequential": ("sequential", "decisions"),
}
every_policy = pytest.mark.parametrize(("execution", "threads"), MANNERS.values(), ids=MANNERS)
"""Runs a test, which takes ``execution`` and ``threads``, under each."""

QUIET = {
    "initialize": '{"goals": ["survive"], "relationships": {}}',
    "provisional": '{"orders": []}',
    "negotiate": '{"diary": "", "messages": []}',
    "plan": '{"directive": "wait"}',
    "order": '{"orders": []}',
    "reflect": '{"diary": ""}',
    "consolidate": '{"summary": "nothing happened"}',
}
"""A reply to each step that does nothing."""


@dataclass
class ScriptedModel:
    """Answers what it is told to, by step; keeps every request."""

    answers: Callable[[Request], str]
    requests: list[Request] = field(default_factory=list)
    name: str = "scripted"

    async def generate(self, request: Request) -> Reply:
        self.requests.append(request)
        return Reply(self.answers(request), Usage(input=10, output=5))


def by_step(**answers: str) -> Callable[[Request], str]:
    """Says the same thing at each step, every time; what is not given does nothing."""
    return lambda request: (QUIET | answers)[request.key.step]


def situation_of(request: Request) -> Any:
    """The situation document of a prompt; the legal orders are a list for each unit."""
    document = json.loads(request.prompt.split("```json\n", 1)[1].split("\n```", 1)[0])
    if legal := document.get("legal_orders"):
        document["legal_orders"] = {unit: ungrouped(unit, orders) for unit, orders in legal.items()}
    return document


def seats(default: ModelId, map_name: str = "standard", **others: ModelId) -> dict[str, ModelId]:
    return dict.fromkeys(terrain(map_name).powers, default) | others


@dataclass(frozen=True)
class Run:
    """A played game, read back from its folder."""

    path: Path
    result: Any

    @property
    def saved(self) -> Any:
        return json.loads((self.path / "lmvsgame.json").read_text())

    @property
    def events(self) -> list[Any]:
        return [json.loads(line) for line in (self.path / "events.jsonl").read_text().splitlines()]

    def events_of(self, kind: str) -> list[Any]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def calls(self) -> list[Any]:
        return [json.loads(line) for line in (self.path / "calls.jsonl").read_text().splitlines()]

    @property
    def figures(self) -> Mapping[str, Mapping[str, int]]:
        """Error statistics by power."""
        first = (self.path / "overview.jsonl").read_text().splitlines()[0]
        return json.loads(first)["errors_by_power"]

    @property
    def timing(self) -> Any:
        return json.loads((self.path / "timing.json").read_text())

    @property
    def trace(self) -> list[Any]:
        """The events of the timeline."""
        return json.loads((self.path / "trace.json").read_text())["traceEvents"]

    def orders(self) -> dict[str, Any]:
        return {phase["name"]: phase["orders"] for phase in self.saved["phases"]}


async def play(
    path: Path,
    config: GameConfig,
    model: Model | None = None,
    *,
    prices: Mapping[str, Price | None] | None = None,
    blocking: Executor | None = None,
) -> Run:
    """Play a game; ``model`` answers for the scripted seats. Prices are unknown unless they are given. ``blocking``:
    the threads that ask the vendors' models."""
    prices = prices or dict.fromkeys(map(str, config.models.values()))
    vendors = ModelFactory({}, config.calls, prices, blocking=blocking)

    def opened(model_id: ModelId) -> OpenedModel:
        if model_id.provider == "scripted":
            assert model is not None
            return OpenedModel(model)
        return vendors.open(model_id)

    try:
        played = await play_game(config, path, started=time.perf_counter(), open_model=opened)
    finally:
        await vendors.close()
    return Run(path, played.finished)


def without_timestamps(saved: Any) -> Any:
    """A saved game without what a clock put into it."""
    for phase in saved["phases"]:
        del phase["state"]["timestamp"]
    return saved
