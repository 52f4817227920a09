"""Do the error bars tell the truth? Simulated games of known players, through the real statistics.

    python experiments/check_intervals.py                   # 1,000 simulations of each line, 200 for ratings
    python experiments/check_intervals.py --simulations 100

A simulation is a column of one array, so that a thousand of them go through the arithmetic at once. Each line says what
was simulated, what it should be, and what came out: how often 95 % intervals cover the truth, how often tests at 5 %
find what is not there, and how often they find what is.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.analysis.duels import duel, power_of_test
from ai_diplomacy.analysis.estimates import estimates, intervals
from ai_diplomacy.analysis.influence import of_difference
from ai_diplomacy.analysis.measures import NAMED
from ai_diplomacy.analysis.permuting import permutation_test
from ai_diplomacy.analysis.ratings import Rated, ratings
from ai_diplomacy.analysis.tallies import Array, Sums
from ai_diplomacy.analysis.units import Sitting
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.tournament.schedule import matches

POWERS = terrain().powers
SEAT = np.array([-1.5, -0.5, 0.0, 1.5, -0.7, 0.7, 0.5]) * 0.66
"""What a power is worth, in standard deviations of luck: 27 % of the variance."""
SIZES = (14, 35, 70)
PERMUTATIONS = 999
STRENGTHS = {"bot:dumbbot": 0.0, "strong": 1.0, "fair": 0.3, "weak": -0.5}

Draw = Callable[[np.random.Generator, tuple[int, int]], Array]
LUCK: dict[str, Draw] = {
    "normal": lambda rng, shape: rng.normal(0, 1, shape),
    "t, 3 degrees": lambda rng, shape: rng.standard_t(3, shape) / math.sqrt(3),
    "lognormal(1)": lambda rng, shape: _lognormal(rng, shape, 1.0),
    "lognormal(2)": lambda rng, shape: _lognormal(rng, shape, 2.0),
}
"""Of mean 0, and of standard deviation 1 but for the last."""


def _lognormal(rng: np.random.Generator, shape: tuple[int, int], sigma: float) -> Array:
    spread = math.sqrt((math.e - 1) * math.e)
    drawn: Array = (rng.lognormal(0, sigma, shape) - math.exp(sigma**2 / 2)) / spread
    return drawn


def arm(name: str, values: Array, seats: Sequence[tuple[str, str]], *, first: int = 0) -> Sums:
    """``seats``: (unit, power) of each row; a column is a simulation. ``first``: number of the first game."""
    measure = replace(NAMED["centers"], share=False)
    placed = tuple(Sitting(unit, power, "", first + at) for at, (unit, power) in enumerate(seats))
    return Sums(name, placed, values, np.ones_like(values), (measure,) * values.shape[1])


def single(rng: np.random.Generator, draw: Draw, count: int, times: int, *, seats: bool, of: str = "x") -> Sums:
    """One seat a game, in all powers by turns."""
    worth = SEAT[np.arange(count) % 7][:, None] if seats else 0.0
    rows = [(f"{of}{at:03}", POWERS[at % 7]) for at in range(count)]
    return arm(of, draw(rng, (count, times)) + worth, rows, first=1000 * ord(of[0]))


def say(what: str, wanted: str, *found: str) -> None:
    print(f"  {what:62} {wanted:>12}   {'  '.join(found)}", flush=True)


def coverage(rng: np.random.Generator, times: int) -> None:
    print(f"\n95 % intervals that cover the truth, at {', '.join(map(str, SIZES))} games (marked ones apart: 7 games)")
    for seats in (False, True):
        for name, draw in LUCK.items():
            found = []
            for count in (*SIZES, 7):
                figures = estimates(single(rng, draw, count, times, seats=seats))
                truth = float(SEAT.mean()) if seats else 0.0
                held = [f.low is not None and f.high is not None and f.low <= truth <= f.high for f in figures]
                marked = np.mean([bool(f.mark) for f in figures])
                found.append(f"{np.mean(held):6.1%} ({marked:4.0%} marked)")
            wanted = {"normal": "93 to 97 %", "lognormal(2)": "told"}.get(name, "90 % or more")
            say(f"mean, {name}, {'powers differ' if seats else 'powers alike'}", wanted, *found)
    for name, seats, shared in (("normal", True, 0.0), ("normal", True, 0.6), ("lognormal(1)", True, 0.0)):
        found = []
        for count in SIZES:
            one, other = pair(rng, LUCK[name], count, times, seats=seats, shared=shared)
            influence = of_difference(one, other)
            spans = intervals(influence, "difference")
            held = [s.low is not None and s.high is not None and s.low <= 0 <= s.high for s in spans]
            found.append(f"{np.mean(held):6.1%}")
        how = f"in pairs that correlate {shared}" if shared else "in other games"
        say(f"difference, {name}, {how}", "93 to 97 %" if name == "normal" else "90 % or more", *found)
    for rate, correlation in ((0.9, 0.1), (0.5, 0.1), (0.02, 0.02)):
        found = [f"{share(rng, rate, correlation, count, times):6.1%}" for count in SIZES]
        say(f"share {rate:.0%} of 40 orders a game that correlate {correlation}", "90 % or more", *found)
    found = []
    for count in SIZES:
        one, other = pair(rng, LUCK["normal"], count, times, seats=True, shared=0.0)
        wanted = [duel(one, other, at, permutations=1) for at in range(min(times, 200))]
        truth = 2 * 2 * (1.959964 + 0.841621) ** 2
        needed = [d.for_one for d in wanted if d is not None and d.for_one is not None]
        found.append(f"{np.mean([n.low <= truth <= n.high for n in needed]):6.1%}")
    say("games for a difference of one, normal, powers differ", "93 to 97 %", *found)


def pair(
    rng: np.random.Generator, draw: Draw, count: int, times: int, *, seats: bool, shared: float, shift: float = 0.0
) -> tuple[Sums, Sums]:
    """Two arms of so many games each, of equal seats; ``shared``: how much the games of one seed correlate."""
    one, other = (single(rng, draw, count, times, seats=False, of=of) for of in "xy")
    common = draw(rng, (count, times))
    worth = SEAT[np.arange(count) % 7][:, None] if seats else np.zeros((count, 1))
    values = [math.sqrt(shared) * common + math.sqrt(1 - shared) * part.over + worth for part in (one, other)]
    units = (
        other.seats if not shared else [s._replace(unit=o.unit) for s, o in zip(other.seats, one.seats, strict=True)]
    )
    return replace(one, over=values[0] + shift), replace(other, over=values[1], seats=tuple(units))


def share(rng: np.random.Generator, rate: float, correlation: float, count: int, times: int) -> float:
    """How often a share's interval covers it."""
    both = 1 / correlation - 1
    rates = rng.beta(rate * both, (1 - rate) * both, (count, times))
    sums = single(rng, LUCK["normal"], count, times, seats=False)
    counted = replace(
        sums,
        over=rng.binomial(40, rates).astype(float),
        under=np.full((count, times), 40.0),
        measures=(NAMED["legal_before"],) * times,
    )
    figures = estimates(counted)
    return float(np.mean([f.low is not None and f.high is not None and f.low <= rate <= f.high for f in figures]))


def rejected(one: Sums, other: Sums, *, together: bool = False) -> float:
    """Share of the simulations in which the test finds a difference at 5 %."""
    return float(np.mean(permutation_test(one, other, together=together, permutations=PERMUTATIONS).p < 0.05))


def unseated(sums: Sums) -> Sums:
    """As if nobody knew of powers and pairs."""
    return replace(sums, seats=tuple(s._replace(power="", unit=f"{sums.player}{s.unit}") for s in sums.seats))


def uneven(rng: np.random.Generator, count: int, times: int, of: str, odds: Sequence[int]) -> Sums:
    """One seat a game, in powers of which some come more often."""
    seats = np.repeat(np.arange(7), odds)[np.arange(count) % sum(odds)]
    rows = [(f"{of}{at:03}", POWERS[seat]) for at, seat in enumerate(seats)]
    return arm(of, rng.normal(0, 1, (count, times)) + SEAT[seats][:, None], rows, first=1000 * ord(of))


def one_game(rng: np.random.Generator, count: int, times: int, lone: int) -> tuple[Sums, Sums]:
    """Two players who share the seats of every game, ``lone`` of them the first one's, 34 centres in all."""
    pull = np.exp(SEAT[:, None] + rng.normal(0, 0.8, (count, 7, times)))
    centers = 34 * pull / pull.sum(axis=1, keepdims=True)
    who = np.array([[(seat - game) % 7 < lone for seat in range(7)] for game in range(count)])
    made = []
    for of, chosen in (("a", who), ("b", ~who)):
        rows = [(f"g{game:03}", POWERS[seat], game) for game, seat in zip(*np.nonzero(chosen), strict=True)]
        sums = arm(of, centers[chosen], [(unit, power) for unit, power, _ in rows])
        seats = tuple(s._replace(game=int(game)) for s, (_, _, game) in zip(sums.seats, rows, strict=True))
        made.append(replace(sums, seats=seats))
    return made[0], made[1]


def forks(rng: np.random.Generator, count: int, times: int, positions: int) -> tuple[Sums, Sums]:
    """So many replicas an arm of each position, with seeds in common."""
    made = []
    level = rng.normal(0, 2, (positions, times))
    for of in "xy":
        rows = [Sitting(f"p{p} seed {r}", POWERS[0], f"p{p}", p) for p in range(positions) for r in range(count)]
        values = np.repeat(level, count, axis=0) + rng.normal(0, 1, (positions * count, times))
        made.append(replace(arm(of, values, [(s.unit, s.power) for s in rows]), seats=tuple(rows)))
    return made[0], made[1]


def errors(rng: np.random.Generator, times: int) -> None:
    print("\nTests at 5 % that find what is not there, at 14, 35 and 70 games an arm")
    for name in ("normal", "lognormal(1)"):
        for shared, how in ((0.0, "other games, equal seats"), (0.5, "pairs that correlate 0.5")):
            pairs = [pair(rng, LUCK[name], count, times, seats=True, shared=shared) for count in SIZES]
            say(f"{how}, {name}", "3 to 7 %", *(f"{rejected(*arms):6.1%}" for arms in pairs))
    odds = ((3, 1, 1, 1, 1, 1, 1), (1, 1, 1, 3, 1, 1, 1))
    found = [[uneven(rng, count, times, of, o) for of, o in zip("xy", odds, strict=True)] for count in SIZES]
    say("other games, unequal seats", "3 to 7 %", *(f"{rejected(*arms):6.1%}" for arms in found))
    say("the same, as if nobody knew of powers", "above", *(f"{rejected(*map(unseated, a)):6.1%}" for a in found))
    for lone in (1, 3):
        found = [f"{rejected(*one_game(rng, count, times // 2, lone), together=True):6.1%}" for count in SIZES]
        say(f"the same games, {lone} seats against {7 - lone}", "3 to 7 %", *found)
    arms = pair(rng, LUCK["normal"], 70, times, seats=True, shared=0.0)
    looks = [[sums.only(range(count)) for sums in arms] for count in (35, 70)]
    chances = [permutation_test(*look, together=False, permutations=PERMUTATIONS).p for look in looks]
    say(
        "two looks, 1 % at 35 games and 4 % at 70",
        "5 % at most",
        f"{np.mean((chances[0] <= 0.01) | (chances[1] <= 0.04)):6.1%}",
    )
    found = [f"{rejected(*forks(rng, count, times, positions)):6.1%}" for positions, count in ((1, 7), (3, 7), (1, 20))]
    say("forks: 7 of one position, 7 of each of three, 20 of one", "3 to 7 %", *found)


def power(rng: np.random.Generator, times: int) -> None:
    print("\nTests at 5 % that find 0.7 standard deviations of luck, at 14, 35 and 70 games an arm (and by theory)")
    for how, shared in (("other games", 0.0), ("pairs that correlate 0.5", 0.5)):
        found, plain = [], []
        for count in SIZES:
            arms = pair(rng, LUCK["normal"], count, times, seats=True, shared=shared, shift=0.7)
            freedom = count - 1 if shared else 2 * count - 8
            theory = power_of_test(0.7, math.sqrt(2 * (1 - shared) / count), freedom)
            blind = power_of_test(0.7, math.sqrt(2 * (1 + np.var(SEAT)) / count), 2 * count - 2)
            found.append(f"{rejected(*arms):6.1%} ({theory:5.1%})")
            plain.append(f"{rejected(*map(unseated, arms)):6.1%} ({blind:5.1%})")
        say(f"{how}, powers taken out", "as theory", *found)
        say("the same, as if nobody knew of powers and pairs", "less", *plain)


def places(seed: int, games: int) -> list[Rated]:
    """A round robin of players of known strength, whose luck is Gumbel's: Plackett's and Luce's model is the truth."""
    rng = np.random.default_rng(seed)
    found = []
    for match in matches("round_robin", list(STRENGTHS), POWERS, games, seed=seed):
        pull = np.array([STRENGTHS[match.seats[power]] for power in POWERS]) + SEAT + rng.gumbel(0, 1, 7)
        ranks = 7.0 - pull.argsort().argsort()
        found.append(Rated(match.name, tuple(zip((match.seats[p] for p in POWERS), POWERS, ranks, strict=True))))
    return found


def rating(times: int) -> None:
    print("\nRatings: differences of players, by 40, 200 and 1,000 games")
    held, means = [], []
    for games in (40, 200, 1000):
        covered, strong = [], []
        for seed in range(times if games < 1000 else max(10, times // 4)):
            for d in ratings(places(10_000 * games + seed, games)).differences:
                truth = (STRENGTHS[d.one] - STRENGTHS[d.other]) * 400 / math.log(10)
                covered.append(d.low is not None and d.high is not None and d.low <= truth <= d.high)
                strong += [d.difference] if (d.one, d.other) == ("strong", "weak") else []
        held.append(f"{np.mean(covered):6.1%}")
        means.append(f"{np.mean(strong):6.0f}")
    say("95 % intervals that cover the truth", "93 to 97 %", *held)
    say("strong less weak, mean over all simulations", f"{1.5 * 400 / math.log(10):.0f}", *means)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=1000, metavar="N")
    flags = parser.parse_args()
    began = time.monotonic()
    rng = np.random.default_rng(17)
    coverage(rng, flags.simulations)
    errors(rng, flags.simulations)
    power(rng, flags.simulations)
    rating(max(10, flags.simulations // 5))
    print(f"\n{flags.simulations:,} simulations of each line, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
