"""The command ``exam``: models asked the bank of positions, all at once, and the ladder of their cards."""

from __future__ import annotations

import argparse
import asyncio
import re
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..models.call_settings import CallSettings
from ..records.errors import ConfigError
from ..records.settings import add_settings, declared, given
from ..run.create import check_playable
from .main import one_line

if TYPE_CHECKING:
    from ..exam.config import ExamConfig
    from ..game.model_factory import ModelFactory
    from ..models.prices import Price
    from ..run.history import HeldRun

_STARTED = time.perf_counter()
_AS_IN_GAMES = ("seed", "prompts", "default_max_tokens", "constrain", "context_window", "temperature")
"""Settings of a game that say how a model is asked for orders."""


@dataclass(frozen=True, slots=True)
class _Exam:
    player: str
    path: Path
    config: ExamConfig
    prices: Mapping[str, Price | None]


def add_flags(parser: argparse.ArgumentParser) -> None:
    from ..exam.config import ExamConfig
    from ..game.config import GameConfig

    parser.description = (
        "Ask models for their orders in a bank of positions, without press, and tell what those cost them: regret, as "
        "a share of what was at stake (docs/strength.md). One call a position; bots (bot:dumbbot) cost nothing."
    )
    flag = parser.add_argument
    flag("models", nargs="*", metavar="MODEL", help="ids as play takes them, bots too; all are asked at once")
    flag("--table", nargs="+", type=Path, metavar="CARD", help="print the ladder of these cards (card.json, or the "
         "folders that hold them), and ask nothing")  # fmt: skip
    flag("--out", type=Path, metavar="DIR", help="a folder for each model goes here (default: results/exam); one that "
         "holds an unfinished examination is gone on with")  # fmt: skip
    flag("--estimate", action="store_true", help="print the calls, tokens, cost and time to expect, and ask nothing")
    add_settings(parser, ExamConfig, "the examination")
    game = parser.add_argument_group("as in games", "The same for every model.")
    add_settings(game, GameConfig, "the game", _AS_IN_GAMES)
    calls = parser.add_argument_group("the calls", "Caps hold for each model by itself.")
    add_settings(calls, CallSettings, "the calls", declared(CallSettings).keys() - {"max_unusable_steps"})


def run(flags: argparse.Namespace) -> int:
    """Asks, prints and writes. Raises ``argparse.ArgumentError``."""
    from importlib.util import find_spec

    from ..agent.prompts import PromptError
    from ..records.durable import DiskError

    if bool(flags.models) == bool(flags.table):
        raise argparse.ArgumentError(None, "give models to ask, or --table and cards")
    if find_spec("numpy") is None:
        raise argparse.ArgumentError(None, "numpy is missing: pip install '.[analysis]'")
    try:
        return _table(flags.table) if flags.table else _examined(flags)
    except (ConfigError, PromptError, DiskError) as error:
        raise argparse.ArgumentError(None, str(error)) from None


def _table(paths: Sequence[Path]) -> int:
    from ..exam.card import read_card
    from ..exam.terminal import show_ladder

    show_ladder([read_card(path.expanduser()) for path in paths])
    return 0


def _examined(flags: argparse.Namespace) -> int:
    from ..exam.estimating import estimate_lines
    from ..exam.terminal import show
    from ..run.history import is_run

    exams = _exams(flags)
    print("\n".join(estimate_lines([(exam.config, exam.prices) for exam in exams], at=time.time())))
    if flags.estimate:
        return 0
    try:
        problems = asyncio.run(_all_asked(exams, flags))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print(f"{flags.prog}: stopped; all that was answered is kept. {_going_on(flags)}", file=sys.stderr)
        return 3
    for exam in exams:
        if exam.player in problems:
            print(f"{flags.prog}: {exam.player}: {one_line(problems[exam.player])}", file=sys.stderr)
    show([exam.path for exam in exams if exam.player not in problems])
    if not problems:
        return 0
    if not any(is_run(exam.path) for exam in exams):
        return 2
    print(f"{flags.prog}: all that was answered is kept. {_going_on(flags)}", file=sys.stderr)
    return 3


def _exams(flags: argparse.Namespace) -> list[_Exam]:
    """Everything checked before anything is written. Raises ``ConfigError`` and ``PromptError``."""
    from ..analysis.read_games import player_label
    from ..exam.config import ExamConfig, powers
    from ..game.model_factory import check_caps
    from ..game.seats import prompt_books
    from .modes import checked

    out = (flags.out or Path("results") / "exam").expanduser()
    exams: list[_Exam] = []
    for text in flags.models:
        config = ExamConfig.of(_asked(flags, text), flags.positions)
        try:
            prices = checked(config.asked, estimate=flags.estimate)
        except ConfigError as error:
            # A game would say whose seats; here all of them are one model's.
            raise ConfigError(str(error).replace(f"--models: {', '.join(powers())}: ", "")) from None
        prompt_books(config.asked)
        if not flags.estimate:
            check_caps(config.asked, prices)
        player = player_label(config.asked, config.bank_positions[0].power)
        path = out / re.sub(r"[^\w.-]+", "_", player).strip("_")
        if any(path == exam.path for exam in exams):
            raise ConfigError(f"{player} is given twice")
        exams.append(_Exam(player, path, config, prices))
    return exams


def _asked(flags: argparse.Namespace, model: str) -> Any:
    """How a model is asked, as the settings of a game."""
    from ..exam import config
    from ..game.config import checked_constraints, checked_models, checked_prompts

    powers = config.powers()
    base = config.asked_as(checked_models(model, powers))
    if len(set(base.models.values())) > 1:
        raise ConfigError(f"{model!r} are several models: give them apart")
    asked = replace(base, **given(flags, type(base)), calls=replace(base.calls, **given(flags, CallSettings)))
    return replace(
        asked,
        models=base.models,
        prompts=checked_prompts(flags.prompts_dir, powers),
        constrain=checked_constraints(flags.constrain, powers),
    )


async def _all_asked(exams: Sequence[_Exam], flags: argparse.Namespace) -> dict[str, str]:
    """Player -> why its examination was not taken to its end, of those that were not. Raises ``ConfigError`` before
    anybody is asked."""
    from ..run.signals import stoppable
    from .modes import vendors

    prices = {model: price for exam in exams for model, price in exam.prices.items()}
    stopped: dict[str, str] = {}
    with ExitStack() as until_then, stoppable(f"{flags.prog}: stopped at once. {_going_on(flags)}"):
        runs = _held(exams, until_then)
        async with vendors(exams[0].config.asked, prices, games=len(exams)) as opened, asyncio.TaskGroup() as group:
            for exam, run in zip(exams, runs, strict=True):
                group.create_task(_one_asked(exam, run, opened, stopped))
    return stopped


def _held(exams: Sequence[_Exam], until_then: ExitStack) -> list[HeldRun[ExamConfig]]:
    """Their runs, which nobody else can write: those that were begun before are looked at before others are made."""
    from ..exam.game import EXAMINATION
    from ..run.create import check_new, create_run
    from ..run.history import held, is_run

    runs: dict[Path, HeldRun[ExamConfig]] = {}
    for exam in sorted(exams, key=lambda exam: not is_run(exam.path)):
        if not is_run(exam.path):
            check_new(exam.path)
            create_run(exam.path, exam.config)
        run = runs[exam.path] = until_then.enter_context(held(exam.path, EXAMINATION))
        check_playable(run.history)
        if run.history.settings.last.game_settings() != exam.config.game_settings():
            raise ConfigError(f"{str(exam.path)!r} holds an examination with other settings; choose another --out")
    return [runs[exam.path] for exam in exams]


async def _one_asked(exam: _Exam, run: HeldRun[ExamConfig], opened: ModelFactory, stopped: dict[str, str]) -> None:
    """Asks what has not been answered; what stops it is noted, and stops no other."""
    from ..exam.card import CARD
    from ..exam.game import EXAMINATION
    from ..game.display import GameConsole
    from ..game.progress import CallProgress
    from ..models.call_log import PromptDiffersError
    from ..models.stopping import Stopped
    from ..records.durable import DiskError
    from ..run.session import play_on

    if run.history.finished is not None and (exam.path / CARD).is_file():
        return
    if run.history.sessions:
        print(f"going on with {exam.path}; {len(run.history.calls)} calls are answered")
    config, console = exam.config, GameConsole(highlight=False)
    names, ground = config.marked_names(), config.asked.terrain
    progress = CallProgress(exam.player, len(config.models), "positions", ground, names, console)
    try:
        await play_on(run, exam.config, EXAMINATION, progress, started=_STARTED, open_model=opened.open)
    except (Stopped, PromptDiffersError, DiskError) as error:
        stopped[exam.player] = str(error)


def _going_on(flags: argparse.Namespace) -> str:
    out = f" --out {shlex.quote(str(flags.out))}" if flags.out else ""
    return one_line(f"Go on with: {flags.prog} {shlex.join(flags.models)}{out}, and the other flags as before")
