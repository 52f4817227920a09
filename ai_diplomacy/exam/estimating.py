"""What examinations will take before anybody is asked: calls, tokens, cost and time, each as a range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from ..game.estimate import GameEstimate, Range, cap_warnings, estimate_of, one_step, window_lines
from ..game.model_factory import asked_seats
from ..models.concurrency_limit import START
from ..models.prices import Price
from .bank import LAST_YEAR
from .config import ExamConfig

TOKENS_A_SECOND = (120.0, 25.0)
"""What a model writes, of fast ones and of slow ones."""
FIRST_TOKEN = (0.4, 3.0)
"""Seconds until it begins."""
_TURNS = 2 * (LAST_YEAR - 1901)
"""Of the games that the positions are from: their prompts are as long as those of such a game in the mean."""


def estimate_lines(exams: Sequence[tuple[ExamConfig, Mapping[str, Price | None]]], at: float) -> list[str]:
    """A table of all models, how long they take, and caps that are too low. ``exams``: of as many positions each, with
    the models' prices; ``at``: seconds since 1970."""
    config = exams[0][0]
    # One seat of each: all its seats are the same model.
    seats = list(chain.from_iterable(asked_seats(exam.asked, prices)[:1] for exam, prices in exams))
    if not seats:
        return [f"{len(config.models)} positions; no model is asked"]
    expected = [estimate_of([seat], one_step("order", len(config.models)), turns=_TURNS, at=at) for seat in seats]
    times = [_seconds(one, config.calls.max_concurrency or START) for one in expected]
    warnings = chain.from_iterable(
        cap_warnings(
            one.total.cost_usd,
            one.total.input_tokens + one.total.output_tokens,
            max_cost_usd=config.calls.max_cost_usd,
            max_tokens_total=config.calls.max_tokens_total,
        )
        for one in expected
    )
    low, high = (_shown(max(getattr(time, end) for time in times)) for end in ("low", "high"))
    return [
        *estimate_of(seats, one_step("order", len(config.models)), turns=_TURNS, at=at).text(),
        *window_lines(seats, turns=_TURNS),
        *dict.fromkeys(warnings),
        f"time: {low} to {high}, all models at once" if len(seats) > 1 else f"time: {low} to {high}",
    ]


def _seconds(expected: GameEstimate, at_once: int) -> Range:
    """Of all calls of one model, so many at a time."""
    calls, output = expected.total.calls, expected.total.output_tokens
    ends = [
        count / at_once * (first + tokens / max(1.0, count) / speed)
        for count, tokens, first, speed in zip(
            (calls.low, calls.high), (output.low, output.high), FIRST_TOKEN, TOKENS_A_SECOND, strict=True
        )
    ]
    return Range(*ends)


def _shown(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
