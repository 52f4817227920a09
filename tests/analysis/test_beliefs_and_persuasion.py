"""What was meant, believed and provisionally ordered: rows from events, and the figures made of them."""

import csv
import json
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO

import pytest
from analysis.making import POWERS, config, one_year, write_run
from rich.console import Console
from staging import OFFLINE, play, seats

from ai_diplomacy.agent.events import MessageBelieved, MessageMeant, ProvisionalOrders
from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.beliefs import BELIEVED, BeliefRow, deeds
from ai_diplomacy.analysis.files import write_files
from ai_diplomacy.analysis.measures import MEASURES, NAMED
from ai_diplomacy.analysis.persuasion import first_and_last, read_between, shares
from ai_diplomacy.analysis.read_games import read_game
from ai_diplomacy.analysis.terminal import show
from ai_diplomacy.board.board import Board
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted

PHASE = "S1901M"


def message(sequence, sender, *readers, body="hello", round=1, pledges=()):
    return MessageDelivered(PHASE, round, sequence, sender, readers, body, pledges)


def meant(sequence, sender, truth, round=1):
    return MessageMeant(sender, PHASE, round, sequence, truth)


def believed(sequence, sender, reader, percent):
    return MessageBelieved(reader, sender, PHASE, sequence, percent)


def submitted(power, *orders, defaults=()):
    return OrdersSubmitted(power, PHASE, "bot:hold", [*orders, *defaults], defaults, len(orders), (), (), False)


def game(path, *events, players="offline", ordered=None):
    """A game of two seasons, of which the first is told here."""
    board = Board()
    played = PhaseAdjudicated(PHASE, ordered or {}, {}, {}, {}, board.centers, board.units)
    told = [PhaseStarted(PHASE, board.units, board.centers), *events, played, *one_year(dict.fromkeys(POWERS, 3))]
    return read_game(write_run(path, config(players), told), path.parent)


def test_a_row_for_each_reader_of_a_message_of_which_anything_is_known(tmp_path):
    found = game(
        tmp_path / "run",
        message(1, "FRANCE", "ITALY", "ENGLAND"),
        meant(1, "FRANCE", False),
        message(2, "FRANCE", "ALL"),
        message(3, "ITALY", "FRANCE"),
        message(4, "TURKEY", "RUSSIA"),
        believed(1, "FRANCE", "ITALY", BELIEVED),
        believed(2, "FRANCE", "RUSSIA", 30),
        believed(3, "ITALY", "FRANCE", 0),
    )
    rows = {(row.sequence, row.reader): (row.meant, row.percent, row.fate) for row in found.beliefs}
    assert rows == {
        (1, "ENGLAND"): (False, None, None),
        (1, "ITALY"): (False, 50, "lie_believed"),
        **{(2, power): (None, 30 if power == "RUSSIA" else None, None) for power in POWERS if power != "FRANCE"},
        (3, "FRANCE"): (None, 0, None),
    }


@pytest.mark.parametrize(
    ("truth", "percent", "fate", "error"),
    [
        (False, 49, "lie_caught", 0.49**2),
        (False, 50, "lie_believed", 0.25),
        (True, 50, "truth_believed", 0.25),
        (True, 49, "truth_disbelieved", 0.51**2),
        (True, 100, "truth_believed", 0.0),
    ],
)
def test_fifty_per_cent_are_believed(truth, percent, fate, error):
    row = BeliefRow(PHASE, 1, 1, "FRANCE", "ITALY", truth, percent)
    assert (row.fate, row.error) == (fate, pytest.approx(error))


PLAYERS = dict.fromkeys(POWERS, "bot:hold") | {"FRANCE": "offline", "ITALY": "bot:random"}
TOLD = (
    message(1, "FRANCE", "ITALY", body="Venice is safe", pledges=["A MAR H"]),
    meant(1, "FRANCE", False),
    believed(1, "FRANCE", "ITALY", 90),
    message(2, "FRANCE", "ITALY", pledges=["A PAR H"]),
    meant(2, "FRANCE", True),
    believed(2, "FRANCE", "ITALY", 20),
    message(3, "FRANCE", "ITALY"),
    meant(3, "FRANCE", False),
    believed(3, "FRANCE", "ITALY", 10),
    message(4, "ITALY", "FRANCE"),
    meant(4, "ITALY", True),
    believed(4, "ITALY", "FRANCE", 100),
)
ORDERED = {"FRANCE": ["A MAR - SPA", "A PAR H", "F BRE H"]}


def test_no_two_measures_have_one_name():
    assert len(NAMED) == len(MEASURES)


def measured(analysis, player):
    figures = dict(zip((measure.name for measure in MEASURES), analysis.estimates[player], strict=True))
    return {name: figures[name].mean for name in figures if NAMED[name].group in ("belief", "persuasion")}


def test_lies_and_truths_are_counted_for_who_tells_and_who_reads_them(tmp_path):
    game(tmp_path / "run", *TOLD, submitted("FRANCE", *ORDERED["FRANCE"]), players=PLAYERS, ordered=ORDERED)
    found = analyze(tmp_path)
    fates = {
        (f.role, f.player): (f.lie_caught, f.lie_believed, f.truth_believed, f.truth_disbelieved) for f in found.fates
    }
    assert fates == {
        ("sender", "offline"): (1, 1, 0, 1),
        ("sender", "bot:random"): (0, 0, 1, 0),
        ("reader", "bot:random"): (1, 1, 0, 1),
        ("reader", "offline"): (0, 0, 1, 0),
    }
    bins = [(b.player, b.low, b.high, b.beliefs, b.mean, b.meant) for b in found.calibration]
    assert bins == [
        ("bot:random", 0, 20, 1, 10.0, 0.0),
        ("bot:random", 20, 40, 1, 20.0, 1.0),
        ("bot:random", 80, 100, 1, 90.0, 0.0),
        ("offline", 80, 100, 1, 100.0, 1.0),
    ]
    assert [(t.player, t.meant, t.verdict, t.pledges) for t in found.tags_and_deeds] == [
        ("offline", True, "kept", 1),
        ("offline", False, "broken", 1),
    ]
    teller, reader = measured(found, "offline"), measured(found, "bot:random")
    assert teller["not_meant"] == pytest.approx(2 / 3)
    assert (teller["lies_believed"], teller["truths_believed"], teller["as_meant"]) == (0.5, 0.0, 1.0)
    assert (reader["lies_caught"], reader["truths_disbelieved"]) == (0.5, 1.0)
    assert reader["brier"] == pytest.approx((0.81 + 0.64 + 0.01) / 3)


def provisional(power, round, *orders):
    return ProvisionalOrders(power, PHASE, round, orders)


SWAYED = (
    provisional("ITALY", 0, "A VEN - TRI", "A ROM H", "F NAP H"),
    message(1, "FRANCE", "ITALY", body="Leave Trieste alone, I beg you."),
    message(2, "AUSTRIA", "ITALY", body="Good luck."),
    message(3, "ITALY", "FRANCE", body="We shall see about TRI."),
    provisional("ITALY", 1, "A VEN H", "A ROM - APU", "F NAP H"),
    message(4, "TURKEY", "ALL", round=2),
    message(5, "AUSTRIA", "ITALY", round=2),
    submitted("ITALY", "A ROM - APU", "F NAP - ION", defaults=["A VEN H"]),
)


def test_a_change_is_due_to_whoever_names_its_place_or_else_to_all_who_wrote(tmp_path):
    found = game(tmp_path / "run", *SWAYED)
    rows = {(row.unit, row.round): row for row in found.persuasion}
    assert {key: (row.changed, row.senders, row.named, row.final) for key, row in rows.items()} == {
        ("A VEN", 1): (True, ("FRANCE",), True, False),
        ("A ROM", 1): (True, ("AUSTRIA", "FRANCE"), False, False),
        ("F NAP", 1): (False, ("AUSTRIA", "FRANCE"), False, False),
        ("A ROM", 2): (False, ("AUSTRIA", "TURKEY"), False, True),
        ("F NAP", 2): (True, ("AUSTRIA", "TURKEY"), False, True),
    }, "what the rules filled in for Venice is no decision"
    assert sum(share for row in rows.values() for _, share in shares(row)) == 3
    assert sorted(read_between(found.persuasion, found)) == [
        ("AUSTRIA", "ITALY"), ("AUSTRIA", "ITALY"), ("FRANCE", "ITALY"), ("TURKEY", "ITALY"),
    ]  # fmt: skip
    assert sorted(first_and_last(found.persuasion)) == [("ITALY", True), ("ITALY", True)]


def test_a_round_without_an_answer_is_bridged_and_a_change_without_a_message_is_nobodys(tmp_path):
    found = game(
        tmp_path / "run",
        provisional("ITALY", 0, "A VEN - TRI"),
        provisional("FRANCE", 0, "A PAR H"),
        message(1, "FRANCE", "ITALY"),
        provisional("FRANCE", 1, "A PAR - BUR VIA"),
        message(2, "AUSTRIA", "ITALY", round=2),
        submitted("ITALY", "A VEN H"),
        submitted("FRANCE", "A PAR - BUR"),
    )
    rows = [(row.reader, row.since, row.round, row.changed, row.senders) for row in found.persuasion]
    assert rows == [
        ("ITALY", 0, 2, True, ("AUSTRIA", "FRANCE")),
        ("FRANCE", 0, 1, True, ()),
        ("FRANCE", 1, 2, False, ()),
    ], "by convoy or not is the same"
    (changed,) = [row for row in found.persuasion if row.reader == "FRANCE" and row.changed]
    assert list(shares(changed)) == [("", 1.0)]


def test_the_table_and_the_measures_tell_senders_from_readers(tmp_path):
    game(tmp_path / "run", *SWAYED, players=PLAYERS)
    found = analyze(tmp_path)
    table = {(p.sender, p.reader): (p.messages, p.changes, p.named) for p in found.persuasion}
    assert table == {("offline", "bot:random"): (1, 1.5, 1.0), ("bot:hold", "bot:random"): (3, 1.5, 0.0)}
    assert measured(found, "offline")["sways"] == 1.5
    swayed = measured(found, "bot:random")
    assert (swayed["swayed"], swayed["swayed_in_all"]) == (0.6, 1.0)


def texts(folder, out):
    """The report, the terminal, the names of the tables, and of the measures."""
    found = analyze(folder)
    write_files(out, found)
    console = Console(file=StringIO(), width=200)
    with redirect_stdout(StringIO()):
        show(found, console)
    tables = json.loads((out / "analysis.json").read_text())
    with (out / "measures.csv").open(newline="") as file:
        measures = {row["measure"] for row in csv.DictReader(file)}
    return (out / "report.html").read_text(), console.file.getvalue(), tables, measures


def test_they_are_shown_where_somebody_was_asked_and_nowhere_else(tmp_path):
    game(tmp_path / "asked" / "run", *TOLD, *SWAYED[0::4], submitted("ITALY", "A VEN H"), players=PLAYERS)
    game(tmp_path / "plain" / "run", message(1, "FRANCE", "ITALY"))
    asked, plain = (texts(tmp_path / name, tmp_path / f"{name} out") for name in ("asked", "plain"))
    names = {"beliefs", "calibration", "tags_and_deeds", "persuasion"}
    assert names - {"tags_and_deeds"} <= set(asked[2])
    assert not names & set(plain[2])
    headings = ("Lies and truths, believed or not", "Whose messages changed whose orders", "Brier score")
    for heading in headings:
        assert heading in asked[0]
        assert heading not in plain[0]
    for text in ("lie caught", "Whose messages changed whose orders"):
        assert text in asked[1]
        assert text not in plain[1]
    private = {measure.name for measure in MEASURES if measure.group in ("belief", "persuasion")}
    assert private <= asked[3]
    assert not private & plain[3]


@pytest.mark.slow
async def test_the_offline_model_breaks_what_it_does_not_mean_and_keeps_most_of_the_rest(tmp_path):
    await play(tmp_path / "run", GameConfig(models=seats(OFFLINE), max_year=1904, seed=1, truth_tags=True))
    counted = Counter((meant, verdict) for _, meant, verdict in deeds(read_game(tmp_path / "run", tmp_path)))
    assert counted[False, "broken"] > 0
    assert not counted[False, "kept"]
    assert counted[True, "kept"] > 5 * counted[True, "broken"]


async def test_how_many_messages_a_prompt_numbers_makes_no_other_prompt_of_it(tmp_path):
    asked = [GameConfig(models=seats(OFFLINE), max_year=1901, seed=seed, truth_tags=True) for seed in (0, 1)]
    plain = GameConfig(models=seats(OFFLINE), max_year=1901)
    for name, settings in (("0", asked[0]), ("1", asked[1]), ("2", plain)):
        await play(tmp_path / name, settings)
    one, other, without = (read_game(tmp_path / name, tmp_path).prompt_hashes for name in ("0", "1", "2"))
    assert one == other
    assert {place for place in one if one[place] == without[place]} == set()
