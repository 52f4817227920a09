"""Who sits where in each game of a tournament, so that nobody gains by where, or with whom, it sits.

A schedule consists of *blocks*. Within a block every player sits in every power equally often, and in ``round_robin``
every two players meet equally often; so any number of blocks is fair, and a tournament of more blocks begins with the
games of a shorter one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Literal

from ..board.chance import chance

Kind = Literal["round_robin", "one_vs_six", "six_vs_one"]
KINDS: tuple[Kind, ...] = ("round_robin", "one_vs_six", "six_vs_one")

SEATS = 7
MOST_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Match:
    """One game of a tournament."""

    number: int
    """From 1."""
    seed: int
    seats: Mapping[str, str]
    """Power -> name of its player."""

    @property
    def name(self) -> str:
        """Of its folder."""
        return match_name(self.number)


def match_name(number: int) -> str:
    """Of a game's folder."""
    return f"{number:04}"


def block_size(kind: Kind, players: int) -> int:
    """Games in a block. ``players``: in ``round_robin`` 2 to 7; otherwise all, the field's one included."""
    if kind == "round_robin":
        # With five players two of them have a second seat; who it is must vary for every pair to meet equally often.
        return 10 if players == 5 else players
    return SEATS * (players - 1)


def matches(
    kind: Kind, players: Sequence[str], powers: Sequence[str], games: int, *, seed: int, field: str | None = None
) -> list[Match]:
    """The first ``games`` games; the schedule is balanced when they are whole blocks. ``field``: in ``one_vs_six`` who
    takes the six seats, in ``six_vs_one`` the one; all others take turns against it."""
    seatings = chain.from_iterable(_block(kind, players, field, seed, number) for number in count())
    return [
        Match(number, chance(seed, "game", number).randint(0, MOST_SEED), dict(zip(powers, seats, strict=True)))
        for number, seats in enumerate(islice(seatings, games), 1)
    ]


def _block(kind: Kind, players: Sequence[str], field: str | None, seed: int, number: int) -> Iterator[Sequence[str]]:
    rng = chance(seed, "schedule", kind, number)
    if kind == "round_robin":
        return _round_robin(list(players), rng)
    assert field is not None
    others = [player for player in players if player != field]
    if kind == "one_vs_six":
        return _rotated(others, lambda player, at: _row(field, player, at), rng)
    return _rotated(others, lambda player, at: _row(player, field, at), rng)


def _round_robin(players: list[str], rng: random.Random) -> Iterator[Sequence[str]]:
    """Each seat has a place in the circle of players; from game to game the circle turns by one."""
    size = len(players)
    rng.shuffle(players)
    for step in (1, 2) if size == 5 else (1,):
        # Everybody has a seat or as many as fit, and those left over lie ``step`` apart in the circle.
        places = [seat % size for seat in range(SEATS - SEATS % size)]
        places += [extra * step % size for extra in range(SEATS % size)]
        rng.shuffle(places)
        for turn in range(size):
            yield [players[(place + turn) % size] for place in places]


def _rotated(others: list[str], row: Callable[[str, int], list[str]], rng: random.Random) -> Iterator[Sequence[str]]:
    """Every other player through all seats, the players taking turns."""
    seats = list(range(SEATS))
    rng.shuffle(seats)
    for turn in range(SEATS):
        order = rng.sample(others, len(others))
        for player in order:
            yield row(player, seats[(turn + others.index(player)) % SEATS])


def _row(many: str, single: str, at: int) -> list[str]:
    return [single if seat == at else many for seat in range(SEATS)]
