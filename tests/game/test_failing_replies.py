"""Whatever a model answers: it is mended, asked once more, or gives way to the safe default, and it is counted."""

import json
from dataclasses import replace

import pytest
from staging import HOLD, QUIET, SCRIPTED, ScriptedModel, by_step, play, seats, situation_of

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.models.layers import OpenedModel
from ai_diplomacy.models.model import Reply, Usage
from ai_diplomacy.run.history import held, read_history
from ai_diplomacy.run.replay import replay
from ai_diplomacy.run.session import play_on

GOOD_ORDERS = '{"orders": ["A PAR - BUR", "A MAR - SPA", "F BRE - MAO"]}'


def game(**settings):
    return GameConfig(models=seats(HOLD, FRANCE=SCRIPTED), max_year=1901, rounds=1, end_at_phase="S1901M", **settings)


UNUSABLE = {
    "empty text": "",
    "prose without JSON": "I shall attack Burgundy, for glory.",
    "a list where an object belongs": '["A PAR - BUR"]',
    "orders that are no list": '{"orders": 17}',
    "another step's reply": '{"summary": "x"}',
    "only numbers": "17",
}


@pytest.mark.parametrize("text", UNUSABLE.values(), ids=UNUSABLE.keys())
async def test_an_unusable_reply_is_asked_once_more_and_then_gives_way_to_the_default(tmp_path, text):
    model = ScriptedModel(by_step(order=text))
    run = await play(tmp_path / "run", game(), model)
    asked = [request for request in model.requests if request.key.step == "order"]
    assert [request.key.attempt for request in asked] == [0, 1]
    correction = situation_of(asked[1])["correction"]
    assert correction["your_reply"] == text
    assert len(correction["problems"]) == 1
    assert run.orders()["S1901M"]["FRANCE"] == ["F BRE H", "A MAR H", "A PAR H"]
    figures = run.figures["FRANCE"]
    assert (figures["unusable_replies"], figures["reasked"], figures["defaulted_steps"]) == (2, 1, 1)
    assert figures["default_orders"] == 3
    (defaulted,) = run.events_of("step_defaulted")
    assert (defaulted["power"], defaulted["step"]) == ("FRANCE", "order")


@pytest.mark.parametrize(
    "text",
    [
        GOOD_ORDERS[:-2],
        "Here you are:\n```json\n" + GOOD_ORDERS.replace('"]', '",]') + "\n```",
        GOOD_ORDERS.replace('"', "'"),
        f"[{GOOD_ORDERS}]",
    ],
    ids=["cut off in the middle", "a trailing comma", "single quotes", "an object in a list"],
)
async def test_a_broken_reply_is_mended_without_asking_again(tmp_path, text):
    run = await play(tmp_path / "run", game(), ScriptedModel(by_step(order=text)))
    assert set(run.orders()["S1901M"]["FRANCE"]) == {"A PAR - BUR", "A MAR - SPA", "F BRE - MAO"}
    figures = run.figures["FRANCE"]
    assert (figures["repaired_replies"], figures["reasked"], figures["defaulted_steps"]) == (1, 0, 0)


async def test_a_second_reply_that_is_better_counts(tmp_path):
    def answers(request):
        if request.key.step != "order":
            return QUIET[request.key.step]
        return GOOD_ORDERS if request.key.attempt else "no"

    run = await play(tmp_path / "run", game(), ScriptedModel(answers))
    assert "A PAR - BUR" in run.orders()["S1901M"]["FRANCE"]
    assert run.figures["FRANCE"]["defaulted_steps"] == 0


async def test_a_relationship_word_that_does_not_exist_changes_nothing(tmp_path):
    reply = '{"goals": ["win"], "relationships": {"ENGLAND": "Buddy"}}'
    run = await play(tmp_path / "run", game(), ScriptedModel(by_step(initialize=reply)))
    assert run.saved["phases"][0]["agent_relationships"]["FRANCE"]["ENGLAND"] == "Neutral"
    assert run.figures["FRANCE"]["unusable_replies"] == 2
    assert "Buddy" in run.events_of("reply_read")[0]["problems"][0]


async def test_orders_for_another_powers_units_are_asked_again_with_the_reason_and_then_left_out(tmp_path):
    orders = json.dumps({"orders": ["A MUN - BUR", "A PAR - BUR", "A MAR S A PAR - BUR", "F BRE - MAO"]})
    model = ScriptedModel(by_step(order=orders))
    run = await play(tmp_path / "run", game(), model)
    (problem,) = situation_of(model.requests[-1])["correction"]["problems"]
    assert "A MUN" in problem
    assert "GERMANY" in problem.upper()
    assert set(run.orders()["S1901M"]["FRANCE"]) == {"A PAR - BUR", "A MAR S A PAR - BUR", "F BRE - MAO"}
    assert run.orders()["S1901M"]["GERMANY"] == ["A BER H", "F KIE H", "A MUN H"]
    figures = run.figures["FRANCE"]
    assert (figures["illegal_orders_first"], figures["illegal_orders"], figures["illegal_replies"]) == (1, 1, 2)
    assert figures["default_orders"] == 0


async def test_legal_orders_of_the_first_reply_stand_where_the_correction_says_nothing(tmp_path):
    def answers(request):
        if request.key.step != "order":
            return QUIET[request.key.step]
        if request.key.attempt:
            return '{"orders": ["A PAR - GAS"]}'
        return '{"orders": ["A PAR - MOS", "A MAR - SPA", "F BRE - MAO"]}'

    run = await play(tmp_path / "run", game(), ScriptedModel(answers))
    assert set(run.orders()["S1901M"]["FRANCE"]) == {"A PAR - GAS", "A MAR - SPA", "F BRE - MAO"}
    (submitted,) = [event for event in run.events_of("orders_submitted") if event["power"] == "FRANCE"]
    assert [line["text"] for line in submitted["illegal_first"]] == ["A PAR - MOS"]
    assert submitted["illegal"] == []
    assert submitted["given"] == 3


async def test_a_model_that_is_not_answering_costs_its_power_the_step_and_nobody_else(tmp_path):
    from ai_diplomacy.models.model import ModelError

    def answers(request):
        if request.key.step == "negotiate":
            raise ModelError("the service was away", kind="transient")
        return QUIET[request.key.step]

    run = await play(tmp_path / "run", game(), ScriptedModel(answers))
    assert run.result.phase == "S1901M"
    figures = run.figures["FRANCE"]
    assert figures["failed_calls"] == figures["defaulted_steps"] == 1
    assert run.figures["ENGLAND"]["defaulted_steps"] == 0


async def test_a_player_with_a_fault_of_ours_costs_its_power_the_step_and_is_logged(tmp_path):
    def answers(request):
        if request.key.step == "order":
            raise KeyError("a bug")
        return QUIET[request.key.step]

    run = await play(tmp_path / "run", game(), ScriptedModel(answers))
    assert run.result.phase == "S1901M"
    (defaulted,) = run.events_of("step_defaulted")
    assert defaulted["reason"] == "KeyError: 'a bug'"
    assert "Traceback" in (run.path / "general_game.log").read_text()


async def test_what_a_game_went_on_without_is_in_its_record_so_that_it_is_not_asked_again(tmp_path):
    class Overflowing(ScriptedModel):
        async def generate(self, request):
            self.requests.append(request)
            if request.key.step == "order":
                raise OverflowError("int too large")
            return Reply(QUIET[request.key.step], Usage(input=10, output=5))

    run = await play(tmp_path / "run", game(), Overflowing(by_step()))
    (failed,) = [call for call in run.calls if "failure" in call]
    assert failed["failure"] == {"kind": "fault", "message": "OverflowError: int too large"}
    history = read_history(run.path, DIPLOMACY)
    assert (await replay(history, DIPLOMACY)).ended
    longer = replace(game(), end_at_phase="F1901M")
    model = ScriptedModel(by_step())
    with held(run.path, DIPLOMACY) as again:
        await play_on(again, longer, DIPLOMACY, started=0.0, open_model=lambda _: OpenedModel(model))
    assert {request.key.phase for request in model.requests} == {"S1901M", "F1901M"}
    assert {request.key.step for request in model.requests if request.key.phase == "S1901M"} == {"reflect"}


async def test_figures_by_model_are_the_sum_of_its_powers(tmp_path):
    model = ScriptedModel(by_step(order="no"))
    config = GameConfig(
        models=seats(HOLD, FRANCE=SCRIPTED, ITALY=SCRIPTED), max_year=1901, rounds=0, end_at_phase="S1901M"
    )
    run = await play(tmp_path / "run", config, model)
    by_model = json.loads((run.path / "overview.jsonl").read_text().splitlines()[0])["errors_by_model"]
    assert by_model["scripted"]["unusable_replies"] == 4
    assert by_model["bot:hold"]["calls"] == 0
