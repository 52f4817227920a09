"""A question asked before the first game: kept with its hash, answered in a sentence when it was to be, and else called
exploratory."""

import json

import pytest
from analysis.making import POWERS, config, one_year, write_run
from tournament.tournaments import held

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.files import write_files
from ai_diplomacy.analysis.question import QuestionError, asked, read_question
from ai_diplomacy.command.main import main
from ai_diplomacy.tournament.reading import SpecError
from ai_diplomacy.tournament.spec import parse_spec

PLAYERS = ["openai:strong", "openai:weak"]
ASKED = {"primary": "centers", "contrast": PLAYERS, "looks": [14, 28], "error": [0.01, 0.04]}


def games(folder, count, question=ASKED, gap=4):
    """Two challengers in turn against bots, the same seed and seat for both, as one_vs_six plays them."""
    for number in range(count):
        power, player = POWERS[number // 2 % 7], PLAYERS[number % 2]
        seats = dict.fromkeys(POWERS, "bot:hold") | {power: player}
        centers = {power: (8 if player == PLAYERS[0] else 8 - gap) + number % 3}
        write_run(folder / "games" / f"{number:04}", config(seats, seed=number // 2), one_year(centers))
    kept = read_question(question, PLAYERS, 14).document()
    (folder / "tournament.json").write_text(json.dumps({"settings": {"analysis": kept}}))
    return folder


def test_it_is_answered_in_one_sentence_on_top_and_all_else_is_exploratory(tmp_path):
    found = analyze(games(tmp_path, 28))
    answer = found.answer
    assert answer.planned
    assert answer.found
    assert answer.sentence.startswith(f"Asked beforehand ({answer.question.digest}): centres, openai:strong less ")
    assert "look 2 of 2, 28 games: 4.0" in answer.sentence
    assert answer.sentence.endswith("a difference stands at 4 %.")
    assert "by the exact test that exchanges" in answer.sentence
    assert answer.explored
    assert "centers" not in {d.measure.name for d in answer.explored}
    written = write_files(tmp_path / "out", found)
    page = written[0].read_text()
    assert page.index("Asked beforehand") < page.index("<h2>")
    assert "Exploratory: the other measures of the two" in page
    document = json.loads((tmp_path / "out" / "analysis.json").read_text())
    (row,) = document["question"]["rows"]
    assert answer.sentence in row


def test_at_any_other_number_of_games_it_is_exploratory(tmp_path):
    answer = analyze(games(tmp_path, 20)).answer
    assert (answer.planned, answer.found) == (False, False)
    assert "at 14 and 28 games. 20 are finished, so this is exploratory" in answer.sentence


def test_a_look_finds_by_its_own_share_of_the_error(tmp_path):
    strict = ASKED | {"error": [0.0001, 0.04]}
    answer = analyze(games(tmp_path, 14, strict, gap=1)).answer
    assert answer.planned
    assert not answer.found
    assert answer.sentence.endswith("no difference stands at 0.01 %.")


def test_one_that_was_changed_since_was_not_asked(tmp_path):
    folder = games(tmp_path, 14)
    path = folder / "tournament.json"
    assert asked(folder) is not None
    path.write_text(path.read_text().replace("[14, 28]", "[14, 42]"))
    assert asked(folder) is None
    assert analyze(folder).answer is None


def test_families_of_ones_own_are_adjusted_by_themselves(tmp_path):
    question = ASKED | {"families": {"standing": ["survival", "diplobench"], "talk": ["messages"]}}
    answer = analyze(games(tmp_path, 28, question)).answer
    assert {d.measure.name for d in answer.explored} == {"survival", "diplobench", "messages"}
    (score,) = [d for d in answer.explored if d.measure.name == "diplobench"]
    assert score.adjusted == pytest.approx(2 * score.p)
    assert score.adjusted < 0.01


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"primary": "happiness"}, "'happiness' is no measure; write one of centers, "),
        ({"contrast": ["openai:weak"]}, r"write contrast = \[A, B\]"),
        ({"contrast": ["openai:weak", "nobody"]}, "two different ones of 'openai:strong', 'openai:weak'"),
        ({"looks": [15]}, "each a multiple of 14"),
        ({"looks": [28, 14]}, r"write looks = \[GAMES\]"),
        ({"looks": [14, 28, 42], "error": [0.01, 0.01, 0.01]}, "one planned second look"),
        ({"error": [0.03, 0.03]}, "0.05 in all at most"),
        ({"error": [0.05]}, "a share for each look"),
        ({"families": {"a": ["rank"], "b": ["rank"]}}, "a measure is in one family only"),
        ({"hypothesis": 1}, "unknown key 'hypothesis'"),
    ],
)
def test_what_cannot_be_asked_is_refused(change, problem):
    with pytest.raises(QuestionError, match=problem):
        read_question(ASKED | change, PLAYERS, 14)


SPEC = """\
schedule = "one_vs_six"
field = "bot:hold"
games = 7
last_year = 1901
rounds = 0
baselines = ["bot:hold", "bot:random"]
[analysis]
contrast = ["bot:random", "bot:hold"]
looks = [{looks}]
"""


def test_a_specification_refuses_it_with_its_line(tmp_path):
    with pytest.raises(SpecError, match=r"spec.toml, line 9: write looks = .*a multiple of 7"):
        parse_spec(SPEC.format(looks=5), tmp_path / "spec.toml")


@pytest.mark.slow
def test_a_tournament_that_was_begun_takes_no_other_question(tmp_path, capsys):
    spec = tmp_path / "spec.toml"
    spec.write_text(SPEC.format(looks=7))
    out = tmp_path / "out"
    assert held(spec, out) == 0
    said = capsys.readouterr().out
    assert "asked beforehand: centres, bot:random less bot:hold, at 7 games (5 % of error); " in said
    assert "Asked beforehand (" in said
    assert "7 games: " in said
    kept = json.loads((out / "tournament.json").read_text())["settings"]["analysis"]
    assert kept["hash"] in said
    spec.write_text(SPEC.format(looks=14))
    assert held(spec, out) == 2
    assert "analysis.looks (line 9) was [7] and is [14]" in capsys.readouterr().err
    # The same question of more games: what was played is kept, and looking again is exploratory.
    spec.write_text(SPEC.format(looks=7).replace("games = 7", "games = 14"))
    assert held(spec, out) == 0
    assert "14 are finished, so this is exploratory" in " ".join(capsys.readouterr().out.split())
    assert main(["analyze", str(out / "games"), "--out", str(tmp_path / "again")]) == 0
    assert "Asked beforehand (" in capsys.readouterr().out
