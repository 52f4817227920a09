"""Faults of the program inside a step: whatever a game went on without is in its record, so that a replay, and a run
that goes on, agree with it although the fault has passed, and nothing is asked or paid for again."""

import asyncio
import dataclasses
import json
from contextlib import contextmanager
from dataclasses import replace

import pytest
from staging import HOLD, QUIET, SCRIPTED, ScriptedModel, by_step, every_policy, play, seats
from test_going_on import go_on

from ai_diplomacy.agent import agent, asking
from ai_diplomacy.agent.memory import Memory
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.manifesto import Manifesto
from ai_diplomacy.models.call_settings import CallSettings
from ai_diplomacy.models.model import Reply, Usage
from ai_diplomacy.run.create import fork_run
from ai_diplomacy.run.history import read_history
from ai_diplomacy.run.replay import replay

MARK = "the reply at which it fails"
SPOKEN = {
    "negotiate": json.dumps(
        {"diary": MARK, "messages": [{"to": ["ENGLAND"], "text": MARK, "pledges": ["A PAR - PIC"]}]}
    ),
    "order": json.dumps({"orders": ["A PAR - BUR", "A MAR - SPA", "F BRE - MAO"], "diary": MARK, "reasoning": MARK}),
    "reflect": json.dumps({"diary": MARK, "goals": [MARK], "relationships": {"ENGLAND": "Enemy"}}),
}


class Failing(ScriptedModel):
    """Says ``SPOKEN`` at one step of France; ``wrong`` is what becomes of that answer, if not that."""

    def __init__(self, step="", wrong=lambda text: Reply(text, Usage(input=10, output=5))):
        super().__init__(lambda request: QUIET[request.key.step])
        self.step, self.wrong = step, wrong

    async def generate(self, request):
        key = request.key
        if (key.actor, key.phase, key.step, key.attempt) != ("FRANCE", "S1901M", self.step, 0) or key.round > 1:
            return await super().generate(request)
        self.requests.append(request)
        return self.wrong(SPOKEN[key.step])


def raising(error):
    def wrong(text):
        raise error

    return wrong


AT_THE_CALL = {
    "the provider's answer": raising(OverflowError("int too large")),
    "a cancellation that nobody asked for": raising(asyncio.CancelledError()),
    "the stack": raising(RecursionError("maximum recursion depth exceeded")),
    "accounting": lambda text: Reply(text, Usage(input=10**400, output=5)),
    "a reply that no journal can hold": lambda text: Reply(text, Usage(input=10, output=5), served={"a", "set"}),
}


def game(**settings):
    models = seats(HOLD, FRANCE=SCRIPTED, ENGLAND=SCRIPTED)
    calls = CallSettings(max_unusable_steps=0)
    return GameConfig(models=models, max_year=1901, rounds=2, calls=calls, **settings)


@contextmanager
def broken_in(monkeypatch, where):
    """A part of an agent fails half way at what ``SPOKEN`` says."""

    def at_mark(original, text_of, *, after=False):
        def failing(*given):
            done = original(*given) if after else None
            if MARK in str(text_of(*given)):
                raise MemoryError("no memory")
            return done if after else original(*given)

        return failing

    with monkeypatch.context() as part:
        match where:
            case "reading":
                part.setattr(asking, "read_reply", at_mark(asking.read_reply, lambda text, *more: text))
            case "memory":
                part.setattr(Memory, "note", at_mark(Memory.note, lambda *given: given[-1], after=True))
            case "orders":
                part.setattr(agent, "OrdersExplained", at_mark(agent.OrdersExplained, lambda *given: given))
            case "messages":
                part.setattr(agent, "Draft", at_mark(agent.Draft, lambda to, text, pledges: text))
        yield


def keys(run):
    return {tuple(call["key"].values()) for call in run.calls}


def first_year(run):
    """What was said and ordered in the first year."""
    return [(phase["orders"], phase["press"]) for phase in run.saved["phases"][:2]]


async def agrees(tmp_path, run, config):
    """That what was recorded is what is played again, whoever plays it."""
    assert [(event["power"], event["phase"]) for event in run.events_of("step_defaulted")] == [("FRANCE", "S1901M")]
    before, played = keys(run), first_year(run)
    replayed = await replay(read_history(run.path, DIPLOMACY), DIPLOMACY)
    assert (replayed.ended, replayed.phases) == (True, ("S1901M", "F1901M"))
    fork_run(read_history(run.path, DIPLOMACY), "F1901M", tmp_path / "fork", config)
    model = ScriptedModel(by_step())
    fork = await go_on(tmp_path / "fork", config, model)
    assert {request.key.phase for request in model.requests} == {"F1901M"}
    assert first_year(fork)[0] == played[0]
    assert (await replay(read_history(tmp_path / "fork", DIPLOMACY), DIPLOMACY)).ended
    model = ScriptedModel(by_step())
    longer = await go_on(run.path, replace(config, max_year=1902), model)
    assert longer.result.phase == "F1902M"
    assert not before & {dataclasses.astuple(request.key) for request in model.requests}
    assert first_year(longer) == played
    assert len(longer.events_of("step_defaulted")) == 1
    assert (await replay(read_history(run.path, DIPLOMACY), DIPLOMACY)).ended


@pytest.mark.slow
@pytest.mark.parametrize("wrong", AT_THE_CALL.values(), ids=AT_THE_CALL)
@every_policy
async def test_a_call_that_fails_beyond_all_expectation_is_in_the_journal(tmp_path, execution, threads, wrong):
    config = game(execution=execution, threads=threads)
    run = await play(tmp_path / "run", config, Failing("negotiate", wrong))
    (failed,) = [call for call in run.calls if "failure" in call]
    assert failed["failure"]["kind"] == "fault"
    await agrees(tmp_path, run, config)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "where"),
    [
        ("negotiate", "reading"),
        ("order", "reading"),
        ("order", "memory"),
        ("reflect", "memory"),
        ("negotiate", "messages"),
        ("order", "orders"),
    ],
)
@every_policy
async def test_a_step_at_which_an_agent_fails_counts_as_not_taken(
    tmp_path, execution, threads, monkeypatch, step, where
):
    config = game(execution=execution, threads=threads)
    with broken_in(monkeypatch, where):
        run = await play(tmp_path / "run", config, Failing(step))
    assert MARK not in json.dumps(run.saved)
    (fault,) = run.events_of("step_faulted")
    assert (fault["power"], fault["step"], fault["phase"]) == ("FRANCE", step, "S1901M")
    assert "Traceback" in (run.path / "general_game.log").read_text()
    await agrees(tmp_path, run, config)


async def test_whoever_only_listens_costs_nobody_a_step(tmp_path, monkeypatch):
    def event(manifesto, event):
        raise KeyError("a bug")

    monkeypatch.setattr(Manifesto, "event", event)
    run = await play(tmp_path / "run", game(), Failing("negotiate"))
    assert run.figures["FRANCE"]["defaulted_steps"] == 0
    assert MARK in json.dumps(run.saved)
    assert "GameArtefacts cannot take" in (run.path / "general_game.log").read_text()
    monkeypatch.undo()
    assert (await replay(read_history(run.path, DIPLOMACY), DIPLOMACY)).ended
