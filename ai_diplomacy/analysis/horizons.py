"""A fork as it stood at the end of the phase that it began with, of that year, or of the game."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, Protocol, TypeVar, get_args

from ..board.phase import Phase
from .game_record import Ending, GameRecord

Horizon = Literal["phase", "year", "game"]
"""At the end of what a figure is taken."""
HORIZONS: tuple[Horizon, ...] = get_args(Horizon)


class _OfPhase(Protocol):
    @property
    def phase(self) -> str: ...


R = TypeVar("R", bound=_OfPhase)


def last_phase(game: GameRecord, horizon: Horizon) -> Phase | None:
    """The last phase that counts; ``None`` when all do."""
    begun = Phase(game.forked_at)
    if horizon == "game":
        return None
    return begun if horizon == "phase" else Phase(f"W{begun.year:04}A")


def until(rows: Iterable[R], last: Phase | None) -> tuple[R, ...]:
    """Those up to a phase."""
    return tuple(row for row in rows if last is None or Phase(row.phase) <= last)


def as_it_stood(game: GameRecord, last: Phase | None) -> GameRecord:
    """A finished fork, cut behind a phase: who had how many centres then, and what was done until then. Replies and
    defaults, which are counted over the whole game, stay. It is the same when it was over by then."""
    assert game.ending is not None
    later = {row.phase for row in game.phases} - {row.phase for row in until(game.phases, last)}
    if last is None or not later:
        return game
    first = min(later, key=Phase)
    board = {row.power: row for row in game.phases if row.phase == first}
    centers = {power: board[power].centers if power in board else 0 for power in game.ending.centers}
    alive = frozenset(power for power, row in board.items() if row.centers or row.units)
    gone = {power: game.ending.gone_in.get(power, last.year) for power in centers if power not in alive}
    return replace(
        game,
        ending=Ending("limit", (), last, centers, alive, gone),
        phases=until(game.phases, last),
        orders=until(game.orders, last),
        submissions=until(game.submissions, last),
        boards=until(game.boards, last),
        messages=until(game.messages, last),
        promised=until(game.promised, last),
        calls=until(game.calls, last),
        gaps=until(game.gaps, last),
        minds=until(game.minds, last),
    )
