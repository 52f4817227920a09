"""Seats that do not play: a game is not played on with a model of whose replies none can be used."""

import asyncio
import dataclasses
from dataclasses import replace

import pytest
from staging import HOLD, OFFLINE, QUIET, SCRIPTED, Run, ScriptedModel, by_step, every_policy, play, seats
from test_going_on import go_on
from virtual_time import virtual_time

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.models.call_settings import CallSettings
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions
from ai_diplomacy.offline.server.thinking import Thinker
from ai_diplomacy.run.create import fork_run
from ai_diplomacy.run.history import read_history
from ai_diplomacy.run.idle_seats import SeatsIdle
from ai_diplomacy.run.policies import worker_threads
from ai_diplomacy.run.replay import replay

SORRY = "I cannot help with that."
UNHELPFUL = by_step(**dict.fromkeys(QUIET, SORRY))
PATHS = {"openai": "/v1", "openai-responses": "/v1", "anthropic": "", "gemini": ""}


def game(**settings):
    return GameConfig(**{"models": seats(HOLD, FRANCE=SCRIPTED), "max_year": 1902, "rounds": 2} | settings)


def steps(run, phase):
    return {(call["key"]["step"], call["key"]["round"]) for call in run.calls if call["key"]["phase"] == phase}


def saying(power, says):
    """``says``: what that power says at a step; ``None``: what it should."""

    def answers(request):
        said = says(request) if request.key.actor == power else None
        return QUIET[request.key.step] if said is None else said

    return answers


@every_policy
async def test_a_seat_that_answers_nothing_usable_in_its_first_phase_stops_the_game(tmp_path, execution, threads):
    config = game(models=seats(SCRIPTED, ITALY=HOLD), execution=execution, threads=threads)
    model = ScriptedModel(saying("FRANCE", lambda _: SORRY))
    with pytest.raises(SeatsIdle) as stopped:
        await play(tmp_path / "run", config, model)
    told = str(stopped.value)
    assert told.startswith("FRANCE (scripted) does not play: all 4 steps of the first phase were unusable. The last, ")
    assert told.endswith(". It answered 'I cannot help with that.'")
    run = Run(tmp_path / "run", None)
    assert {call["key"]["phase"] for call in run.calls} == {"S1901M"}
    assert len(run.calls) == len(model.requests)
    assert run.figures["FRANCE"]["defaulted_steps"] == 4
    assert run.saved["phases"][0]["name"] == "S1901M"
    assert told in (run.path / "general_game.log").read_text()
    replayed = await replay(read_history(run.path, DIPLOMACY), DIPLOMACY)
    assert (replayed.ended, replayed.calls) == (False, len(run.calls))


@every_policy
async def test_a_model_that_falls_silent_later_stops_it_after_five_steps_and_a_mended_one_goes_on(
    tmp_path, execution, threads
):
    config = game(execution=execution, threads=threads)

    def late(request):
        return SORRY if request.key.phase != "S1901M" else QUIET[request.key.step]

    with pytest.raises(SeatsIdle, match=r"FRANCE \(scripted\) does not play: 5 steps in a row were unusable"):
        await play(tmp_path / "run", config, ScriptedModel(late))
    stopped = Run(tmp_path / "run", None)
    assert len(stopped.events_of("step_defaulted")) == 5
    asked = {tuple(call["key"].values()) for call in stopped.calls}
    model = ScriptedModel(by_step())
    run = await go_on(tmp_path / "run", config, model)
    assert run.result.phase == "F1902M"
    assert not asked & {dataclasses.astuple(request.key) for request in model.requests}
    # What was played on defaults stays as it was played.
    assert len(run.events_of("step_defaulted")) == 5
    assert (await replay(read_history(run.path, DIPLOMACY), DIPLOMACY)).ended


async def test_going_on_with_the_same_model_stops_only_at_what_it_answers_anew(tmp_path):
    path = tmp_path / "run"
    phases = []
    with pytest.raises(SeatsIdle, match="all 4 steps of the first phase"):
        await play(path, game(), ScriptedModel(UNHELPFUL))
    for _ in range(2):
        phases.append(Run(path, None).calls[-1]["key"]["phase"])
        with pytest.raises(SeatsIdle, match=r": \d steps in a row were unusable"):
            await go_on(path, game(), ScriptedModel(UNHELPFUL))
    assert phases == ["S1901M", "S1902M"]
    assert Run(path, None).calls[-1]["key"]["phase"] == "F1902M"


async def test_a_fork_of_a_stopped_run_does_not_stop_for_what_the_other_run_answered(tmp_path):
    path, fork = tmp_path / "run", tmp_path / "fork"
    with pytest.raises(SeatsIdle):
        await play(path, game(), ScriptedModel(UNHELPFUL))
    with pytest.raises(SeatsIdle):
        await go_on(path, game(), ScriptedModel(UNHELPFUL))
    fork_run(read_history(path, DIPLOMACY), "F1901M", fork, game(max_year=1901))
    run = await go_on(fork, game(max_year=1901), ScriptedModel(by_step()))
    assert run.result.phase == "F1901M"
    # With what it made of the first turn, which is of the first phase in the records.
    assert run.figures["FRANCE"]["defaulted_steps"] == 5


async def test_one_usable_step_in_the_first_phase_lets_the_game_go_on(tmp_path):
    def answers(request):
        return QUIET["order"] if (request.key.phase, request.key.step) == ("S1901M", "order") else SORRY

    with pytest.raises(SeatsIdle, match=r"[56] steps in a row"):
        await play(tmp_path / "run", game(), ScriptedModel(answers))
    assert Run(tmp_path / "run", None).calls[-1]["key"]["phase"] == "S1902M"


async def test_a_first_reply_that_was_usable_is_no_unusable_step(tmp_path):
    def answers(request):
        if request.key.step == "order":
            return SORRY if request.key.attempt else '{"orders": ["A PAR - MOS"]}'
        return SORRY

    with pytest.raises(SeatsIdle, match=r"[56] steps in a row"):
        await play(tmp_path / "run", game(rounds=5), ScriptedModel(answers))
    assert Run(tmp_path / "run", None).calls[-1]["key"]["phase"] == "S1901M"
    run = await play(tmp_path / "other", game(rounds=1, max_year=1901), ScriptedModel(answers))
    assert run.figures["FRANCE"]["defaulted_steps"] == 4


async def test_a_game_may_be_played_on_with_any_number_of_unusable_steps(tmp_path):
    run = await play(tmp_path / "run", game(calls=CallSettings(max_unusable_steps=0)), ScriptedModel(UNHELPFUL))
    assert run.result.phase == "F1902M"
    low = game(calls=CallSettings(max_unusable_steps=2))
    with pytest.raises(SeatsIdle, match="2 steps in a row"):
        await play(tmp_path / "low", low, ScriptedModel(UNHELPFUL))
    assert {call["key"]["step"] for call in Run(tmp_path / "low", None).calls} == {"initialize", "negotiate"}
    never = game(calls=CallSettings(max_unusable_steps=0))
    assert (await go_on(tmp_path / "low", never, ScriptedModel(UNHELPFUL))).result.outcome == "limit"


@virtual_time
async def test_steps_that_come_late_do_not_stop_the_game(tmp_path):
    class Slow(ScriptedModel):
        async def generate(self, request):
            if request.key.actor == "FRANCE":
                await asyncio.sleep(1e6)
            return await super().generate(request)

    calls = CallSettings(phase_deadline=10.0)
    run = await play(tmp_path / "run", game(calls=calls), Slow(by_step()))
    assert run.result.phase == "F1902M"
    assert run.figures["FRANCE"]["defaulted_steps"] >= 16


async def test_calls_that_are_given_up_count_like_replies_that_cannot_be_read(tmp_path):
    def answers(request):
        raise OverflowError("int too large")

    with pytest.raises(SeatsIdle, match=r"The last, order: OverflowError: int too large$"):
        await play(tmp_path / "run", game(), ScriptedModel(answers))


async def test_seats_of_one_model_are_told_together_with_one_example_in_one_clean_line(tmp_path):
    def answers(request):
        return "\x1b[31mNo.\u202e\n" + "x" * 500

    with pytest.raises(SeatsIdle) as stopped:
        await play(tmp_path / "run", game(models=seats(SCRIPTED, ITALY=HOLD)), ScriptedModel(answers))
    told = str(stopped.value)
    assert told.startswith("AUSTRIA, ENGLAND, FRANCE, GERMANY, RUSSIA, TURKEY (scripted) do not play: all 4 steps")
    assert told.isprintable()
    assert len(told) < 350


class Refusing:
    """Makes the local server answer some steps of the seat that asks it with a refusal."""

    def __init__(self, monkeypatch, refused):
        self.steps = 0
        original = Thinker.answer

        async def answer(thinker, prompt, style):
            # A step is asked at most twice; the second prompt quotes the first reply.
            self.steps += '"correction"' not in prompt
            return SORRY if refused(self.steps) else await original(thinker, prompt, style)

        monkeypatch.setattr(Thinker, "answer", answer)


async def through(server, provider, path, execution="async", **settings):
    seat = ModelId(provider, "local", server.url + PATHS[provider])
    config = GameConfig(models=seats(OFFLINE, FRANCE=seat), max_year=1902, rounds=2, execution=execution, **settings)
    threads = worker_threads(execution, 7)
    try:
        return await play(path, config, blocking=threads)
    finally:
        if threads is not None:
            threads.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("execution", ["async", "threaded"])
@pytest.mark.parametrize("provider", PATHS)
async def test_a_seat_of_a_mixed_game_that_cannot_help_with_that_stops_it_in_its_first_phase(
    tmp_path, monkeypatch, provider, execution
):
    Refusing(monkeypatch, lambda step: True)
    async with LocalServer(ServerOptions()) as server:
        with pytest.raises(SeatsIdle, match=r"^FRANCE .*first phase.*answered 'I cannot help with that\.'$"):
            await through(server, provider, tmp_path / "run", execution)
    run = Run(tmp_path / "run", None)
    assert steps(run, "S1901M") == {("initialize", 0), ("negotiate", 1), ("negotiate", 2), ("order", 0)}
    assert {call["key"]["phase"] for call in run.calls} == {"S1901M"}


@pytest.mark.slow
@pytest.mark.parametrize("provider", PATHS)
async def test_a_seat_that_fails_once_in_twenty_steps_plays_to_the_end(tmp_path, monkeypatch, provider):
    refusing = Refusing(monkeypatch, lambda step: step % 20 == 1)
    async with LocalServer(ServerOptions()) as server:
        run = await through(server, provider, tmp_path / "run")
    assert run.result.phase == "W1902A"
    assert run.figures["FRANCE"]["defaulted_steps"] == 1 + (refusing.steps - 1) // 20


@pytest.mark.slow
async def test_a_stopped_game_goes_on_when_its_server_is_mended(tmp_path, monkeypatch):
    refusing = Refusing(monkeypatch, lambda step: step <= 4)
    async with LocalServer(ServerOptions()) as server:
        with pytest.raises(SeatsIdle):
            await through(server, "openai", tmp_path / "run")
        asked = refusing.steps
        config = read_history(tmp_path / "run", DIPLOMACY).settings.last
        other = replace(config, models=config.models | {"FRANCE": OFFLINE})
        run = await go_on(tmp_path / "run", other)
    assert asked == 4
    assert run.figures["FRANCE"]["defaulted_steps"] == 4
    assert run.result.phase == "W1902A"
