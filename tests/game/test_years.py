"""Longer games: reflections, consolidations, and what is still asked near the end."""

import pytest
from staging import HOLD, OFFLINE, SCRIPTED, ScriptedModel, by_step, play, seats, situation_of

from ai_diplomacy.game.config import GameConfig


async def test_a_consolidation_is_asked_each_winter_from_the_second_year_on_while_it_will_be_read(tmp_path):
    model = ScriptedModel(
        by_step(
            negotiate='{"diary": "I spoke", "messages": []}',
            order='{"orders": ["A PAR H"], "diary": "I ordered"}',
            reflect='{"diary": "I thought"}',
            consolidate='{"summary": "the first years"}',
        )
    )
    config = GameConfig(models=seats(HOLD, FRANCE=SCRIPTED), max_year=1904, rounds=1)
    await play(tmp_path / "run", config, model)
    asked = [
        (request.key.phase, situation_of(request)) for request in model.requests if request.key.step == "consolidate"
    ]
    # The winters of 1902 and 1903; after 1904 nobody would read it.
    assert [phase[1:5] for phase, _ in asked] == ["1902", "1903"]
    assert all(entry.startswith(("S1901", "F1901", "W1901")) for entry in asked[0][1]["diary"])
    shown = {
        (request.key.phase, request.key.step): situation_of(request).get("past")
        for request in model.requests
        if request.key.phase.startswith(("S1903", "F1903"))
    }
    # Written in the winter, in force when the turn after it is over: the same under every schedule.
    assert shown["S1903M", "order"] == shown["S1903M", "reflect"] is None
    assert shown["F1903M", "negotiate"] == shown["F1903M", "order"] == "to 1901: the first years"
    autumn = next(r for r in model.requests if (r.key.phase, r.key.step) == ("F1903M", "order"))
    assert not [entry for entry in situation_of(autumn)["diary"] if "1901" in entry[:6]]


async def test_nobody_reflects_on_the_last_turn(tmp_path):
    model = ScriptedModel(by_step())
    config = GameConfig(models=seats(HOLD, FRANCE=SCRIPTED), max_year=1902, rounds=0)
    await play(tmp_path / "run", config, model)
    reflected = [request.key.phase[:5] for request in model.requests if request.key.step == "reflect"]
    assert reflected == ["S1901", "F1901", "S1902"]


async def test_a_reflection_sees_the_whole_turn_and_its_press(tmp_path):
    model = ScriptedModel(by_step(negotiate='{"messages": [{"to": ["ALL"], "text": "salut"}]}'))
    config = GameConfig(models=seats(HOLD, FRANCE=SCRIPTED), max_year=1901, rounds=1)
    await play(tmp_path / "run", config, model)
    (reflect,) = [request for request in model.requests if request.key.step == "reflect"]
    document = situation_of(reflect)
    assert reflect.key.phase == "S1901M"
    assert document["phase"] == "F1901M"
    assert list(document["last_turn"]) == ["S1901M"]
    assert [list(message.values()) for message in document["press"]["1"]] == [["salut"]]
    assert "legal_orders" not in document


@pytest.mark.slow
async def test_the_offline_model_plays_on_for_years_without_a_default(tmp_path):
    config = GameConfig(models=seats(OFFLINE), max_year=1904, rounds=1, seed=5)
    run = await play(tmp_path / "run", config)
    assert sum(figures["defaulted_steps"] for figures in run.figures.values()) == 0
    assert [call for call in run.calls if call["key"]["step"] == "consolidate"]
