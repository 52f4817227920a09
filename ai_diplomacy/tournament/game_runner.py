"""The games of one process: all on one event loop, behind one gate an account."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..agent.prompts import PromptError
from ..game.config import GameConfig
from ..game.diplomacy import DIPLOMACY
from ..game.model_factory import ModelFactory, find_prices, warm_up
from ..game.play import play_game
from ..game.seats import prompt_books
from ..models.budget import NOTHING, Amount, Budget, BudgetExceeded
from ..models.call_costs import Budgeted
from ..models.call_log import PromptDiffersError
from ..models.circuit_breaker import ModelRefused
from ..models.ids import ModelId
from ..models.layers import OpenedModel
from ..models.prices import Price
from ..records.durable import DiskError
from ..records.errors import ConfigError
from ..run.glance import glance
from ..run.history import held, is_run
from ..run.idle_seats import SeatsIdle
from ..run.session import Played, play_on
from .folder import TournamentFolder
from .schedule import Match
from .spec import Spec

HaltKind = Literal["cost_usd", "tokens", "refused", "disk", "input"]
"""``cost_usd``, ``tokens``: this cap is reached; ``refused``: a model cannot be asked; ``disk``: a record could
not be written; ``input``: a folder, or a template, cannot be used (any more)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of asking for a game: it was finished, or it was stopped with everything saved."""

    number: int
    text: str
    """One line: how it ended, or why it was stopped."""
    halt: HaltKind | None = None
    """Why it is not finished; no further game is begun then."""
    spent: Amount = NOTHING
    """By the worker since it told of its last result, in all its games, where there is no cap to ask for."""
    known: bool = True
    """Whether the prices of all calls of this game are known."""
    idle: bool = False
    """Whether it is not finished because a seat does not play. The other games go on."""


def prices_of(spec: Spec) -> dict[str, Price | None]:
    """Model id -> price. May take a second. Raises ``ConfigError``."""
    return find_prices(replace(spec.game, models=spec.models()))


class GameRunner:
    """Plays games of a tournament in this process."""

    def __init__(self, spec: Spec, folder: TournamentFolder, environ: Mapping[str, str], budget: Budget) -> None:
        """``budget`` is asked before every call of every game. Imports what the vendors need. Raises
        ``ConfigError``."""
        self._spec = spec
        self._folder = folder
        self._budget = budget
        prices = prices_of(spec)
        warm_up(spec.models().values())
        self._vendors = ModelFactory(environ, spec.game.calls, prices)
        self._told = NOTHING
        self._tasks: set[asyncio.Task[Played | None]] = set()

    async def play(self, match: Match) -> Result:
        """Plays a game to its end, from where it stands. Everything that stops it is told in the result, and everything
        is saved then; so it is when the task is cancelled."""
        task = asyncio.create_task(self._played(match))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            played = await task
        except BudgetExceeded as error:
            return self._result(match, str(error), error.what)
        except ModelRefused as error:
            return self._result(match, str(error), "refused")
        except SeatsIdle as error:
            return replace(self._result(match, str(error)), idle=True)
        except DiskError as error:
            return self._result(match, str(error), "disk")
        except (ConfigError, PromptError, PromptDiffersError) as error:
            return self._result(match, str(error), "input")
        if played is None:
            return self._result(match, "was finished before")
        known = played.ledger.total().total_usd is not None
        return self._result(match, _told(match, played), known=known)

    async def close(self) -> None:
        """Cancels what is still played, and closes the vendors' connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._vendors.close()

    def _result(self, match: Match, text: str, halt: HaltKind | None = None, *, known: bool = True) -> Result:
        charged = self._budget.charged
        spent, self._told = charged - self._told, charged
        return Result(match.number, text, halt, spent, known)

    async def _played(self, match: Match) -> Played | None:
        path, config, started = self._folder.game(match), self._spec.config(match), time.perf_counter()
        if not is_run(path):
            if self._spec.states is None:
                return await play_game(config, path, started=started, open_model=self._open)
            prompt_books(config)
            await asyncio.to_thread(self._spec.states.fork, match, path, config)
        return await self._gone_on(path, config, started)

    async def _gone_on(self, path: Path, config: GameConfig, started: float) -> Played | None:
        """``None`` for a game that is finished."""
        with ExitStack() as open_files:
            # Its journal may be long.
            run = await asyncio.to_thread(open_files.enter_context, held(path, DIPLOMACY))

            def told(settings: GameConfig) -> GameConfig:
                # Its templates are the tournament's, wherever the folder of that lies by now.
                moved = replace(settings, prompts=config.prompts)
                return moved if moved.game_settings() == config.game_settings() else settings

            run.history.told_as(told)
            if run.history.settings.last.game_settings() != config.game_settings():
                raise ConfigError(f"{path} holds a game with other settings")
            if run.history.finished is not None and glance(path).finished:
                return None
            return await play_on(run, config, DIPLOMACY, started=started, open_model=self._open)

    def _open(self, model_id: ModelId) -> OpenedModel:
        opened = self._vendors.open(model_id)
        return OpenedModel(Budgeted(opened.model, self._budget, opened.price), opened.price, opened.gate)


def _told(match: Match, played: Played) -> str:
    centers = sorted(played.finished.centers.items(), key=lambda item: (-len(item[1]), item[0]))
    leaders = ", ".join(f"{match.seats[power]} ({power.title()}) {len(owned)}" for power, owned in centers[:3] if owned)
    return f"{played.finished.outcome} after {played.finished.phase}: {leaders}"
