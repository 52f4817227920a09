"""The report in one sentence: the answer to what was asked beforehand, or who leads, and how certain that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .formatting import chance, mean, number, points, span
from .measures import MEASURES, NAMED

if TYPE_CHECKING:
    from .analyzing import Analysis
    from .game_rows import GameRow

_STANDS = 0.05


def verdict(analysis: Analysis) -> str:
    """What the games say, by the strongest of what there is."""
    if analysis.answer is not None:
        return analysis.answer.sentence
    if analysis.states is not None:
        standing = len(analysis.states.standing())
        told = f"{standing} differences between the arms stand" if standing != 1 else "one difference stands"
        return f"Critical states: {told if standing else 'no difference between the arms stands'} (exploratory, Holm)."
    if len(analysis.rows) == 1:
        return _one_game(analysis.rows[0])
    rated = analysis.ratings.players
    if not rated:
        return "No game is finished in which anybody played: there is nothing to tell."
    if len(rated) == 1:
        centers = analysis.estimates[rated[0].player][MEASURES.index(NAMED["centers"])]
        told = mean(centers, NAMED["centers"])
        return f"{rated[0].player} sat in all seats: {told} centres a seat, and nobody to compare it with."
    return _leads(analysis)


def _leads(analysis: Analysis) -> str:
    first, second = (rated.player for rated in analysis.ratings.players[:2])
    gap = next(d for d in analysis.ratings.differences if {d.one, d.other} == {first, second})
    low, high = (gap.low, gap.high) if gap.one == first else _turned(gap.low, gap.high)
    told = f"{abs(gap.difference):.0f} rating points {points(low, high, gap.mark)}".strip()
    games = f"{analysis.provenance.games} games"
    if low is not None and low > 0:
        lead = f"{first} leads {second}, the next, by {told} in {games}"
    else:
        lead = f"Nobody leads for certain: {first} is {told} before {second}, the next, in {games}"
    duels = [duel for duel in analysis.duels["centers"] if first in (duel.one, duel.other)]
    ahead = [d for d in duels if d.adjusted < _STANDS and (d.difference > 0) == (d.one == first)]
    if not duels:
        return f"{lead}."
    if ahead:
        return f"{lead}; by centres it is ahead of {len(ahead)} of {len(duels)} others (p (Holm) below {_STANDS})."
    d = min(duels, key=lambda duel: duel.adjusted)
    own = d.one == first
    low, high = (d.low, d.high) if own else _turned(d.low, d.high)
    centers = NAMED["centers"]
    figure = f"{number(d.difference if own else -d.difference, centers)} {span(low, high, centers, d.mark)}".strip()
    return (
        f"{lead}; by centres no lead of it stands ({figure} on {d.other if own else d.one}, "
        f"p (Holm) {chance(d.adjusted)})."
    )


def _turned(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    """The interval of a difference seen from the other side."""
    return (None if high is None else -high), (None if low is None else -low)


def _one_game(row: GameRow) -> str:
    """``France (openai:some) won alone in F1907M with 18 centres.``"""
    seats = {seat.power: seat for seat in row.seats}

    def named(power: str) -> str:
        return f"{power.title()} ({seats[power].player})"

    if row.outcome in ("solo", "last_power") and row.winners:
        winner = row.winners[0]
        return f"{named(winner)} won alone in {row.last_phase} with {seats[winner].centers} centres."
    if row.outcome == "draw" and row.winners:
        return f"A draw of {', '.join(map(named, row.winners))} in {row.last_phase}."
    most = max(seat.centers for seat in row.seats)
    first = [seat.power for seat in row.seats if seat.centers == most]
    lead = "leads" if len(first) == 1 else "lead"
    return f"Nobody won: {', '.join(map(named, first))} {lead} with {most} centres at the end of {row.last_phase}."
