"""Which games are independent of each other, and which are compared within what they share.

- Games of one seed in other seatings are one unit: a schedule that pairs its players plays them so. Games that repeat a
  seed and a seating are repetitions of it, each a unit.
- Where all games are forks of fewer than ``MANY`` positions, a position is not drawn anew, and its replicas are the
  units: figures then hold for these positions. From ``MANY`` positions on, and where forks lie among other games, all
  games that share phases are one unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .game_record import GameRecord

MANY = 7
"""Positions from which on a position is the observation."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What of a game decides with which others it goes together."""

    cluster: str
    """The run that it was forked from, and so on back; itself when it was not."""
    phase: str
    """Where it was forked; empty when it was not."""
    seed: int
    seating: tuple[tuple[str, str], ...]
    """(power, player)."""

    @classmethod
    def of(cls, game: GameRecord) -> Origin:
        return cls(game.cluster, game.forked_at, game.seed, tuple(sorted(game.players.items())))


class Sitting(NamedTuple):
    """Where figures were made."""

    unit: str
    """Equal for what is one observation."""
    power: str = ""
    position: str = ""
    """The one that it was forked from, where figures hold for the positions."""
    game: int = 0
    """Number of the game among those that were read."""

    @property
    def cell(self) -> tuple[str, str]:
        """What is compared with its like alone."""
        return (self.position, self.power)


def within_positions(origins: Iterable[Origin]) -> bool:
    """Whether figures hold for the positions that these games were forked from, and no others."""
    found = list(origins)
    places = Counter((origin.cluster, origin.phase) for origin in found)
    return all(origin.phase for origin in found) and len(places) < MANY and max(places.values(), default=0) > 1


def units(origins: Mapping[int, Origin], *, positions: bool) -> dict[int, tuple[str, str]]:
    """Number of a game -> its unit and its position. ``positions``: as ``within_positions`` says of them, or of all
    that are compared."""
    seen: Counter[object] = Counter()
    found: dict[int, tuple[str, str]] = {}
    started: dict[str, str] = {}
    for number, origin in origins.items():
        place = f"{origin.cluster} {origin.phase}" if positions else ""
        if origin.phase and not positions:
            continue
        seen[place, origin.seed, origin.seating] += 1
        found[number] = f"{place} seed {origin.seed} {seen[place, origin.seed, origin.seating]}".strip(), place
        started.setdefault(origin.cluster, found[number][0])
    for number, origin in origins.items():
        if number not in found:
            found[number] = started.get(origin.cluster, origin.cluster), ""
    return found
