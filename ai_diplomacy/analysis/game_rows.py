"""Each finished game in one row: who sat where, how it ended, what became of each seat, and what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..game.game import Outcome
from ..models.known import known_sum
from .course import Course
from .game_record import GameRecord
from .scores import places


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One power of one game."""

    power: str
    player: str
    played: bool
    """Whether it is in any figure: a seat that was mostly played on defaults is in none."""
    centers: int
    """At the end."""
    place: float
    """1 is best; those who share a place have the mean of the places they share."""
    stabs: int
    """That it did."""
    defaulted: int
    """Steps that ended without a usable reply."""
    cost_usd: float | None
    """``None`` where a part of it is not known."""


@dataclass(frozen=True, slots=True)
class GameRow:
    """One finished game."""

    game: str
    """Its folder, as seen from the folder that is analysed."""
    seed: int
    outcome: Outcome
    winners: tuple[str, ...]
    last_phase: str
    phases: int
    """That were played in this folder."""
    seats: tuple[SeatRow, ...]

    @property
    def cost_usd(self) -> float | None:
        total: float | None = 0.0
        for seat in self.seats:
            total = known_sum(total, seat.cost_usd)
        return total


def game_row(game: GameRecord, course: Course) -> GameRow:
    """``course``: of the same game, which must be finished."""
    end = game.ending
    assert end is not None
    stabs = Counter(row.breaker for row in course.stabs if row.stab)
    placed = places(end)
    seats = (
        SeatRow(
            power,
            player,
            power in game.playing,
            end.centers[power],
            placed[power],
            stabs[power],
            game.defaults[power].defaulted,
            _cost(game, power),
        )
        for power, player in sorted(game.players.items())
    )
    phases = len({row.phase for row in game.phases})
    return GameRow(game.name, game.seed, end.outcome, end.winners, end.phase, phases, tuple(seats))


def _cost(game: GameRecord, power: str) -> float | None:
    total: float | None = 0.0
    for call in game.calls:
        # What a lost call took is an estimate, which is not added to what was measured.
        if call.power == power and call.status != "lost":
            total = known_sum(total, call.cost_usd)
    return total


def centers_by_power(rows: Iterable[GameRow]) -> dict[str, dict[str, tuple[float, int]]]:
    """Player -> power -> mean centres at the end, and in how many games."""
    found: dict[str, dict[str, list[int]]] = {}
    for seat in _played(rows):
        found.setdefault(seat.player, {}).setdefault(seat.power, []).append(seat.centers)
    return {
        player: {power: (sum(counts) / len(counts), len(counts)) for power, counts in sorted(powers.items())}
        for player, powers in found.items()
    }


def places_of(rows: Iterable[GameRow]) -> dict[str, list[float]]:
    """Player -> how many of its seats came first, second and so on; who shares places has an equal part of each."""
    found: dict[str, list[float]] = {}
    for row in rows:
        sharing = Counter(seat.place for seat in row.seats)
        for seat in filter(lambda seat: seat.played, row.seats):
            counts = found.setdefault(seat.player, [0.0] * len(row.seats))
            shared = sharing[seat.place]
            first = round(seat.place - (shared - 1) / 2)
            for place in range(first, first + shared):
                counts[place - 1] += 1 / shared
    return found


def _played(rows: Iterable[GameRow]) -> Iterable[SeatRow]:
    return (seat for row in rows for seat in row.seats if seat.played)
