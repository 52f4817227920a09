"""The lines under the final table: what the game took, and what went wrong on the way."""

from __future__ import annotations

from ..board.phase import Phase
from ..board.press import ALL
from ..promises.promised import Promised
from ..records.cleaning import cleaned
from ..run.session import Played
from .counts import ErrorCounts
from .word_and_deed import why

_MOST_BROKEN = 12
"""Broken promises that the terminal lists."""


def summary(played: Played, counts: ErrorCounts) -> list[str]:
    """Lines to print."""
    timing = played.folder.timing
    troubles = ", ".join(
        f"{counts.total(figure)} {name}"
        for name, figure in (
            ("re-asked", "reasked"),
            ("repaired", "repaired_replies"),
            ("cut", "cut_replies"),
            ("steps without a usable reply", "defaulted_steps"),
            ("failed calls", "failed_calls"),
            ("retries", "retries"),
        )
    )
    waiting = timing.waiting_on_path
    waited = f", {waiting:.2f} s of it waiting for limits and retries," if waiting >= 0.01 else ""
    return [
        "",
        f"total_time {played.finished.total_time:.2f} s{waited} for {timing.calls} calls, which took "
        f"{timing.answering:.2f} s in sum (critical path {timing.critical_path:.2f} s)",
        f"replies: {troubles}",
        f"tokens: {_tokens(played)}; cost: {_cost(played)}",
        f"run folder: {played.folder.path} (start with {played.folder.path / 'powers'})",
        *broken_lines(counts),
        *default_lines(counts),
        *([f"{played.faults} faults of this program: {played.folder.log} tells of them"] if played.faults else []),
    ]


def broken_lines(counts: ErrorCounts) -> list[str]:
    """A line for each broken promise; of many, the first ones that were meant."""
    rows = sorted(counts.broken, key=lambda row: not row.on_purpose)[:_MOST_BROKEN]
    rows.sort(key=lambda row: (Phase(row.decided), row.sender))
    lines = [
        f"{row.decided} {row.sender.title()} broke its word to {_to(row)}: {row.commitment}; ordered "
        f"{', '.join(row.ordered) or 'nothing'}; {cleaned(why(row), 'line')}"
        for row in rows
    ]
    more = len(counts.broken) - len(rows)
    return [*lines, *([f"and {more} more, in the stories and in analyze"] if more else [])]


def _to(row: Promised) -> str:
    return "everyone" if row.recipient == ALL else row.recipient.title()


def default_lines(counts: ErrorCounts) -> list[str]:
    """A line for each seat that has steps on defaults."""
    return [
        f"{power.title()} ({cleaned(model, 'line')}){' did not play' if defaults.mostly else ''}: {defaults}"
        for (power, model), defaults in counts.defaults.seats().items()
    ]


def _tokens(played: Played) -> str:
    spent = played.ledger.total()
    if spent.input_tokens is None or spent.output_tokens is None:
        return "unknown"
    text = f"{spent.input_tokens:,} in, {spent.output_tokens:,} out"
    if spent.cached_tokens and spent.input_tokens:
        text += f", {spent.cached_tokens / spent.input_tokens:.0%} of the input from the provider's cache"
    return text


def _cost(played: Played) -> str:
    spent = played.ledger.total()
    if spent.total_usd is None:
        known = {name: row.total_usd for name, row in played.ledger.by("model").items() if row.total_usd}
        rest = f" (known: {', '.join(f'{name} ${cost:.4f}' for name, cost in known.items())})" if known else ""
        return f"unknown{rest}"
    if spent.total_usd == 0:
        return "nothing"
    lost = (
        f", of which ${spent.lost_cost_usd:.4f} may be billed for calls without an answer"
        if spent.lost_cost_usd
        else ""
    )
    return f"${spent.total_usd:.4f}{lost}"
