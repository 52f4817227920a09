"""Who broke its word to whom: a network of players, or of powers where there are too few players for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from .game_record import GameRecord

_FEW = 3
"""Players below which powers say more."""


@dataclass(frozen=True, slots=True)
class BrokenWords:
    """All words that were broken, pledges and those that the breaker itself confessed to."""

    players: Mapping[tuple[str, str], int]
    """(who, to whom) -> how often, each promise once a reader."""
    powers: Mapping[tuple[str, str], int]

    @property
    def network(self) -> Mapping[tuple[str, str], int]:
        """Of the players, or of the powers."""
        return self.players if self.by_player else self.powers

    @property
    def by_player(self) -> bool:
        return len({name for pair in self.players for name in pair}) >= _FEW


class WordsBroken:
    """Collects them, game by game."""

    def __init__(self) -> None:
        self._players: Counter[tuple[str, str]] = Counter()
        self._powers: Counter[tuple[str, str]] = Counter()

    def game(self, game: GameRecord) -> None:
        for row in game.promised:
            # A public promise about no power hurts nobody in particular.
            victim = row.victim if row.recipient == "ALL" else row.recipient
            if row.verdict == "broken" and row.source != "judge" and row.sender in game.playing and victim:
                self._powers[row.sender, victim] += 1
                self._players[game.players[row.sender], game.players[victim]] += 1

    def result(self) -> BrokenWords:
        return BrokenWords(*(dict(sorted(found.items())) for found in (self._players, self._powers)))
