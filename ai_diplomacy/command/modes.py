"""What ``play`` can do: begin a game, go on with one, fork one, play one again from its journal, or estimate one."""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..game import model_factory
from ..game.changed_settings import check_changes
from ..game.config import GameConfig
from ..game.diplomacy import DIPLOMACY, still_asked
from ..game.flag_values import UnreadableValuesError
from ..game.message_edits import check_edits, first_edited, said_before
from ..models.ids import ModelId
from ..models.providers import load_keys, seat_problems
from ..records.errors import ConfigError
from ..run.create import check_not_imported, check_playable
from ..run.history import HeldRun, RunHistory, held, is_run, read_history
from ..run.policies import worker_threads
from ..run.signals import stoppable
from .flags import game_config
from .main import one_line

if TYPE_CHECKING:
    from ..models.layers import OpenModel
    from ..models.prices import Price
    from ..records.events import Listener
    from ..run.session import Played

Play = Callable[["Listener | None", "OpenModel"], Awaitable["Played"]]


def play(path: Path, flags: argparse.Namespace, started: float) -> None:
    """``path``: the folder that is played in; ``started``: ``time.perf_counter()`` when the program began. Raises what
    ends a game, ``ConfigError``, ``PromptError`` and ``ReplayDiffersError``."""
    _check_modes(path, flags)
    if flags.replay:
        _replay(flags.replay.expanduser())
    elif flags.fork_to:
        _fork(path, flags, started)
    elif is_run(path):
        _go_on(path, flags, started)
    else:
        _begin(path, flags, started)


def going_on(prog: str, path: Path, more: str = "", *, several: bool = False) -> str:
    """The command that goes on with a run, or with one of several in a folder. ``prog``: how this one was called."""
    number = "/1 (2, ...)" if several else ""
    command = f"python {prog}" if prog.endswith(".py") else prog
    return f"Go on with: {command} --run_dir {shlex.quote(str(path))}{number}{more}"


def begun(path: Path) -> bool:
    """Whether a folder holds a run, or several side by side."""
    return is_run(path) or is_run(path / "1")


def _check_modes(path: Path, flags: argparse.Namespace) -> None:
    if flags.replay:
        given = [
            f"--{name}"
            for name, value in vars(flags).items()
            if value is not None and value is not False and name not in ("prog", "replay", "display", "verbose")
        ]
        if given:
            raise ConfigError(f"--replay plays a run as it was: leave {', '.join(given)} out")
    example = "--run_dir DIR --resume_from_phase PHASE --fork_to NEW"
    if flags.fork_to and not ((flags.resume_from_phase or flags.edit) and flags.run_dir):
        raise ConfigError(f"--fork_to: say what to fork: {example}")
    if flags.resume_from_phase and not flags.run_dir:
        raise ConfigError("--resume_from_phase: say of which run: --run_dir DIR")
    if flags.edit and not flags.fork_to:
        raise ConfigError("--edit is for forks: --run_dir DIR --fork_to NEW --edit ...")
    if flags.repeat and not flags.fork_to:
        raise ConfigError(f"--repeat is for forks: {example} --repeat N")
    if flags.override and not (flags.fork_to or is_run(path)):
        raise ConfigError(
            f"--override: {str(path)!r} holds no run to go on with"
            if flags.run_dir
            else "--override: say of which run: --run_dir DIR"
        )
    if flags.estimate and (flags.fork_to or is_run(path)):
        raise ConfigError("--estimate tells of a game from its start: leave --run_dir out, or give a new folder")


def _begin(path: Path, flags: argparse.Namespace, started: float) -> None:
    from ..game.play import play_game

    config = _config(flags)
    prices = checked(config, estimate=flags.estimate)
    if flags.estimate:
        print("\n".join(model_factory.estimated(config, prices)))
        return
    model_factory.check_caps(config, prices)
    asyncio.run(
        _shown(
            config,
            prices,
            flags,
            path,
            lambda display, open_model: play_game(config, path, display, started=started, open_model=open_model),
        )
    )


def _go_on(path: Path, flags: argparse.Namespace, started: float) -> None:
    with held(path, DIPLOMACY) as run:
        history = run.history
        check_not_imported(history)
        before = history.settings.last
        config = _config(flags, before)
        check_changes(before, config, override=flags.override)
        _check_nothing_is_discarded(flags.resume_from_phase, history)
        if history.finished is not None and config.game_settings() == before.game_settings():
            print(f"{path} is finished: the game ended after {history.finished.phase} ({history.finished.outcome})")
            return
        check_playable(history)
        prices = checked(config, still_asked(history.settings, history.phase))
        for name in history.torn:
            print(f"{path / name}: the last line was torn when the program ended; it is dropped", file=sys.stderr)
        if history.sessions:
            print(
                f"going on with {path} in {history.phase or 'its first phase'}; {len(history.calls)} calls are answered"
            )
        _play_on(run, config, prices, flags, started)


def _config(flags: argparse.Namespace, base: GameConfig | None = None) -> GameConfig:
    """As ``game_config``; where some model ids cannot be read, what the others lack is said along with it."""
    try:
        return game_config(flags, base)
    except UnreadableValuesError as error:
        models = {power: model for power, model in error.read.items() if isinstance(model, ModelId)}
        if not models or flags.estimate:
            raise
        load_keys(models.values())
        raise ConfigError("; ".join([str(error), *seat_problems(models, os.environ)])) from None


def _play_on(
    run: HeldRun[GameConfig],
    config: GameConfig,
    prices: Mapping[str, Price | None],
    flags: argparse.Namespace,
    started: float,
) -> None:
    from ..run.session import play_on

    def play(display: Listener | None, open_model: OpenModel) -> Awaitable[Played]:
        return play_on(run, config, DIPLOMACY, display, started=started, open_model=open_model, lenient=flags.override)

    asyncio.run(_shown(config, prices, flags, run.history.path, play))


def _check_nothing_is_discarded(phase: str | None, history: RunHistory[GameConfig]) -> None:
    if phase is None:
        return
    from ..run.create import phase_before

    phase_before(history, phase.upper())
    if phase.upper() != history.phase:
        raise ConfigError(
            f"--resume_from_phase: the run is in {history.phase} by now, and going on from {phase.upper()} would "
            "discard what followed; add --fork_to NEW to play on from there in a new folder"
        )


def _fork(path: Path, flags: argparse.Namespace, started: float) -> None:
    from ..game.seats import prompt_books
    from ..run.create import check_new, fork_run, phase_before

    history = read_history(flags.run_dir.expanduser(), DIPLOMACY)
    check_playable(history)
    # Where a fork begins that is not told so: with its first edit, by the settings that say how edits are read.
    phase = (flags.resume_from_phase or first_edited(_config(flags, history.settings.first)).phase).upper()
    phase_before(history, phase)
    # The game as it was then; but how models are asked holds for a run as a whole.
    base = replace(history.settings.at(phase), calls=history.settings.last.calls)
    config = _config(flags, base)
    check_changes(base, config, override=True)
    kept = None
    if flags.edit:
        check_edits(history, base, config, phase)
        kept = said_before(config)
    if not config.is_within_limits(phase):
        raise ConfigError(f"--resume_from_phase: the game would end before {phase}; give a later --max_year")
    prices = checked(config, still_asked(history.settings, phase))
    prompt_books(config)
    if flags.repeat is None:
        fork_run(history, phase, path, config, kept)
        with held(path, DIPLOMACY) as run:
            _play_on(run, config, prices, flags, started)
        return
    forks = {path / str(number + 1): replace(config, seed=config.seed + number) for number in range(flags.repeat)}
    for folder in forks:
        check_new(folder)
    for folder, settings in forks.items():
        fork_run(history, phase, folder, settings, kept)
    asyncio.run(_side_by_side(forks, config, prices, path, flags, started))


async def _side_by_side(
    forks: Mapping[Path, GameConfig],
    config: GameConfig,
    prices: Mapping[str, Price | None],
    path: Path,
    flags: argparse.Namespace,
    started: float,
) -> None:
    from ..game.artefacts import GameArtefacts
    from ..game.summary import default_lines
    from ..run.session import play_on

    async def one(folder: Path, settings: GameConfig, opened: model_factory.ModelFactory) -> None:
        with held(folder, DIPLOMACY) as run:
            played = await play_on(
                run, settings, DIPLOMACY, started=started, open_model=opened.open, lenient=flags.override
            )
        centers = sorted(played.finished.centers.items(), key=lambda item: (-len(item[1]), item[0]))
        count = ", ".join(f"{power.title()} {len(owned)}" for power, owned in centers if owned)
        print(f"{folder} (seed {settings.seed}): {played.finished.outcome} after {played.finished.phase}; {count}")
        assert isinstance(played.artefacts, GameArtefacts)
        for line in default_lines(played.artefacts.counts):
            print(line)

    with stoppable(f"{flags.prog}: stopped at once. {going_on(flags.prog, path, several=True)}"):
        async with vendors(config, prices, games=len(forks)) as opened:
            # One that fails does not end the others; what it raises is told when they have ended.
            ended = await asyncio.gather(
                *(asyncio.create_task(one(folder, settings, opened)) for folder, settings in forks.items()),
                return_exceptions=True,
            )
    failed = {folder: error for folder, error in zip(forks, ended, strict=True) if error is not None}
    for folder, error in failed.items():
        print(f"{folder}: {one_line(str(error))}", file=sys.stderr)
    for error in failed.values():
        raise error


def _replay(path: Path) -> None:
    from ..run.replay import replay

    replayed = asyncio.run(replay(read_history(path, DIPLOMACY), DIPLOMACY))
    end = "to its end" if replayed.ended else "as far as it was played"
    print(
        f"{path}: {len(replayed.phases)} phases and {replayed.calls} calls played again {end}, from the journal alone: "
        "every prompt, message, order and result is the same"
    )


def checked(
    config: GameConfig, earlier: Iterable[GameConfig] = (), *, estimate: bool = False
) -> dict[str, Price | None]:
    """Checks whom to ask, before anything is written, and returns what they cost. Nobody is asked for an estimate.
    ``earlier``: settings of phases gone by, whose models may have calls left that have no seat any more."""
    load_keys(config.models.values())
    if not estimate:
        model_factory.check_seats(config, os.environ)
        if config.execution == "threaded":
            model_factory.check_blocking(config)
    prices: dict[str, Price | None] = {}
    for settings in (*earlier, config):
        prices |= model_factory.find_prices(replace(settings, calls=config.calls))
    if not estimate:
        model_factory.warm_up(config.models.values())
    return prices


@asynccontextmanager
async def vendors(
    config: GameConfig, prices: Mapping[str, Price | None], games: int = 1
) -> AsyncIterator[model_factory.ModelFactory]:
    """The vendors' models for so many games at once, with the threads that ask them, if the execution wants threads."""
    threads = worker_threads(config.execution, games * len(config.models))
    opened = model_factory.ModelFactory(os.environ, config.calls, prices, blocking=threads)
    try:
        yield opened
    finally:
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)
        await opened.close()


async def _shown(
    config: GameConfig, prices: Mapping[str, Price | None], flags: argparse.Namespace, path: Path, play: Play
) -> None:
    """Plays with a display, and the vendors' connections open."""
    from ..game.artefacts import GameArtefacts
    from ..game.displays import chosen_display
    from ..game.summary import summary

    display = chosen_display(flags.display, config, verbose=flags.verbose)
    with stoppable(f"{flags.prog}: stopped at once. {going_on(flags.prog, path)}"):
        async with vendors(config, prices) as opened, display:
            played = await play(display, opened.open)
    assert isinstance(played.artefacts, GameArtefacts)
    counts = played.artefacts.counts
    display.finished(played.finished, counts, summary(played, counts))
