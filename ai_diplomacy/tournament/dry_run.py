"""What a tournament will be, before it is: who sits where, how many calls, and what they may cost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence

from ..board.terrain import terrain
from ..game.estimate import Range, Seat, cap_warnings, estimate, window_lines
from ..models.known import known_sum
from ..models.prices import Price, known_window
from .schedule import Match, balance_lines
from .spec import MAP, Entrant, Spec


def schedule_lines(matches: Sequence[Match]) -> list[str]:
    """The schedule as a table, a line a game."""
    powers = terrain(MAP).powers
    columns = [[power.title(), *(match.seats[power] for match in matches)] for power in powers]
    widths = [min(24, max(map(len, column))) for column in columns]
    rows = [["game", "seed", *(power.title() for power in powers)]]
    rows += [[match.name, str(match.seed), *(match.seats[power] for power in powers)] for match in matches]
    return [
        f"{row[0]:>5} {row[1]:>10}  "
        + "  ".join(f"{cell[:24]:{width}}" for cell, width in zip(row[2:], widths, strict=True))
        for row in rows
    ]


def balance(spec: Spec, matches: Sequence[Match]) -> str:
    """What the schedule balances and what is asked of it, a line each."""
    balanced = f"balanced: {'; '.join(balance_lines(spec.schedule, matches, spec.field))}"
    return balanced if spec.question is None else f"{balanced}\nasked beforehand: {spec.question}"


def estimate_lines(spec: Spec, matches: Sequence[Match], prices: Mapping[str, Price | None]) -> list[str]:
    """Calls, tokens and cost of all games together, by player, each as a range, and caps that are below them."""
    seats = Counter(name for match in matches for name in match.seats.values())
    rows: list[tuple[str, ...]] = [("player", "seats", "calls", "input tokens", "output tokens", "cost")]
    total: list[Range | None] = [Range(0, 0)] * 4
    for name, entrant in spec.entrants.items():
        figures = _figures(spec, entrant, seats[name], prices)
        total = list(map(known_sum, total, figures))
        rows.append(_row(name, seats[name], figures))
    rows.append(_row("total", sum(seats.values()), total))
    asked = [seat(spec, entrant, prices) for entrant in spec.entrants.values() if entrant.asked]
    width = max(28, *(len(row[0]) for row in rows))
    tokens = known_sum(total[1], total[2])
    warnings = cap_warnings(total[3], tokens, max_cost_usd=spec.max_cost_usd, max_tokens_total=spec.max_tokens)
    return [
        *(f"{row[0]:{width}} {row[1]:>6} {row[2]:>19} {row[3]:>27} {row[4]:>25} {row[5]:>23}" for row in rows),
        *window_lines(asked, turns=_turns(spec)),
        *warnings,
    ]


def seat(spec: Spec, entrant: Entrant, prices: Mapping[str, Price | None]) -> Seat:
    """The seat of a player who asks a model."""
    price, most = prices[str(entrant.model)], entrant.max_tokens or spec.game.default_max_tokens
    return Seat(entrant.name, str(entrant.model), price, most, known_window(entrant.model, price))


def _figures(spec: Spec, entrant: Entrant, seats: int, prices: Mapping[str, Price | None]) -> list[Range | None]:
    if not entrant.asked:
        return [Range(0, 0)] * 4
    game = spec.game
    asked = [seat(spec, entrant, prices)]
    one = estimate(asked, turns=_turns(spec), rounds=game.rounds, planning=game.planning, at=time.time()).total
    times = Range(seats, seats)
    return [
        one.calls * times,
        one.input_tokens * times,
        one.output_tokens * times,
        None if one.cost_usd is None else one.cost_usd * times,
    ]


def _turns(spec: Spec) -> int:
    return 2 * (spec.game.max_year - spec.game.terrain.first_year + 1)


def _row(name: str, seats: int, figures: Sequence[Range | None]) -> tuple[str, ...]:
    return (name, str(seats), *(_span(part) for part in figures[:3]), _span(figures[3], "${:,.2f}"))


def _span(part: Range | None, form: str = "{:,.0f}") -> str:
    if part is None:
        return "unknown"
    low, high = form.format(part.low), form.format(part.high)
    return low if low == high else f"{low} - {high}"
