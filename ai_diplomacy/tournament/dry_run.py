"""What a tournament will be, before it is: who sits where, how many calls, and what they may cost."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..board.phase import Phase
from ..game.config import GameConfig
from ..game.estimate import Range, Seat, cap_warnings, estimate, window_lines
from ..models.known import known_sum
from ..models.prices import Price, known_window
from .reading import Entrant
from .schedule import Match
from .spec import Spec


def schedule_lines(matches: Sequence[Match]) -> list[str]:
    """The schedule as a table, a line a game."""
    powers = list(matches[0].seats)
    forked = any(match.state for match in matches)
    columns = [[power.title(), *(match.seats[power] for match in matches)] for power in powers]
    widths = [min(24, max(map(len, column))) for column in columns]
    rows = [["game", "seed", *(power.title() for power in powers)]]
    rows += [[match.name, str(match.seed), *(match.seats[power] for power in powers)] for match in matches]
    places = ["state, arm", *(f"{match.state}, {match.arm}" for match in matches)]
    before = [f"{place:{max(map(len, places))}}  " if forked else "" for place in places]
    return [
        f"{row[0]:>5} {row[1]:>10}  {place}"
        + "  ".join(f"{cell[:24]:{width}}" for cell, width in zip(row[2:], widths, strict=True))
        for row, place in zip(rows, before, strict=True)
    ]


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
    for name, entrant in spec.entrants.items():
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
        *window_lines(
            asked,
            turns=max(length.turns for length in lengths),
            truth_tags=any(length.truth_tags for length in lengths),
            provisional_orders=any(length.provisional_orders for length in lengths),
        ),
        *warnings,
    ]


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
