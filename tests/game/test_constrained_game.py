"""Games whose seats are held to legal orders, to a shape or to nothing: what is asked, what is written, and told."""

from __future__ import annotations

import asyncio
import io
import json

import pytest
from command_runs import run as run_command
from rich.console import Console
from staging import HOLD, OFFLINE, QUIET, SCRIPTED, Run, ScriptedModel, play, seats
from test_real_protocols import PATHS, model

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.read_games import read_game
from ai_diplomacy.analysis.terminal import show
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.display import Display, GameConsole
from ai_diplomacy.game.events import OrdersSubmitted, PhaseAdjudicated
from ai_diplomacy.models.model import Reply
from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions
from ai_diplomacy.run.history import read_history
from ai_diplomacy.viewer.listed_games import listed_game
from ai_diplomacy.viewer.record import RunRecord

POWERS = terrain().powers
MARKED = "offline (orders constrained)"


def held(level: str, **more) -> GameConfig:
    return GameConfig(models=seats(OFFLINE), max_year=1902, constrain=dict.fromkeys(POWERS, level), **more)


def first_tries(run: Run) -> dict[str, int]:
    """Of all powers together."""
    figures = run.figures.values()
    return {name: sum(power[name] for power in figures) for name in ("orders_given", "illegal_orders_first")}


@pytest.fixture(scope="module")
def constrained(tmp_path_factory) -> Run:
    return asyncio.run(play(tmp_path_factory.mktemp("constrained") / "run", held("orders")))


@pytest.mark.slow
async def test_who_is_held_to_legal_orders_writes_no_other(constrained, tmp_path):
    free = first_tries(await play(tmp_path / "free", held("shape")))
    tries = first_tries(constrained)
    assert free["illegal_orders_first"] > 0
    assert tries["illegal_orders_first"] == 0
    assert tries["orders_given"] >= free["orders_given"] - 8, "nobody orders less"
    moves = [order for orders in constrained.orders()["S1901M"].values() for order in orders if " - " in order]
    assert len(moves) > 11, "it is the order that was meant"


@pytest.mark.slow
@pytest.mark.parametrize("provider", PATHS)
async def test_through_every_protocol_it_is_the_same_game(constrained, tmp_path, provider):
    async with LocalServer(ServerOptions()) as server:
        config = GameConfig(
            models=seats(model(provider, server)), max_year=1902, constrain=dict.fromkeys(POWERS, "orders")
        )
        run = await play(tmp_path / "run", config)
    assert run.orders() == constrained.orders()
    assert not any("constraint" in call["reply"]["dropped"] for call in run.calls)


@pytest.mark.slow
def test_figures_of_such_seats_say_so_wherever_they_stand(constrained):
    started = constrained.events[0]
    assert started["config"]["constrain"] == dict.fromkeys(POWERS, "orders")
    assert set(started["models"].values()) == {MARKED}
    assert f"played by `{MARKED}`" in (constrained.path / "powers" / "FRANCE.md").read_text()
    page = RunRecord(constrained.path)
    page.read()
    assert page.document()["run"]["models"]["FRANCE"] == [{"after": "", "model": MARKED}]
    assert {seat.model for seat in listed_game(constrained.path)[1].seats} == {MARKED}
    assert (
        dict.fromkeys(POWERS, "orders")
        == json.loads((constrained.path / "overview.jsonl").read_text().splitlines()[2])["constrain"]
    )
    found = analyze(constrained.path)
    assert set(found.sums) == {MARKED}
    printed = io.StringIO()
    show(found, Console(file=printed, width=200))
    assert f"models {MARKED};" in " ".join(printed.getvalue().split())


@pytest.mark.slow
def test_the_table_of_the_end_marks_them(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    flags = ("--end_at_phase", "S1901M", "--max_year", "1901", "--num_negotiation_rounds", "0")
    models = ",".join(["offline"] * 6 + ["bot:hold"])
    assert run_command("--run_dir", str(tmp_path / "a"), "--models", models, "--constrain", "orders", *flags) == 0
    table = capsys.readouterr().out
    assert table.count(MARKED) == 6
    assert "bot:hold (" not in table
    assert run_command("--run_dir", str(tmp_path / "b"), "--constrain", "FRANCE=none", *flags) == 0
    table = capsys.readouterr().out
    assert (table.count("offline (no schema)"), table.count("offline")) == (1, 7)


async def test_a_seat_is_asked_as_it_is_held(tmp_path):
    scripted = ScriptedModel(lambda request: QUIET[request.key.step])
    models = {power: SCRIPTED if power in ("FRANCE", "ITALY", "RUSSIA") else HOLD for power in POWERS}
    config = GameConfig(
        models=models,
        max_year=1901,
        end_at_phase="S1901M",
        rounds=1,
        constrain={"FRANCE": "none", "ITALY": "orders"},
    )
    await play(tmp_path / "run", config, scripted)
    asked = {request.key.actor: request for request in scripted.requests if request.key.step == "order"}
    assert (asked["FRANCE"].schema, asked["FRANCE"].looser_schema) == (None, None)
    assert asked["RUSSIA"].looser_schema is None
    assert asked["RUSSIA"].schema["properties"]["orders"]["type"] == "array"
    assert asked["ITALY"].looser_schema == asked["RUSSIA"].schema
    assert set(asked["ITALY"].schema["properties"]["orders"]["properties"]) == {"ROM", "VEN", "NAP"}


async def test_a_schema_that_is_refused_is_told_once_a_model(tmp_path):
    class Refusing(ScriptedModel):
        async def generate(self, request) -> Reply:
            reply = await super().generate(request)
            return Reply(reply.text, reply.usage, dropped=("constraint",))

    config = GameConfig(
        models=seats(SCRIPTED), max_year=1901, end_at_phase="S1901M", constrain=dict.fromkeys(POWERS, "orders")
    )
    run = await play(tmp_path / "run", config, Refusing(lambda request: QUIET[request.key.step]))
    told = [event for event in run.events if event["type"] == "parameter_dropped"]
    assert [(event["model"], event["parameter"]) for event in told] == [("scripted", "constraint")]
    assert {tuple(call["reply"]["dropped"]) for call in run.calls} == {("constraint",)}


def turn(power: str, illegal: int, given: int = 3, model: str = "openai:m") -> OrdersSubmitted:
    wrong = [{"text": "A XYZ H", "reason": "no such unit"}] * illegal
    return OrdersSubmitted(power, "S1901M", model, [], [], given, wrong, wrong, False)


@pytest.mark.parametrize(
    ("mark", "turns", "told"),
    [
        (
            "",
            [turn("FRANCE", 3), turn("ITALY", 1)],
            "4 of 6 orders of openai:m were illegal as first written; --constrain",
        ),
        (" (orders constrained)", [turn("FRANCE", 3), turn("ITALY", 3)], "its server does not keep to the schema"),
        ("", [turn("FRANCE", 3), turn("ITALY", 0)], ""),
        ("", [turn("FRANCE", 3)], ""),
        ("", [turn("FRANCE", 4, 4), turn("ITALY", 0, 30, "openai:n")], "4 of 4 orders of openai:m were"),
    ],
    ids=["most", "most of who is held", "half", "too few to say", "another model's do not count"],
)
def test_the_terminal_tells_once_of_a_model_that_cannot_order(mark, turns, told):
    written = io.StringIO()
    console = GameConsole(file=written, width=400, highlight=False)
    display = Display(console, terrain(), {"FRANCE": f"openai:m{mark}", "ITALY": f"openai:m{mark}"})
    for _ in range(2):
        for event in turns:
            display.event(event)
        display.event(PhaseAdjudicated("S1901M", {}, {}, {}, {}, {}, {}))
    assert written.getvalue().count("were illegal") == bool(told)
    assert told in written.getvalue()


@pytest.mark.slow
def test_what_a_seat_is_held_to_changes_by_override_alone_and_the_story_tells(tmp_path, capsys):
    flags = ("--run_dir", str(tmp_path / "run"), "--num_negotiation_rounds", "0")
    assert run_command(*flags, "--max_year", "1901", "--end_at_phase", "S1901M", "--constrain", "shape") == 0
    capsys.readouterr()
    more = (*flags, "--max_year", "1901", "--constrain", "FRANCE=orders")
    assert run_command(*more) == 2
    assert "--constrain (it has shape)" in capsys.readouterr().err
    assert run_command(*more, "--override") == 0
    history = read_history(tmp_path / "run", DIPLOMACY)
    assert history.settings.players("FRANCE") == (("", "offline"), ("S1901M", MARKED))
    assert history.settings.players("ITALY") == (("", "offline"),)
    assert f"after S1901M by `{MARKED}`" in (tmp_path / "run" / "powers" / "FRANCE.md").read_text()
    game = read_game(tmp_path / "run", tmp_path)
    assert game.players["FRANCE"] == f"offline, then {MARKED}"


@pytest.mark.parametrize("value", ["some", "orders,shape", "FRANCE=legal"])
def test_a_level_that_is_none_is_refused_in_one_line(tmp_path, capsys, value):
    assert run_command("--run_dir", str(tmp_path / "run"), "--constrain", value) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "--constrain" in said
    assert not (tmp_path / "run").exists()
