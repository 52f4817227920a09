"""Every movement order set of a finished game has its price, the same wherever it is priced; none is priced twice."""

import json
import subprocess
import sys
import time

import pytest
from command_runs import ROOT, run
from making import config, write_run

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.decisions import Decision, DecisionPrice, decisions, priced_decisions
from ai_diplomacy.analysis.files import write_files
from ai_diplomacy.analysis.price_book import PriceBook
from ai_diplomacy.analysis.pricing_games import price_games
from ai_diplomacy.analysis.read_games import read_game
from ai_diplomacy.board.board import Board
from ai_diplomacy.command.main import main
from ai_diplomacy.game.events import OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from ai_diplomacy.run.events import RunFinished
from ai_diplomacy.search.pricing import price


def silent(_: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def games(tmp_path_factory):
    """Two short games of three kinds of bots."""
    folder = tmp_path_factory.mktemp("games")
    others = ("AUSTRIA=bot:hold", "FRANCE=bot:random", "TURKEY=bot:hold")
    models = ",".join([*others, *(f"{power}=bot:dumbbot" for power in ("ENGLAND", "GERMANY", "ITALY", "RUSSIA"))])
    for seed in ("1", "2"):
        flags = ("--models", models, "--max_year", "1901", "--seed", seed, "--display", "none")
        assert run("--run_dir", str(folder / seed), *flags) == 0
    return folder


@pytest.fixture(scope="module")
def book(games, tmp_path_factory):
    """Their prices."""
    made = PriceBook(tmp_path_factory.mktemp("prices") / "prices.jsonl", DecisionPrice)
    price_games(games, made, decisions, "order sets", silent)
    return made


def test_every_order_set_of_a_movement_phase_is_priced(games, book):
    game = read_game(games / "1", games)
    prices = priced_decisions(game, book)
    assert [(one.phase, one.power) for one in prices] == [
        (phase, power) for phase in ("S1901M", "F1901M") for power in sorted(game.players)
    ]
    assert len(book) == 28
    assert {one.price.kind for one in prices} == {"opening"}


def test_a_price_is_that_of_the_board_itself(games):
    """Played again on the board, whose situations have everything."""
    game = read_game(games / "1", games)
    board, ordered = Board(), {}
    for decision in decisions(game):
        while board.phase != decision.situation.phase:
            for power, orders in ordered.items():
                board.submit(power, map(str, orders))
            board.adjudicate()
        ordered = decision.ordered
        forward = price(board.situation(decision.power), ordered[decision.power])
        hindsight = price(board.situation(decision.power), ordered[decision.power], others=ordered)
        found = decision.priced()
        assert found.forward == pytest.approx(forward.best - forward.value, abs=1e-6)
        assert found.hindsight == pytest.approx(hindsight.best - hindsight.value, abs=1e-6)
        assert found.hindsight_stake == pytest.approx(hindsight.stake, abs=1e-6)
        if board.phase == "F1901M":
            return


def test_who_holds_regrets_more_of_what_was_at_stake_than_dumbbot(games, book):
    figures = analyze(games, prices=book)
    shares = {player: found[names().index("regret")].mean for player, found in figures.estimates.items()}
    assert shares["bot:dumbbot"] < shares["bot:random"]
    assert shares["bot:dumbbot"] < shares["bot:hold"]
    rows = {(row.by, row.group, row.player): row for row in figures.regrets}
    assert rows["year", "1901", "bot:dumbbot"].orders == 16
    assert rows["power", "FRANCE", "bot:random"].orders == 4
    assert rows["kind of position", "opening", "bot:hold"].orders == 8


def names() -> list[str]:
    from ai_diplomacy.analysis.measures import MEASURES

    return [measure.name for measure in MEASURES]


@pytest.mark.slow
def test_several_processes_find_the_same_prices(games, book, tmp_path):
    other = PriceBook(tmp_path / "prices.jsonl", DecisionPrice)
    price_games(games, other, decisions, "order sets", silent, processes=2)
    for game in (read_game(games / name, games) for name in ("1", "2")):
        assert priced_decisions(game, other) == priced_decisions(game, book)


def test_nothing_is_priced_twice(games, book, monkeypatch):
    monkeypatch.setattr(Decision, "priced", lambda _: pytest.fail("it has a price"))
    price_games(games, book, decisions, "order sets", silent)


def test_a_torn_line_counts_as_missing(games, book, tmp_path):
    path = tmp_path / "prices.jsonl"
    again = PriceBook(path, DecisionPrice)
    again.add(dict(book._prices))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    torn = PriceBook(path, DecisionPrice)
    assert len(torn) == len(book) - 1
    price_games(games, torn, decisions, "order sets", silent)
    assert len(PriceBook(path, DecisionPrice)) == len(book)
    assert path.read_bytes().startswith(whole[:-20])


@pytest.mark.slow
def test_a_killed_program_loses_no_price(games, tmp_path):
    program = [sys.executable, "-m", "ai_diplomacy", "analyze", str(games), "--regret", "--out", str(tmp_path)]
    path = tmp_path / "prices.jsonl"
    killed = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL)
    while not path.exists() or path.stat().st_size == 0:
        assert killed.poll() is None
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    kept = path.read_bytes()
    assert kept.endswith(b"\n")
    subprocess.run(program, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    assert path.read_bytes().startswith(kept)
    keys = [json.loads(line)["key"] for line in path.read_text().splitlines()]
    assert len(keys) == len(set(keys)) == 28


def test_a_price_depends_on_what_the_others_did(games):
    """Another key, so that it is not taken for the price of the same orders in another game."""
    one, other = (next(decisions(read_game(games / name, games))) for name in ("1", "2"))
    assert one.ordered[one.power] == other.ordered[other.power]
    assert one.key != other.key


def test_a_phase_in_which_a_draw_was_agreed_on_has_no_price(tmp_path):
    start = Board()
    orders = {power: [f"{unit} H" for unit in units] for power, units in start.units.items()}
    drawn = [
        PhaseStarted("S1901M", start.units, start.centers),
        *(
            OrdersSubmitted(power, "S1901M", "bot:hold", theirs, (), 3, (), (), True)
            for power, theirs in orders.items()
        ),
        PhaseAdjudicated("S1901M", orders, {}, {}, {}, start.centers, start.units),
        RunFinished("draw", sorted(orders), "S1901M", start.centers, 1.0),
    ]
    write_run(tmp_path / "run", config(), drawn)
    assert list(decisions(read_game(tmp_path / "run", tmp_path))) == []


def test_the_report_tells_of_regret_where_it_was_priced(games, book, tmp_path):
    without, with_prices = tmp_path / "without", tmp_path / "with"
    write_files(without, analyze(games))
    write_files(with_prices, analyze(games, prices=book))
    assert ">Regret</h2>" not in (without / "report.html").read_text()
    page = (with_prices / "report.html").read_text()
    assert ">Regret</h2>" in page
    for by in ("power", "year", "kind of position"):
        assert f"<summary>Regret by {by}</summary>" in page
    rows = (with_prices / "regret.csv").read_text().splitlines()
    assert rows[0].startswith("by,group,player,orders,measure,mean")


def test_the_command_prices_and_tells_it(games, tmp_path, capsys):
    assert main(["analyze", str(games), "--regret", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "28 order sets priced" in said
    assert "Regret, as a share of what was at stake" in said
    assert main(["analyze", str(games), "--regret", "--out", str(tmp_path)]) == 0
    assert "to price" not in capsys.readouterr().out
    with pytest.raises(SystemExit) as left:
        main(["analyze", str(games), "--regret", "--processes", "0"])
    assert left.value.code == 2
