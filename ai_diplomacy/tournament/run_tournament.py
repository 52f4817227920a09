"""One tournament from its specification to its report."""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..agent.prompts import PromptBook, PromptError
from ..board.terrain import terrain
from ..game.estimate import cap_problems
from ..models.prices import price_problems
from ..models.providers import load_keys, seat_problems
from ..records.cleaning import cleaned
from ..records.saying import say
from ..run.signals import STOPPED, stoppable
from .dispatcher import Dispatcher, Spawn, TooManyLossesError, Worker
from .dry_run import balance, estimate_lines, schedule_lines, seat, time_of
from .folder import TournamentFolder
from .game_runner import GameRunner, Result, prices_of
from .panel import TournamentPanel
from .progress import Progress
from .reading import SpecError
from .schedule import Match
from .shared_budget import SharedBudget
from .spec import MAP, Spec
from .spec_of_flags import spec_of, without_file
from .standing import LiveStanding

if TYPE_CHECKING:
    from ..models.prices import Price

_CAPS = {"--max_cost_usd": "max_cost_usd", "--max_tokens_total": "max_tokens", "--max_tokens": "max_tokens of a player"}
"""Flag of a single game -> key of a specification."""
_CAP_KEYS = {"cost_usd": "max_cost_usd", "tokens": "max_tokens"}
"""What a cap is on -> its key in ``[budget]``."""


def run_tournament(flags: argparse.Namespace) -> int:
    """Returns the exit status. Raises ``SpecError`` or ``ConfigError`` before anything is played."""
    spec = spec_of(flags)
    _check_packages(cluster=bool(flags.cluster), play=not flags.dry_run)
    matches = spec.matches()
    load_keys(spec.models().values())
    prices = prices_of(spec)
    if flags.dry_run:
        lines = [*schedule_lines(spec, matches), balance(spec, matches), "", *estimate_lines(spec, matches, prices)]
        say("\n".join(map(_by_key, lines)))
        return 0
    _check(spec, prices)
    out = (flags.out or Path("results") / spec.path.stem).expanduser()
    folder = TournamentFolder(out)
    with folder.held() as lock:
        try:
            agreed = folder.agree(spec, matches)
        except OSError as error:
            raise SpecError(f"cannot write {error.filename or out}: {error.strerror or error}") from None
        try:
            for note in agreed.notes:
                say(f"note: {note}")
            status = _played(agreed.spec, folder, matches, prices, lock, flags)
        finally:
            if not folder.begun():
                folder.discard()
        if any(folder.finished(match) for match in matches):
            _report(folder)
        return status


def _check(spec: Spec, prices: Mapping[str, Price | None]) -> None:
    """That everybody can be asked, and that the caps can be kept."""
    limits = {name: entrant.max_tokens or spec.game.default_max_tokens for name, entrant in spec.entrants.items()}
    problems = seat_problems(spec.models(), os.environ, limits)
    try:
        for prompts in {entrant.prompts for entrant in spec.entrants.values() if entrant.prompts is not None}:
            PromptBook(prompts, terrain(MAP))
    except PromptError as error:
        problems.append(str(error))
    unknown = price_problems(prices, max_cost_usd=spec.max_cost_usd)
    asked = [entrant for entrant in spec.entrants.values() if entrant.asked]
    seats = [seat(spec, entrant, prices) for entrant in asked]
    small = cap_problems(seats, max_cost_usd=spec.max_cost_usd, max_tokens_total=spec.max_tokens, at=0.0)
    problems += map(_by_key, unknown + small)
    if problems:
        raise SpecError(f"{spec.path}: {'; '.join(problems)}")


def _by_key(problem: str) -> str:
    for flag, key in _CAPS.items():
        problem = problem.replace(flag, key)
    return problem


def _played(
    spec: Spec,
    folder: TournamentFolder,
    matches: Sequence[Match],
    prices: Mapping[str, Price | None],
    lock: int,
    flags: argparse.Namespace,
) -> int:
    left = [match for match in matches if not folder.finished(match)]
    spent = folder.spent(matches)
    budget = SharedBudget(spent.amount, max_cost_usd=spec.max_cost_usd, max_tokens=spec.max_tokens)
    priced = spent.known and all(price is not None for price in prices.values())
    standing = LiveStanding(folder)
    done = len(matches) - len(left)
    progress = Progress(say, len(matches), done, lambda: budget.charged, priced=priced, standing=standing)
    panel = TournamentPanel(progress, standing)
    if panel.wanted:
        progress.say, progress.leaders_in_lines = panel.say, False
    if left:
        say(f"folder: {folder.path}\nlook on with: python -m ai_diplomacy view {shlex.quote(str(folder.path))}")
    if done:
        for match in matches:
            standing.count(match)
        say(f"going on with {folder.path}: {progress.standing()}")
    else:
        say(balance(spec, matches))
        say(time_of(spec, matches))
    command = _command(flags)
    going_on = f"everything is kept. Go on with: {command}"
    if not left:
        return 0

    async def played() -> Result | None:
        """Why it could not go on, if it could not."""
        with stoppable(f"{_NAME}: stopped at once. {going_on}"):
            async with panel.shown(), _spawning(spec, folder, budget, lock, flags.cluster) as spawn:
                dispatcher = Dispatcher(
                    spawn,
                    workers=spec.processes,
                    each=spec.concurrency,
                    told=progress.told,
                    begun=progress.begun,
                    lost=progress.lost,
                )
                await dispatcher.play(left)
        return dispatcher.halted

    try:
        halted = asyncio.run(played())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _stop(f"stopped; {going_on if folder.begun() else 'nothing was played yet'}")
    except TooManyLossesError as error:
        _stop(f"{error}; {going_on}")
        return 1
    if halted is not None:
        if halted.halt in ("refused", "input") and not folder.begun():
            raise SpecError(halted.text)
        if halted.halt in _CAP_KEYS:
            going_on = (
                f"everything is kept. Give a higher {_CAP_KEYS[halted.halt]} in [budget] of {spec.path}, and go on "
                f"with: {command}"
            )
        return _stop(f"stopped: {halted.text}; {going_on}")
    if progress.idle:
        games = f"{progress.idle} of {len(matches)} games" if len(matches) > 1 else "the game"
        return _stop(
            f"stopped: in {games} a seat does not play; {going_on} (max_unusable_steps = 0 in [calls] of {spec.path} "
            "plays on without it)"
        )
    say(f"all {len(matches)} games are played, {progress.rate():.1f} a minute, {progress.cost()}")
    return 0


@asynccontextmanager
async def _spawning(
    spec: Spec, folder: TournamentFolder, budget: SharedBudget, lock: int, cluster: str | None
) -> AsyncIterator[Spawn]:
    """Where workers come from: this process itself when one is enough."""
    if cluster is not None:
        from .cluster import Cluster

        joined = await Cluster.joined(spec, folder, budget, cluster)
        try:
            yield joined.spawn
        finally:
            await joined.close()
    elif spec.processes > 1:
        from .local_workers import LocalWorkers

        yield LocalWorkers(spec, folder, budget, lock).spawn
    else:

        async def here() -> Worker:
            return GameRunner(spec, folder, os.environ, budget)

        yield here


def _report(folder: TournamentFolder) -> None:
    """What the finished games say."""
    from ..analysis.analyzing import analyze
    from ..analysis.files import write_files
    from ..analysis.terminal import show, wide_console

    analysis = analyze(folder.path)
    show(analysis, wide_console())
    written = write_files(folder.report, analysis)
    say(f"report: {written[0]}")


def _check_packages(*, cluster: bool, play: bool) -> None:
    wanted = {"matplotlib": "analysis", "numpy": "analysis"} if play else {}
    if cluster:
        wanted["ray"] = "cluster"
    for package, extra in wanted.items():
        if find_spec(package) is None:
            raise SpecError(f"{package} is missing: pip install '.[{extra}]'")


_NAME = "python -m ai_diplomacy tournament"


def _command(flags: argparse.Namespace) -> str:
    given = [str(flags.spec)] if flags.spec is not None else without_file(flags)
    if flags.out is not None:
        given += ["--out", str(flags.out)]
    if flags.cluster is not None:
        given += ["--cluster", flags.cluster]
    return f"{_NAME} {shlex.join(given)}"


def _stop(text: str) -> int:
    sys.stderr.write(f"{_NAME}: {cleaned(text, 'line')}\n")
    return STOPPED
