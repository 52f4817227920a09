"""The stabs of a game: who, whom, the words, the orders, what it won and what it cost; priced once, wherever asked."""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import replace

import pytest
from analysis.making import acted, message
from board.playing import position

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.breaches import BREACH_PRICES, Breach, BreachFigures, breaches, known_prices
from ai_diplomacy.analysis.price_book import PriceBook
from ai_diplomacy.analysis.pricing_games import price_games
from ai_diplomacy.analysis.read_games import read_game
from ai_diplomacy.analysis.stabs import line_about, stab_rows
from ai_diplomacy.board.commitments import Commitment, Promise
from ai_diplomacy.command.main import main

MUNICH = "Let us be friends, Germany! I go for Belgium, and Munich is safe from me. What about you?"
TURNS = {
    "S1901M": {"FRANCE": ["A PAR - BUR"], "GERMANY": ["A MUN - TYR", "A BER - PRU"]},
    "F1901M": {"FRANCE": ["A BUR - MUN"], "GERMANY": ["A TYR - VIE"], "ENGLAND": ["F EDI - NTH"]},
}
SAID = [
    message("F1901M", "FRANCE", "GERMANY", MUNICH, "peace GERMANY", "A BUR - BEL", number=1),
    message("F1901M", "FRANCE", "ENGLAND", "My army in Burgundy goes to Belgium.", "A BUR - BEL", number=2),
    message("F1901M", "ENGLAND", "ALL", "I stay where I am.", "F EDI H", number=3),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return acted(tmp_path_factory.mktemp("games") / "run", TURNS, SAID)


@pytest.fixture(scope="module")
def book(run, tmp_path_factory):
    made = PriceBook(tmp_path_factory.mktemp("prices") / BREACH_PRICES, BreachFigures)
    price_games(run, made, breaches, "breaches", lambda _: None)
    return made


def rows(run, book):
    game = read_game(run, run)
    return stab_rows(game, known_prices(game, book))


def test_a_stab_has_its_words_its_orders_what_it_won_and_its_price(run, book):
    first, second = rows(run, book)
    assert (first.breaker, first.victim, first.phase) == ("FRANCE", "GERMANY", "F1901M")
    assert (first.stab, first.attack, first.on_purpose) == (True, True, False)
    assert first.promised == "A BUR - BEL; peace GERMANY"
    assert first.said == "I go for Belgium, and Munich is safe from me"
    assert first.ordered == "A BUR - MUN"
    assert first.won == "MUN"
    assert first.figures is not None
    assert first.figures.cost > 0.5
    assert first.figures.kept == "A BUR - BEL"
    assert (second.victim, second.stab) == ("ENGLAND", False), "that France did not go to Belgium is no attack on it"
    assert second.figures.cost < first.figures.cost


def test_a_public_promise_is_broken_to_whom_the_orders_attack(tmp_path):
    """That England does not stay hurts nobody; that Austria attacks Italy hurts Italy."""
    turns = {"S1901M": {"AUSTRIA": ["A VIE - TYR"], "ITALY": ["A VEN H"]}, "F1901M": {"AUSTRIA": ["A TYR - VEN"]}}
    said = [message("F1901M", "AUSTRIA", "ALL", "I rest.", "A TYR H")]
    (row,) = rows(acted(tmp_path / "run", turns, said), None)
    assert (row.breaker, row.victim, row.stab, row.won) == ("AUSTRIA", "ITALY", True, "")
    assert row.figures is None
    assert rows(acted(tmp_path / "other", {**TURNS}, SAID[2:]), None) == []


def test_a_breach_on_purpose_is_a_stab_without_an_attack(run):
    english, _ = breaches(read_game(run, run))
    (promised,) = english.promises
    meant = replace(english, promises=(replace(promised, account="lie", quote="I lie.", where="negotiate 1"),))
    assert (english.stab, meant.stab, meant.attack) == (False, True, ())
    (row,) = stab_rows(read_game(run, run), [(meant, None)])
    assert (row.meant, row.where, row.on_purpose) == ("I lie.", "negotiate 1", True)


def test_what_was_held_before_is_not_won(tmp_path):
    """A French army stands in Munich, which is Germany's still, and goes on to Berlin; another one follows it."""
    board = position(
        {"FRANCE": ["A MUN", "A RUH"], "GERMANY": ["A PRU"]},
        centers={"FRANCE": ["PAR", "BRE"], "GERMANY": ["MUN", "BER", "KIE"]},
        phase="F1902M",
    )
    said = [message("F1902M", "FRANCE", "GERMANY", "I hold.", "A MUN stays")]
    turns = {"F1902M": {"FRANCE": ["A MUN - BER", "A RUH - MUN"]}}
    (row,) = rows(acted(tmp_path / "run", turns, said, board=board), None)
    assert row.won == "BER"


def test_the_promises_that_one_deed_broke_are_one_stab_a_victim(run):
    found = list(breaches(read_game(run, run)))
    assert replace(found[0], victim="ITALY").key != found[0].key
    assert [(breach.victim, len(breach.promises)) for breach in found] == [("ENGLAND", 1), ("GERMANY", 2)]
    assert len({breach.key for breach in found}) == 2


def test_promises_that_contradict_each_other_have_no_price(run, tmp_path):
    breach = list(breaches(read_game(run, run)))[1]
    pledge, peace = breach.promises
    other = replace(pledge, commitment=Commitment("A BUR - GAS"))
    contradictory = replace(breach, promises=(pledge, other, peace))
    unknown = contradictory.priced()
    assert unknown == BreachFigures(None, None, None, None, None, "")
    book = PriceBook(tmp_path / BREACH_PRICES, BreachFigures)
    book.add({contradictory.key: unknown})
    (row,) = stab_rows(read_game(run, run), [(contradictory, book.get(contradictory.key))])
    assert row.size == 1, "for Munich"


def test_nothing_is_priced_twice_and_processes_do_not_matter(run, book, tmp_path, monkeypatch):
    again = PriceBook(tmp_path / BREACH_PRICES, BreachFigures)
    price_games(run, again, breaches, "breaches", lambda _: None, processes=2)
    assert rows(run, again) == rows(run, book)
    monkeypatch.setattr(Breach, "priced", lambda _: pytest.fail("it has a price"))
    price_games(run, again, breaches, "breaches", lambda _: None)
    kept = PriceBook(tmp_path / BREACH_PRICES, BreachFigures)
    assert rows(run, kept) == rows(run, book)


def test_prices_are_in_the_figures_of_the_breaker(run, book):
    figures = analyze(run, breach_prices=book)
    ((player, found),) = [(name, found) for name, found in figures.estimates.items() if name == "bot:hold"]
    means = dict(zip([measure.name for measure in figures.sums[player].measures], found, strict=True))
    (stab,) = [row for row in rows(run, book) if row.stab]
    assert means["stabs"].mean == pytest.approx(1 / 7)
    assert means["stab_cost"].mean == pytest.approx(stab.figures.cost)
    assert means["edge"].mean == pytest.approx(stab.figures.edge)
    unpriced = analyze(run).estimates["bot:hold"]
    assert dict(zip(means, unpriced, strict=True))["stab_cost"].mean is None


def test_a_stab_of_the_report_leads_to_its_phase(run, tmp_path):
    shutil.copytree(run, tmp_path / "games" / "one")
    assert main(["analyze", str(tmp_path / "games")]) == 0
    page = (tmp_path / "games" / "analysis" / "report.html").read_text()
    stabs = page[page.index("The stabs that cost most") :]
    assert re.search(r'href="../run/one/#[SF]190\dM"', stabs)


def test_the_command_prices_a_single_run_and_many_only_when_asked(run, tmp_path, capsys):
    assert main(["analyze", str(run), "--out", str(tmp_path / "one")]) == 0
    said = capsys.readouterr().out
    assert "2 breaches priced" in said
    assert "Stabs, by what they cost the victim" in said
    with (tmp_path / "one" / "stabs.csv").open() as file:
        first = next(csv.DictReader(file))
    assert (first["victim"], first["won"], first["stab"]) == ("GERMANY", "MUN", "1")
    assert float(first["cost"]) > 0.5
    assert "moments" in json.loads((tmp_path / "one" / "analysis.json").read_text())
    page = (tmp_path / "one" / "report.html").read_text()
    assert "The stabs that cost most" in page
    assert "Munich is safe from me" in page
    assert main(["analyze", str(run.parent), "--out", str(tmp_path / "many")]) == 0
    assert "priced" not in capsys.readouterr().out
    assert main(["analyze", str(run.parent), "--out", str(tmp_path / "many"), "--regret"]) == 0
    assert "2 breaches priced" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("promise", "line"),
    [
        ("A BUR - BEL", "I go for Belgium, and Munich is safe from me"),
        ("peace GERMANY", "Let us be friends, Germany"),
        ("out of TRI", MUNICH),
    ],
)
def test_the_line_is_the_one_that_names_most_of_the_promise(promise, line):
    assert line_about(MUNICH, "FRANCE", [Promise(promise)], [], "standard") == line
