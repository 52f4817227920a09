"""The card of an examination for people, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..analysis.formatting import NONE, UNKNOWN
from .bank import BankPosition

_GROUPS = {"kinds": "kind of position", "powers": "power", "years": "years"}


def markdown(card: Mapping[str, Any], positions: Mapping[str, BankPosition]) -> str:
    """``positions``: by name, those that were asked."""
    return "\n".join((*_headline(card), *_tables(card), *_worst(card, positions))) + "\n"


def percent(figures: Mapping[str, Any] | None) -> str:
    """``12.3 % ± 1.1 [10.2, 14.6]``: regret in per cent of what was at stake."""
    if figures is None or figures["percent"]["mean"] is None:
        return NONE
    found = figures["percent"]
    if found["low"] is None:
        return f"{found['mean']:.1f} %"
    return f"{found['mean']:.1f} % \u00b1 {found['error']:.1f} [{found['low']:.1f}, {found['high']:.1f}]"


def absolute(figures: Mapping[str, Any] | None) -> str:
    """``0.123``: regret of a position, in centres."""
    mean = figures and figures["absolute"]["mean"]
    return NONE if mean is None else f"{mean:.3f}"


def cost(spent: Mapping[str, Any]) -> str:
    """``$0.1234``."""
    return UNKNOWN if spent["cost_usd"] is None else f"${spent['cost_usd']:.4f}"


def tokens(spent: Mapping[str, Any]) -> str:
    """``123,456 in, 7,890 out``."""
    if spent["input_tokens"] is None or spent["output_tokens"] is None:
        return UNKNOWN
    return f"{spent['input_tokens']:,} in, {spent['output_tokens']:,} out"


def legal(card: Mapping[str, Any]) -> str:
    """``97.3 %``: orders that were legal at the first reply."""
    return NONE if card["legal_first"] is None else f"{100 * card['legal_first']:.1f} %"


def latency(spent: Mapping[str, Any]) -> str:
    """``3.1 s``: the median call."""
    return NONE if spent["latency_s"] is None else f"{spent['latency_s']['median']:.2f} s"


def _headline(card: Mapping[str, Any]) -> Iterator[str]:
    spent = card["spent"]
    yield from (f"# Examination of {card['player']}", "")
    if not card["played"]:
        yield f"**It did not play: {card['unusable']} of {card['positions']} positions had no usable reply.**"
        yield ""
    yield from ("| | |", "|---|---|")
    rows = {
        "regret, share of what was at stake": percent(card["regret"]),
        "regret of a position, in centres": absolute(card["regret"]),
        "positions": f"{card['positions']} of bank {card['bank']}",
        "without a usable reply": str(card["unusable"]),
        "orders legal at the first reply": legal(card),
        "calls": f"{spent['calls']:,}",
        "tokens": tokens(spent),
        "cost": cost(spent),
        "median latency of a call": latency(spent),
    }
    for what, figure in rows.items():
        yield f"| {what} | {figure} |"
    yield from ("", "\u00b1 is the standard error, brackets the 95 % interval, both over positions.")


def _tables(card: Mapping[str, Any]) -> Iterator[str]:
    for group, title in _GROUPS.items():
        if not card[group]:
            continue
        yield from ("", f"| {title} | positions | regret, share | in centres |", "|---|---|---|---|")
        for name, figures in card[group].items():
            named = name.title() if group == "powers" else name
            yield f"| {named} | {figures['positions']} | {percent(figures)} | {absolute(figures)} |"


def _worst(card: Mapping[str, Any], positions: Mapping[str, BankPosition]) -> Iterator[str]:
    answers = {row["position"]: row for row in card["answers"]}
    if card["worst"]:
        yield from ("", "## The positions that cost most", "")
        yield "Red: what it ordered. Green and broken: the best reply."
    for name in card["worst"]:
        row, position = answers[name], positions[name]
        yield from ("", f"### {name}: {position.power.title()}, {position.phase}, {position.kind}", "")
        yield f"{row['regret']:.2f} centres lost, of {position.stake:.2f} at stake."
        yield from ("", f"- ordered: {', '.join(row['orders'])}", f"- best reply: {', '.join(position.orders)}", "")
        yield f"![{name}](worst_{name}.svg)"
