"""How well DumbBot plays: it beats chance from every seat, and units that only hold."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.player import View
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.bots import make_bot

POWERS = terrain("standard").powers


async def game(seats: Mapping[str, str], seed: int, *, years: int = 10, map_name: str = "standard") -> Board:
    """A whole game, power -> bot, in which every order must be legal and none may be missing."""
    board = Board(map_name)
    last_year = board.terrain.first_year + years - 1
    players = [make_bot(name, power, seed) for power, name in seats.items()]
    while not board.completed and board.phase.year <= last_year:
        for player in players:
            situation = board.situation(player.power)
            decision = await player.order(View(game=f"game {seed}", situation=situation, last_year=last_year))
            report = board.submit(player.power, [line.text for line in decision.report.lines])
            assert not report.rejected
            assert not report.defaults
        board.adjudicate()
    return board


def against(power: str, others: str) -> dict[str, str]:
    return dict.fromkeys(POWERS, others) | {power: "dumbbot"}


@pytest.mark.slow
@pytest.mark.parametrize("power", POWERS)
async def test_against_six_random_players_it_has_the_most_centres_in_nine_games_of_ten(power: str) -> None:
    won = 0
    for seed in range(10):
        board = await game(against(power, "random"), seed)
        counts = {name: len(owned) for name, owned in board.centers.items()}
        won += counts.pop(power) > max(counts.values())
    assert won >= 9


@pytest.mark.slow
async def test_against_six_that_hold_it_mostly_wins_outright_within_ten_years() -> None:
    won = [
        power for power in POWERS for seed in range(3) if (await game(against(power, "hold"), seed)).winners == (power,)
    ]
    assert len(won) >= 0.8 * 3 * len(POWERS)
    assert set(won) == set(POWERS)


@pytest.mark.slow
@pytest.mark.parametrize("map_name", ["standard", "ancmed", "modern", "pure", "standard_france_austria"])
async def test_it_plays_itself_for_twenty_years(map_name: str) -> None:
    ground = terrain(map_name)
    board = await game(dict.fromkeys(ground.powers, "dumbbot"), 2, years=20, map_name=map_name)
    owned = {center for centers in board.centers.values() for center in centers}
    assert board.completed or board.phase.year == ground.first_year + 20
    assert len(owned) > 0.9 * len(ground.centers), "in twenty years it should have taken what nobody holds"
