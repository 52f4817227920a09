"""Pledges against orders: what holds of any game, whatever is promised in it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.breaking import Ground, breaking
from ai_diplomacy.board.commitments import Commitment
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.press import Message
from ai_diplomacy.promises.turns import Turn
from ai_diplomacy.promises.verdicts import PromiseLedger, judged

BOARD = Board()
LEGAL = {power: BOARD.situation(power).legal_orders for power in BOARD.powers}
SPRING, RETREATS = Phase("S1901M"), Phase("S1901R")
PROMISES = [
    "A PAR - BUR",
    "not A PAR - BUR",
    "F BRE - ENG",
    "out of ENG",
    "out of BUR",
    "out of PAR",
    "peace GERMANY",
    "peace ITALY",
    "A MAR stays",
    "A MAR stays until F1902",
    "out of BUR while kept",
    "A MAR S A PAR - BUR if GERMANY: A MUN H",
    "out of PIE unless ITALY: A VEN - PIE",
    "withdraw all",
    "release all",
]
promised = st.lists(st.sampled_from(PROMISES), max_size=4)
spoken = st.lists(
    st.tuples(st.sampled_from(["GERMANY", "ITALY", "ENGLAND", "ALL"]), st.integers(1, 2), promised), max_size=5
)


@st.composite
def orders(draw):
    return {
        power: tuple(draw(st.sampled_from(choices)) for choices in legal.values()) for power, legal in LEGAL.items()
    }


def messages(said, body="..."):
    ordered = sorted(said, key=lambda one: one[1])
    return [
        Message("FRANCE", (to,), f"{body} {number}", tuple(map(Commitment, pledges)), SPRING, round, number)
        for number, (to, round, pledges) in enumerate(ordered, 1)
    ]


def turn(said, given, **more):
    return Turn("standard", SPRING, messages(said), BOARD.units, BOARD.centers, {SPRING: given}, **more)


@given(spoken, orders())
def test_each_promise_has_one_row_for_each_reader_whatever_its_term(said, given):
    rows = judged([turn(said, given)], finished=True)
    made = {
        (to, commitment.promise, commitment.condition)
        for to, _, pledges in said
        for commitment in map(Commitment, pledges)
        if not commitment.ends
    }
    assert {(row.recipient, row.commitment.promise, row.commitment.condition) for row in rows} == made
    assert len(rows) == len(made)
    assert all(row.verdict != "pending" for row in rows)


@given(spoken, orders())
def test_a_verdict_asks_for_orders_and_pledges_and_for_no_word(said, given):
    german = replace(turn(said, given), messages=messages(said, "Ich nehme alles zurueck, ich breche mein Wort."))
    assert judged([german], finished=True) == judged([turn(said, given)], finished=True)


@given(spoken, orders())
def test_kept_and_broken_are_what_the_orders_say(said, given):
    ground = Ground(BOARD.units, BOARD.centers)
    for row in judged([turn(said, given)], finished=True):
        if row.due:
            wrong = breaking(row.commitment.promise, "FRANCE", SPRING, ground, given, row.recipient)
            assert (wrong is None) == (row.verdict == "kept")
            assert wrong is None or row.ordered == wrong


@given(spoken, orders())
def test_a_seat_that_decided_nothing_has_broken_nothing(said, given):
    rows = judged([turn(said, given, undecided=frozenset({"FRANCE"}))], finished=True)
    assert not any(row.due for row in rows)


@given(spoken, orders(), orders())
def test_a_ledger_that_goes_turn_by_turn_says_what_one_look_back_says(said, given, later):
    fall = Phase("F1901M")
    turns = [
        turn(said, given),
        Turn("standard", fall, [], BOARD.units, BOARD.centers, {fall: later}),
    ]
    ledger = PromiseLedger()
    told = [*ledger.close(turns[0]), *ledger.close(turns[1]), *ledger.finished("F1901M")]
    assert sorted(told, key=str) == sorted(judged(turns, finished=True), key=str)
    assert {row.verdict for row in ledger.standing()} <= {"pending"}


@given(spoken, orders())
def test_while_a_turn_goes_on_nothing_is_said_that_its_end_takes_back_but_for_retreats(said, given):
    ledger = PromiseLedger()
    early = {(row.recipient, row.commitment): row.verdict for row in ledger.so_far(turn(said, given))}
    for row in ledger.close(turn(said, given)):
        assert early.get((row.recipient, row.commitment), row.verdict) == row.verdict
