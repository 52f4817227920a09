"""A tournament of one command line."""

import json

import pytest
from tournament.tournaments import games

from ai_diplomacy.command.main import main


@pytest.mark.slow
def test_a_tournament_of_one_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    flags = ["--models", "bot:hold,bot:random", "--games", "3", "--max_year", "1901", "--num_negotiation_rounds", "0"]
    assert main(["tournament", *flags]) == 0
    said = capsys.readouterr().out
    assert "balanced: every player in every power: 1 to 2 times" in said
    out = tmp_path / "results" / "bot_hold_bot_random"
    assert f"report: {out.relative_to(tmp_path) / 'analysis'}" in said
    assert len(games(out)) == 3
    assert set(json.loads((out / "tournament.json").read_text())["settings"]["players"]) == {"bot:hold", "bot:random"}
    # The same command with more games goes on with it.
    flags[3] = "4"
    assert main(["tournament", *flags]) == 0
    assert len(games(out)) == 4


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([], "give a specification, or --models A,B,... and --games N"),
        (["--models", "bot:hold"], "give a specification, or --models"),
        (["--models", "bot:hold,bot:hold", "--games", "2"], "different model ids"),
        (["--models", "bot:hold", "--games", "0"], "0 games cannot be played"),
        (["--models", "bot:hold", "--games", "2", "--schedule", "knockout"], "unknown schedule 'knockout'"),
        (["spec.toml", "--models", "bot:hold"], "give a specification, or --models"),
    ],
)
def test_a_command_line_that_cannot_be_used_is_refused_in_a_line(tmp_path, monkeypatch, capsys, given, problem):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["tournament", *given])
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert problem in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
