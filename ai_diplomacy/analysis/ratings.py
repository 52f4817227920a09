"""Ratings of all players on one scale: openskill's Plackett-Luce model over the places in each game.

Each seat is a team of one. A player with several seats of a game takes the mean of what they would change: they share a
game, so they are no independent evidence. The model learns game by game, so that the order of the games matters a
little: a rating is the mean over several orders, and its interval comes from games drawn again, in any order.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .estimates import interval

ORDERS = 20
_MOST_UPDATES = 60_000
"""Games rated for all intervals together; one takes some 0.1 ms."""


@dataclass(frozen=True, slots=True)
class Rated:
    """One game, for its ratings: who came where."""

    cluster: str
    seats: tuple[tuple[str, float], ...]
    """(player, place), a seat each; 1 is best."""


@dataclass(frozen=True, slots=True)
class Rating:
    """How strong a player is; 25 is where everybody begins."""

    player: str
    mu: float
    sigma: float
    """The model's own doubt about ``mu``."""
    low: float | None
    high: float | None
    """The 95 % interval of ``mu`` over games drawn again; ``None`` with fewer than two clusters."""
    games: int


def ratings(games: Sequence[Rated], *, intervals: bool = True) -> list[Rating]:
    """Of every player of these games, best first. ``intervals`` take most of the time."""
    clusters: defaultdict[str, list[Rated]] = defaultdict(list)
    for game in sorted(games, key=lambda game: (game.cluster, game.seats)):
        clusters[game.cluster].append(game)
    groups = [clusters[name] for name in sorted(clusters)]
    if not groups:
        return []
    rng = random.Random(len(games))
    players = sorted({player for game in games for player, _ in game.seats})
    runs = [_rate([game for group in rng.sample(groups, len(groups)) for game in group]) for _ in range(ORDERS)]
    drawn = _drawn(groups, len(games), rng) if intervals else []
    counts = {player: sum(any(name == player for name, _ in game.seats) for game in games) for player in players}
    found = []
    for player in players:
        mu = float(np.mean([run[player][0] for run in runs]))
        sigma = float(np.mean([run[player][1] for run in runs]))
        values = np.array([run[player][0] for run in drawn if player in run])
        seen = sum(any(name == player for game in group for name, _ in game.seats) for group in groups)
        low, high = interval(values, seen) if intervals and seen > 1 else (None, None)
        found.append(Rating(player, mu, sigma, low, high, counts[player]))
    return sorted(found, key=lambda rating: -rating.mu)


def _drawn(
    groups: Sequence[Sequence[Rated]], games: int, rng: random.Random
) -> list[Mapping[str, tuple[float, float]]]:
    times = max(100, min(400, _MOST_UPDATES // max(1, games))) if len(groups) > 1 else 0
    return [_rate([game for group in rng.choices(groups, k=len(groups)) for game in group]) for _ in range(times)]


def _rate(games: Sequence[Rated]) -> dict[str, tuple[float, float]]:
    """Player -> (mu, sigma) after these games in this order."""
    from openskill.models import PlackettLuce

    model = PlackettLuce()
    known: dict[str, tuple[float, float]] = {}
    start = model.rating()
    for game in games:
        teams = []
        for player, _ in game.seats:
            mu, sigma = known.get(player, (start.mu, start.sigma))
            teams.append([model.rating(mu=mu, sigma=sigma)])
        rated = model.rate(teams, ranks=[place for _, place in game.seats])
        after: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        for (player, _), team in zip(game.seats, rated, strict=True):
            after[player].append((team[0].mu, team[0].sigma))
        for player, values in after.items():
            known[player] = (sum(mu for mu, _ in values) / len(values), sum(s for _, s in values) / len(values))
    return known
