"""Means, errors, intervals, power and comparisons, held against what is known of them."""

import math

import numpy as np
import pytest
from analysis.making import POWERS, sums
from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.analysis.comparing import compared, holm
from ai_diplomacy.analysis.duels import duel, power_of_test
from ai_diplomacy.analysis.estimates import chi_quantile, estimates, t_quantile
from ai_diplomacy.analysis.influence import of_mean
from ai_diplomacy.analysis.measures import NAMED
from ai_diplomacy.analysis.permuting import permutation_test
from ai_diplomacy.analysis.ratings import Rated, ratings
from ai_diplomacy.analysis.tallies import Counting, Sums
from ai_diplomacy.analysis.units import Origin, Sitting

ONE = (NAMED["centers"],)
SHARE = (NAMED["solo"],)


def origin(number, cluster=None, seats=(("FRANCE", "a"),), phase="", seed=None):
    return Origin(cluster or f"run {number}", phase, number if seed is None else seed, seats)


@given(st.lists(st.floats(0, 18), min_size=2, max_size=40))
def test_the_error_is_the_usual_one_where_every_cluster_is_one_seat(values):
    column = np.array(values)
    usual = column.std(ddof=1) / math.sqrt(len(column))
    assert math.sqrt(of_mean(sums(values)).variance[0]) == pytest.approx(usual, abs=1e-9)


def test_what_powers_differ_by_is_no_error():
    """With five games or more of each power it is the stratified error of the textbooks."""
    rng = np.random.default_rng(9)
    values = rng.normal(0, 1, 42) + np.tile([-4, -2, 0, 4, -1, 2, 1], 6)
    strata = [values[power::7] for power in range(7)]
    textbook = sum(part.var(ddof=1) / len(part) for part in strata) / 49
    assert of_mean(sums(values, powers=POWERS)).variance[0] == pytest.approx(textbook)
    plain = values.var(ddof=1) / 42
    assert textbook < plain / 3
    # With two of each half of that is believed, and with one nothing.
    half = of_mean(sums(values[:14], powers=POWERS)).variance[0]
    pairs = sum(values[power:14:7].var(ddof=1) / 2 for power in range(7)) / 49
    assert half == pytest.approx((pairs + values[:14].var(ddof=1) / 14) / 2)
    assert of_mean(sums(values[:7], powers=POWERS)).variance[0] == pytest.approx(values[:7].var(ddof=1) / 7)


def test_seats_that_are_not_balanced_are_exchanged_within_powers_however_few():
    one = sums([1, 2, 3, 4, 5], "a", unit="x", powers=("ENGLAND", "ENGLAND", "ENGLAND", "AUSTRIA", "AUSTRIA"))
    other = sums(
        [1, 2, 3, 4, 5], "b", unit="y", powers=("ENGLAND", "ENGLAND", "AUSTRIA", "AUSTRIA", "AUSTRIA"), first=9
    )
    found = permutation_test(one, other, together=False, permutations=99)
    assert (found.exchange, found.arrangements) == ("powers", math.comb(5, 3) * math.comb(5, 2))
    balanced = permutation_test(one, sums([2, 3, 4, 5, 6], "b", unit="y", powers=[s.power for s in one.seats], first=9),
                                together=False, permutations=99)  # fmt: skip
    assert balanced.exchange == "games"


def test_seats_of_one_game_are_dealt_out_anew_with_what_powers_differ_by_taken_out():
    """One seat against six, each power twice: the seats' own differences would hide what the player does."""
    rng = np.random.default_rng(10)
    worth = np.array([-8, -3, 0, 8, -5, 5, 3])
    rows = [(game, power, game % 7 == power) for game in range(14) for power in range(7)]
    values = [5 + worth[power] + rng.normal(0, 0.5) + lone for _, power, lone in rows]

    def player(name, which):
        chosen = [at for at, row in enumerate(rows) if row[2] == which]
        placed = tuple(Sitting(f"g{rows[at][0]:02}", POWERS[rows[at][1]], "", rows[at][0]) for at in chosen)
        column = np.array([values[at] for at in chosen])[:, None]
        return Sums(name, placed, column, np.ones_like(column), ONE)

    found = permutation_test(player("a", True), player("b", False), together=True, permutations=999)
    assert found.exchange == "pairs"
    assert found.arrangements == 7.0**14
    assert found.p[0] < 0.01


@given(st.lists(st.integers(0, 18), min_size=2, max_size=30), st.integers(2, 6))
def test_copies_of_a_cluster_in_itself_are_no_evidence(values, times):
    once, often = Counting(), Counting()
    for number, value in enumerate(values):
        once.game(origin(number), {"FRANCE": {"centers": float(value), "seats": 1.0}})
        for copy in range(times):
            # The run, and forks of it.
            found = origin(number, f"run {number}", phase="S1902M" if copy else "")
            often.game(found, {"FRANCE": {"centers": float(value), "seats": 1.0}})
    (one,), (many,) = estimates(once.sums(ONE)["a"]), estimates(often.sums(ONE)["a"])
    assert (one.mean, one.error) == pytest.approx((many.mean, many.error))
    assert one.clusters == many.clusters
    assert (one.low is None) == (many.low is None)
    if one.low is not None:
        assert (one.low, one.high) == pytest.approx((many.low, many.high))


def test_the_interval_lies_around_the_mean_and_narrows_with_games():
    rng = np.random.default_rng(1)
    (few,), (many,) = estimates(sums(rng.normal(5, 2, 10))), estimates(sums(rng.normal(5, 2, 400)))
    assert few.low < few.mean < few.high
    assert many.high - many.low < (few.high - few.low) / 3
    assert many.high - many.low == pytest.approx(2 * 1.96 * 2 / 20, rel=0.15)
    assert (few.mark, many.mark) == ("few", "")


def test_an_interval_that_one_game_decides_is_marked():
    rng = np.random.default_rng(1)
    (tame,) = estimates(sums(rng.normal(5, 2, 40)))
    (wild,) = estimates(sums([*rng.normal(5, 2, 39), 500]))
    assert (tame.mark, wild.mark) == ("", "heavy")


@pytest.mark.slow
def test_the_intervals_cover_the_truth_as_often_as_they_say():
    """Of many samples of 20 skewed values; ``experiments/check_intervals.py`` does it for whole tournaments."""
    rng = np.random.default_rng(4)
    covered = 0
    for number in range(600):
        (figure,) = estimates(sums(rng.gamma(4, 1.5, 20), player=str(number)))
        covered += figure.low <= 6 <= figure.high
    assert 0.92 <= covered / 600 <= 0.98


def test_what_was_never_seen_in_twenty_games_may_still_happen():
    (never,), (always,) = estimates(sums([0] * 20, measures=SHARE)), estimates(sums([1] * 20, measures=SHARE))
    assert (never.mean, never.low) == (0, 0)
    assert never.high == pytest.approx(1 - 0.05 ** (1 / 20))
    assert (always.low, always.high) == (pytest.approx(1 - never.high), 1)


def test_one_game_has_no_interval_and_none_no_mean():
    (one,) = estimates(sums([4]))
    assert (one.mean, one.error, one.low, one.high) == (4, None, None, None)
    empty = Counting()
    empty.game(origin(1), {"FRANCE": {"seats": 0.0}})
    assert estimates(empty.sums(ONE)["a"])[0].mean is None


def test_unknown_spreads_and_is_not_zero():
    counting = Counting()
    counting.game(origin(1), {"FRANCE": {"cost": 1.0, "seats": 1.0}})
    counting.game(origin(2), {"FRANCE": {"cost": None, "seats": 1.0}})
    (figure,) = estimates(counting.sums((NAMED["cost"],))["a"])
    assert figure.mean is None
    assert figure.unknown


@pytest.mark.parametrize(
    ("freedom", "table"), [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042)]
)
def test_students_quantiles(freedom, table):
    assert t_quantile(0.975, freedom) == pytest.approx(table, rel=0.006)


@pytest.mark.parametrize(("freedom", "low", "high"), [(5, 0.831, 12.833), (12, 4.404, 23.337), (60, 40.482, 83.298)])
def test_chi_squared_quantiles(freedom, low, high):
    assert chi_quantile(0.025, freedom) == pytest.approx(low, rel=0.05)
    assert chi_quantile(0.975, freedom) == pytest.approx(high, rel=0.02)


def test_the_power_analysis_agrees_with_the_textbook():
    rng = np.random.default_rng(2)
    one, other = rng.normal(6, 2, 100), rng.normal(5, 2, 100)
    # The same arms as different games: the usual two-sample size is 2 (1.96 + 0.84)^2 sd^2 / d^2 an arm.
    found = duel(sums(one, "a", unit="x"), sums(other, "b", unit="y", first=100), 0)
    sizes = (1.96 + 0.8416) ** 2 * (one.var(ddof=1) + other.var(ddof=1))
    assert found.for_one.games == pytest.approx(2 * sizes, rel=0.03)
    assert found.for_one.low < found.for_one.games < found.for_one.high
    assert power_of_test(found.detectable, found.error) == pytest.approx(0.8, abs=0.005)
    paired = duel(sums(one, "a"), sums(one - 1 + rng.normal(0, 0.1, 100), "b"), 0)
    assert paired.for_one.games < 5


def test_nobody_is_told_apart_by_one_game():
    assert duel(sums([3], "a"), sums([4, 5], "b"), 0) is None


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=30))
def test_holm_keeps_the_order_and_never_lowers(chances):
    adjusted = holm(chances)
    assert all(q >= p for p, q in zip(chances, adjusted, strict=True))
    assert sorted(range(len(chances)), key=lambda at: (chances[at], adjusted[at])) == sorted(
        range(len(chances)), key=lambda at: (chances[at], at)
    ) or len(set(chances)) < len(chances)
    assert min(adjusted) == pytest.approx(min(1, min(chances) * len(chances)))


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_a_comparison_finds_what_differs_and_nothing_else():
    rng = np.random.default_rng(3)
    same, other = rng.normal(5, 2, 60), rng.normal(5, 2, 60)
    (nothing,) = compared({"a": sums(same, "a")}, {"a": sums(other, "a")})
    (something,) = compared({"a": sums(same, "a")}, {"a": sums(other + 2, "a")})
    assert nothing.p > 0.05
    assert nothing.low < 0 < nothing.high
    assert something.p == pytest.approx(0.0001)
    assert something.low > 0
    assert something.difference == pytest.approx(other.mean() + 2 - same.mean())


def test_equal_folders_differ_by_nothing():
    (found,) = compared({"a": sums([4, 5, 6], "a")}, {"a": sums([4, 5, 6], "a")})
    assert (found.difference, found.p) == (0, 1)


def test_players_of_one_folder_alone_are_not_compared():
    assert compared({"a": sums([1, 2, 3], "a")}, {"b": sums([1, 2, 3], "b")}) == []


def test_what_a_player_was_held_to_may_be_what_is_compared():
    free, held = sums([1, 2, 3], "a"), sums([2, 3, 4], "a (orders constrained)")
    (found,) = compared({"a": free}, {held.player: held})
    assert (found.player, found.difference) == ("a, then a (orders constrained)", 1)
    both = {"a": free, held.player: held}
    assert [found.player for found in compared(both, both)] == list(both)
    assert [found.player for found in compared(both, {"a": free})] == ["a"]


def test_ratings_order_players_by_what_they_win():
    games = [
        Rated(
            str(n),
            (
                ("strong", POWERS[n % 7], 1.0),
                ("middle", POWERS[(n + 1) % 7], 2.0 + (n % 3 == 0)),
                ("weak", POWERS[(n + 2) % 7], 3.0 - (n % 3 == 0)),
            ),
        )
        for n in range(40)
    ]
    found = ratings(games).players
    assert [rating.player for rating in found] == ["strong", "middle", "weak"]
    assert found[0].low > found[1].high
    assert all(rating.low < rating.points < rating.high for rating in found)
    assert sum(rating.points for rating in found) == pytest.approx(0)


def test_a_rating_does_not_depend_on_the_order_in_which_games_are_read():
    games = [Rated(str(n), (("a", "ITALY", 1.0 + n % 2), ("b", "FRANCE", 2.0 - n % 2))) for n in range(9)]
    assert ratings(games) == ratings(games[::-1])


def test_a_player_with_six_seats_is_no_better_known_for_it():
    rng = np.random.default_rng(5)
    won = rng.random(60) < 0.6
    alone = [Rated(str(n), (("a", "ITALY", 2.0 - w), ("b", "FRANCE", 1.0 + w))) for n, w in enumerate(won)]
    six = [
        Rated(str(n), (("a", "ITALY", 1.0 if w else 7.0), *(("b", f"P{at}", 4.5 - (not w)) for at in range(6))))
        for n, w in enumerate(won)
    ]
    (one,), (many,) = ratings(alone).differences, ratings(six).differences
    assert many.error > 0.7 * one.error


def test_the_anchor_has_nothing_and_others_are_seen_from_it():
    games = [
        Rated(
            str(n), (("bot:dumbbot", POWERS[n % 7], 1.0 + (n % 3 == 0)), ("b", POWERS[n % 7 - 1], 2.0 - (n % 3 == 0)))
        )
        for n in range(84)
    ]
    anchor, other = ratings(games).players
    assert (anchor.player, anchor.points, anchor.low) == ("bot:dumbbot", 0, None)
    # It comes first in one of three games: odds of one to two.
    assert other.points == pytest.approx(-400 * math.log10(2), rel=0.05)
    assert other.low < other.points < other.high


def test_a_tie_is_worth_either_order_half_the_time():
    def games(tied):
        found = []
        for n in range(168):
            first = "b" if n // 2 % 4 == 3 else "a"
            behind = [name for name in "abc" if name != first][:: 1 - 2 * (n % 2)]
            places = {first: 1.0, behind[0]: 2.5 if tied else 2.0, behind[1]: 2.5 if tied else 3.0}
            powers = {name: POWERS[(n // 2 + ord(name)) % 7] for name in "abc"}
            found.append(Rated(f"{n:03}", tuple((name, powers[name], places[name]) for name in "abc")))
        return {rating.player: rating.points for rating in ratings(found).players}

    assert games(True) == pytest.approx(games(False))
