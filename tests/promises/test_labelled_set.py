"""Verdicts and accounts against labels that were made by hand, and how far the two agree."""

import pytest
from labelled import cases, figures, found_in, labelled_in, rows_of, turns_of

DEVELOPMENT = cases("development")


UNREAD = {
    "second: boots that are packed for Galicia",
    "second: we bounce as agreed, then Rumania",
    "it strikes first although the other keeps it",
}
"""Cases in which an account is told so indirectly that rules that read it would read it elsewhere, too."""


@pytest.mark.parametrize("case", DEVELOPMENT, ids=[case["name"] for case in DEVELOPMENT])
def test_verdicts_and_accounts_agree_with_the_labels(case):
    found, labelled = found_in(case), labelled_in(case)
    if case["name"] not in UNREAD:
        assert found == labelled
    assert found.keys() == labelled.keys()
    for key, (verdict, by, account, contradictory) in labelled.items():
        assert found[key] in {(verdict, by, account, contradictory), (verdict, by, "unexplained", contradictory)}


@pytest.mark.parametrize("part", ["development", "held_out"])
def test_the_words_of_an_account_stand_where_it_says(part):
    for case in cases(part):
        turns = turns_of(case)
        for row in rows_of(case):
            texts = {f"message {message.sequence}": message.body for turn in turns for message in turn.messages}
            said = [
                text.text
                for turn in turns
                for text in turn.private.get(row.sender, ())
                if row.where == (f"{text.step} {text.round}" if text.step == "negotiate" else text.step)
            ]
            assert bool(row.quote) == (row.account in ("lie", "changed", "taken back", "let off"))
            assert any(row.quote in text for text in [*said, texts.get(row.where, "")])


def test_the_part_for_development_is_large_and_holds_every_kind():
    assert len(DEVELOPMENT) >= 100
    labels = [label for case in DEVELOPMENT for label in case["labels"]]
    kinds = [case["kind"] for case in DEVELOPMENT]
    for kind in ("mistake", "condition", "withdrawal", "release", "intent", "several readers", "winter", "language"):
        assert kinds.count(kind) >= 4, kind
    for kind in ("order", "out", "peace", "stays", "not", "term", "mutual", "void", "confession", "manipulation"):
        assert kind in kinds
    for verdict in ("kept", "broken", "void", "retracted", "released", "condition not met", "pending"):
        assert any(f" = {verdict}" in label for label in labels), verdict
    for account in ("lie", "changed", "mistake", "taken back", "let off", "unexplained", "confessed", "contradictory"):
        assert sum(f", {account}" in label for label in labels) >= 4, account


def test_rules_agree_with_most_labels_of_cases_that_their_authors_had_not_seen():
    least = {
        "verdicts of declared pledges": 0.95,
        "on purpose, precision": 0.9,
        "on purpose, recall": 0.6,
        "taken back, precision": 0.85,
        "taken back, recall": 0.6,
        "confessions, precision": 0.75,
        "confessions, recall": 0.6,
    }
    told = figures("held_out")
    assert {name: told[name] for name, share in least.items() if told[name][0] < share * told[name][1]} == {}
