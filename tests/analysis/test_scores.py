"""Scores by the field's rules, on ends of games that were worked out by hand."""

import pytest
from analysis.making import POWERS

from ai_diplomacy.analysis.game_record import Ending, GameRecord
from ai_diplomacy.analysis.scores import places, scores


def game(centers, *, outcome="limit", year=1905, gone=None, last_year=1910):
    gone = gone or {}
    alive = frozenset(power for power in POWERS if power not in gone)
    counts = {power: centers.get(power, 0) for power in POWERS}
    winners = {"limit": (), "draw": tuple(sorted(alive)), "solo": (max(counts, key=counts.get),)}
    ending = Ending(outcome, winners[outcome], f"W{year}A", counts, alive, gone)
    rows = ("phases", "orders", "submissions", "boards", "messages", "promised", "turns", "calls", "gaps", "minds")
    rows += ("beliefs", "persuasion")
    nothing = dict.fromkeys(rows, ())
    return GameRecord(
        path=None, name="", cluster="", map="standard", seed=0, first_year=1901, last_year=last_year, rounds=0,
        versions=(), config_hash="", players={}, models={}, prompt_hashes={}, ending=ending, replies={},
        defaults={}, **nothing,
    )  # fmt: skip


def test_a_game_that_ends_at_its_last_year():
    found = scores(
        game(
            {"FRANCE": 10, "ITALY": 8, "RUSSIA": 8, "TURKEY": 4, "GERMANY": 4},
            year=1910,
            gone={"AUSTRIA": 1904, "ENGLAND": 1907},
        )
    )
    assert found["FRANCE"].diplobench == 10 + 10
    assert found["TURKEY"].diplobench == 10 + 4
    assert found["ENGLAND"].diplobench == 7
    assert found["FRANCE"].draw_size == pytest.approx(1 / 5)
    assert found["AUSTRIA"].draw_size == 0
    assert found["FRANCE"].sum_of_squares == pytest.approx(100 / 260)
    assert [found[power].rank for power in ("FRANCE", "ITALY", "RUSSIA", "TURKEY", "GERMANY")] == [
        1,
        2.5,
        2.5,
        4.5,
        4.5,
    ]
    assert (found["ENGLAND"].rank, found["AUSTRIA"].rank) == (6, 7)
    assert sum(score.survived for score in found.values()) == 5


def test_a_solo_takes_everything_and_ends_the_game_for_the_others():
    found = scores(game({"FRANCE": 18, "ITALY": 9, "RUSSIA": 7}, outcome="solo", year=1906, gone={"TURKEY": 1903}))
    assert found["FRANCE"].solo
    assert found["FRANCE"].diplobench == 10 + 18 + 4
    assert found["ITALY"].diplobench == 6
    assert found["TURKEY"].diplobench == 3
    assert (found["FRANCE"].draw_size, found["FRANCE"].sum_of_squares) == (1, 1)
    assert (found["ITALY"].draw_size, found["ITALY"].sum_of_squares) == (0, 0)


def test_those_of_a_draw_share_the_first_places():
    gone = {"TURKEY": 1903, "GERMANY": 1904, "AUSTRIA": 1902, "ENGLAND": 1902}
    ended = game({"FRANCE": 12, "ITALY": 12, "RUSSIA": 10}, outcome="draw", gone=gone)
    found = scores(ended)
    assert {power for power in POWERS if found[power].draw_size == pytest.approx(1 / 3)} == {
        "FRANCE",
        "ITALY",
        "RUSSIA",
    }
    order = places(ended.ending)
    assert order == {"FRANCE": 2, "ITALY": 2, "RUSSIA": 2, "GERMANY": 4, "TURKEY": 5, "AUSTRIA": 6.5, "ENGLAND": 6.5}
    assert found["RUSSIA"].diplobench == 10 + 10
