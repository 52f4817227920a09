"""The moments of a game, found without a model and ranked by their size in centres: stabs, turns of the balance,
changes of the lead, blunders, eliminations, solos and what came near to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ..board.phase import Phase
from ..board.terrain import terrain
from ..search.position import Position
from ..search.value import values
from .decisions import PricedDecision
from .game_record import GameRecord
from .played import standing
from .stabs import StabRow

MomentKind = Literal["stab", "turn", "lead", "blunder", "elimination", "solo", "near solo"]
TURN = 1.0
"""Centres by which a value must change in one turn to be a turn of the balance."""
BLUNDER = 1.5
"""Centres of regret that make a blunder."""
NEAR = 3
"""Centres short of a solo that come near to one."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened in a game."""

    kind: MomentKind
    phase: Phase
    """Whose orders did it; of what is counted by years, the year's last movement phase."""
    powers: tuple[str, ...]
    """Who did it first, then to whom."""
    text: str
    """A line in words."""
    size: float
    """In centres."""


def moments(game: GameRecord, stabs: Sequence[StabRow], prices: Sequence[PricedDecision] = ()) -> list[Moment]:
    """All of a game, the largest first; of equal ones the earlier."""
    found = [*_stabs(stabs), *_turns(game), *_leads(game), *_blunders(prices), *_eliminations(game), *_solos(game)]
    return sorted(found, key=lambda moment: (-moment.size, moment.phase, moment.kind, moment.powers))


def _stabs(stabs: Sequence[StabRow]) -> Iterator[Moment]:
    for row in stabs:
        if row.stab and row.size > 0:
            won = f", and wins {row.won.replace(' ', ', ')}" if row.won else ""
            text = f"{_name(row.breaker)} breaks its word to {_name(row.victim)} ({row.promised}): {row.ordered}{won}"
            yield Moment("stab", row.phase, (row.breaker, row.victim), text, row.size)


def _turns(game: GameRecord) -> Iterator[Moment]:
    """In every turn the power whose value changed most."""
    boards = [standing(game.map, board.phase, board.units, board.centers) for board in game.boards]
    worths = [(board.phase, values(Position.of(board))) for board in boards]
    for (phase, before), (_, after) in pairwise(worths):
        power = max(sorted(before), key=lambda name: abs(after[name] - before[name]))
        change = after[power] - before[power]
        if abs(change) >= TURN:
            way = "rises" if change > 0 else "falls"
            text = f"{_name(power)} {way}: it may expect {after[power]:.1f} centres, after {before[power]:.1f}"
            yield Moment("turn", phase, (power,), text, abs(change))


def _years(game: GameRecord) -> list[tuple[Phase, dict[str, int]]]:
    """The last movement phase of each year, and power -> centres behind it; first what was owned at the beginning."""
    spring: dict[Phase, dict[str, int]] = {}
    for row in game.phases:
        if (phase := Phase(row.phase)).season == "S" and phase.kind == "M":
            spring.setdefault(phase, {})[row.power] = row.centers
    years = [(Phase(f"F{phase.year - 1:04}M"), centers) for phase, centers in sorted(spring.items())]
    if game.ending is not None:
        years.append((Phase(f"F{game.ending.year:04}M"), dict(game.ending.centers)))
    return years


def _leads(game: GameRecord) -> Iterator[Moment]:
    """Changes of who is alone ahead."""
    leader = ""
    before: dict[str, int] = {}
    for phase, centers in _years(game):
        most = max(centers.values(), default=0)
        ahead = [power for power, count in centers.items() if count == most]
        if len(ahead) > 1 or not most:
            continue
        if leader and ahead != [leader]:
            (power,) = ahead
            gained = centers[power] - centers[leader] + before[leader] - before[power]
            text = f"{_name(power)} leads with {most} centres; {_name(leader)}, which led, has {centers[leader]}"
            yield Moment("lead", phase, (power, leader), text, float(gained))
        leader, before = ahead[0], centers


def _blunders(prices: Sequence[PricedDecision]) -> Iterator[Moment]:
    for priced in prices:
        if (regret := priced.price.forward) >= BLUNDER:
            text = f"{_name(priced.power)} could have expected {regret:.1f} centres more by other orders"
            yield Moment("blunder", Phase(priced.phase), (priced.power,), text, regret)


def _eliminations(game: GameRecord) -> Iterator[Moment]:
    years = _years(game)
    for power, year in game.ending.gone_in.items() if game.ending is not None else ():
        most, when = max((centers[power], -phase.year) for phase, centers in years)
        then = f"after {-when}" if -when >= game.first_year else "at the beginning"
        text = f"{_name(power)} is eliminated; at its best it had {most} centres, {then}"
        if most:
            yield Moment("elimination", Phase(f"F{year:04}M"), (power,), text, float(most))


def _solos(game: GameRecord) -> Iterator[Moment]:
    victory = terrain(game.map).victory
    near: set[str] = set()
    for phase, centers in _years(game):
        for power, count in sorted(centers.items()):
            if victory - NEAR <= count < victory and power not in near:
                near.add(power)
                text = f"{_name(power)} has {count} centres, {victory - count} short of a solo"
                yield Moment("near solo", phase, (power,), text, float(count))
    if game.ending is not None and game.ending.outcome == "solo":
        (winner,) = game.ending.winners
        count = game.ending.centers[winner]
        yield Moment(
            "solo", Phase(game.ending.phase), (winner,), f"{_name(winner)} wins alone with {count} centres", count
        )


def _name(power: str) -> str:
    return power.capitalize()
