"""Provisional orders: asked on the view of the round of press beside them, told to the record, remembered by nobody."""

import json

import pytest
from staging import OFFLINE, QUIET, SCRIPTED, ScriptedModel, play, seats, situation_of

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.models.ids import ModelId

HELD = '{"orders": ["A PAR H", "A MAR H", "F BRE - MOS", "A BUR H"]}'


def answer(request):
    if request.key.step == "negotiate":
        text = f"{request.key.actor} {request.key.round}"
        to = ["ITALY"] if request.key.actor == "FRANCE" else ["ALL"]
        return json.dumps({"diary": f"I wrote {text}", "messages": [{"to": to, "text": text}]})
    return HELD if request.key.step == "provisional" else QUIET[request.key.step]


@pytest.mark.parametrize("reflect", ["before", "beside"])
@pytest.mark.parametrize("rounds", [1, 2])
async def test_they_go_by_what_the_next_round_of_press_goes_by(tmp_path, rounds, reflect):
    model = ScriptedModel(answer)
    config = GameConfig(
        models=seats(SCRIPTED), max_year=1901, rounds=rounds, reflect=reflect, provisional_orders=True, truth_tags=True
    )
    await play(tmp_path / "run", config, model)
    asked = {(r.key.phase, r.key.actor, r.key.step, r.key.round): r for r in model.requests}
    for phase in ("S1901M", "F1901M"):
        for power in config.models:
            assert [at for at in range(9) if (phase, power, "provisional", at) in asked] == list(range(rounds))
            for at in range(rounds):
                mine = situation_of(asked[phase, power, "provisional", at])
                press = situation_of(asked[phase, power, "negotiate", at + 1])
                assert mine.pop("step") == f"provisional {at} of {rounds}"
                assert press.pop("step") == f"negotiate {at + 1} of {rounds}"
                assert mine == press
    waiting = [situation_of(asked["F1901M", power, "provisional", 0]) for power in ("FRANCE", "ITALY")]
    assert ("unanswered" in waiting[0], "awaiting" in waiting[1]) == (rounds > 1, True)


async def test_what_is_not_legal_is_left_out_and_not_asked_again(tmp_path):
    config = GameConfig(models=seats(SCRIPTED), max_year=1901, rounds=1, end_at_phase="S1901M", provisional_orders=True)
    run = await play(tmp_path / "run", config, ScriptedModel(answer))
    (france,) = [event for event in run.events_of("provisional_orders") if event["power"] == "FRANCE"]
    assert (france["phase"], france["round"], france["orders"]) == ("S1901M", 0, ["A MAR H", "A PAR H"])
    assert not [call for call in run.calls if call["key"]["step"] == "provisional" and call["key"]["attempt"]]
    given = {event["power"]: event["orders"] for event in run.events_of("orders_submitted")}
    assert given["FRANCE"] == ["F BRE H", "A MAR H", "A PAR H"], "what was only provisional stands for nothing"


async def test_a_reply_that_cannot_be_read_costs_that_answer_and_nothing_else(tmp_path):
    def mute(request):
        return "no" if request.key.step == "provisional" else answer(request)

    def game(**asked):
        return GameConfig(models=seats(SCRIPTED), max_year=1901, rounds=2, **asked)

    plain = await play(tmp_path / "plain", game(), ScriptedModel(answer))
    run = await play(tmp_path / "run", game(provisional_orders=True), ScriptedModel(mute))
    assert not run.events_of("provisional_orders")
    assert {event["step"] for event in run.events_of("step_defaulted")} == {"provisional"}
    assert run.orders() == plain.orders()


async def test_bots_are_not_asked(tmp_path):
    config = GameConfig(
        models=seats(OFFLINE, FRANCE=ModelId("bot", "dumbbot")),
        max_year=1901,
        end_at_phase="S1901M",
        provisional_orders=True,
        truth_tags=True,
    )
    run = await play(tmp_path / "run", config)
    assert "FRANCE" not in {event["power"] for event in run.events_of("provisional_orders")}
    assert "FRANCE" not in {event["reader"] for event in run.events_of("message_believed")}
