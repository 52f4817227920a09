"""The ladder of several cards: models and bots compared within the positions that all of them were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..analysis.duels import Duel, duel
from ..analysis.estimates import MeanEstimate, estimates
from ..analysis.tallies import Sums
from ..records.errors import ConfigError
from .card import ExamAnswer, sums


@dataclass(frozen=True, slots=True)
class Rung:
    """One player on the ladder."""

    card: Mapping[str, Any]
    percent: MeanEstimate
    absolute: MeanEstimate
    above: Duel | None
    """Against the player above it, paired by position; ``None`` for the first one."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The players by regret, the least first."""

    rungs: tuple[Rung, ...]
    positions: int
    """Those that all were asked."""
    left_out: tuple[Mapping[str, Any], ...]
    """Cards of models that did not play."""


def ladder(cards: Sequence[Mapping[str, Any]]) -> Ladder:
    """Raises ``ConfigError`` for cards of different banks, or two of one player."""
    banks = {card["bank"] for card in cards}
    if len(banks) > 1:
        raise ConfigError(
            f"the cards are of different banks, whose positions are not the same: {', '.join(sorted(banks))}"
        )
    names = [card["player"] for card in cards]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"two cards are of {twice[0]}; give one")
    played = [card for card in cards if card["played"]]
    asked = [{row.position for row in card["answers"]} for card in played]
    shared = set.intersection(*asked) if asked else set()
    if played and not shared:
        raise ConfigError("no position was asked of all")
    found = {card["player"]: _sums(card, shared) for card in played}
    figures = {name: estimates(rows) for name, rows in found.items()}
    ranked = sorted(played, key=lambda card: (figures[card["player"]][0].mean or 0.0, card["player"]))
    order = [card["player"] for card in ranked]
    return Ladder(
        rungs=tuple(
            Rung(
                card,
                percent=figures[name][0],
                absolute=figures[name][1],
                above=duel(found[name], found[order[at - 1]], 0) if at else None,
            )
            for at, (card, name) in enumerate(zip(ranked, order, strict=True))
        ),
        positions=len(shared),
        left_out=tuple(card for card in cards if not card["played"]),
    )


def _sums(card: Mapping[str, Any], shared: set[str]) -> Sums:
    answers: list[ExamAnswer] = card["answers"]
    return sums(card["player"], (row for row in answers if row.position in shared))
