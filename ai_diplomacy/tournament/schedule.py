"""Who sits where in each game of a tournament, so that nobody gains by where, or with whom, it sits.

A schedule consists of *blocks*. Within a block every player sits in every power equally often, and in ``round_robin``
every two players meet equally often; so any number of blocks is fair, and a tournament of more blocks begins with the
games of a shorter one. Against a field, the challengers of a block meet the same seed in the same seat (common random
numbers), so that they are compared within it. In a round robin, Latin squares balance who sits beside whom over several
blocks (``NEIGHBOURLY``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice, permutations
from typing import Any, Literal

from ..board.chance import chance

Kind = Literal["round_robin", "one_vs_six", "six_vs_one"]
KINDS: tuple[Kind, ...] = ("round_robin", "one_vs_six", "six_vs_one")

SEATS = 7
MOST_SEED = 2**31 - 1

_SQUARES = {
    # Players -> (who has each seat first, as a place in the circle of players), and by what seats are multiplied.
    2: ([(0, 0, 0, 1, 0, 1, 1)], (1,)),
    3: ([(0, 0, 0, 1, 2, 1, 2)], (1, 2, 4)),
    4: ([(0, 0, 1, 1, 3, 2, 2)], (1, 2, 4)),
    # Two of five have a second seat; who it is must vary for every pair to meet equally often.
    5: ([(0, 0, 1, 1, 2, 3, 4), (0, 4, 3, 2, 2, 1, 0)], (1, 2, 3, 4, 5, 6)),
    6: ([(0, 0, 1, 2, 5, 4, 3)], (1, 2, 4)),
    7: ([(0, 1, 2, 3, 4, 5, 6)], (1, 2, 3, 4, 5, 6)),
}
"""The lines s -> k s + b of seats modulo 7, for every k here and every b, give every two players every two powers
equally often. For 7 players b only turns the circle, which the games of a block do anyway. Found by search."""
NEIGHBOURLY = {
    size: len(places) * size * len(factors) * (SEATS if size < SEATS else 1)
    for size, (places, factors) in _SQUARES.items()
}
"""Players of a round robin -> games after which every two of them have sat in every two powers equally often."""


@dataclass(frozen=True, slots=True)
class Match:
    """One game of a tournament."""

    number: int
    """From 1."""
    seed: int
    seats: Mapping[str, str]
    """Power -> name of its player."""
    state: str = ""
    """The position that it is forked from, and in what arm; empty for a game from its start."""
    arm: str = ""

    @property
    def name(self) -> str:
        """Of its folder."""
        return match_name(self.number)

    def document(self) -> dict[str, Any]:
        """As plain JSON data, without its number."""
        forked = {"state": self.state, "arm": self.arm} if self.state else {}
        return {"seed": self.seed, "seats": dict(self.seats)} | forked


def match_name(number: int) -> str:
    """Of a game's folder."""
    return f"{number:04}"


def block_size(kind: Kind, players: int) -> int:
    """Games in a block. ``players``: in ``round_robin`` 2 to 7; otherwise all, the field's one included."""
    if kind == "round_robin":
        return len(_SQUARES[players][0]) * players
    return SEATS * (players - 1)


def matches(
    kind: Kind, players: Sequence[str], powers: Sequence[str], games: int, *, seed: int, field: str | None = None
) -> list[Match]:
    """The first ``games`` games; the schedule is balanced when they are whole blocks. ``field``: in ``one_vs_six`` who
    takes the six seats, in ``six_vs_one`` the one; all others take turns against it."""
    seatings = chain.from_iterable(_block(kind, players, field, seed, number) for number in count())
    paired = 1 if kind == "round_robin" else len(players) - 1
    return [
        Match(
            number,
            chance(seed, "game", 1 + (number - 1) // paired).randint(0, MOST_SEED),
            dict(zip(powers, seats, strict=True)),
        )
        for number, seats in enumerate(islice(seatings, games), 1)
    ]


def balance_lines(kind: Kind, found: Sequence[Match], field: str | None = None) -> list[str]:
    """What these games balance and what they do not, counted from them."""
    powers = list(found[0].seats)
    if kind != "round_robin":
        lone = Counter((frozenset(match.seats.values()), _lone(match)) for match in found)
        pairs = {players for players, _ in lone}
        paired = Counter((match.seed, _lone(match)) for match in found)
        return [
            f"every challenger against {field}, by power of the single seat: "
            f"{_times(lone[players, power] for players in pairs for power in powers)}",
            f"as many challengers meet the same seed in the same seat: {min(paired.values())}",
        ]
    players = sorted({name for match in found for name in match.seats.values()})
    seats = Counter((name, power) for match in found for power, name in match.seats.items())
    beside = Counter(
        (match.seats[here], here, match.seats[there], there)
        for match in found
        for here, there in permutations(powers, 2)
    )
    met = [
        beside[one, here, other, there]
        for one, other in permutations(players, 2)
        for here, there in permutations(powers, 2)
    ]
    whole = NEIGHBOURLY[len(players)]
    more = "" if len(set(met)) == 1 else f" (the same for all with {-(-len(found) // whole) * whole} games)"
    return [
        f"every player in every power: {_times(seats[player, power] for player in players for power in powers)}",
        f"every two players in every two powers: {_times(met)}{more}",
    ]


def _lone(match: Match) -> str:
    """The power whose player has one seat."""
    count = Counter(match.seats.values())
    return next(power for power, name in match.seats.items() if count[name] == 1)


def _times(counts: Iterable[int]) -> str:
    """``once``, ``3 times``, or ``2 to 4 times``."""
    found = set(counts)
    low, high = min(found), max(found)
    if low < high:
        return f"{low} to {high} times"
    return "once" if low == 1 else f"{low} times"


def _block(kind: Kind, players: Sequence[str], field: str | None, seed: int, number: int) -> Iterator[Sequence[str]]:
    if kind == "round_robin":
        return _round_robin(players, seed, number)
    assert field is not None
    rng = chance(seed, "schedule", kind, number)
    others = [player for player in players if player != field]
    seats = rng.sample(range(SEATS), SEATS)
    if kind == "one_vs_six":
        return (_row(field, player, at) for at in seats for player in others)
    return (_row(player, field, at) for at in seats for player in others)


def _round_robin(players: Sequence[str], seed: int, number: int) -> Iterator[Sequence[str]]:
    """Each seat has a place in the circle of players; from game to game the circle turns by one."""
    size = len(players)
    starts, factors = _SQUARES[size]
    lines = [(factor, shift) for factor in factors for shift in range(SEATS if size < SEATS else 1)]
    # Drawn anew for each round of blocks in which the neighbours are balanced.
    rng = chance(seed, "schedule", "round_robin", number // len(lines))
    circle, seats = rng.sample(players, size), rng.sample(range(SEATS), SEATS)
    factor, shift = rng.sample(lines, len(lines))[number % len(lines)]
    for start in starts:
        places = [start[(factor * seat + shift) % SEATS] for seat in seats]
        for turn in range(size):
            yield [circle[(place + turn) % size] for place in places]


def _row(many: str, single: str, at: int) -> list[str]:
    return [single if seat == at else many for seat in range(SEATS)]
