"""How games end: at their limit, by a solo, by a draw, by being the last on the board."""

import pytest
from staging import HOLD, OFFLINE, QUIET, SCRIPTED, ScriptedModel, by_step, play, seats

from ai_diplomacy.board.terrain import MAPS, terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.models.ids import ModelId

DUMBBOT = ModelId("bot", "dumbbot")
YES = '{"orders": [], "vote_draw": true}'


async def test_when_every_power_left_votes_for_it_the_game_is_a_draw(tmp_path):
    def answers(request):
        return YES if request.key.step == "order" and request.key.phase == "F1901M" else QUIET[request.key.step]

    config = GameConfig(models=seats(SCRIPTED), max_year=1902, rounds=0)
    run = await play(tmp_path / "run", config, ScriptedModel(answers))
    assert (run.result.outcome, run.result.phase) == ("draw", "F1901M")
    assert run.result.winners == terrain().powers
    assert run.saved["phases"][-1]["name"] == "COMPLETED"
    assert run.events[-1]["type"] == "run_finished"


async def test_one_power_that_does_not_vote_keeps_the_game_going(tmp_path):
    config = GameConfig(models=seats(SCRIPTED, ITALY=HOLD), max_year=1901, rounds=0)
    run = await play(tmp_path / "run", config, ScriptedModel(by_step(order=YES)))
    assert run.result.outcome == "limit"


async def test_votes_of_different_phases_do_not_add_up(tmp_path):
    def answers(request):
        if request.key.step != "order":
            return QUIET[request.key.step]
        season = "S" if request.key.actor < "G" else "F"
        return YES if request.key.phase.startswith(season) else '{"orders": []}'

    config = GameConfig(models=seats(SCRIPTED), max_year=1901, rounds=0)
    run = await play(tmp_path / "run", config, ScriptedModel(answers))
    assert run.result.outcome == "limit"


async def test_a_solo_ends_the_game_at_once(tmp_path):
    config = GameConfig(models=seats(HOLD, FRANCE=DUMBBOT), max_year=1930, rounds=0)
    run = await play(tmp_path / "run", config)
    assert run.result.outcome == "solo"
    assert run.result.winners == ("FRANCE",)
    assert len(run.result.centers["FRANCE"]) >= 18
    assert int(run.result.phase[1:-1]) < 1930
    assert "France wins alone" in (run.path / "powers" / "FRANCE.md").read_text()


async def test_the_last_phase_can_be_any_phase(tmp_path):
    for phase in ("S1901M", "F1901M", "W1901A"):
        config = GameConfig(models=seats(DUMBBOT), max_year=1902, end_at_phase=phase, rounds=0)
        assert (await play(tmp_path / phase, config)).result.phase == phase


@pytest.mark.slow
@pytest.mark.parametrize("name", MAPS)
async def test_every_map_is_played_by_whoever_sits_there(tmp_path, name):
    ground = terrain(name)
    config = GameConfig(models=seats(OFFLINE, name), max_year=ground.first_year, rounds=1, planning=True, map=name)
    run = await play(tmp_path / "run", config)
    assert run.result.outcome in ("limit", "solo")
    assert {path.stem for path in (run.path / "powers").iterdir()} == set(ground.powers)
    assert all(figures["defaulted_steps"] == 0 for figures in run.figures.values())
    assert ground.powers[0] in (run.path / "game_manifesto.txt").read_text()
