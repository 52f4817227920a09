"""Cases in which an analysis claimed what it could not hold, or could not find what was there, each with the right
outcome."""

import math
from dataclasses import replace

import numpy as np
import pytest
from analysis.making import POWERS, config, one_year, sums, write_run

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.comparing import compared, compared_games
from ai_diplomacy.analysis.differing import differing
from ai_diplomacy.analysis.duels import duel
from ai_diplomacy.analysis.estimates import estimates
from ai_diplomacy.analysis.measures import MEASURES, NAMED
from ai_diplomacy.analysis.permuting import permutation_test
from ai_diplomacy.analysis.ratings import Rated, ratings
from ai_diplomacy.analysis.tallies import Sums
from ai_diplomacy.command.main import main
from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.run.events import RunForked

SEAT = dict(zip(POWERS, (-1.7, -0.4, 0.2, 1.6, -0.9, 0.9, 0.3), strict=True))
"""Centres that a power gains or loses by where it lies."""


def forks(folder, treated, centers, count=6, run="run"):
    """So many forks of one position, with seeds in common; ``treated`` has FRANCE from then on."""
    old = config("openai:x")
    source = folder / run
    if not source.exists():
        write_run(source, old, one_year())
    new = config(dict.fromkeys(POWERS, "openai:x") | {"FRANCE": treated})
    arm = folder / treated.replace(":", "_")
    told = [{"after": "", "config": old.document()}, {"after": "S1901M", "config": new.document()}]
    for number in range(count):
        settings = config(dict.fromkeys(POWERS, "openai:x"), seed=number)
        ended = one_year({"FRANCE": centers + number % 3, "ITALY": 4 + number % 2})
        write_run(arm / run / str(number), settings, ended, [], RunForked(str(source), "F1901M", told))
    return arm


def test_forks_of_one_position_are_compared_seat_by_seat(tmp_path):
    """Six forks an arm had no interval and no test: they were one cluster, and the treated seat never matched."""
    first, second = (analyze(forks(tmp_path, *arm)) for arm in (("openai:x", 3), ("openai:y", 7)))
    assert first.provenance.positions == 1
    assert "figures hold for the one position that they were forked from" in first.provenance.line()
    found = {(d.player, d.measure.name): d for d in compared_games(first.counting, second.counting)}
    treated = found["openai:x, then openai:y", "centers"]
    assert treated.games == (6, 6)
    assert treated.difference == 4
    assert treated.p < 0.05
    assert treated.adjusted < 0.05
    assert not any("sat elsewhere" in line for line in differing(first, second))
    untreated = found["openai:x", "centers"]
    assert untreated.difference == 0
    assert untreated.p == 1


@pytest.mark.slow
def test_too_few_games_for_any_finding_are_said_to_be(tmp_path, capsys):
    for count, said in ((3, True), (6, False)):
        arms = [forks(tmp_path / str(count), *arm, count=count) for arm in (("openai:x", 3), ("openai:y", 7))]
        assert main(["analyze", *map(str, arms), "--out", str(tmp_path / f"out {count}")]) == 0
        few = "There are too few games for any to stand, however large."
        assert (few in " ".join(capsys.readouterr().out.split())) is said
        assert (few in (tmp_path / f"out {count}" / "report.html").read_text()) is said


def test_the_field_is_compared_with_a_challenger_in_the_games_of_both():
    """Against others the field fares otherwise, which tells nothing of this challenger."""
    challenger = sums([9.0, 10.0, 11.0] * 5, "a", powers=POWERS)
    met = sums([4.0, 3.0, 2.0] * 5, "field", powers=POWERS[1:])
    others = sums([20.0] * 15, "field", unit="other", powers=POWERS, first=50)
    field = Sums(
        "field",
        (*met.seats, *others.seats),
        np.vstack([met.over, others.over]),
        np.vstack([met.under, others.under]),
        met.measures,
    )
    found = duel(challenger, field, 0)
    assert found.games == 15
    assert 5 < found.difference < 9


@pytest.mark.slow
def test_many_positions_are_the_observations(tmp_path):
    for number in range(8):
        arms = [
            forks(tmp_path, *arm, count=2, run=f"run{number}")
            for arm in (("openai:x", 3), ("openai:y", 5 + number % 2))
        ]
    first, second = map(analyze, arms)
    assert (first.provenance.games, first.provenance.clusters, first.provenance.positions) == (16, 8, 0)
    found = {(d.player, d.measure.name): d for d in compared_games(first.counting, second.counting)}
    treated = found["openai:x, then openai:y", "centers"]
    assert treated.games == (8, 8)
    assert treated.difference == 2.5
    assert treated.low < 2.5 < treated.high
    assert treated.p < 0.05


def test_the_same_player_in_other_seats_is_not_different(tmp_path):
    """20 games as England against 20 as Austria: different in 75 of 75, without a word."""
    rng = np.random.default_rng(1)
    arms = []
    for power in ("ENGLAND", "AUSTRIA"):
        seats = dict.fromkeys(POWERS, "bot:hold") | {power: "openai:x"}
        for number in range(3):
            count = int(4 + 3 * SEAT[power] / 2 + rng.integers(3))
            write_run(tmp_path / power / str(number), config(seats, seed=number), one_year({power: count}))
        arms.append(analyze(tmp_path / power))
    found = compared_games(*(arm.counting for arm in arms))
    assert "openai:x" not in {d.player for d in found}
    (line,) = [line for line in differing(*arms) if line.startswith("openai:x")]
    assert line == "openai:x sat elsewhere (England 3; then Austria 3): not compared, for it had no power in both"


def played(rng, count, powers, shift=0.0, spread=2.6, unit="g", first=0):
    seats = [powers[at % len(powers)] for at in range(count)]
    values = [5 + shift + SEAT[power] * 1.5 + rng.normal(0, spread) for power in seats]
    return sums(values, "a", unit=unit, powers=powers, first=first)


@pytest.mark.slow
def test_seats_that_overlap_in_part_are_compared_within_the_powers_of_both():
    rng = np.random.default_rng(2)
    wrong = plain = 0
    for _ in range(150):
        one = played(rng, 24, ("AUSTRIA", "FRANCE", "FRANCE"), unit="x")
        other = played(rng, 24, ("AUSTRIA", "AUSTRIA", "FRANCE", "ITALY"), unit="y", first=100)
        shared = [row for row, seat in enumerate(other.seats) if seat.power != "ITALY"]
        test = permutation_test(one, other.only(shared), together=False, permutations=199)
        assert test.exchange == "powers"
        wrong += test.p[0] < 0.05
        unseated = [sums(part.over[:, 0], "a", unit=unit) for part, unit in ((one, "x"), (other.only(shared), "y"))]
        plain += permutation_test(*unseated, together=False, permutations=199).p[0] < 0.05
    assert 0.01 <= wrong / 150 <= 0.09
    assert plain / 150 > 0.12


@pytest.mark.slow
def test_balanced_seats_make_the_test_stronger():
    """35 against 35 games and 1.5 centres, seats being 27 % of the variance: the plain test found it in 45 %."""
    rng = np.random.default_rng(3)
    spread = math.sqrt(np.var([1.5 * shift for shift in SEAT.values()]) * 0.73 / 0.27)
    within = plain = 0
    for _ in range(200):
        one, other = (
            played(rng, 35, POWERS, shift, spread, unit, first)
            for shift, unit, first in ((0.0, "x", 0), (0.68 * spread, "y", 100))
        )
        within += permutation_test(one, other, together=False, permutations=199).p[0] < 0.05
        unseated = [sums(part.over[:, 0], "a", unit=unit) for part, unit in ((one, "x"), (other, "y"))]
        plain += permutation_test(*unseated, together=False, permutations=199).p[0] < 0.05
    assert within >= plain + 12


@pytest.mark.parametrize(("players", "games"), [(3, 7), (12, 10)])
def test_total_separation_is_a_finding(players, games):
    """Holm over 43 measures of three players left 0.0516 for 7 games against 7; from twelve players on nothing could be
    found at any n."""
    rng = np.random.default_rng(4)

    def arm(shift, first):
        rows = {f"p{n}": rng.random((games, len(MEASURES))) + shift for n in range(players)}
        made = {name: sums([0] * games, name, unit=f"{first}", powers=POWERS, first=first) for name in rows}
        return {name: Sums(name, made[name].seats, over, np.ones_like(over), MEASURES) for name, over in rows.items()}

    found = compared(arm(0, 0), arm(5, 100))
    assert len(found) == players * len(MEASURES)
    assert all(d.adjusted < 0.05 for d in found)


@pytest.mark.slow
def test_games_for_a_difference_of_one_centre_hold_the_truth_in_their_interval():
    """They were computed from the observed difference: for 334 a pilot of 7 and 7 printed 17 to 16,370."""
    rng = np.random.default_rng(5)
    spread = 3.26
    truth = 2 * 2 * (1.96 + 0.8416) ** 2 * spread**2
    held, widths = 0, []
    for _ in range(200):
        one, other = (
            sums(rng.normal(5, spread, 14), name, unit=name, first=first) for name, first in (("a", 0), ("b", 100))
        )
        needed = duel(one, other, 0, permutations=1).for_one
        held += needed.low <= truth <= needed.high
        widths.append(needed.high / needed.low)
    assert held / 200 > 0.9
    assert max(widths) < 5


def test_the_error_of_a_difference_is_welchs_whoever_played_where():
    found = duel(sums([0, 10], "a", unit="x"), sums([0, 10], "b", unit="y", first=10), 0)
    assert found.error == pytest.approx(math.sqrt(50))
    together = duel(sums([0, 10], "a"), sums([0, 10], "b"), 0)
    assert together.error == 0
    assert (together.low, together.for_one) == (None, None)


def test_equal_games_are_no_certainty():
    """Five games with equal places: rating 36.6 [36.6, 36.6]."""
    games = [Rated(str(n), (("a", POWERS[n], 1.0), ("b", POWERS[n + 1], 2.0))) for n in range(5)]
    for found in (*ratings(games).players, *ratings(games).differences):
        assert found.high - found.low > 300
        assert found.mark == "few"
    (figure,) = estimates(sums([5] * 5))
    assert (figure.mean, figure.low, figure.high) == (5, None, None)


def test_a_share_is_known_by_its_orders_and_not_by_its_games():
    """Hundreds of legal orders, all legal, in five games: 100 % [54.9, 100]."""
    (figure,) = estimates(sums([100] * 5, measures=(NAMED["legal_before"],), trials=100))
    assert 0.9 < figure.low < 0.97
    assert figure.high == 1
    # Orders of a game are alike: the same share with more spread between games is known less well.
    (even,) = estimates(sums([90, 92, 88, 91, 89], measures=(NAMED["legal_before"],), trials=100))
    (uneven,) = estimates(sums([99, 70, 100, 99, 82], measures=(NAMED["legal_before"],), trials=100))
    assert even.high - even.low < (uneven.high - uneven.low) / 3
    assert 0 < uneven.low < uneven.high < 1


def rated(rng, count, strengths):
    games = []
    for number in range(count):
        names = [list(strengths)[(seat + number) % len(strengths)] for seat in range(7)]
        luck = rng.gumbel(0, 1, 7) + [
            strengths[name] + SEAT[power] / 2 for name, power in zip(names, POWERS, strict=True)
        ]
        places = 7 - luck.argsort().argsort()
        seats = zip(names, POWERS, map(float, places), strict=True)
        games.append(Rated(f"{number:05}", tuple(sorted(seats))))
    return games


def test_ratings_mean_the_same_after_any_number_of_games():
    """Strong less weak was 21 after 40 games, 16 after 200, 14.5 after 3,000."""
    rng = np.random.default_rng(61)
    strengths = {"bot:dumbbot": 0.0, "strong": 1.0, "weak": -0.5}
    truth = 1.5 * 400 / math.log(10)
    for count in (40, 200, 1000):
        found = ratings(rated(rng, count, strengths))
        (between,) = [d for d in found.differences if (d.one, d.other) == ("strong", "weak")]
        assert between.low < truth < between.high
        assert [rating.player for rating in found.players] == ["strong", "bot:dumbbot", "weak"]
    assert between.high - between.low < truth / 4


@pytest.mark.slow
def test_intervals_allow_for_skewness_from_fourteen_games_on_and_seven_are_marked():
    """Costs that are lognormal were covered in 0.79, 0.83, 0.87 of 7, 14 and 35 games."""
    rng = np.random.default_rng(7)
    truth = math.exp(0.5)
    for count in (14, 35):
        covered = 0
        for _ in range(300):
            (figure,) = estimates(sums(rng.lognormal(0, 1, count)))
            covered += figure.low <= truth <= figure.high
        assert covered / 300 >= 0.88
    assert estimates(sums(rng.lognormal(0, 1, 7)))[0].mark == "few"


@pytest.mark.slow
def test_settings_that_differ_are_said_first(tmp_path, capsys):
    """Other last years gave significant calls and tokens without a word."""
    for name, year in (("one", 1901), ("two", 1903)):
        for number in range(2):
            write_run(
                tmp_path / name / str(number), config(last_year=year, seed=number), one_year({"FRANCE": 4 + number})
            )
    assert main(["analyze", str(tmp_path / "one"), str(tmp_path / "two"), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    line = "note: the setting max_year differs: 1901 in the first, 1903 in the second"
    assert said.startswith(line)
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.index("the setting max_year differs") < page.index("<td")


def test_challengers_that_met_the_same_seed_in_the_same_seat_are_paired():
    rng = np.random.default_rng(8)
    shared = rng.normal(0, 2, 42)
    values = [5 + shared + rng.normal(0, 1.6, 42) + shift for shift in (0, 1)]
    one, other = sums(values[0], "a", powers=POWERS), sums(values[1], "b", powers=POWERS, first=100)
    apart = sums(values[1], "b", unit="other", powers=POWERS, first=100)
    paired, unpaired = duel(other, one, 0), duel(apart, one, 0)
    assert (paired.exchange, unpaired.exchange) == ("pairs", "powers")
    assert paired.difference == pytest.approx(unpaired.difference)
    # They correlate .6, so that the variance is .4 of what it is without: less than half as many games.
    assert paired.error < 0.75 * unpaired.error
    assert paired.for_one.games < 0.35 * unpaired.for_one.games


def test_maps_are_not_thrown_together(tmp_path):
    write_run(tmp_path / "a", config(), one_year())
    write_run(tmp_path / "b", replace(config(), map="standard_fleet_rome"), one_year())
    with pytest.raises(ConfigError, match=r"several maps \(standard, standard_fleet_rome\)"):
        analyze(tmp_path)
    with pytest.raises(ConfigError, match="are on different maps"):
        differing(analyze(tmp_path / "a"), analyze(tmp_path / "b"))
