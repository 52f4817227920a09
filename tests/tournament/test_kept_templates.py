"""Templates of a tournament: what it was begun with is what it plays with, wherever they lie and whatever they say by
now."""

import json
import shutil

import pytest
from tournament.tournaments import begin, ended, games, held, until_finished

from ai_diplomacy.agent import templates
from ai_diplomacy.agent.prompts import DEFAULT_DIRECTORY
from ai_diplomacy.tournament import kept_templates

pytestmark = pytest.mark.slow

SPEC = """\
schedule = "round_robin"
games = {games}
last_year = 1901
rounds = 1
baselines = ["bot:hold"]
concurrency = 1
[players.one]
model = "offline"
prompts = "{prompts}"
"""


@pytest.fixture
def place(tmp_path):
    """A folder with a specification and templates beside it."""
    place = tmp_path / "place"
    shutil.copytree(DEFAULT_DIRECTORY, place / "mine")
    write(place)
    return place


def write(place, games=4, prompts="mine"):
    (place / "spec.toml").write_text(SPEC.format(games=games, prompts=prompts))


def stopped_after_the_first_game(place):
    process = begin(place / "spec.toml", place / "out")
    until_finished(process, 1)
    process.terminate()
    return ended(process, status=3)


def prompts_of(out):
    return {
        game.name: "".join(
            json.loads(line)["request"]["prompt"] for line in (game / "calls.jsonl").read_text().splitlines()
        )
        for game in sorted((out / "games").iterdir())
        if game.is_dir()
    }


def edited(folder):
    template = folder / "order.j2"
    template.write_text("Be bold this time.\n" + template.read_text())


def test_an_edited_template_is_named_first_and_every_game_is_played_with_those_it_was_begun_with(place, capsys):
    said = stopped_after_the_first_game(place)
    assert f"Go on with: python -m ai_diplomacy tournament {place}/spec.toml --out {place}/out" in said
    edited(place / "mine")
    assert held(place / "spec.toml", place / "out") == 0
    told = capsys.readouterr().out.splitlines()
    (kept,) = (place / "out" / "prompts").glob("*/mine")
    assert told[0] == (
        f"note: {place}/mine was edited since the tournament was begun (order.j2); one goes on with what it was begun "
        f"with, which is kept in {kept}. For the edited ones choose another --out"
    )
    played = prompts_of(place / "out")
    assert len(played) == 4
    assert not any("Be bold" in prompts for prompts in played.values())


def test_the_default_templates_are_kept_as_well(place, capsys, monkeypatch):
    text = (place / "spec.toml").read_text().replace('prompts = "mine"\n', "")
    (place / "spec.toml").write_text(text.replace("games = 4", "games = 2"))
    assert held(place / "spec.toml", place / "out") == 0
    edited(place / "mine")
    for module in (kept_templates, templates):
        monkeypatch.setattr(module, "DEFAULT_DIRECTORY", place / "mine")
    (place / "spec.toml").write_text(text)
    capsys.readouterr()
    assert held(place / "spec.toml", place / "out") == 0
    assert "mine was edited since the tournament was begun (order.j2)" in capsys.readouterr().out
    assert not any("Be bold" in prompts for prompts in prompts_of(place / "out").values())


def test_everything_may_be_moved_in_the_middle(place, tmp_path, capsys):
    stopped_after_the_first_game(place)
    new = tmp_path / "elsewhere"
    place.rename(new)
    (new / "mine").rename(new / "theirs")
    write(new, prompts="theirs")
    assert held(new / "spec.toml", new / "out") == 0
    assert "note:" not in capsys.readouterr().out
    assert len(games(new / "out")) == 4


def test_kept_templates_that_are_gone_are_told_of(place, capsys):
    assert held(place / "spec.toml", place / "out") == 0
    edited(place / "mine")
    shutil.rmtree(place / "out" / "prompts")
    write(place, games=6)
    assert held(place / "spec.toml", place / "out") == 2
    said = capsys.readouterr().err
    assert "the templates that this tournament plays with are no longer in" in said
    assert said.count("\n") == 1
