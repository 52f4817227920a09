"""Pricing what has no price yet in the games of a folder: on one core or several, with the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from ..board.terrain import terrain
from ..records.worker_processes import worker_processes
from .breaches import BREACH_PRICES, BreachFigures
from .decisions import PRICES, DecisionPrice
from .game_record import GameRecord
from .price_book import P, Priceable, PriceBook
from .read_games import Unreadable, read_games

EVERY = 5.0
"""Seconds between two lines on how far it is."""
_AHEAD = 4
"""Phases that wait for each process: what is priced is kept soon, and nobody is idle."""


@dataclass(frozen=True, slots=True)
class Books:
    """What is priced and kept beside one analysis."""

    orders: PriceBook[DecisionPrice]
    breaches: PriceBook[BreachFigures]

    @classmethod
    def beside(cls, out: Path) -> Books:
        """``out``: the folder of the analysis. Raises ``OSError``."""
        return cls(PriceBook(out / PRICES, DecisionPrice), PriceBook(out / BREACH_PRICES, BreachFigures))


def price_games(
    folder: Path,
    book: PriceBook[P],
    priceable: Callable[[GameRecord], Iterable[Priceable[P]]],
    what: str,
    say: Callable[[str], None],
    *,
    processes: int = 1,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Prices what is ``priceable`` in each game, phase by phase, and is called ``what`` (in the plural). Every price is
    kept as soon as it is known, so that a program that is stopped loses next to nothing. The prices are the same
    whatever ``processes``. Raises ``ConfigError`` and ``OSError``."""
    phases = list(_unpriced(folder, book, priceable))
    if not phases:
        return
    count = sum(map(len, phases))
    say(f"{count:,} {what} to price, {len(book):,} are priced")
    began = told = clock()
    done = 0
    for prices in _all_priced(phases, processes):
        book.add(prices)
        done += len(prices)
        if clock() - told >= EVERY:
            told = clock()
            left = (told - began) / done * (count - done)
            say(f"{done:,} of {count:,} {what} are priced, about {_shown(left)} left")
    say(f"{count:,} {what} priced in {_shown(clock() - began)}")


def _unpriced(
    folder: Path, book: PriceBook[P], priceable: Callable[[GameRecord], Iterable[Priceable[P]]]
) -> Iterator[Sequence[Priceable[P]]]:
    """By movement phases: what is priced in one of them shares most of the work."""
    asked: set[str] = set()
    for game in read_games(folder):
        if isinstance(game, Unreadable) or game.ending is None:
            continue
        for _, phase in groupby(priceable(game), lambda one: one.situation.phase):
            new = {one.key: one for one in phase if one.key not in book and one.key not in asked}
            asked.update(new)
            if new:
                yield list(new.values())


def _all_priced(phases: Sequence[Sequence[Priceable[P]]], processes: int) -> Iterator[dict[str, P]]:
    if processes == 1:
        yield from map(_priced, phases)
        return
    pool = worker_processes(processes, terrain)
    try:
        yield from _by_pool(pool, phases, processes)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _by_pool(
    pool: ProcessPoolExecutor, phases: Sequence[Sequence[Priceable[P]]], processes: int
) -> Iterator[dict[str, P]]:
    left = iter(phases)
    running: set[Future[dict[str, P]]] = set()
    while True:
        running |= {pool.submit(_priced, phase) for phase in islice(left, _AHEAD * processes - len(running))}
        if not running:
            return
        ended, running = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            yield future.result()


def _priced(phase: Sequence[Priceable[P]]) -> dict[str, P]:
    return {one.key: one.priced() for one in phase}


def _shown(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
