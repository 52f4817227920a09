"""Offline games are worth reading: what must hold over ten games of 1901-1902."""

import asyncio

import pytest
from staging import OFFLINE, play, seats

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig

pytestmark = pytest.mark.slow

POWERS = terrain().powers


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")

    def game(seed: int) -> GameConfig:
        return GameConfig(models=seats(OFFLINE), max_year=1902, seed=seed)

    return [asyncio.run(play(folder / str(seed), game(seed))) for seed in range(10)]


def total(runs, figure: str) -> int:
    return sum(figures[figure] for run in runs for figures in run.figures.values())


def test_between_95_and_99_5_percent_of_orders_are_legal_before_repair(runs):
    given, illegal = total(runs, "orders_given"), total(runs, "illegal_orders_first")
    assert 0.95 <= (given - illegal) / given <= 0.995


def test_replies_are_broken_now_and_then_and_hardly_ever_lost(runs):
    assert total(runs, "repaired_replies") > 0
    assert total(runs, "unusable_replies") > 0
    assert total(runs, "reasked") > 0
    assert total(runs, "defaulted_steps") == 0


def test_every_power_sends_and_answers_press_in_every_game(runs):
    for run in runs:
        private = [event for event in run.events_of("message_delivered") if event["recipients"] != ["ALL"]]
        for power in POWERS:
            written = [event for event in private if event["sender"] == power]
            assert written
            assert [
                answer
                for answer in written
                for received in private
                if power in received["recipients"]
                and received["sender"] in answer["recipients"]
                and received["sequence"] < answer["sequence"]
            ]


def test_most_pledges_are_kept_and_some_are_broken(runs):
    kept, broken = total(runs, "pledges_kept"), total(runs, "pledges_broken")
    assert broken >= 10
    assert 0.7 < kept / (kept + broken) < 0.99
    assert sum(any(f["pledges_broken"] for f in run.figures.values()) for run in runs) >= 5


def test_neutral_centres_fall(runs):
    for run in runs:
        first = {c for owned in run.saved["phases"][0]["state"]["centers"].values() for c in owned}
        last = {c for owned in run.saved["phases"][-1]["state"]["centers"].values() for c in owned}
        assert len(last - first) >= 6


def test_the_games_differ(runs):
    assert len({str(run.orders()["S1901M"]) for run in runs}) == 10


def test_nobody_agrees_on_a_draw_so_early(runs):
    assert {run.result.outcome for run in runs} == {"limit"}
