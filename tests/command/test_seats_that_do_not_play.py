"""A game whose user must hear that a seat does not play: when it stops for that, and when it ends all the same."""

import asyncio
import re

import pytest
from chat_server import chat_server
from command_runs import run

from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.run.history import read_history
from ai_diplomacy.run.replay import replay
from ai_diplomacy.viewer.listed_games import listed_game
from ai_diplomacy.viewer.record import RunRecord

pytestmark = pytest.mark.slow

SORRY = "I cannot help with that."
GAME = ("--run_dir", "run", "--max_year", "1901", "--num_negotiation_rounds", "1", "--display", "plain")


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal on which no line is broken."""
    monkeypatch.setenv("COLUMNS", "400")


def replayed(path):
    return asyncio.run(replay(read_history(path, DIPLOMACY), DIPLOMACY))


def test_a_stopped_game_says_in_one_line_who_why_and_how_to_go_on(empty, capfd):
    with chat_server(lambda _: SORRY) as model:
        assert run(*GAME, "--models", f"FRANCE={model}") == 3
        said = capfd.readouterr().err
        assert said.count("\n") == 1
        assert re.match(r"lm_game.py: stopped: FRANCE \(openai:it@http://\S+/v1\) does not play: all 3 ", said)
        assert (
            "It answered 'I cannot help with that.'; all that was answered is kept. Go on with: python lm_game.py"
            in said
        )
        assert (
            "--run_dir run (with another model: --override --models POWER=ID; as it is: --max_unusable_steps 0)" in said
        )
        assert not replayed(empty / "run").ended
        assert run("--run_dir", "run", "--max_unusable_steps", "0", "--models", f"FRANCE={model}") == 0
    assert "France (openai:it@" in capfd.readouterr().out.splitlines()[-1]
    assert replayed(empty / "run").ended


def test_with_another_model_it_goes_on_and_what_was_answered_stands(empty, capfd):
    with chat_server(lambda _: SORRY) as model:
        assert run(*GAME, "--models", f"FRANCE={model}") == 3
        # Its last thoughts of the phase in which it was replaced are still the first model's.
        assert run("--run_dir", "run", "--override", "--models", "FRANCE=offline") == 0, capfd.readouterr().err
    assert len(read_history(empty / "run", DIPLOMACY).settings.changes) == 1
    (seat,) = document(empty / "run")["figures"]["defaults"]
    assert (seat["power"], seat["defaulted"], seat["steps"]) == ("FRANCE", 4, 4)


def document(path):
    record = RunRecord(path)
    record.read()
    return record.document()


def test_a_game_that_ended_says_last_how_many_steps_were_played_on_defaults_and_why(empty, capfd):
    with chat_server(lambda _: "") as model:
        assert run(*GAME, "--models", f"FRANCE={model},ITALY={model}", "--max_unusable_steps", "0") == 0
    lines = capfd.readouterr().out.splitlines()
    power, _, told = lines[-1].partition(" (openai:it@")
    assert power == "Italy"
    assert re.search(r" did not play: \d+ of \d+ steps on defaults, most often: \S", told)
    assert lines[-2].startswith("France (openai:it@")
    assert "run folder: " in lines[-3]
    france, italy = document(empty / "run")["figures"]["defaults"]
    assert (france["power"], italy["power"], france["mostly"]) == ("FRANCE", "ITALY", True)
    assert france["steps"] == france["defaulted"] >= 6
    steps = france["steps"] + italy["steps"]
    _, row = listed_game(empty / "run")
    assert (row.defaulted, row.idle) == (steps, ("FRANCE", "ITALY"))
    assert row.steps is not None
    assert row.steps > steps
    head = (empty / "run" / "powers" / "FRANCE.md").read_text().split("\n## ")[0]
    assert f"**{france['steps']} of {france['steps']} steps on defaults, most often: " in head
    assert "on defaults" not in (empty / "run" / "powers" / "ENGLAND.md").read_text().split("\n## ")[0]


def test_a_game_in_which_all_played_says_nothing_of_defaults(empty, capfd):
    assert run(*GAME, "--models", "bot:dumbbot") == 0
    assert "run folder: " in capfd.readouterr().out.splitlines()[-1]
    _, row = listed_game(empty / "run")
    assert (row.defaulted, row.idle) == (0, ())
    assert document(empty / "run")["figures"]["defaults"] == []


def test_forks_side_by_side_say_so_too(empty, capfd):
    assert run(*GAME) == 0
    fork = ("--run_dir", "run", "--resume_from_phase", "F1901M", "--fork_to", "forks", "--repeat", "2")
    capfd.readouterr()
    with chat_server(lambda _: SORRY) as model:
        assert run(*fork, "--models", f"FRANCE={model}") == 0
    out = capfd.readouterr().out
    assert (
        len(re.findall(r"^France \(openai:it@\S+ did not play: (\d) of \1 steps on defaults", out, re.MULTILINE)) == 2
    )
