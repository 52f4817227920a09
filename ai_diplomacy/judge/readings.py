"""The readings of many games by judges: each a run in its game's folder, all under one cap."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
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
from ..models.prices import Price
from ..models.stopping import Stopped
from ..records.durable import DiskError
from ..records.errors import ConfigError
from ..records.events import Listener
from ..records.log_reader import DamagedLogError
from ..run.create import check_playable, create_run
from ..run.history import RunHistory, held, is_run, read_history
from ..run.session import charge, play_on
from .cases import Case, cases
from .config import JudgeConfig
from .game import judging

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
    refused: set[str] = set()

    def opened(model_id: ModelId) -> OpenedModel:
        model = open_model(model_id)
        return replace(model, model=Budgeted(model.model, budget, prices[str(model_id)]))

    async def read(reading: JudgeReading) -> None:
        judge = reading.config.judge
        async with turns[judge]:
            if budget.reached is not None or judge in refused:
                return
            try:
                await _read(reading, opened, displays[judge], started)
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
    kind = judging({name: case for name, case in named.items() if name in reading.config.models})
    with ExitStack() as open_files:
        if not is_run(reading.path):
            create_run(reading.path, reading.config)
        run = await asyncio.to_thread(open_files.enter_context, held(reading.path, kind))
        await play_on(run, reading.config, kind, display, started=started, open_model=open_model)
