"""Kappa, precision and recall are what textbooks say, and say nothing where nothing can be told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.analysis.agreement import RatedTwice, Share, found_of, kappa


def rated(both=0, first=0, second=0, neither=0, cluster="g"):
    counts = {(True, True): both, (True, False): first, (False, True): second, (False, False): neither}
    return [RatedTwice(cluster, *said) for said, count in counts.items() for _ in range(count)]


def test_kappa_of_a_textbook_s_table():
    """50 proposals, 20 accepted by both, 5 by the first alone, 10 by the second alone: 0.4."""
    found = kappa(rated(20, 5, 10, 15))
    assert found.value == pytest.approx(0.4)
    # Cohen's error: sqrt(0.7 * 0.3 / 50) / 0.5.
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.12961, rel=1e-3)
    assert (found.count, found.alike, found.clusters) == (50, 0.7, 1)


def test_who_always_agree_have_one_and_who_only_agree_by_chance_none():
    assert kappa(rated(both=3, neither=4)).value == 1.0
    assert kappa(rated(2, 2, 2, 2)).value == pytest.approx(0.0)
    assert kappa(rated(both=3, neither=4)).low is None


def test_where_both_say_the_same_word_always_nothing_is_told():
    assert kappa(rated(neither=9)).value is None
    assert kappa([]).value is None
    assert kappa([]).alike is None


def test_several_games_are_taken_as_so_many_observations():
    """A game told ten times over makes the interval of the things narrow, and that of the games not."""
    games = [rated(4, 1, 0, 3, cluster="a"), rated(2, 0, 2, 4, cluster="b"), rated(5, 1, 1, 1, cluster="c")]
    once = kappa([one for game in games for one in game])
    often = kappa([one for game in games for one in game * 10])
    assert often.value == pytest.approx(once.value)
    assert (often.low, often.high) == (pytest.approx(once.low), pytest.approx(once.high))
    assert once.mark == "few"


def test_shares_have_wilson_s_interval():
    low, high = Share(8, 10).interval
    assert (low, high) == (pytest.approx(0.4902, abs=1e-3), pytest.approx(0.9433, abs=1e-3))
    assert Share(0, 0).interval is None
    assert Share(0, 0).value is None


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_precision_and_recall_count_the_same_hits(pairs):
    precision, recall = found_of(pairs)
    assert precision.hits == recall.hits
    assert (precision.of, recall.of) == (sum(found for found, _ in pairs), sum(there for _, there in pairs))
    for share in (precision, recall):
        if share.of:
            low, high = share.interval
            assert 0 <= low <= share.value <= high <= 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.booleans())))
def test_kappa_is_the_same_whoever_is_named_first(rows):
    one = kappa([RatedTwice(*row) for row in rows])
    other = kappa([RatedTwice(cluster, second, first) for cluster, first, second in rows])
    assert (one.value is None) == (other.value is None)
    assert one.value == pytest.approx(other.value)
    assert (one.both, one.first, one.second) == (other.both, other.second, other.first)
