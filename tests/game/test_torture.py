"""A game that is killed at random instants is the game that would have been. The long form is ``torture.py``."""

import pytest
from torture import cut, torture

pytestmark = pytest.mark.slow


async def test_a_game_that_is_killed_and_gone_on_with_is_the_same_game(tmp_path):
    figures = await torture(tmp_path, kills=4, seed=3, max_year=1901, latency=0.05, most=12)
    assert figures.kills == 4
    assert figures.in_play >= 2
    assert not figures.asked_again


async def test_a_journal_cut_at_any_byte_is_gone_on_with(tmp_path):
    assert await cut(tmp_path, 97) == 21
