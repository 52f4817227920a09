"""Models are asked the bank's positions as they would be in a game, once each, and get a card."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree

import pytest
from chat_server import chat_server
from command_runs import ROOT, run
from examining import command, config, examine, first_legal, first_legal_of, scripted
from virtual_time import run_virtual

from ai_diplomacy.board.units import Order
from ai_diplomacy.exam.bank import bank
from ai_diplomacy.exam.scoring import value_of
from ai_diplomacy.models.connections import Connections
from ai_diplomacy.models.gate import Gate
from ai_diplomacy.models.model import Reply, Usage


async def test_each_position_is_asked_once_as_an_order_step_without_press(tmp_path):
    model = scripted()
    card = await examine(tmp_path / "exam", model)
    assert sorted(request.key.actor for request in model.requests) == [f"P00{number}" for number in range(1, 8)]
    assert {request.key.step for request in model.requests} == {"order"}
    assert all('"press"' not in request.prompt for request in model.requests)
    systems = {request.key.actor: request.system for request in model.requests}
    for position in bank().positions[:7]:
        assert systems[position.name].startswith(f"You are {position.power} ")
    assert card["positions"] == 7
    assert card["legal_first"] == 1.0
    assert card["spent"]["calls"] == 7


async def test_regret_is_what_the_best_reply_is_worth_more_than_what_was_ordered(tmp_path):
    card = await examine(tmp_path / "exam", scripted())
    for row, position in zip(card["answers"], bank().positions, strict=False):
        worth = value_of(position, [Order(order) for order in row["orders"]])
        assert row["regret"] == pytest.approx(position.best - worth, abs=1e-5)
    regrets, stakes = (sum(row[name] for row in card["answers"]) for name in ("regret", "stake"))
    assert card["regret"]["percent"]["mean"] == pytest.approx(100 * regrets / stakes)
    assert card["regret"]["percent"]["low"] <= 100 * regrets / stakes <= card["regret"]["percent"]["high"]


async def test_who_orders_the_best_reply_regrets_nothing(tmp_path):
    best = {position.name: list(position.orders) for position in bank().positions}
    model = scripted(lambda request: json.dumps({"orders": best[request.key.actor]}))
    card = await examine(tmp_path / "exam", model)
    assert card["regret"]["percent"]["mean"] == pytest.approx(0, abs=1e-3)
    assert card["worst"] == []


async def test_illegal_orders_are_asked_again_once_and_counted_at_the_first_reply(tmp_path):
    def corrected(request):
        return first_legal(request) if request.key.attempt else '{"orders": ["A PAR - XXX"]}'

    model = scripted(corrected)
    card = await examine(tmp_path / "exam", model)
    assert len(model.requests) == 14
    assert card["legal_first"] == 0.0
    assert card["unusable"] == 0
    assert all(row["given"] == row["illegal"] == 1 for row in card["answers"])


async def test_a_model_that_never_gives_a_usable_reply_has_no_regret(tmp_path):
    card = await examine(tmp_path / "exam", scripted(lambda _: "I would rather not."))
    assert (card["played"], card["unusable"], card["regret"]) == (False, 7, None)
    assert "It did not play" in (tmp_path / "exam" / "card.md").read_text()


async def test_the_worst_positions_are_drawn_on_the_map(tmp_path):
    card = await examine(tmp_path / "exam", scripted())
    assert 1 <= len(card["worst"]) <= 5
    regrets = {row["position"]: row["regret"] for row in card["answers"]}
    assert [regrets[name] for name in card["worst"]] == sorted(regrets.values(), reverse=True)[: len(card["worst"])]
    page = (tmp_path / "exam" / "card.md").read_text()
    for name in card["worst"]:
        drawn = ElementTree.parse(tmp_path / "exam" / f"worst_{name}.svg")
        titles = {each.text for each in drawn.iter("{http://www.w3.org/2000/svg}title")}
        (row,) = (row for row in card["answers"] if row["position"] == name)
        assert set(row["orders"]) <= titles
        assert f"![{name}](worst_{name}.svg)" in page


def test_two_hundred_calls_take_no_longer_than_they_must(tmp_path, monkeypatch):
    """Twenty at a time, a second each; the virtual clock stands while threads work, but not while processes do."""
    monkeypatch.setattr("ai_diplomacy.exam.scoring.beside", asyncio.to_thread)

    class Slow:
        name = "scripted"

        async def generate(self, request):
            await asyncio.sleep(1.0)
            return Reply(first_legal(request), Usage(input=10, output=5))

    async def asked():
        loop = asyncio.get_running_loop()
        positions = len(bank().positions)
        gate = Gate("account", Connections(100), max_concurrency=20)
        await examine(tmp_path / "exam", Slow(), config(positions=positions), gate)
        return loop.time(), positions

    seconds, positions = run_virtual(asked())
    assert positions / 20 <= seconds <= 200 / 20 + 5


def examined(model: str, out, *flags: str) -> subprocess.Popen:
    """The command in a process of its own."""
    program = [sys.executable, "-m", "ai_diplomacy", "exam", model, "--out", str(out), "--max_concurrency", "1"]
    return subprocess.Popen(
        [*program, "--positions", "14", *flags], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def recorded(out) -> list[str]:
    """The positions of which an answer is kept."""
    return [json.loads(line)["key"]["power"] for line in next(out.glob("*/calls.jsonl")).read_text().splitlines()]


@pytest.mark.slow
def test_a_killed_program_loses_no_answer_and_asks_nothing_twice(tmp_path):
    asked: list[str] = []
    enough = threading.Event()

    def says(prompt: str) -> str:
        asked.append(prompt)
        if len(asked) == 6:
            enough.set()
            # The program is killed while it waits for this one.
            stopped.wait(30)
        return first_legal_of(prompt)

    stopped = threading.Event()
    with chat_server(says) as model:
        killed = examined(model, tmp_path / "out")
        assert enough.wait(60)
        killed.kill()
        killed.communicate()
        stopped.set()
        kept, before = recorded(tmp_path / "out"), list(asked)
        # The fifth answer may have been on its way to the disk.
        assert len(kept) in (4, 5)
        went_on = examined(model, tmp_path / "out")
        _, errors = went_on.communicate()
        assert (went_on.returncode, errors) == (0, "")
        assert len(asked) == len(before) + 14 - len(kept)
        assert not set(before[: len(kept)]) & set(asked[6:])
        assert sorted(recorded(tmp_path / "out")) == [f"P{number:03}" for number in range(1, 15)]
        whole = examined(model, tmp_path / "whole")
        whole.communicate()
    cards = [json.loads(next(tmp_path.glob(f"{out}/*/card.json")).read_text()) for out in ("out", "whole")]
    assert cards[0]["answers"] == cards[1]["answers"]
    assert cards[0]["regret"] == cards[1]["regret"]


@pytest.mark.slow
def test_a_cap_stops_an_examination_that_a_higher_one_goes_on_with(tmp_path):
    asked: list[str] = []

    def says(prompt: str) -> str:
        asked.append(prompt)
        return first_legal_of(prompt)

    limits = ("--max_tokens", "100")
    with chat_server(says) as model:
        stopped = examined(model, tmp_path, *limits, "--max_tokens_total", "8000")
        _, errors = stopped.communicate()
        assert stopped.returncode == 3
        assert "tokens" in errors
        assert "Go on with" in errors
        assert "sk-local" not in errors
        kept = len(recorded(tmp_path))
        assert 0 < kept < 14
        went_on = examined(model, tmp_path, *limits, "--max_tokens_total", "1000000")
        went_on.communicate()
        assert went_on.returncode == 0
    assert len(asked) == 14
    assert len(set(recorded(tmp_path))) == 14


def test_bots_and_models_are_compared_within_positions(tmp_path, capsys):
    ended = command(capsys, "bot:dumbbot", "bot:hold", "offline", "--positions", "28", "--out", str(tmp_path))
    assert (ended.status, ended.errors) == (0, "")
    cards = [str(tmp_path / name) for name in ("bot_hold", "offline", "bot_dumbbot")]
    table = command(capsys, "--table", *cards)
    assert table.status == 0
    names = ("bot:dumbbot", "bot:hold", "offline")
    places = {name: table.output.index(f" {name} ") for name in names}
    assert max(places, key=places.__getitem__) == "bot:hold"
    assert "Regret in 28 positions" in table.output


def test_players_asked_different_parts_are_compared_in_what_both_were_asked(tmp_path, capsys):
    command(capsys, "bot:random", "--positions", "14", "--out", str(tmp_path))
    command(capsys, "bot:hold", "--positions", "7", "--out", str(tmp_path))
    table = command(capsys, "--table", str(tmp_path / "bot_random"), str(tmp_path / "bot_hold"))
    assert table.status == 0
    assert "Regret in 7 positions" in table.output


def test_an_examination_that_is_finished_is_not_taken_again(tmp_path, capsys):
    first = command(capsys, "bot:random", "--positions", "7", "--out", str(tmp_path))
    log = (tmp_path / "bot_random" / "events.jsonl").read_bytes()
    again = command(capsys, "bot:random", "--positions", "7", "--out", str(tmp_path))
    assert (first.status, again.status) == (0, 0)
    assert (tmp_path / "bot_random" / "events.jsonl").read_bytes() == log


async def test_a_card_that_was_not_written_any_more_is_made_from_the_journal(tmp_path):
    model = scripted()
    card = await examine(tmp_path / "exam", model)
    (tmp_path / "exam" / "card.json").unlink()
    assert await examine(tmp_path / "exam", model) == card
    assert len(model.requests) == 7


@pytest.mark.slow
def test_told_to_end_it_ends_and_says_how_to_go_on(tmp_path):
    waiting = threading.Event()

    def says(prompt: str) -> str:
        waiting.set()
        return first_legal_of(prompt)

    with chat_server(says) as model:
        told = examined(model, tmp_path)
        assert waiting.wait(60)
        told.send_signal(signal.SIGTERM)
        _, errors = told.communicate()
    assert told.returncode == 3
    assert "all that was answered is kept. Go on with: " in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ((), "give models to ask, or --table and cards"),
        (("offline", "--positions", "4000"), "the bank has"),
        (("offline,bot:hold",), "--models"),
        (("offline", "offline"), "is given twice"),
        (("nobody:nothing",), "unknown provider"),
        (("openai:some",), "exam: no key for openai"),
        (("--table", "nowhere"), "cannot read"),
        (("offline", "--prompts_dir", "nowhere"), "is not a folder"),
    ],
)
def test_what_cannot_be_examined_is_refused_in_one_line_and_nothing_is_written(
    tmp_path, capsys, monkeypatch, flags, why
):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    out = ("--out", str(tmp_path / "out")) if "--table" not in flags else ()
    ended = command(capsys, *flags, *out)
    assert ended.status == 2
    assert why in ended.errors
    assert ended.errors.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_other_settings_do_not_go_on_with_an_examination(tmp_path, capsys):
    command(capsys, "bot:random", "--positions", "7", "--out", str(tmp_path))
    other = command(capsys, "bot:random", "--positions", "14", "--out", str(tmp_path))
    assert other.status == 2
    assert "holds an examination with other settings" in other.errors


def test_an_estimate_asks_nobody_and_writes_nothing(tmp_path, capsys):
    ended = command(capsys, "offline", "--positions", "14", "--estimate", "--out", str(tmp_path / "out"))
    assert ended.status == 0
    assert "14 - 16" in ended.output
    assert "time: " in ended.output
    assert not (tmp_path / "out").exists()


def test_cards_of_different_banks_are_not_compared(tmp_path, capsys):
    command(capsys, "bot:random", "bot:hold", "--positions", "7", "--out", str(tmp_path))
    path = tmp_path / "bot_hold" / "card.json"
    path.write_text(path.read_text().replace(bank().name, "0 (another)"))
    table = command(capsys, "--table", str(path), str(tmp_path / "bot_random"))
    assert table.status == 2
    assert "different banks" in table.errors


@pytest.mark.slow
def test_a_server_that_is_not_there_leaves_nothing_behind(tmp_path, capsys):
    nobody = "openai:it@http://127.0.0.1:9/v1#sk-local-0123456789"
    ended = command(capsys, nobody, "--positions", "7", "--out", str(tmp_path / "out"))
    assert ended.status == 2
    assert "Go on with" not in ended.errors
    assert list(tmp_path.glob("out/*")) == []


def test_an_examination_is_no_game_for_whoever_reads_games(tmp_path, capsys):
    command(capsys, "bot:random", "--positions", "7", "--out", str(tmp_path))
    assert run("--run_dir", str(tmp_path / "bot_random")) == 2
    assert "it is an examination, and no game" in capsys.readouterr().err
