"""Schedules are fair whatever the players, the games and the seed: seats, meetings, prefixes."""

from collections import Counter, defaultdict
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.tournament.schedule import KINDS, NEIGHBOURLY, SEATS, balance_lines, block_size, matches

POWERS = terrain().powers

kinds = st.sampled_from(KINDS)
sizes = st.integers(2, 7)
blocks = st.integers(1, 4)
seeds = st.integers(0, 2**32)


def scheduled(kind, size, blocks, seed):
    players = [f"player {number}" for number in range(size)]
    field = None if kind == "round_robin" else players[seed % size]
    games = blocks * block_size(kind, size)
    return players, field, matches(kind, players, POWERS, games, seed=seed, field=field)


def meetings(found):
    """Pairs of seats, over all games, in which two players meet."""
    met = Counter()
    for match in found:
        met.update(frozenset(pair) for pair in combinations(match.seats.values(), 2) if len(set(pair)) == 2)
    return met


@given(kinds, sizes, blocks, seeds)
def test_every_player_sits_in_every_power_equally_often(kind, size, blocks, seed):
    players, _, found = scheduled(kind, size, blocks, seed)
    seats = Counter((name, power) for match in found for power, name in match.seats.items())
    assert all(set(match.seats) == set(POWERS) for match in found)
    for player in players:
        counts = {seats[player, power] for power in POWERS}
        assert len(counts) == 1
        assert counts != {0}


@given(sizes, blocks, seeds)
def test_in_a_round_robin_all_have_as_many_seats_and_every_two_meet_equally_often(size, blocks, seed):
    players, _, found = scheduled("round_robin", size, blocks, seed)
    assert len(set(Counter(name for match in found for name in match.seats.values()).values())) == 1
    met = meetings(found)
    assert len({met[frozenset(pair)] for pair in combinations(players, 2)}) == 1
    for match in found:
        assert {SEATS // size, -(-SEATS // size)} >= set(Counter(match.seats.values()).values())
        assert set(match.seats.values()) == set(players)


@given(st.sampled_from(["one_vs_six", "six_vs_one"]), sizes, blocks, seeds)
def test_against_a_field_everybody_has_its_turn_in_every_power(kind, size, blocks, seed):
    _, field, found = scheduled(kind, size, blocks, seed)
    turns = Counter()
    for match in found:
        (lone,) = [name for name, count in Counter(match.seats.values()).items() if count == 1]
        (many,) = set(match.seats.values()) - {lone}
        challenger = lone if kind == "one_vs_six" else many
        assert {lone, many} == {challenger, field}
        turns[challenger, next(power for power in POWERS if match.seats[power] == lone)] += 1
    assert set(turns.values()) == {blocks}
    assert len(turns) == SEATS * (size - 1)


@given(kinds, sizes, seeds)
def test_more_games_begin_with_the_same_ones_and_seeds_are_shared_by_design_alone(kind, size, seed):
    _, _, short = scheduled(kind, size, 1, seed)
    _, _, long = scheduled(kind, size, 3, seed)
    assert long[: len(short)] == short
    assert len({match.seed for match in long}) == len(long) // (1 if kind == "round_robin" else size - 1)
    assert [match.number for match in long] == list(range(1, len(long) + 1))


@given(kinds, sizes, seeds)
def test_another_seed_is_another_schedule(kind, size, seed):
    _, _, one = scheduled(kind, size, 2, seed)
    _, _, other = scheduled(kind, size, 2, seed + 1)
    assert [match.seed for match in one] != [match.seed for match in other]


@given(st.sampled_from(["one_vs_six", "six_vs_one"]), sizes, blocks, seeds)
def test_challengers_of_a_block_meet_the_same_seed_in_the_same_seat(kind, size, blocks, seed):
    players, field, found = scheduled(kind, size, blocks, seed)
    met = defaultdict(set)
    for match in found:
        count = Counter(match.seats.values())
        (power,) = [power for power, name in match.seats.items() if count[name] == 1]
        (challenger,) = set(match.seats.values()) - {field}
        met[match.seed, power].add(challenger)
    assert set(map(frozenset, met.values())) == {frozenset(players) - {field}}


@pytest.mark.parametrize("size", range(2, 8))
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_two_players_sit_in_every_two_powers_equally_often(size, seed):
    """Pair (x in P, y in Q) was left to chance once: 0 to 5 times in 49 games; seven players need 42 games for it."""
    players = [f"player {number}" for number in range(size)]
    games = NEIGHBOURLY[size]
    found = matches("round_robin", players, POWERS, games, seed=seed)
    pairs = Counter(
        (match.seats[here], here, match.seats[there], there)
        for match in found
        for here, there in permutations(POWERS, 2)
        if match.seats[here] != match.seats[there]
    )
    assert len(pairs) == size * (size - 1) * SEATS * (SEATS - 1)
    assert len(set(pairs.values())) == 1
    if size == 7:
        assert games == 42
        assert set(pairs.values()) == {1}


def test_a_schedule_says_what_it_balances():
    def said(kind, size, games, field=None):
        players = [f"player {number}" for number in range(size)]
        return balance_lines(kind, matches(kind, players, POWERS, games, seed=3, field=field), field)

    assert said("round_robin", 7, 42) == [
        "every player in every power: 6 times",
        "every two players in every two powers: once",
    ]
    assert said("round_robin", 7, 49)[1] == (
        "every two players in every two powers: 1 to 2 times (the same for all with 84 games)"
    )
    assert said("one_vs_six", 4, 42, "player 0") == [
        "every challenger against player 0, by power of the single seat: 2 times",
        "as many challengers meet the same seed in the same seat: 3",
    ]
    assert said("round_robin", 3, 10)[0] == "every player in every power: 3 to 4 times"
