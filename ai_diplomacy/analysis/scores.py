"""What a game was worth to each power, by the field's usual scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .game_record import Ending, GameRecord

_EPOCH = 1900
"""Years count from here in the Diplobench score, on the standard map from 1 for 1901."""


@dataclass(frozen=True, slots=True)
class Score:
    """One seat of one finished game."""

    centers: int
    survived: bool
    solo: bool
    draw_size: float
    """1 for a win alone, 1/n for each of n who share the game: those of the draw, or all who are left in the end."""
    sum_of_squares: float
    """The square of the power's centres over the sum of all squares; a win alone takes everything."""
    diplobench: float
    """Years and centres: a survivor has the number of the last year plus its centres, who is eliminated the number of
    that year; a win alone adds a point for every year before the last one, and ends the game for the others."""
    rank: float
    """1 is best. Those who share a place have the mean of the places they share."""


def scores(game: GameRecord) -> dict[str, Score]:
    """Power -> its score. The game must be finished."""
    end = game.ending
    assert end is not None
    squares = sum(count**2 for count in end.centers.values()) or 1
    winner = end.winners[0] if end.outcome in ("solo", "last_power") and end.winners else None
    sharing = set() if winner else (set(end.winners) or set(end.alive))
    order = places(end)
    return {
        power: Score(
            centers=count,
            survived=power in end.alive,
            solo=power == winner,
            draw_size=float(power == winner) if winner else (1 / len(sharing) if power in sharing else 0.0),
            sum_of_squares=float(power == winner) if winner else count**2 / squares,
            diplobench=_diplobench(power, end, winner, game.last_year, game.first_year),
            rank=order[power],
        )
        for power, count in end.centers.items()
    }


def places(end: Ending) -> dict[str, float]:
    """Power -> its place: a winner before everybody, those of a draw alike, then by centres, then by how long they
    lasted."""

    def key(power: str) -> tuple[int, int, int]:
        if end.outcome == "draw" and power in end.winners:
            return (1, 0, 0)
        wins = end.outcome != "draw" and power in end.winners
        return (2 if wins else 0, end.centers[power], end.gone_in.get(power, end.year + 1))

    keys: Mapping[str, tuple[int, int, int]] = {power: key(power) for power in end.centers}
    return {
        power: 1 + sum(other > mine for other in keys.values()) + (sum(o == mine for o in keys.values()) - 1) / 2
        for power, mine in keys.items()
    }


def _diplobench(power: str, end: Ending, winner: str | None, last_year: int, first_year: int) -> float:
    epoch = _EPOCH if first_year == _EPOCH + 1 else first_year - 1
    if power in end.gone_in:
        return end.gone_in[power] - epoch
    if winner is None:
        return last_year - epoch + end.centers[power]
    if power == winner:
        return last_year - epoch + end.centers[power] + (last_year - end.year)
    return end.year - epoch
