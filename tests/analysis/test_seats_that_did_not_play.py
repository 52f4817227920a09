"""Seats whose steps were mostly defaults: they tell nothing of their player, so no figure holds them. It is said."""

import json

import pytest
from analysis.making import POWERS, config, one_year, write_run

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.command.main import main
from ai_diplomacy.run.events import ReplyRead, StepDefaulted

REASON = "=HYPERLINK the reply\x1b[1m is empty."


def steps(power, defaulted, of):
    """What is told of a seat's steps, so many of them played on defaults."""
    for number in range(of):
        about = power, "F1901M", "negotiate", number
        bad = number < defaulted
        yield ReplyRead(*about, 0, "openai:mute", "unusable" if bad else "ok", ())
        if bad:
            yield ReplyRead(*about, 1, "openai:mute", "unusable", ())
            yield StepDefaulted(*about, "openai:mute", REASON if number else "another reason")


def games(folder, *defaulted):
    """Games of a player in France, so many of whose six steps were defaults; bots play the rest."""
    models = dict.fromkeys(POWERS, "bot:random") | {"FRANCE": "openai:mute"}
    for number, count in enumerate(defaulted):
        ended = one_year({"FRANCE": 3, "ITALY": 4, "TURKEY": 3})
        write_run(folder / str(number), config(models, seed=number), [*steps("FRANCE", count, 6), *ended])
    return folder


def test_a_player_that_never_played_is_in_no_table_but_the_one_that_says_so(tmp_path):
    analysis = analyze(games(tmp_path, 6, 6, 4))
    assert "openai:mute" not in analysis.sums
    assert {rating.player for rating in analysis.ratings.players} == {"bot:random"}
    assert analysis.games == {"bot:random": 3}
    assert not any("openai:mute" in {duel.one, duel.other} for duels in analysis.duels.values() for duel in duels)
    (left_out,) = analysis.left_out
    assert str(left_out) == (
        "openai:mute: 3 of 3 seats did not play (more than half of the steps on defaults) and are in no figure: "
        "16 of 18 steps on defaults, most often: =HYPERLINK the reply [1m is empty."
    )


def test_half_of_the_steps_on_defaults_is_still_a_player(tmp_path):
    analysis = analyze(games(tmp_path, 3, 0, 4))
    assert analysis.games["openai:mute"] == 2
    assert analysis.seats["openai:mute"] == 2
    assert analysis.seating["openai:mute"] == {"FRANCE": 2}
    (left_out,) = analysis.left_out
    assert (left_out.left_out, left_out.seats) == (1, 3)


def test_a_game_in_which_one_seat_alone_played_rates_nobody(tmp_path):
    models = dict.fromkeys(POWERS, "openai:mute")
    told = [event for power in POWERS for event in steps(power, 6 if power != "ITALY" else 0, 6)]
    write_run(tmp_path / "run", config(models), [*told, *one_year({"ITALY": 4})])
    analysis = analyze(tmp_path)
    assert analysis.ratings.players == ()
    assert analysis.seats == {"openai:mute": 1}


@pytest.mark.slow
def test_the_headline_the_page_and_the_tables_say_so(tmp_path, capsys):
    games(tmp_path / "games", 6, 6, 0)
    assert main(["analyze", str(tmp_path / "games")]) == 0
    first = " ".join(capsys.readouterr().out.split("\n")[:2])
    assert first.startswith("left out: openai:mute: 2 of 3 seats did not play")
    out = tmp_path / "games" / "analysis"
    assert "2 of 3 seats did not play" in (out / "report.html").read_text()
    table = json.loads((out / "analysis.json").read_text())["left_out"]
    (row,) = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    assert {**row, "reason": ""} == {
        "player": "openai:mute",
        "seats_left_out": 2,
        "seats": 3,
        "steps": 12,
        "defaulted": 12,
        "reason": "",
    }


@pytest.mark.slow
def test_a_folder_of_which_nobody_played_is_analysed_all_the_same(tmp_path, capsys):
    models = dict.fromkeys(POWERS, "openai:mute")
    told = [event for power in POWERS for event in steps(power, 6, 6)]
    write_run(tmp_path / "run", config(models), [*told, *one_year({"ITALY": 4})])
    assert main(["analyze", str(tmp_path / "run")]) == 0
    assert "openai:mute: 7 of 7 seats did not play" in capsys.readouterr().out
