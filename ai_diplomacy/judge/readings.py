"""The readings of many games by judges: each a run in its game's folder, all under one cap."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..analysis.game_record import GameRecord
from ..analysis.judgements import JUDGEMENTS, JUDGES
from ..analysis.read_games import read_game
from ..game.config import GameConfig
from ..models.budget import Budget
from ..models.call_costs import Budgeted
from ..models.call_log import PromptDiffersError
from ..models.ids import ModelId
from ..models.layers import OpenedModel, OpenModel
from ..models.model import Model, Reply, Request
from ..models.prices import Price
from ..models.stopping import Stopped
from ..records.durable import DiskError
from ..records.errors import ConfigError
from ..records.events import Event, Listener
from ..records.log_reader import DamagedLogError
from ..run.create import check_playable, create_run
from ..run.events import ReplyRead
from ..run.history import RunHistory, held, is_run, read_history
from ..run.session import charge, play_on
from .cases import Case, cases
from .config import JudgeConfig
from .game import judging

_PATIENCE = 10
"""Answers without any use after which a judge is not asked on."""
_GAMES_AT_ONCE = 16
"""Of one judge: as many calls as a gate lets through come together, and few files are open."""


@dataclass(frozen=True, slots=True)
class JudgeReading:
    """One game that one judge is to read. Its words are read again when their turn comes: those of many games may not
    fit into the memory."""

    game: Path
    config: JudgeConfig
    unasked: int
    """Cases without an answer."""
    done: bool
    """Whether nothing is left to ask, or to write."""

    @property
    def path(self) -> Path:
        """Where it is kept. Names of folders tell no address."""
        model = self.config.model
        server = f" at {hashlib.sha256(model.base_url.encode()).hexdigest()[:6]}" if model.base_url else ""
        name = self.config.judge.replace(str(model), f"{replace(model, base_url=None, window=None)}{server}")
        return self.game / JUDGES / re.sub(r"[^\w.-]+", "_", name).strip("_")


def readings(games: Iterable[GameRecord], asked: GameConfig, budget: Budget) -> list[JudgeReading]:
    """Every game that holds words, by every judge. ``asked``: how, as the settings of a game in which each judge has a
    seat; ``budget``: of all, which is charged with what they took before. Raises ``ConfigError`` for one that was begun
    and cannot be gone on with."""
    # Caps are for all together. A case is a step of its own: that it came to nothing says nothing of the next.
    calls = replace(asked.calls, max_cost_usd=None, max_tokens_total=None, max_unusable_steps=0)
    how: dict[str, Any] = {"max_tokens": asked.default_max_tokens, "temperature": asked.temperature, "calls": calls}
    found = []
    for game in games:
        named = _named_cases(game)
        for judge, model in asked.models.items() if named else ():
            config = JudgeConfig(models=dict.fromkeys(named, model), judge=judge, **how)
            reading = JudgeReading(game.path, config, len(named), done=False)
            if is_run(reading.path):
                history = read_history(reading.path, judging(named))
                charge(budget, history)
                reading = _gone_on(reading, history)
            found.append(reading)
    return found


def _named_cases(game: GameRecord) -> dict[str, Case]:
    return {case.name: case for case in cases(game.turns, game.forked_at)}


def _gone_on(reading: JudgeReading, history: RunHistory[JudgeConfig]) -> JudgeReading:
    """The reading as far as it was come with before."""
    unasked = len(reading.config.models.keys() - {call.key.actor for call in history.calls})
    same = history.settings.last.game_settings() == reading.config.game_settings()
    if same and history.finished is not None and (reading.path / JUDGEMENTS).is_file():
        return replace(reading, unasked=unasked, done=True)
    check_playable(history)
    return replace(reading, unasked=unasked)


def named_judges(models: Sequence[ModelId]) -> dict[str, ModelId]:
    """What each is called -> its id. One that is given twice judges twice."""
    named: dict[str, ModelId] = {}
    for model in models:
        times = 1 + sum(str(other) == str(model) for other in named.values())
        named[f"{model} ({times})" if times > 1 else str(model)] = model
    return named


class UselessJudge(Stopped):
    """A judge none of whose answers so far can be used."""


@dataclass(slots=True)
class _Watched:
    """One judge in this program: what is told of it, and whether there is use in asking it."""

    display: Listener
    unusable: int = 0
    """Answers; none is counted any more when one was of use."""
    useful: bool = False

    def event(self, event: Event) -> None:
        if isinstance(event, ReplyRead):
            self.useful = self.useful or event.verdict not in ("unusable", "failed")
            self.unusable += not self.useful
        self.display.event(event)

    def check(self) -> None:
        """Raises ``UselessJudge``."""
        if self.unusable >= _PATIENCE and not self.useful:
            raise UselessJudge(f"none of its first {_PATIENCE} answers could be used, so it is not asked on")


@dataclass(frozen=True, slots=True)
class _WatchedModel:
    """A model that is asked as long as it is of use."""

    inner: Model
    watched: _Watched

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        self.watched.check()
        return await self.inner.generate(request)


async def read_all(
    todo: Sequence[JudgeReading],
    open_model: OpenModel,
    prices: Mapping[str, Price | None],
    displays: Mapping[str, Listener],
    budget: Budget,
    *,
    started: float,
) -> list[str]:
    """Has the judges read what they have not read. ``prices``: of models by id; ``displays``: by judge; ``budget``: of
    all of them. Returns what stopped some of them; all that was answered is kept."""
    problems: list[str] = []
    turns = {judge: asyncio.Semaphore(_GAMES_AT_ONCE) for judge in displays}
    watched = {judge: _Watched(display) for judge, display in displays.items()}
    refused: set[str] = set()

    def opened(model_id: ModelId, judge: str) -> OpenedModel:
        model = open_model(model_id)
        budgeted = Budgeted(model.model, budget, prices[str(model_id)])
        return replace(model, model=_WatchedModel(budgeted, watched[judge]))

    async def read(reading: JudgeReading) -> None:
        judge = reading.config.judge
        async with turns[judge]:
            if budget.reached is not None or judge in refused:
                return
            try:
                await _read(reading, partial(opened, judge=judge), watched[judge], started)
            except (PromptDiffersError, DiskError, ConfigError, DamagedLogError) as error:
                problems.append(f"{judge}: {error}")
            except Stopped as error:
                # At the cap nobody is asked any more; who cannot be asked in one game cannot be in the next.
                refused.add(judge)
                problems.append(f"{judge}: {error}")

    async with asyncio.TaskGroup() as group:
        for reading in todo:
            if not reading.done:
                group.create_task(read(reading))
    return list(dict.fromkeys(problems))


async def _read(reading: JudgeReading, open_model: OpenModel, display: Listener, started: float) -> None:
    named = await asyncio.to_thread(lambda: _named_cases(read_game(reading.game, reading.game.parent)))
    named = {name: case for name, case in named.items() if name in reading.config.models}
    if not named:
        return
    kind = judging(named)
    with ExitStack() as open_files:
        if not is_run(reading.path):
            create_run(reading.path, reading.config)
        run = await asyncio.to_thread(open_files.enter_context, held(reading.path, kind))
        await play_on(run, reading.config, kind, display, started=started, open_model=open_model)
