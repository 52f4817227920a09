"""What a tournament will be, before it is: who sits where, how many calls, and what they may cost."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..board.phase import Phase
from ..game.config import GameConfig
from ..game.estimate import Range, Seat, cap_warnings, estimate, window_lines
from ..game.estimated_time import steps_in_a_row, time_line
from ..models.known import known_sum
from ..models.prices import Price, known_window
from ..models.providers import in_process
from .reading import Entrant
from .schedule import Match
from .spec import Spec


def schedule_lines(spec: Spec, matches: Sequence[Match]) -> list[str]:
    """The schedule as a table, a line a game: the powers of each player, first those who ask a model, and of these who
    has the fewest seats, so that a challenger stands before its field."""
    names = _challengers_first(spec, matches)
    forked = any(match.state for match in matches)
    rows = [("game", "seed", *(["state, arm"] if forked else []), *names)]
    for match in matches:
        powers = {name: [power for power, player in match.seats.items() if player == name] for name in names}
        most = max(map(len, powers.values()))
        seats = (_powers(held, most=most) for held in powers.values())
        rows.append((match.name, str(match.seed), *([f"{match.state}, {match.arm}"] if forked else []), *seats))
    widths = [min(_WIDEST, max(len(row[at]) for row in rows)) for at in range(len(rows[0]))]
    return ["  ".join(f"{cell[:_WIDEST]:{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]


_WIDEST = 34
"""Letters of a column of the schedule."""


def _challengers_first(spec: Spec, matches: Sequence[Match]) -> list[str]:
    seats = Counter(player for match in matches for player in match.seats.values())
    return sorted(seats, key=lambda name: (not spec.entrants[name].asked, seats[name]))


def _powers(held: Sequence[str], *, most: int) -> str:
    if len(held) > _MANY and len(held) == most:
        return f"the other {len(held)}"
    return ", ".join(power.title() for power in held) or "-"


_MANY = 4
"""Seats of one player in a game that are no longer listed, as they are the rest."""


def balance(spec: Spec, matches: Sequence[Match]) -> str:
    """What the schedule balances and what is asked of it, a line each."""
    balanced = f"balanced: {'; '.join(spec.balance_lines(matches))}"
    return balanced if spec.question is None else f"{balanced}\nasked beforehand: {spec.question}"


def estimate_lines(spec: Spec, matches: Sequence[Match], prices: Mapping[str, Price | None]) -> list[str]:
    """Calls, tokens and cost of all games together, by player, each as a range, and caps that are below them."""
    sat: defaultdict[str, Counter[_Length]] = defaultdict(Counter)
    for match in matches:
        length = _length(spec.config(match), spec.phase(match))
        for name in match.seats.values():
            sat[name][length] += 1
    rows: list[tuple[str, ...]] = [("player", "seats", "calls", "input tokens", "output tokens", "cost")]
    total: list[Range | None] = [Range(0, 0)] * 4
    for name in _challengers_first(spec, matches):
        entrant = spec.entrants[name]
        figures = _figures(spec, entrant, sat[name], prices)
        total = list(map(known_sum, total, figures))
        rows.append(_row(name, sat[name].total(), figures))
    rows.append(_row("total", sum(count.total() for count in sat.values()), total))
    lengths = {length for count in sat.values() for length in count}
    asked = [seat(spec, entrant, prices) for entrant in spec.entrants.values() if entrant.asked]
    width = max(28, *(len(row[0]) for row in rows))
    tokens = known_sum(total[1], total[2])
    warnings = cap_warnings(total[3], tokens, max_cost_usd=spec.max_cost_usd, max_tokens_total=spec.max_tokens)
    return [
        *(f"{row[0]:{width}} {row[1]:>6} {row[2]:>19} {row[3]:>27} {row[4]:>25} {row[5]:>23}" for row in rows),
        time_of(spec, matches),
        *window_lines(
            asked,
            turns=max(length.turns for length in lengths),
            truth_tags=any(length.truth_tags for length in lengths),
            provisional_orders=any(length.provisional_orders for length in lengths),
        ),
        *warnings,
    ]


def time_of(spec: Spec, matches: Sequence[Match]) -> str:
    """How long it should take, in a line."""
    lengths = {_length(spec.config(match), spec.phase(match)) for match in matches}
    reflects = spec.game.reflect == "before"
    steps = [steps_in_a_row(one.turns, one.rounds, planning=one.planning, reflects=reflects) for one in lengths]
    asked = not all(map(in_process, spec.models().values()))
    at_once = spec.concurrency * spec.processes
    return time_line(max(steps, key=lambda one: one.high), asked=asked, games=len(matches), at_once=at_once)


def seat(spec: Spec, entrant: Entrant, prices: Mapping[str, Price | None]) -> Seat:
    """The seat of a player who asks a model."""
    price, most = prices[str(entrant.model)], entrant.max_tokens or spec.game.default_max_tokens
    return Seat(entrant.name, str(entrant.model), price, most, known_window(entrant.model, price))


def _figures(
    spec: Spec, entrant: Entrant, sat: Mapping[_Length, int], prices: Mapping[str, Price | None]
) -> list[Range | None]:
    figures: list[Range | None] = [Range(0, 0)] * 4
    if not entrant.asked:
        return figures
    asked, at = [seat(spec, entrant, prices)], time.time()
    for length, seats in sat.items():
        one = estimate(asked, **length._asdict(), at=at).total
        times = Range(seats, seats)
        cost = None if one.cost_usd is None else one.cost_usd * times
        figures = list(
            map(known_sum, figures, (one.calls * times, one.input_tokens * times, one.output_tokens * times, cost))
        )
    return figures


class _Length(NamedTuple):
    """What decides how often a seat is asked in a game, and at what length."""

    turns: int
    rounds: int
    planning: bool
    truth_tags: bool
    provisional_orders: bool


def _length(config: GameConfig, phase: str) -> _Length:
    """``phase``: where it begins."""
    begun = Phase(phase)
    seasons = 2 * (config.last_year - begun.year + 1) - (begun.season != "S")
    return _Length(seasons, config.rounds, config.planning, config.truth_tags, config.provisional_orders)


def _row(name: str, seats: int, figures: Sequence[Range | None]) -> tuple[str, ...]:
    return (name, str(seats), *(_span(part) for part in figures[:3]), _span(figures[3], "${:,.2f}"))


def _span(part: Range | None, form: str = "{:,.0f}") -> str:
    if part is None:
        return "unknown"
    low, high = form.format(part.low), form.format(part.high)
    return low if low == high else f"{low} - {high}"
