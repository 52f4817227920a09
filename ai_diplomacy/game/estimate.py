"""What a game will take before it is played: calls, tokens and cost, each as a range."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..models.call_costs import BYTES_PER_TOKEN
from ..models.context_windows import LEAST_REPLY, USUAL_REPLY
from ..models.known import known_sum
from ..models.model import Usage
from ..models.prices import Price

PROMPT_CHARACTERS: Mapping[str, tuple[int, int]] = {
    "initialize": (5800, 5800),
    "provisional": (7050, 9900),
    "negotiate": (7250, 10050),
    "plan": (8100, 11450),
    "order": (8350, 11350),
    "reflect": (8150, 9900),
    "consolidate": (7400, 7800),
    "judge": (7450, 8850),
}
"""Step -> system prompt and prompt together, in the first year and in late ones: means of two offline games to 1910
(seeds 3 and 4, two rounds, with plans; 1,633 calls)."""
LONGEST_PROMPT = (10000, 14700)
"""The same for the longest prompt of a game, at its start and in late years: no prompt of five offline games was longer
(seeds 1 to 5, two rounds; 14,650 characters in 1910)."""
REPLY_CHARACTERS: Mapping[str, int] = {
    "initialize": 325,
    "provisional": 120,
    "negotiate": 765,
    "plan": 195,
    "order": 545,
    "reflect": 485,
    "consolidate": 250,
    "judge": 400,
}
"""Step -> a reply of the offline model: the means of the same games. Of a judge, where rules say 90, two entries with
quotes."""
TAGS = (317, 317, 0)
"""With truth tags: characters more of a prompt in the first year and in late ones, and of a reply; measured alike."""
TAGS_OF_STEP: Mapping[str, tuple[int, int, int]] = {
    "provisional": (330, 339, 0),
    "negotiate": (346, 356, 65),
    "plan": (370, 408, 0),
    "order": (411, 481, 80),
}
"""The same where messages have numbers, or more is asked."""
TAGS_OF_LONGEST = (514, 617)
PROVISIONAL = 199
"""Characters more of every prompt where provisional orders are asked for."""
YEARS_OF_GROWTH = 3
"""A prompt is as long as it gets, with its diary and its press, after so many years."""
CHARACTERS_A_TOKEN = (4.5, 3.0)
"""Between plain prose and JSON full of abbreviations."""
REPLY_FACTOR = (0.7, 3.0)
"""Replies are shorter in the first years, and language models say the same at more length than rules do."""
REASONING_TOKENS = (0, 2000)
"""A call, of models that do not reason and of models that do."""
LOST_A_YEAR = (0.03, 0.0)
"""Part of the powers that is eliminated each year. Offline games lose one or two of seven by 1910."""
EXTRA_ORDERS = (0.5, 1.5)
"""Retreats and adjustments a power and year; 0.9 in the offline games."""
REASKED = (0.0, 0.15)
"""Part of the calls that is asked again; 0.03 in the offline games, and weaker models order worse."""


@dataclass(frozen=True, slots=True)
class Range:
    """Not less, and not more."""

    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Range) -> Range:
        return Range(self.low * other.low, self.high * other.high)


@dataclass(frozen=True, slots=True)
class Seat:
    """One power and who answers for it."""

    power: str
    model: str
    price: Price | None
    """``None``: not known."""
    max_tokens: int = 8192
    window: int | None = None
    """Tokens that its model has room for, prompt and reply together; ``None``: not known."""


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """One row of the table: a step, or a model."""

    name: str
    calls: Range
    input_tokens: Range
    output_tokens: Range
    cost_usd: Range | None
    """``None`` when a price is not known."""


@dataclass(frozen=True, slots=True)
class GameEstimate:
    """What a game will take."""

    steps: tuple[EstimateLine, ...]
    models: tuple[EstimateLine, ...]
    total: EstimateLine

    def text(self) -> list[str]:
        """The table as lines to print."""
        lines = (*self.steps, *self.models, self.total)
        width = max(28, *(len(line.name) for line in lines))
        head = f"{'':{width}} {'calls':>15} {'input tokens':>23} {'output tokens':>21} {'cost':>19}"
        return [head, *(_printed(line, width) for line in lines)]


def estimate(
    seats: Sequence[Seat],
    *,
    turns: int,
    rounds: int,
    planning: bool,
    truth_tags: bool = False,
    provisional_orders: bool = False,
    at: float,
) -> GameEstimate:
    """What ``turns`` movement phases with all that follows them will take. Asks nothing.

    ``seats``: those that ask a model. ``at``: when, in seconds since 1970, as some prices change.
    """
    calls = _calls_of_a_seat(turns, rounds, planning, provisional_orders)
    more = {step: _more(step, truth_tags, provisional_orders) for step in calls}
    return estimate_of(seats, calls, turns=turns, at=at, more=more)


def estimate_of(
    seats: Sequence[Seat],
    calls: Mapping[str, Range],
    *,
    turns: int,
    at: float,
    more: Mapping[str, tuple[int, int, int]] = MappingProxyType({}),
) -> GameEstimate:
    """What these calls of every seat will take, step by step, spread over so many turns of a game. ``more``: step ->
    characters more than usual, as in ``TAGS``."""
    parts = [
        (seat, step, _part(seat, step, calls[step], turns, at, more.get(step, (0, 0, 0))))
        for seat in seats
        for step in calls
    ]
    return GameEstimate(
        steps=tuple(_sum(step, (line for _, of, line in parts if of == step)) for step in calls if calls[step].high),
        models=tuple(
            _sum(model, (line for seat, _, line in parts if seat.model == model))
            for model in sorted({seat.model for seat in seats})
        ),
        total=_sum("total", (line for _, _, line in parts)),
    )


def total_of(lines: Iterable[EstimateLine]) -> EstimateLine:
    """All of them together."""
    return _sum("total", lines)


def _more(step: str, truth_tags: bool, provisional_orders: bool) -> tuple[int, int, int]:
    early, late, reply = TAGS_OF_STEP.get(step, TAGS) if truth_tags else (0, 0, 0)
    system = PROVISIONAL * provisional_orders
    return early + system, late + system, reply


def window_lines(
    seats: Sequence[Seat], *, turns: int, truth_tags: bool = False, provisional_orders: bool = False
) -> list[str]:
    """How long prompts get, and a line for each model whose context window they may outgrow."""
    first, late = (
        LONGEST_PROMPT[end] + TAGS_OF_LONGEST[end] * truth_tags + PROVISIONAL * provisional_orders for end in (0, 1)
    )
    longest = first + (late - first) * min(1.0, turns / 2 / YEARS_OF_GROWTH)
    tokens = _both(lambda end: longest / CHARACTERS_A_TOKEN[end])
    lines = [f"longest prompt: {_span(tokens)} tokens"] if seats else []
    for model, window in sorted({(seat.model, seat.window) for seat in seats if seat.window is not None}):
        if window < tokens.high + LEAST_REPLY:
            lines.append(
                f"{model}: its context window of {window:,} tokens "
                + ("is" if window < tokens.low + LEAST_REPLY else "may be")
                + f" too small for that and a reply; one of {math.ceil((tokens.high + USUAL_REPLY) / 1024) * 1024:,} "
                "holds both (docs/local_models.md)"
            )
    return lines


def cap_problems(
    seats: Sequence[Seat], *, max_cost_usd: float | None, max_tokens_total: int | None, at: float
) -> list[str]:
    """Why a cap would stop the game at its first call, in one line, or none if it would not: what a call may take at
    most must fit, whoever it is that asks."""
    for seat in seats:
        input = round(PROMPT_CHARACTERS["initialize"][0] / BYTES_PER_TOKEN)
        tokens = input + seat.max_tokens
        cost = 0.0 if seat.price is None else float(seat.price.most(input, seat.max_tokens, at))
        hint = f"with a reply of up to {seat.max_tokens:,} tokens; raise the cap, or lower --max_tokens"
        if max_cost_usd is not None and cost > max_cost_usd:
            return [f"--max_cost_usd: ${max_cost_usd:g} is not enough for one call of {seat.model}, ${cost:.4f} {hint}"]
        if max_tokens_total is not None and tokens > max_tokens_total:
            cap = f"{max_tokens_total:,}"
            return [f"--max_tokens_total: {cap} is not enough for one call of {seat.model}, {tokens:,} {hint}"]
    return []


def cap_warnings(
    cost_usd: Range | None, tokens: Range | None, *, max_cost_usd: float | None, max_tokens_total: int | None
) -> list[str]:
    """A line for each cap that is, or may be, reached before what was estimated is played to its end."""
    caps = (
        ("--max_cost_usd", max_cost_usd, cost_usd, "${:,g}"),
        ("--max_tokens_total", max_tokens_total, tokens, "{:,}"),
    )
    return [
        f"{flag}: {form.format(cap)} "
        + (
            "is less than that: it will stop at the cap"
            if cap < range.low
            else "may be too little: it may stop at the cap"
        )
        for flag, cap, range, form in caps
        if cap is not None and range is not None and cap < range.high
    ]


def one_step(step: str, count: int) -> dict[str, Range]:
    """The calls that ask so often for this step alone."""
    return {step: _exactly(count) * _both(lambda end: 1 + REASKED[end])}


def _calls_of_a_seat(turns: int, rounds: int, planning: bool, provisional: bool) -> dict[str, Range]:
    asked = {
        "provisional": turns * rounds if provisional else 0,
        "negotiate": turns * rounds,
        "plan": turns if planning else 0,
        "order": turns,
        "reflect": turns - 1,
        "consolidate": turns // 2 - 2,
    }
    alive = _both(lambda end: 1 - min(0.5, LOST_A_YEAR[end] * max(0.0, turns / 2 - 1) / 2))
    extra = {"order": _both(lambda end: EXTRA_ORDERS[end] * (turns // 2))}
    calls = {step: alive * (_exactly(max(0, count)) + extra.get(step, _exactly(0))) for step, count in asked.items()}
    return {
        step: count * _both(lambda end: 1 + REASKED[end])
        for step, count in ({"initialize": _exactly(1)} | calls).items()
    }


def _part(seat: Seat, step: str, calls: Range, turns: int, at: float, more: tuple[int, int, int]) -> EstimateLine:
    early, late, reply = (*PROMPT_CHARACTERS[step], REPLY_CHARACTERS[step])
    early, late, reply = early + more[0], late + more[1], reply + more[2]
    prompt = early + (late - early) * _mean_growth(turns / 2)
    input = _both(lambda end: prompt / CHARACTERS_A_TOKEN[end])
    said = _both(lambda end: reply * REPLY_FACTOR[end] / CHARACTERS_A_TOKEN[end] + REASONING_TOKENS[end])
    output = Range(min(said.low, seat.max_tokens), min(said.high, seat.max_tokens))
    cost = None if seat.price is None else calls * _cost(seat.price, input, output, at)
    return EstimateLine(step, calls, calls * input, calls * output, cost)


def _mean_growth(years: float) -> float:
    """How far prompts have grown from early to late, in the mean over a game."""
    if years <= YEARS_OF_GROWTH:
        return years / YEARS_OF_GROWTH / 2
    return 1 - YEARS_OF_GROWTH / 2 / years


def _cost(price: Price, input: Range, output: Range, at: float) -> Range:
    def of(tokens: tuple[float, float]) -> float:
        return float(price.cost(Usage(round(tokens[0]), round(tokens[1]), 0), at) or 0)

    return Range(of((input.low, output.low)), of((input.high, output.high)))


def _sum(name: str, lines: Iterable[EstimateLine]) -> EstimateLine:
    total = EstimateLine(name, _exactly(0), _exactly(0), _exactly(0), _exactly(0))
    for line in lines:
        total = EstimateLine(
            name,
            total.calls + line.calls,
            total.input_tokens + line.input_tokens,
            total.output_tokens + line.output_tokens,
            known_sum(total.cost_usd, line.cost_usd),
        )
    return total


def _both(of: Callable[[int], float]) -> Range:
    return Range(of(0), of(1))


def _exactly(value: float) -> Range:
    return Range(value, value)


def _printed(line: EstimateLine, width: int) -> str:
    cost = "unknown" if line.cost_usd is None else _span(line.cost_usd, "${:,.2f}")
    spans = _span(line.calls), _span(line.input_tokens), _span(line.output_tokens)
    return f"{line.name:{width}} {spans[0]:>15} {spans[1]:>23} {spans[2]:>21} {cost:>19}"


def _span(range: Range, form: str = "{:,.0f}") -> str:
    low, high = form.format(range.low), form.format(range.high)
    return low if low == high else f"{low} - {high}"
