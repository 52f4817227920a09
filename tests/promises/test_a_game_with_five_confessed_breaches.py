"""A whole game of the offline model in which five breaches are confessed in private, three of them of promises that
were never declared."""

import lzma
from pathlib import Path

from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.turns_told import TurnsTold
from ai_diplomacy.game.word_and_deed import promised_in
from ai_diplomacy.run.history import RunHistory

GAME = Path(__file__).parent / "first_game_of_the_readme.jsonl.xz"


def test_the_five_are_booked_and_no_others(tmp_path):
    (tmp_path / "calls.jsonl").touch()
    (tmp_path / "events.jsonl").write_bytes(lzma.decompress(GAME.read_bytes()))
    told = TurnsTold("standard")
    for _, event in RunHistory(tmp_path, DIPLOMACY, keep=False).read():
        told.event(event)
    broken = {
        (row.decided, row.sender, row.recipient, str(row.commitment), row.source, row.account)
        for row in promised_in(told.turns(), finished=told.finished)
        if row.verdict == "broken"
    }
    assert broken == {
        ("F1901M", "FRANCE", "ENGLAND", "out of ENG", "confessed", "changed"),
        ("S1902M", "ENGLAND", "FRANCE", "out of WAL", "confessed", "lie"),
        ("S1902M", "ENGLAND", "FRANCE", "A YOR - NWY VIA", "pledge", "lie"),
        ("S1902M", "ITALY", "TURKEY", "F ION S A BUL - GRE", "pledge", "changed"),
        ("F1902M", "ENGLAND", "RUSSIA", "out of SKA", "confessed", "changed"),
    }
