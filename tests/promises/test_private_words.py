"""How private words and messages are read: the orders in them, whose deed they tell, and that no text breaks the
reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import turns_of

from ai_diplomacy.board.units import Unit
from ai_diplomacy.game.word_and_deed import promised_in
from ai_diplomacy.promises.clauses import clauses
from ai_diplomacy.promises.planned import planned
from ai_diplomacy.promises.stances import stance_in

OWN = list(map(Unit, ["F BRE", "A PAR", "A MAR"]))
OTHERS = list(map(Unit, ["A MUN", "F LON"]))


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("A PAR - BUR", ["A PAR - BUR"]),
        ("PAR -> BUR", ["A PAR - BUR"]),
        ("BRE-ENG", ["F BRE - ENG"]),
        ("Army Paris to Burgundy", ["A PAR - BUR"]),
        ("本回合命令A PAR - BUR。", ["A PAR - BUR"]),
        ("The fleet in Brest will move to the English Channel", ["F BRE - ENG"]),
        ("I send Brest into the Channel", ["F BRE - ENG"]),
        ("Paris supports Munich to Burgundy", ["A PAR S A MUN - BUR"]),
        ("Marseilles stays where it is", ["A MAR H"]),
        ("A MUN - BUR", []),
        ("Munich goes to Burgundy", []),
        ("Paris is a fine city", []),
    ],
)
def test_orders_for_own_units_are_read_in_notation_and_in_words(text, orders):
    found = [order for clause in clauses(text, "FRANCE", "standard") for order, _ in planned(clause, OWN, OTHERS)]
    assert list(dict.fromkeys(found)) == orders


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("I break my promise to England", "break"),
        ("I will not break my promise to England", "keep"),
        ("I have no intention of honoring it", "break"),
        ("Pretend to honour the truce", "break"),
        ("I keep my word", "keep"),
        ("England will break its promise", None),
        ("England promised me peace", None),
        ("If he moves, I break the truce", None),
        ("I decided against betraying England", None),
    ],
)
def test_a_clause_keeps_or_breaks_a_promise_or_says_nothing_of_it(text, stance):
    (clause,) = clauses(text, "FRANCE", "standard")
    found = stance_in(clause.marked)
    assert (found[0] if found else None) == stance


def test_what_is_only_weighed_is_told_apart():
    (clause,) = clauses("I might betray England", "FRANCE", "standard")
    assert stance_in(clause.marked) == ("break", True)


FRAGMENTS = st.sampled_from(
    [
        "I",
        "we",
        "England",
        "Russia",
        "Burgundy",
        "ENG",
        "A",
        "PAR",
        "-",
        "BUR",
        "F",
        "BRE",
        "my",
        "promise",
        "word",
        "to",
        "not",
        "never",
        "if",
        "break",
        "keep",
        "take",
        "it",
        "but",
        "and",
        "then",
        ".",
        ",",
        ";",
        ":",
        "?",
        "told",
        "will",
        "would",
        "you",
        "need",
        "the",
        "Channel",
        "{0}",
        "<ENG>",
        "[0]",
        "'",
        "不",
        "\n",
    ]
)


@given(st.lists(FRAGMENTS, max_size=40).map(" ".join), st.lists(FRAGMENTS, max_size=20).map(" ".join))
def test_no_text_breaks_the_reading_and_every_quote_stands_in_it(private, message):
    turns = turns_of(
        {
            "turn": [
                {
                    "messages": [
                        [1, "FRANCE", "ENGLAND", message, "out of ENG", "A PAR H"],
                        [2, "FRANCE", "ENGLAND", message],
                        [2, "ENGLAND", "FRANCE", message],
                    ],
                    "private": [["1", "FRANCE", private]],
                    "orders": {"FRANCE": ["F BRE - ENG", "A PAR - BUR"]},
                }
            ]
        }
    )
    rows = promised_in(turns, finished=True)
    assert all(row.account and row.quote in (private if row.on_purpose else message) for row in rows)
    assert {row.commitment for row in rows if row.source == "pledge"} == {"out of ENG", "A PAR H"}
