"""What is changed about a message is said in a line, and done to that message alone."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.board.commitments import Commitment
from ai_diplomacy.board.edits import MessageEdit, edited, read_edit
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.press import Message
from ai_diplomacy.board.recipients import ALL
from ai_diplomacy.board.terrain import terrain

GROUND = terrain()
PHASE = Phase("S1902M")


def message(sender: str, to: str, body: str, sequence: int) -> Message:
    return Message(sender, (to,), body, (Commitment("A PAR H"),) if sender == "FRANCE" else (), PHASE, 1, sequence)


ROUND = (
    message("AUSTRIA", "ITALY", "one", 7),
    message("FRANCE", "ITALY", "two", 8),
    message("FRANCE", "ITALY", "three", 9),
    message("FRANCE", ALL, "four", 10),
    message("ITALY", "FRANCE", "five", 11),
)


def bodies(*edits: str, alive=GROUND.powers) -> list[str]:
    made, _ = edited(ROUND, 7, [read_edit(text, GROUND) for text in edits], alive)
    assert [one.sequence for one in made] == list(range(7, 7 + len(made)))
    return [f"{one.sender[0]}:{one.body}" for one in made]


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        (["S1902M 1 FRANCE>ITALY: new"], ["A:one", "F:new", "F:three", "F:four", "I:five"]),
        (["change s1902m 1 france > italy #2: new"], ["A:one", "F:two", "F:new", "F:four", "I:five"]),
        (["drop S1902M 1 FRANCE>ALL"], ["A:one", "F:two", "F:three", "I:five"]),
        (["add S1902M 1 FRANCE>GERMANY: new"], ["A:one", "F:two", "F:three", "F:four", "F:new", "I:five"]),
        (["add S1902M 1 TURKEY>everyone: a: b"], ["A:one", "F:two", "F:three", "F:four", "I:five", "T:a: b"]),
        (
            ["drop S1902M 1 FRANCE>ITALY", "S1902M 1 ITALY>FRANCE: new"],
            ["A:one", "F:three", "F:four", "I:new"],
        ),
    ],
    ids=["the first", "the second", "dropped", "added among its own", "added behind all", "several"],
)
def test_an_edit_is_made_where_it_says(edits, said):
    assert bodies(*edits) == said


@pytest.mark.parametrize(
    "edit",
    ["S1902M 1 FRANCE>ITALY#3: new", "drop S1902M 1 FRANCE>ITALY,GERMANY", "add S1902M 1 FRANCE>TURKEY: new"],
    ids=["the third of two", "other readers", "to who is gone"],
)
def test_what_is_not_there_is_told_and_changes_nothing(edit):
    alive = set(GROUND.powers) - {"TURKEY"}
    made, told = edited(ROUND, 7, [read_edit(edit, GROUND)], alive)
    assert made == ROUND
    assert (told[0].before, told[0].after) == (None, None)


def test_pledges_stay_unless_others_are_listed():
    given = {
        "new": ("A PAR H",),
        "new []": (),
        "new [a par - bur, A MAR H]": ("A PAR - BUR", "A MAR H"),
        "new [Out of eng until f1902 while kept if italy: not a ven h]": (
            "out of ENG until F1902 while kept if ITALY: not A VEN H",
        ),
        "new [withdraw all, peace Italy]": ("withdraw all", "peace ITALY"),
    }
    for text, pledges in given.items():
        (_, made, *_), _ = edited(ROUND, 7, [read_edit(f"S1902M 1 FRANCE>ITALY: {text}", GROUND)], GROUND.powers)
        assert (made.body, made.pledges) == ("new", pledges)
    kept = read_edit("S1902M 1 FRANCE>ITALY: see you [in Rome]", GROUND)
    assert (kept.body, kept.pledges) == ("see you [in Rome]", None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello", "is no edit; write, for example, S1902M 1 FRANCE>ITALY: new text"),
        ("dropp S1902M 1 FRANCE>ITALY", "is no edit"),
        ("W1902A 1 FRANCE>ITALY: x", "in the rounds of movement phases"),
        ("S1902M 0 FRANCE>ITALY: x", "in the rounds of movement phases, from 1"),
        ("S1902M 1 FRANCE>ITLAND: x", "'ITLAND' is no power of this map; they are AUSTRIA, ENGLAND"),
        ("S1902M 1 FRANCE>FRANCE: x", "one power writes, and others read"),
        ("S1902M 1 ALL>FRANCE: x", "one power writes, and others read"),
        ("S1902M 1 FRANCE>ALL,ITALY: x", "one power writes, and others read"),
        ("S1902M 1 FRANCE>ITALY", "gives no text"),
        ("S1902M 1 FRANCE>ITALY: []", "gives no text"),
        ("drop S1902M 1 FRANCE>ITALY: x", "that is dropped has no text"),
        ("add S1902M 1 FRANCE>ITALY#2: x", "comes behind the others"),
        ("keep W1902A 1", "in the rounds of movement phases"),
        ("keep S1902M 1 FRANCE>ITALY", "is no edit"),
    ],
)
def test_what_is_no_edit_is_refused_in_a_line(text, problem):
    with pytest.raises(ValueError, match=problem) as refused:
        read_edit(text, GROUND)
    assert "\n" not in str(refused.value)


texts = st.text(st.characters(codec="utf-8"), min_size=1).map(lambda text: f"So: {text.strip()} #2 > x")


@given(
    st.sampled_from(["change", "drop", "add"]),
    st.integers(1, 99),
    st.permutations(GROUND.powers),
    st.integers(1, 6),
    st.integers(1, 9),
    texts,
    st.none() | st.just(()) | st.just((Commitment("A PAR stays until F1902"), Commitment("F BRE S A PAR - PIC"))),
)
def test_an_edit_is_read_as_it_was_written(action, round, powers, readers, number, body, pledges):
    drop, add = action == "drop", action == "add"
    recipients = tuple(sorted(powers[1 : 1 + readers]))
    said = read_edit(f"S1902M 1 FRANCE>ITALY: {body}", GROUND).body
    written = MessageEdit(
        action,
        PHASE,
        round,
        powers[0],
        recipients,
        1 if add else number,
        "" if drop else said,
        None if drop else pledges,
    )
    assert read_edit(str(written), GROUND) == written


def test_a_round_that_is_kept_is_as_it_was():
    kept = read_edit("KEEP s1902m 1", GROUND)
    assert str(kept) == "keep S1902M 1"
    assert edited(ROUND, 7, [kept], GROUND.powers) == (ROUND, ())


@given(st.text())
def test_no_text_does_worse_than_to_be_refused(text):
    with suppress(ValueError):
        read_edit(text, GROUND)
