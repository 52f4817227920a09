"""Specifications: what they say, and how bad ones are refused: the line of the file, and what to write instead."""

import re

import pytest

from ai_diplomacy.command.main import main
from ai_diplomacy.tournament.reading import SpecError
from ai_diplomacy.tournament.spec import parse_spec, read_spec

GOOD = """\
schedule = "round_robin"
games = 10
last_year = 1903

[players.one]
model = "offline"

[players.two]
model = "offline:random"
max_tokens = 4096
"""


def spec(text, tmp_path):
    path = tmp_path / "spec.toml"
    path.write_text(text)
    return read_spec(path)


def test_the_three_bots_are_in_by_default(tmp_path):
    found = spec(GOOD, tmp_path)
    assert list(found.entrants) == ["one", "two", "bot:dumbbot", "bot:random", "bot:hold"]
    assert (found.game.rounds, found.processes, found.game.seed) == (2, 1, 0)
    assert found.entrants["two"].max_tokens == 4096


def test_a_game_has_the_seats_and_settings_of_the_specification(tmp_path):
    (tmp_path / "mine").mkdir()
    text = GOOD.replace('"offline"', '"offline"\nprompts = "mine"') + "\n[calls]\nhedge = true\nmax_concurrency = 3\n"
    found = spec('reflect = "beside"\n' + text, tmp_path)
    for match in found.matches():
        config = found.config(match)
        assert (config.max_year, config.seed, config.rounds, config.reflect) == (1903, match.seed, 2, "beside")
        for power, name in match.seats.items():
            assert config.models[power] == found.entrants[name].model
            assert (config.prompts.get(power) is not None) == (name == "one")
            assert (config.max_tokens.get(power) == 4096) == (name == "two")
        assert config.calls.hedge
        assert config.calls.max_concurrency == 3


def test_what_a_player_is_held_to_and_shown_is_its_own(tmp_path):
    text = GOOD.replace('"offline"', '"offline"\nconstrain = "orders"\nmemory = 3')
    found = spec("context_window = 8192\n" + text, tmp_path)
    for match in found.matches():
        config = found.config(match)
        assert config.context_window == 8192
        for power, name in match.seats.items():
            assert config.constraint(power) == ("orders" if name == "one" else "shape")
            assert config.turns_shown(power) == (3 if name == "one" else 1)
            assert config.mark(power) == (" (memory 3) (orders constrained)" if name == "one" else "")
    held = {name: (player["constrain"], player["memory"]) for name, player in found.document()["players"].items()}
    assert (held["one"], held["two"]) == (("orders", 3), ("shape", 1))
    assert found.document()["context_window"] == 8192


EIGHT = "".join(f'[players.p{number}]\nmodel = "offline"\n' for number in range(5))

BAD = {
    "zero games": (GOOD.replace("games = 10", "games = 0"), 2, "0 games cannot be played; write games = 10"),
    "games of words": (GOOD.replace("games = 10", 'games = "many"'), 2, "write games = 10"),
    "no games": (GOOD.replace("games = 10\n", ""), 1, "no number of games is given; write games = 10"),
    "unbalanced": (GOOD.replace("games = 10", "games = 14"), 2, "write games = 10 or 20"),
    "eight seats": ('schedule = "round_robin"\ngames = 8\n' + EIGHT, 3, "8 players .* for 7 seats; take some out"),
    "unknown player": (
        GOOD.replace("games = 10", 'games = 28\nfield = "three"').replace("round_robin", "one_vs_six"),
        3,
        "unknown player 'three'; write field = one of 'one', 'two', 'bot:dumbbot'",
    ),
    "unknown model": (GOOD.replace('"offline"', '"gpt-9#sk-secret"'), 6, "unknown provider in model id 'gpt-9'"),
    "unknown effort": (GOOD.replace('"offline"', '"openai:gpt-4o:high"'), 6, "openai:gpt-4o does not reason"),
    "unknown bot": (GOOD.replace('"offline"', '"bot:genius"'), 6, "unknown model 'bot:genius'; there are bot:hold"),
    "no memory": (GOOD.replace('"offline"', '"offline"\nmemory = 0'), 7, "write a whole number from 1 to 100"),
    "no window": ("context_window = 9\n" + GOOD, 1, "write a whole number of 256 or more, or leave it out"),
    "unknown constraint": (
        GOOD.replace('"offline"', '"offline"\nconstrain = "laws"'),
        7,
        "'laws' is none of none, shape, orders; write constrain = \"orders\"",
    ),
    "two models": (GOOD.replace('"offline"', '"offline,offline"'), 6, "write one id"),
    "no model": (GOOD.replace('model = "offline"\n', ""), 5, 'one has no model; write model = "offline"'),
    "contradictory": (
        GOOD.replace("games = 10", 'games = 10\nfield = "one"'),
        3,
        "a round robin has no field; leave it",
    ),
    "unknown schedule": (
        GOOD.replace("round_robin", "swiss"),
        1,
        "unknown schedule 'swiss'; write one of 'round_robin'",
    ),
    "no schedule": (GOOD.replace('schedule = "round_robin"\n', ""), 1, "no schedule is given; write, for example"),
    "unknown key": (GOOD.replace("last_year", "max_year"), 3, "unknown key 'max_year'; the keys are schedule, games"),
    "unknown key of a player": (
        GOOD + "temper = 1\n",
        11,
        r"unknown key 'temper' in \[players.two\]; the keys are model",
    ),
    "unknown budget": (GOOD + "[budget]\nusd = 5\n", 12, r"unknown key 'usd' in \[budget\]; the keys are max_cost_usd"),
    "no folder": (GOOD + 'prompts = "nowhere"\n', 11, "nowhere' is not a folder; write one that holds templates"),
    "before the war": (GOOD.replace("1903", "1899"), 3, "last_year = 1899; write a whole number from 1901"),
    "no number": (
        GOOD.replace("last_year = 1903", "rounds = -1"),
        3,
        "rounds = -1; write a whole number from 0 to 100",
    ),
    "no choice": (
        GOOD.replace("last_year = 1903", 'civil_disorder = "newest"'),
        3,
        'civil_disorder = \'newest\'; write "home" or "owned"',
    ),
    "no such moment": (
        GOOD.replace("last_year = 1903", 'reflect = "behind"'),
        3,
        'reflect = \'behind\'; write "before" or "beside"',
    ),
    "truth for a number": (GOOD.replace("last_year = 1903", "seed = true"), 3, "seed = True; write a whole number"),
    "negative budget": (GOOD + "[budget]\nmax_cost_usd = -1\n", 12, "max_cost_usd = -1; write a number from"),
    "one player": ('schedule = "round_robin"\ngames = 2\nbaselines = ["bot:hold"]\n', 1, "one player; add one:"),
    "name of a baseline": (GOOD.replace("players.one", 'players."bot:hold"'), 5, "is the name of a baseline"),
    "players as a list": ('schedule = "round_robin"\ngames = 3\nplayers = ["offline"]\n', 3, r"write \[players.NAME\]"),
    "no TOML": (GOOD + "games 12\n", 11, "Expected '=' after a key"),
    "a number of 5000 digits": (GOOD.replace("games = 10", f"games = {'9' * 5000}"), None, "integer string conversion"),
    "a list without an end": (GOOD + "x = " + "[" * 5000, None, "recursion"),
    "a key twice": (GOOD.replace("games = 10", "games = 10\ngames = 20"), 3, "Cannot overwrite a value"),
}


@pytest.mark.parametrize(("text", "line", "problem"), BAD.values(), ids=BAD)
def test_a_bad_one_is_refused_with_its_line_and_what_to_write(tmp_path, capsys, monkeypatch, text, line, problem):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "spec.toml"
    path.write_text(text)
    with pytest.raises(SystemExit) as stopped:
        main(["tournament", str(path)])
    assert stopped.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert line is None or re.search(rf"line {line}\b", said.err), said.err
    assert re.search(problem, said.err), said.err
    assert "sk-secret" not in said.err
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_not_there_and_keys_that_are_missing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "spec.toml").write_text(GOOD.replace('"offline"', '"openai:some"'))
    (tmp_path / "thinking.toml").write_text(GOOD.replace('"offline"', '"openrouter:some:9000#key"'))
    for given, problem in (
        ("nowhere.toml", "cannot read 'nowhere.toml': No such file"),
        ("spec.toml", "OPENAI_API_KEY"),
        ("thinking.toml", "one: 9000 tokens of thinking leave no room in a reply of 8,192; raise max_tokens"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(["tournament", given])
        assert stopped.value.code == 2
        said = capsys.readouterr().err
        assert problem in said
        assert said.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"spec.toml", "thinking.toml"}


def test_two_efforts_of_one_model_are_two_players(tmp_path):
    text = GOOD.replace('"offline"', '"openai:o4-mini:high"').replace('"offline:random"', '"openai:o4-mini:low"')
    models = spec(text, tmp_path).models()
    assert [str(models[name]) for name in ("one", "two")] == ["openai:o4-mini:high", "openai:o4-mini:low"]


@pytest.mark.parametrize("field", ["", "bot:random", "bot:search", "bot:search:4"])
def test_the_field_counts_as_a_player_without_baselines(tmp_path, field):
    given = f'field = "{field}"\n' if field else ""
    text = GOOD.replace("round_robin", "one_vs_six").replace("games = 10", f"games = 14\nbaselines = []\n{given}")
    found = spec(text, tmp_path)
    assert found.field == (field or "bot:dumbbot")
    assert list(found.entrants) == ["one", "two", found.field]
    assert len(found.matches()) == 14
    alone = text[: text.index("[players.two]")].replace("games = 14", "games = 7")
    assert list(spec(alone, tmp_path).entrants) == ["one", found.field]


def test_a_key_is_in_no_text(tmp_path):
    found = spec(GOOD.replace('"offline"', '"openai:some#sk-secret"'), tmp_path)
    assert "sk-secret" not in repr(found)
    assert "sk-secret" not in str(found.document())
    assert found.entrants["one"].model.api_key == "sk-secret"


def test_the_line_of_a_key_inside_a_line(tmp_path):
    text = (
        'schedule = "round_robin"\ngames = 10\nplayers = { one = { model = "offline" }, two = { model = "bot:x" } }\n'
    )
    with pytest.raises(SpecError, match="line 3: unknown model 'bot:x'"):
        parse_spec(text, tmp_path / "spec.toml")
