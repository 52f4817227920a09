"""Cards on the terminal: the headline of each, and the ladder of several."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table as Grid

from ..analysis.duels import Duel
from ..analysis.formatting import NONE, mean, number, span
from ..analysis.terminal import grid_of, wide_console
from ..records.cleaning import cleaned
from ..records.saying import say
from .card import ABSOLUTE, PERCENT, read_card
from .ladder import Ladder, Rung, ladder
from .markdown import cost, latency, legal, percent, tokens


def show(folders: Sequence[Path]) -> None:
    """What the examinations in these folders have shown."""
    cards = [read_card(folder) for folder in folders]
    for folder, card in zip(folders, cards, strict=True):
        kinds = ", ".join(f"{kind} {percent(figures)}" for kind, figures in card["kinds"].items())
        say(
            f"{card['player']}: regret {percent(card['regret'])} of the stake ({kinds})"
            if card["played"]
            else _idle(card)
        )
        say(f"  worst positions on the map, and all figures: {folder / 'card.md'}")
    if cards:
        show_ladder(cards)


def show_ladder(cards: Sequence[Mapping[str, Any]]) -> None:
    """Prints the ladder. Raises ``ConfigError`` for cards that cannot be compared."""
    found = ladder(cards)
    for card in found.left_out:
        say(f"left out: {_idle(card)}")
    if found.rungs:
        wide_console(170).print(_grid(found, cards[0]["bank"]))


def _idle(card: Mapping[str, Any]) -> str:
    return f"{card['player']}: did not play, {card['unusable']} of {card['positions']} without a usable reply"


def _grid(found: Ladder, bank: str) -> Grid:
    title = f"Regret in {found.positions} positions of bank {bank}: mean \u00b1 standard error, [95 % interval]"
    spent = ("legal", "tokens", "cost", "latency")
    figures = ("% of the stake", "in centres", "more than the one above", "positions to tell", *spent)
    grid = grid_of(title, ("player",), figures)
    for rung in found.rungs:
        grid.add_row(escape(cleaned(rung.card["player"], "line")), *map(escape, _cells(rung)))
    return grid


def _cells(rung: Rung) -> tuple[str, ...]:
    above, spent = rung.above, rung.card["spent"]
    figure = f"{mean(rung.percent, PERCENT)}\n{span(rung.percent.low, rung.percent.high, PERCENT, rung.percent.mark)}"
    return (
        figure.rstrip(),
        number(rung.absolute.mean, ABSOLUTE),
        f"{number(above.difference, PERCENT)} \u00b1 {above.error:.1f}" if above else NONE,
        _needed(above),
        legal(rung.card),
        tokens(spent),
        cost(spent),
        latency(spent),
    )


def _needed(duel: Duel | None) -> str:
    """Positions in which a test at 5 % finds a difference of this size in 80 % of all cases."""
    if duel is None or not duel.difference:
        return NONE
    return f"{max(2, math.ceil(duel.games * (duel.detectable / duel.difference) ** 2)):,}"
