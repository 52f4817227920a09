"""Interviews: an agent answers from the memory it had then, and the run is not changed."""

import json
import shutil

import pytest
from staging import OFFLINE, SCRIPTED, ScriptedModel, by_step, play, seats, situation_of

from ai_diplomacy.agent.agent import DiplomacyAgent
from ai_diplomacy.agent.asking import Asker
from ai_diplomacy.command import main as commands
from ai_diplomacy.game.agent_snapshot import agent_snapshot
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.seats import prompt_books
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.run.history import read_history


def ask(*given: str) -> int:
    try:
        return commands.main(["ask", *given])
    except SystemExit as stopped:
        return int(stopped.code or 0)


def test_an_agent_answers_and_the_run_is_as_it_was(offline_run, capsys):
    before = {path: path.read_bytes() for path in offline_run.path.rglob("*") if path.is_file()}
    assert ask(str(offline_run.path), "france", "What do you think of Germany?", "--phase", "f1901m") == 0
    answer = capsys.readouterr().out
    assert "Germany is to me: " in answer
    assert "F1902M" not in answer
    assert ask(str(offline_run.path), "FRANCE", "What do you think of Germany?", "--model", "offline:random") == 0
    assert "I draw my orders by lot" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in offline_run.path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (["SPAIN", "Why?"], "unknown power 'SPAIN'"),
        (["FRANCE", ""], "the question is empty"),
        (["FRANCE", " \n"], "the question is empty"),
        (["FRANCE", "Why?", "--phase", "F1999M"], "F1999M has not been adjudicated"),
        (["FRANCE", "Why?", "--model", "bot:hold"], "cannot be asked"),
        (["FRANCE", "Why?", "--model", "gpt#secret"], "unknown provider in model id 'gpt'"),
        (["FRANCE", "Why?", "--model", "openai:gpt-4o"], "no key for openai"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(offline_run, capsys, monkeypatch, given, problem):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert ask(str(offline_run.path), *given) == 2
    said = capsys.readouterr().err
    assert problem in said
    assert "secret" not in said
    assert said.count("\n") == 1


async def test_the_memory_is_the_one_of_that_phase_and_the_prompt_holds_what_the_power_may_read(tmp_path):
    def answers(request):
        here = request.key.phase
        return {
            "negotiate": json.dumps({"diary": f"diary {here}", "messages": [{"to": ["ITALY"], "text": f"hush {here}"}]})
            if request.key.actor == "FRANCE"
            else '{"messages": []}',
            "reflect": json.dumps({"diary": f"looked back on {here}", "goals": [f"goal of {here}"]}),
        }.get(request.key.step, '{"goals": ["survive"], "relationships": {}, "orders": []}')

    run = await play(
        tmp_path / "run", GameConfig(models=seats(SCRIPTED), max_year=1902, rounds=1), ScriptedModel(answers)
    )
    past = read_history(run.path, DIPLOMACY)
    then = await agent_snapshot(past, "FRANCE", "F1901M")
    assert [entry.text for entry in then.memory.diary] == ["diary S1901M", "looked back on S1901M", "diary F1901M"]
    assert then.memory.goals == ("goal of S1901M",)
    # A run that stands in the middle of a phase: what was said in that phase came after the last memory.
    shutil.copytree(run.path, tmp_path / "half")
    calls = run.calls
    at = next(n for n, call in enumerate(calls) if (call["key"]["phase"], call["key"]["step"]) == ("S1902M", "order"))
    lines = (tmp_path / "half" / "calls.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "half" / "calls.jsonl").write_bytes(b"".join(lines[:at]))
    half = await agent_snapshot(read_history(tmp_path / "half", DIPLOMACY), "FRANCE")
    assert (half.phase, half.memory.diary[-1].text) == ("F1901M", "diary F1901M")
    late = await agent_snapshot(past, "FRANCE")
    assert late.phase == past.phases[-1]
    model = ScriptedModel(lambda _: '{"answer": "Because it was there."}')
    for power, hears in (("ITALY", True), ("TURKEY", False)):
        seen = await agent_snapshot(past, power, "F1901M")
        asker = Asker(power, model, prompt_books(past.settings.first)[power], unheard())
        assert await DiplomacyAgent(asker, seen.memory).interview(seen.view, "Why?") == "Because it was there."
        document = situation_of(model.requests[-1])
        assert document["question"] == "Why?"
        assert document["step"] == "interview"
        assert ("hush F1901M" in model.requests[-1].prompt) == hears


def unheard():
    class Deaf:
        def event(self, event): ...

    return Deaf()


async def test_a_bot_cannot_be_asked_but_who_took_its_seat_can(tmp_path):
    config = GameConfig(models=seats(OFFLINE, FRANCE=ModelId("bot", "hold")), max_year=1901, rounds=0)
    run = await play(tmp_path / "run", config)
    with pytest.raises(ConfigError, match="FRANCE was played by bot:hold, which cannot be asked"):
        await agent_snapshot(read_history(run.path, DIPLOMACY), "FRANCE")


async def test_a_folder_of_templates_needs_none_for_interviews(tmp_path):
    folder = tmp_path / "prompts"
    shutil.copytree("prompts", folder)
    (folder / "interview.j2").unlink()
    config = GameConfig(models=seats(SCRIPTED), max_year=1901, rounds=0, prompts=dict.fromkeys(seats(SCRIPTED), folder))
    run = await play(tmp_path / "run", config, ScriptedModel(by_step()))
    seen = await agent_snapshot(read_history(run.path, DIPLOMACY), "FRANCE")
    model = ScriptedModel(lambda _: "I will not say.")
    asker = Asker("FRANCE", model, prompt_books(config)["FRANCE"], unheard())
    assert await DiplomacyAgent(asker, seen.memory).interview(seen.view, "Why?") is None
    assert "puts a question to you" in model.requests[0].prompt
