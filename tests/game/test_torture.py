"""A game that is killed at random instants is the game that would have been. The long form is ``torture.py``."""

from torture import torture


async def test_a_game_that_is_killed_and_gone_on_with_is_the_same_game(tmp_path):
    figures = await torture(tmp_path, kills=4, seed=3, max_year=1901, latency=0.05, most=12)
    assert figures.kills == 4
    assert figures.in_play >= 2
    assert not figures.asked_again
