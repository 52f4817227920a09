"""The command ``analyze``: what games tell, and models asked what the words in them promised and meant."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..analysis import command as analysis
from ..models.call_settings import CallSettings
from ..records.errors import ConfigError
from ..records.settings import add_settings, given
from .main import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from ..analysis.game_record import GameRecord
    from ..analysis.labels import Labels
    from ..game.config import GameConfig
    from ..judge.readings import JudgeReading
    from ..models.budget import Budget
    from ..models.prices import Price

_STARTED = time.perf_counter()
_TURNS = 20
"""Of the games that are read, about: prompts grow with a game's years."""
_OF_GAMES = ("default_max_tokens", "temperature")
_OF_CALLS = ("max_concurrency", "hedge", "max_cost_usd", "max_tokens_total", "deadline")


def add_flags(parser: argparse.ArgumentParser) -> None:
    from ..game.config import GameConfig

    analysis.add_flags(parser)
    judge = parser.add_argument_group("a judge", "Reads what prose promised and private notes meant; docs/analysis.md.")
    judge.add_argument(
        "--judge",
        metavar="MODEL",
        action="append",
        help="have this model read the words of every game, one call for each power that wrote in a movement phase; "
        "what is answered is kept beside the games. Twice or more: judges that are compared. rules: no key is needed",
    )
    judge.add_argument(
        "--estimate", action="store_true", help="print the calls, tokens and cost to expect of judges, and ask nothing"
    )
    add_settings(judge, GameConfig, "the game", _OF_GAMES)
    add_settings(judge, CallSettings, "the calls", _OF_CALLS)


def run(flags: argparse.Namespace) -> int:
    """Asks the judges, then reads, prints and writes. Raises ``argparse.ArgumentError``."""
    from ..records.durable import DiskError

    if not flags.judge:
        if flags.estimate or given(flags, CallSettings) or _how(flags):
            raise argparse.ArgumentError(None, "--estimate and the settings of calls are for --judge MODEL")
        return analysis.run(flags)
    labels = analysis.check(flags)
    try:
        stopped = _judged(flags, labels)
    except (ConfigError, DiskError) as error:
        raise argparse.ArgumentError(None, str(error)) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        print(f"{flags.prog}: stopped; all that was answered is kept. {_going_on(flags)}", file=sys.stderr)
        return 3
    if flags.estimate:
        return 0
    for problem in stopped.problems:
        print(f"{flags.prog}: {one_line(problem)}", file=sys.stderr)
    if stopped.nothing:
        return 2
    status = analysis.run(flags)
    if not stopped.problems:
        return status
    print(f"{flags.prog}: all that was answered is kept. {_going_on(flags)}", file=sys.stderr)
    return 3


@dataclass(frozen=True, slots=True)
class _JudgedGames:
    problems: Sequence[str] = ()
    """What stopped some of the readings."""
    nothing: bool = False
    """Whether nothing at all came of them, so that nothing is kept."""


def _judged(flags: argparse.Namespace, labels: Labels | None) -> _JudgedGames:
    """Everything is checked before anybody is asked. Raises ``ConfigError``."""
    from ..game import model_factory
    from ..judge.readings import readings
    from ..models.budget import Budget
    from ..run.history import is_run
    from .modes import checked

    asked = _asked(flags)
    try:
        prices = checked(asked, estimate=flags.estimate)
    except ConfigError as error:
        raise ConfigError(str(error).replace("--models: ", "--judge: ")) from None
    caps = asked.calls
    budget = Budget(lambda _: None, max_cost_usd=caps.max_cost_usd, max_tokens_total=caps.max_tokens_total)
    todo = readings(_games(flags, labels), asked, budget)
    print("\n".join(_estimated(todo, asked, prices)))
    if flags.estimate or all(reading.done for reading in todo):
        return _JudgedGames()
    model_factory.check_caps(asked, prices)
    problems = asyncio.run(_all_read(todo, asked, prices, budget, flags))
    return _JudgedGames(problems, bool(problems) and not any(is_run(reading.path) for reading in todo))


def _games(flags: argparse.Namespace, labels: Labels | None) -> Iterator[GameRecord]:
    """Those of both folders, each once. Raises ``ConfigError`` for labels that do not fit those of the first."""
    from ..analysis.read_games import Unreadable, read_games

    told: dict[Path, str] = {}
    for folder in filter(None, (flags.folder, flags.other)):
        for game in read_games(folder.expanduser()):
            if isinstance(game, Unreadable) or game.path.resolve() in told:
                continue
            told[game.path.resolve()] = game.name if game.ending is not None else ""
            if labels is not None and folder is flags.folder and game.ending is not None:
                labels.of(game)
            yield game
        if labels is not None and folder is flags.folder:
            labels.check_names(told.values())


def _asked(flags: argparse.Namespace) -> GameConfig:
    """How judges are asked, as the settings of a game in which each has a seat. Raises ``ConfigError``."""
    from ..game.config import GameConfig, checked_map, checked_max_year, checked_models
    from ..judge.readings import named_judges
    from ..judge.rules import RULES
    from ..models.providers import in_process

    try:
        models = [checked_models(text, ["judge"])["judge"] for text in flags.judge]
    except ConfigError as error:
        raise ConfigError(str(error).replace("--models: ", "--judge: ")) from None
    for model in models:
        if in_process(model) and model.provider != RULES:
            raise ConfigError(f"--judge: {model} plays, and judges nothing; the judge that needs no key is {RULES}")
    calls = CallSettings(**given(flags, CallSettings))
    last_year = checked_max_year(None, checked_map("standard"))
    return GameConfig(models=named_judges(models), max_year=last_year, calls=calls, **_how(flags))


def _how(flags: argparse.Namespace) -> dict[str, Any]:
    """The settings of games that judges are asked by."""
    from ..game.config import GameConfig

    return {name: value for name, value in given(flags, GameConfig).items() if name in _OF_GAMES}


def _estimated(todo: Sequence[JudgeReading], asked: GameConfig, prices: Mapping[str, Price | None]) -> list[str]:
    """What is left for the judges to read, and what that will take, as lines to print."""
    from ..game.estimate import EstimateLine, GameEstimate, cap_warnings, estimate_of, one_step, total_of
    from ..game.model_factory import asked_seats

    lines: list[str] = []
    expected: list[EstimateLine] = []
    for seat in asked_seats(asked, prices):
        mine = [reading for reading in todo if reading.config.judge == seat.power]
        cases, unasked = sum(len(reading.config.models) for reading in mine), sum(reading.unasked for reading in mine)
        lines.append(f"{seat.power}: {unasked:,} of {cases:,} phases of one power each are to be read")
        if unasked:
            one = estimate_of([seat], one_step("judge", unasked), turns=_TURNS, at=time.time())
            expected.append(replace(one.total, name=seat.power))
    if not expected:
        return lines
    total, caps = total_of(expected), asked.calls
    lines += GameEstimate((), tuple(expected), total).text()
    tokens = total.input_tokens + total.output_tokens
    return lines + cap_warnings(
        total.cost_usd, tokens, max_cost_usd=caps.max_cost_usd, max_tokens_total=caps.max_tokens_total
    )


async def _all_read(
    todo: Sequence[JudgeReading],
    asked: GameConfig,
    prices: Mapping[str, Price | None],
    budget: Budget,
    flags: argparse.Namespace,
) -> list[str]:
    from ..game.display import GameConsole
    from ..game.progress import CallProgress
    from ..judge.readings import read_all
    from ..run.signals import stoppable
    from .modes import vendors

    displays = {
        judge: CallProgress(
            judge,
            sum(reading.unasked for reading in todo if reading.config.judge == judge),
            "phases of one power each",
            asked.terrain,
            {judge: judge},
            GameConsole(highlight=False),
        )
        for judge in asked.models
    }
    with stoppable(f"{flags.prog}: stopped at once. {_going_on(flags)}"):
        async with vendors(asked, prices, games=len(todo)) as opened:
            return await read_all(todo, opened.open, prices, displays, budget, started=_STARTED)


def _going_on(flags: argparse.Namespace) -> str:
    judges = [part for model in flags.judge for part in ("--judge", model)]
    given = [str(folder) for folder in (flags.folder, flags.other) if folder is not None]
    return one_line(f"Go on with: {flags.prog} {shlex.join([*given, *judges])}, and the other flags as before")
