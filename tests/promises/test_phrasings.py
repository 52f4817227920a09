"""Many ways to write of a promise, each alone: what a power tells itself, its reader, or is told by its reader."""

from pathlib import Path

import pytest
from labelled import START, found_in

LINES = [
    line.split(" | ", 5)
    for line in (Path(__file__).parent / "phrasings.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
ACCOUNTS = {
    "meant": "lie",
    "not meant": "unexplained",
    "hinted": "unexplained",
    "taken back": "taken back",
    "stands": "unexplained",
    "let off": "let off",
    "insists": "unexplained",
}


@pytest.mark.parametrize(("what", "sender", "reader", "commitment", "order", "text"), LINES, ids=[x[5] for x in LINES])
def test_the_account_is_what_the_words_say(what, sender, reader, commitment, order, text):
    unit = " ".join(order.split()[:2])
    turn = {"messages": [[1, sender, reader, "Agreed.", commitment]], "orders": {sender: [order]}}
    if unit not in START.units[sender]:
        turn["units"] = {sender: [unit]}
    if what in ("meant", "not meant", "hinted"):
        turn["private"] = [["1", sender, text]]
    elif what in ("taken back", "stands"):
        turn["messages"].append([2, sender, reader, text])
    else:
        turn["messages"].append([2, reader, sender, text])
    found = found_in({"name": text, "turn": [turn]})
    assert found[sender, reader, commitment, False][2] == ACCOUNTS[what]
