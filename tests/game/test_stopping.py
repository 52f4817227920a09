"""Games that cannot go on: they stop, everything that was paid for is kept, and one line says why."""

import asyncio

import pytest
from staging import HOLD, QUIET, SCRIPTED, Run, ScriptedModel, by_step, every_policy, play, seats

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.models.budget import BudgetExceeded
from ai_diplomacy.models.call_settings import CallSettings
from ai_diplomacy.models.circuit_breaker import ModelRefused
from ai_diplomacy.models.model import ModelError


def game(**settings):
    return GameConfig(models=seats(SCRIPTED, ITALY=HOLD), max_year=1902, rounds=1, **settings)


@pytest.mark.parametrize("kind", ["fatal", "transient", "rate_limit"])
@every_policy
async def test_a_model_that_does_not_answer_its_first_call_ends_the_game_and_leaves_nothing(
    tmp_path, execution, threads, kind
):
    def answers(request):
        raise ModelError("the vendor answered 401: wrong key", kind=kind, billable=False)

    with pytest.raises(ModelRefused, match="scripted cannot be asked: the vendor answered 401") as refused:
        await play(tmp_path / "run", game(execution=execution, threads=threads), ScriptedModel(answers))
    assert refused.value.at_once
    assert not (tmp_path / "run").exists()


@every_policy
async def test_one_refused_prompt_costs_a_step_but_a_model_that_refuses_everything_ends_the_game(
    tmp_path, execution, threads
):
    def answers(request):
        if request.key.phase == "S1901M" and (request.key.step != "order" or request.key.actor == "FRANCE"):
            return QUIET[request.key.step]
        raise ModelError("the vendor answered 403: account closed")

    model = ScriptedModel(answers)
    with pytest.raises(ModelRefused) as refused:
        await play(tmp_path / "run", game(execution=execution, threads=threads), model)
    assert not refused.value.at_once
    run = Run(tmp_path / "run", None)
    assert run.calls
    assert run.saved["phases"][-1]["name"] in ("S1901M", "F1901M")
    assert "stopped: scripted cannot be asked" in (run.path / "general_game.log").read_text()


@every_policy
async def test_at_a_cap_of_the_budget_the_game_stops_with_every_answered_call_in_the_journal(
    tmp_path, execution, threads
):
    model = ScriptedModel(by_step())
    config = GameConfig(
        models=seats(SCRIPTED),
        max_year=1902,
        rounds=1,
        default_max_tokens=100,
        calls=CallSettings(max_tokens_total=2_500),
        execution=execution,
        threads=threads,
    )
    with pytest.raises(BudgetExceeded, match="the cap of 2,500 tokens is reached"):
        await play(tmp_path / "run", config, model)
    run = Run(tmp_path / "run", None)
    assert len(run.calls) == len(model.requests)
    spent = sum(call["reply"]["usage"]["input"] + call["reply"]["usage"]["output"] for call in run.calls)
    assert spent <= 2_500
    assert run.events_of("budget_reached")
    assert [event["type"] for event in run.events].count("run_finished") == 0
    assert run.saved["phases"]


@every_policy
async def test_a_cancelled_game_saves_what_was_played(tmp_path, execution, threads):
    asked = asyncio.Event()

    class Waiting(ScriptedModel):
        async def generate(self, request):
            if request.key.phase == "F1901M":
                asked.set()
                await asyncio.Event().wait()
            return await super().generate(request)

    task = asyncio.create_task(play(tmp_path / "run", game(execution=execution, threads=threads), Waiting(by_step())))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    run = Run(tmp_path / "run", None)
    assert [phase["name"] for phase in run.saved["phases"]] == ["S1901M", "F1901M"]
    rows = (run.path / "llm_responses.csv").read_text().count("scripted,")
    assert rows == len(run.calls)
    assert "stopped: told to" in (run.path / "general_game.log").read_text()


@pytest.mark.parametrize(
    ("execution", "threads"), [("async", "decisions"), ("gathered", "decisions"), ("threaded", "all")]
)
async def test_a_model_that_is_given_up_costs_nobody_a_call_in_flight(tmp_path, execution, threads):
    refused = asyncio.Event()

    class Mixed(ScriptedModel):
        async def generate(self, request):
            if request.key.actor == "TURKEY":
                refused.set()
                raise ModelError("the vendor answered 401")
            await refused.wait()
            return await super().generate(request)

    with pytest.raises(ModelRefused):
        await play(tmp_path / "run", game(execution=execution, threads=threads), Mixed(by_step()))
    assert len(Run(tmp_path / "run", None).calls) == 5
