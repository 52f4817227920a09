"""Pricing what has no price yet in the games of a folder: on one core or several, with the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import groupby, islice
from pathlib import Path

from ..board.terrain import terrain
from ..records.worker_processes import worker_processes
from .decisions import Decision, DecisionPrice, decisions, priced
from .price_book import PriceBook
from .read_games import Unreadable, read_games

EVERY = 5.0
"""Seconds between two lines on how far it is."""
_AHEAD = 4
"""Phases that wait for each process: what is priced is kept soon, and nobody is idle."""

UnpricedPhase = Sequence[Decision]
"""The decisions of one movement phase that have no price; powers of one phase share most of the work."""


def price_games(
    folder: Path,
    book: PriceBook,
    say: Callable[[str], None],
    *,
    processes: int = 1,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Every price is kept as soon as it is known, so that a program that is stopped loses next to nothing. The prices
    are the same whatever ``processes``. Raises ``ConfigError`` and ``OSError``."""
    phases = list(_unpriced(folder, book))
    if not phases:
        return
    count = sum(map(len, phases))
    say(f"{count:,} order sets to price, {len(book):,} are priced")
    began = told = clock()
    done = 0
    for prices in _all_priced(phases, processes):
        book.add(prices)
        done += len(prices)
        if clock() - told >= EVERY:
            told = clock()
            left = (told - began) / done * (count - done)
            say(f"{done:,} of {count:,} order sets are priced, about {_shown(left)} left")
    say(f"{count:,} order sets priced in {_shown(clock() - began)}")


def _unpriced(folder: Path, book: PriceBook) -> Iterator[UnpricedPhase]:
    asked: set[str] = set()
    for game in read_games(folder):
        if isinstance(game, Unreadable) or game.ending is None:
            continue
        for _, phase in groupby(decisions(game), lambda decision: decision.situation.phase):
            new = [decision for decision in phase if decision.key not in book and decision.key not in asked]
            asked.update(decision.key for decision in new)
            if new:
                yield new


def _all_priced(phases: Sequence[UnpricedPhase], processes: int) -> Iterator[dict[str, DecisionPrice]]:
    if processes == 1:
        yield from map(_priced, phases)
        return
    pool = worker_processes(processes, terrain)
    try:
        yield from _by_pool(pool, phases, processes)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _by_pool(
    pool: ProcessPoolExecutor, phases: Sequence[UnpricedPhase], processes: int
) -> Iterator[dict[str, DecisionPrice]]:
    left = iter(phases)
    running: set[Future[dict[str, DecisionPrice]]] = set()
    while True:
        running |= {pool.submit(_priced, phase) for phase in islice(left, _AHEAD * processes - len(running))}
        if not running:
            return
        ended, running = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            yield future.result()


def _priced(phase: UnpricedPhase) -> dict[str, DecisionPrice]:
    return {decision.key: priced(decision) for decision in phase}


def _shown(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
