"""Do the error bars tell the truth? Simulated tournaments of players of known strength, through the real statistics.

    python experiments/check_intervals.py                 # 1,000 tournaments, some minutes
    python experiments/check_intervals.py --tournaments 100 --games 24

A simulated game shares out 34 centres by lot, in proportion to what strength, power and luck give each seat; seats come
from the real schedule. The truth is the mean over many more games. Two questions are answered:

- how often the 95 % intervals cover the true mean of each player, for every measure;
- how often the ratings put two players in the right order, and how often their difference is found at 5 %, beside what
  the power analysis of the true spread says for so many games.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import NormalDist

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.analysis.estimates import duel, estimates, power_of_test
from ai_diplomacy.analysis.game_record import Ending
from ai_diplomacy.analysis.measures import NAMED
from ai_diplomacy.analysis.ratings import Rated, ratings
from ai_diplomacy.analysis.scores import places
from ai_diplomacy.analysis.tallies import Counting, Sums, Tally, add
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.tournament.schedule import Match, block_size, matches

STRENGTHS = {"weak": -0.5, "middle": 0.0, "fair": 0.12, "strong": 0.6}
POWERS = terrain().powers
HOME = dict(zip(POWERS, (-0.2, 0.0, 0.3, 0.1, -0.2, 0.2, 0.1), strict=True))
LUCK = 0.8
CENTERS = 34
MEASURES = tuple(NAMED[name] for name in ("centers", "survival", "solo", "draw_size", "sum_of_squares", "rank"))
CLOSE = ("middle", "fair")
"""Whom the ranking is about."""


def simulated(match: Match, rng: np.random.Generator) -> tuple[dict[str, Tally], Rated]:
    """One game: the sums of every player, and who came where."""
    pull = np.array([STRENGTHS[match.seats[power]] + HOME[power] for power in POWERS])
    weights = np.exp(pull + rng.normal(0, LUCK, len(POWERS)))
    counts = dict(zip(POWERS, map(int, rng.multinomial(CENTERS, weights / weights.sum())), strict=True))
    best = max(counts, key=lambda power: counts[power])
    solo = best if counts[best] >= terrain().victory else None
    alive = frozenset(power for power in POWERS if counts[power])
    gone = {power: 1905 for power in POWERS if power not in alive}
    end = Ending("solo" if solo else "limit", (solo,) if solo else (), "W1910A", counts, alive, gone)
    order, squares = places(end), sum(count**2 for count in counts.values())
    found: dict[str, Tally] = {}
    for power, count in counts.items():
        shared = 1 / len(alive) if power in alive else 0.0
        add(
            found.setdefault(match.seats[power], {}),
            {
                "seats": 1.0,
                "centers": float(count),
                "survived": float(power in alive),
                "solo": float(power == solo),
                "draw_size": float(power == solo) if solo else shared,
                "sum_of_squares": float(power == solo) if solo else count**2 / squares,
                "rank": order[power],
            },
        )
    seats = tuple((match.seats[power], order[power]) for power in sorted(order))
    return found, Rated(match.name, seats)


def tournament(games: int, seed: int) -> tuple[dict[str, Sums], list[Rated]]:
    """One simulated tournament."""
    rng = np.random.default_rng(seed)
    counting, rated = Counting(), []
    for match in matches("round_robin", list(STRENGTHS), POWERS, games, seed=seed):
        tallies, places_taken = simulated(match, rng)
        counting.game(match.name, tallies)
        rated.append(places_taken)
    return counting.sums(MEASURES), rated


def truth(games: int) -> dict[str, Sums]:
    """So many games that their means are the truth, and their spread the true one."""
    return tournament(games, seed=10**9)[0]


def coverage(known: dict[str, Sums], tournaments: int, games: int) -> None:
    """Prints how often the intervals cover."""
    hits = {measure.name: 0 for measure in MEASURES}
    for seed in range(tournaments):
        for player, sums in tournament(games, seed)[0].items():
            for at, (measure, figure) in enumerate(zip(MEASURES, estimates(sums), strict=True)):
                over, under = known[player].over[:, at], known[player].under[:, at]
                assert figure.low is not None
                assert figure.high is not None
                hits[measure.name] += figure.low <= over.sum() / under.sum() <= figure.high
    total = tournaments * len(known)
    print(f"\n95 % intervals that cover the truth, of {total:,} each ({tournaments:,} tournaments of {games} games):")
    for name, count in hits.items():
        print(f"  {name:16} {count / total:6.1%}")
    print(f"  {'all':16} {sum(hits.values()) / (total * len(hits)):6.1%}")


def ranking(known: dict[str, Sums], tournaments: int, sizes: Sequence[int]) -> None:
    """Prints how often two close players are told apart."""
    one, other = CLOSE
    at = MEASURES.index(NAMED["centers"])
    fought = duel(known[one], known[other], at)
    assert fought is not None
    spread = fought.error * math.sqrt(fought.games)
    print(f"\n{other} less {one}: {-fought.difference:.3f} centres; {fought.needed} games find it in 80 % of all cases")
    print("  games   right order: ratings  means  predicted   found at 5 %: seen  predicted")
    for games in sizes:
        rated = meant = found = 0
        for seed in range(tournaments):
            sums, played = tournament(games, 10**6 + seed)
            mu = {rating.player: rating.mu for rating in ratings(played, intervals=False)}
            seen = duel(sums[one], sums[other], at)
            assert seen is not None
            rated += mu[other] > mu[one]
            meant += seen.difference < 0
            found += abs(seen.difference) > NormalDist().inv_cdf(0.975) * seen.error
        error = spread / math.sqrt(games)
        order = NormalDist().cdf(abs(fought.difference) / error)
        print(
            f"  {games:5}   {rated / tournaments:20.1%} {meant / tournaments:6.1%} {order:10.1%}"
            f"   {found / tournaments:18.1%} {power_of_test(fought.difference, error):10.1%}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tournaments", type=int, default=1000)
    parser.add_argument("--games", type=int, default=40, help="games of a tournament (default: 40)")
    parser.add_argument("--truth", type=int, default=40_000, help="games that stand for the truth (default: 40,000)")
    flags = parser.parse_args()
    block = block_size("round_robin", len(STRENGTHS))
    if flags.games < 2 * block or flags.games % block:
        parser.error(f"--games: give a multiple of {block}, at least {2 * block}")
    known = truth(flags.truth)
    print(f"{Path(__file__).name}: {', '.join(f'{name} {strength:+.2f}' for name, strength in STRENGTHS.items())}")
    coverage(known, flags.tournaments, flags.games)
    fought = duel(known[CLOSE[0]], known[CLOSE[1]], 0)
    assert fought is not None
    assert fought.needed is not None
    enough = -(-fought.needed // block) * block
    ranking(known, max(20, flags.tournaments // 5), (flags.games, 2 * flags.games, enough))


if __name__ == "__main__":
    main()
