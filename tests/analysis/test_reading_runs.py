"""Run folders read into records: played games, forks, seats that changed hands, prompts, damage."""

import io
import shutil
import time
from dataclasses import replace

import pytest
from analysis.making import call, config, one_year, write_run
from rich.console import Console

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.read_games import Unreadable, read_game, read_games
from ai_diplomacy.analysis.tallies import add, tallies
from ai_diplomacy.analysis.terminal import show
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.model_factory import ModelFactory
from ai_diplomacy.models.events import CallLost
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.run.create import fork_run
from ai_diplomacy.run.events import RunForked
from ai_diplomacy.run.history import held, read_history
from ai_diplomacy.run.session import play_on


def of_all_seats(game):
    total = {}
    for tally in tallies(game).values():
        add(total, tally)
    return total


def test_a_played_game_agrees_with_its_own_statistics(offline_run):
    import json

    game = read_game(offline_run.path, offline_run.path)
    overview = json.loads((offline_run.path / "overview.jsonl").read_text().splitlines()[0])["errors_by_power"]
    assert game.ending is not None
    assert game.ending.phase == "W1902A"
    for power, figures in overview.items():
        sent = [row for row in game.submissions if row.power == power]
        assert sum(row.given for row in sent) == figures["orders_given"]
        assert sum(len(row.illegal_first) for row in sent) == figures["illegal_orders_first"]
        assert sum(row.sender == power for row in game.messages) == figures["messages_sent"]
        mine = [row for row in game.calls if row.power == power]
        assert sum(row.input_tokens for row in mine) == figures["input_tokens"]
        assert len(mine) == figures["calls"]
        told = {(p.phase, p.commitment) for p in game.promised if p.sender == power and p.verdict == "kept"}
        assert len(told) <= figures["pledges_kept"]


def test_every_order_has_a_kind_and_every_phase_its_powers(offline_run):
    game = read_game(offline_run.path, offline_run.path)
    assert {row.kind for row in game.orders} >= {"hold", "move", "support_own", "build"}
    assert len(game.phases) == 7 * len({row.phase for row in game.phases})


async def test_a_fork_counts_only_what_it_played_itself_and_is_one_cluster_with_its_source(offline_run, tmp_path):
    source, fork = tmp_path / "source", tmp_path / "fork"
    shutil.copytree(offline_run.path, source)
    past = read_history(source, DIPLOMACY)
    settings = replace(past.settings.last, models=past.settings.last.models | {"FRANCE": ModelId("bot", "hold")})
    fork_run(past, "F1902M", fork, settings)
    vendors = ModelFactory({}, settings.calls, {})
    with held(fork, DIPLOMACY) as run:
        await play_on(run, settings, DIPLOMACY, started=time.perf_counter(), open_model=vendors.open)
    one, other = (read_game(path, tmp_path) for path in (source, fork))
    assert one.cluster == other.cluster == "source"
    assert {row.phase for row in other.orders} <= {"F1902M", "F1902R", "W1902A"}
    assert {row.phase for row in other.messages} == {"F1902M"}
    assert {row.phase for row in other.calls} <= {"F1902M", "F1902R", "W1902A", "S1902M", "S1902R"}
    assert len(other.calls) < len(one.calls) / 2
    assert other.players["FRANCE"] == "offline, then bot:hold"
    found = analyze(tmp_path)
    assert (found.provenance.games, found.provenance.clusters) == (2, 1)


def test_calls_of_the_run_it_was_forked_from_are_not_counted_again(tmp_path):
    write_run(tmp_path / "a", config(), one_year(), [call(cost=1.0)])
    forked = RunForked(str(tmp_path / "a"), "F1901M", [{"after": "S1901M", "config": config().document()}])
    write_run(
        tmp_path / "b",
        config(),
        one_year(),
        [call(cost=1.0, inherited=True), call(step="reflect", cost=0.25)],
        forked,
    )
    again = RunForked(str(tmp_path / "b"), "F1901M", forked.settings)
    write_run(tmp_path / "c", config(), one_year(), [], again)
    games = {game.name: game for game in read_games(tmp_path)}
    assert sum(row.cost_usd for game in games.values() for row in game.calls) == 1.25
    assert len({game.cluster for game in games.values()}) == 1


def test_a_price_that_is_not_known_makes_the_cost_unknown_and_not_less(tmp_path):
    seats = config("openai:some")
    path = write_run(tmp_path / "a", seats, one_year({"FRANCE": 5}), [call(cost=0.5), call("ITALY", cost=None)])
    counted = of_all_seats(read_game(path, tmp_path))
    assert counted["cost"] is None
    assert counted["input_tokens"] == 2000
    write_run(tmp_path / "b", seats, one_year({"FRANCE": 5}), [call(cost=0.5)])
    figure = dict(zip(_names(), analyze(tmp_path).estimates["openai:some"], strict=True))
    assert figure["cost"].mean is None
    assert figure["cost"].unknown
    assert figure["input_tokens"].mean is not None


def _names():
    from ai_diplomacy.analysis.measures import MEASURES

    return [measure.name for measure in MEASURES]


def test_what_lost_calls_may_cost_is_a_figure_of_its_own_and_only_answers_have_a_latency(tmp_path):
    failed = call(step="plan")
    del failed["reply"]
    failed["failure"] = {"kind": "transient", "message": "no answer"}
    late = call(step="negotiate", cost=0.125) | {"late": True}
    lost = CallLost("FRANCE", "S1901M", "plan", 0, 0, "openai:some", "timeout", 500, 50, 0.0625)
    path = write_run(tmp_path / "a", config("openai:some"), [*one_year(), lost], [call(cost=0.5), failed, late])
    game = read_game(path, tmp_path)
    assert [row.status for row in game.calls] == ["answered", "failed", "late", "lost"]
    counted = of_all_seats(game)
    assert (counted["cost"], counted["cost_lost"]) == (0.625, 0.0625)
    assert counted["input_tokens"] == 2000
    assert (counted["answered_calls"], counted["latency"]) == (1, 2.0)


def test_the_terminal_names_the_cost_of_a_seat_and_that_of_lost_calls_where_there_are_any(tmp_path):
    lost = CallLost("FRANCE", "S1901M", "plan", 0, 0, "openai:some", "timeout", 500, 50, 0.07)

    def shown(name, *events):
        write_run(tmp_path / name, config("openai:some"), [*one_year(), *events], [call(cost=0.7)])
        console = Console(file=io.StringIO(), width=250)
        show(analyze(tmp_path / name), console)
        return " ".join(console.file.getvalue().split())

    without, with_lost = shown("a"), shown("b", lost)
    assert "cost a seat, $" in without
    assert "lost calls a seat, $" not in without
    assert "lost calls a seat, $" in with_lost
    assert "0.1000 │ 0.0100" in with_lost


def test_the_same_templates_have_the_same_hash_in_every_game_and_others_another_one(tmp_path):
    seats = config("openai:some")
    for name, system in (("a", "x"), ("b", "x"), ("c", "y")):
        line = call()
        line["request"]["system"] = system
        line["request"]["prompt"] = line["request"]["prompt"].replace('"0"', f'"{name}"')
        write_run(tmp_path / name / "run", seats, one_year(), [line])
    one, two, three = (analyze(tmp_path / name).provenance.prompts for name in "abc")
    assert one == two != three
    assert analyze(tmp_path).provenance.warnings == ("openai:some was not asked with the same prompts in all games",)


def test_what_cannot_be_read_is_named_and_the_rest_counted(tmp_path):
    write_run(tmp_path / "good", config(), one_year({"FRANCE": 3}))
    bad = write_run(tmp_path / "bad", config(), one_year())
    lines = (bad / "events.jsonl").read_bytes().splitlines(keepends=True)
    (bad / "events.jsonl").write_bytes(lines[0] + lines[1].replace(b"F1901M", b"F1902M") + lines[2])
    unended = write_run(tmp_path / "unended", config(), one_year()[:-1])
    found = list(read_games(tmp_path))
    assert [type(game).__name__ for game in found] == ["Unreadable", "GameRecord", "GameRecord"]
    assert isinstance(found[0], Unreadable)
    assert "line 2: its checksum does not match" in found[0].problem
    provenance = analyze(tmp_path).provenance
    assert provenance.games == 1
    assert provenance.unfinished == (unended.name,)
    assert len(provenance.unreadable) == 1


def test_a_folder_that_is_only_being_made_is_no_run_yet(tmp_path):
    hidden = tmp_path / ".hidden"
    write_run(hidden / "games" / "a", config(), one_year())
    write_run(hidden / "games" / ".b.x1", config(), one_year())
    assert [game.name for game in read_games(hidden)] == ["games/a"]


def test_names_that_stand_beside_the_runs_are_used(tmp_path):
    path = write_run(tmp_path / "0001", config(), one_year())
    (tmp_path / "players.json").write_text('{"0001": {"FRANCE": "challenger"}}')
    players = read_game(path, tmp_path).players
    assert players["FRANCE"] == "challenger"
    assert players["ITALY"] == "bot:hold"


def test_who_was_held_to_legal_orders_is_another_player(tmp_path):
    models = dict.fromkeys(config().models, "openai:gpt-4o") | {"ITALY": "bot:hold"}
    held = replace(config(models), constrain=dict.fromkeys(models, "orders") | {"RUSSIA": "none", "TURKEY": "shape"})
    path = write_run(tmp_path / "0001", held, one_year())
    (tmp_path / "players.json").write_text('{"0001": {"FRANCE": "challenger"}}')
    game = read_game(path, tmp_path)
    assert game.players["FRANCE"] == "challenger (orders constrained)"
    assert game.players["GERMANY"] == game.models["GERMANY"][0] == "openai:gpt-4o (orders constrained)"
    assert game.players["RUSSIA"] == "openai:gpt-4o (no schema)"
    assert game.players["TURKEY"] == "openai:gpt-4o"
    assert game.players["ITALY"] == "bot:hold"
    free = write_run(tmp_path / "0002", config(models), one_year())
    assert read_game(free, tmp_path).config_hash == game.config_hash, "it is told by the seat, as prompts are"


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_runs_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match=r"not a folder|no run was found"):
        list(read_games(tmp_path / name))
