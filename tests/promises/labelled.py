"""The labelled set: games of a few turns, made by hand, with what became of every promise in them.

A case is a table of a TOML file in ``development/`` or ``held_out/``:

    [[case]]
    name = "unique words"
    kind = "out"                  # what it is about
    finished = true               # by default; false: the run goes on
    labels = ["FRANCE > ENGLAND: out of ENG = broken, lie"]
    [[case.turn]]                 # oldest first; by default S1901M, F1901M, S1902M ...
    phase = "S1901M"
    units = { FRANCE = ["A PAR"] }              # of powers that do not stand as the standard game begins
    centers = { FRANCE = ["PAR"] }
    messages = [[1, "FRANCE", "ENGLAND+GERMANY", "text", "out of ENG"]]   # round, sender, readers, text, pledges
    private = [["1", "FRANCE", "text"]]         # a round, or plan, order, intent
    orders = { FRANCE = ["A PAR - BUR"] }       # units without an order hold
    unordered = { FRANCE = ["A PAR"] }          # units for which the rules filled in an order
    undecided = ["FRANCE"]
    drawn = true
    after = { S1901R = { FRANCE = ["A PAR R GAS"] } }

A label ends with the verdict and, behind commas, the account of a breach, ``confessed`` and ``contradictory``; of a
void promise may be told by whose deed.
"""

import re
import tomllib
from collections import Counter
from pathlib import Path

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.commitments import Commitment
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.press import Message
from ai_diplomacy.board.units import Order, Unit, order_for
from ai_diplomacy.game.word_and_deed import promised_in
from ai_diplomacy.promises.turns import PrivateText, Turn

FOLDER = Path(__file__).parent
START = Board()
LABEL = re.compile(
    r"(?P<sender>\w+) > (?P<reader>\w+): (?P<commitment>.+) = "
    r"(?P<verdict>kept|broken|void|retracted|released|condition not met|pending)"
    r"(?: by (?P<by>\w+))?(?P<more>(?:, [a-z ]+)*)"
)


def cases(part):
    """Those of ``development`` or ``held_out``."""
    return [case for path in sorted((FOLDER / part).glob("*.toml")) for case in tomllib.loads(path.read_text())["case"]]


def turns_of(case):
    found, sequence = [], 0
    for number, given in enumerate(case.get("turn", ())):
        phase = Phase(given.get("phase", f"{'SF'[number % 2]}{1901 + number // 2}M"))
        units = {power: list(map(Unit, own)) for power, own in {**START.units, **given.get("units", {})}.items()}
        messages = []
        for round, sender, to, text, *pledges in given.get("messages", ()):
            sequence += 1
            made = tuple(map(Commitment, pledges))
            messages.append(Message(sender, tuple(sorted(to.split("+"))), text, made, phase, round, sequence))
        private = {}
        for where, power, text in given.get("private", ()):
            step, round = ("negotiate", int(where)) if where.isdigit() else (where, 0)
            private.setdefault(power, []).append(PrivateText(step, round, text))
        orders = {power: list(map(Order, given.get("orders", {}).get(power, ()))) for power in units}
        for power, own in units.items():
            orders[power] += [Order(f"{unit} H") for unit in own if not order_for(unit, orders[power])]
        after = {
            Phase(later): {power: tuple(map(Order, own)) for power, own in ordered.items()}
            for later, ordered in given.get("after", {}).items()
        }
        found.append(
            Turn(
                "standard",
                phase,
                messages,
                units,
                {**START.centers, **given.get("centers", {})},
                {phase: orders, **after},
                private,
                frozenset(given.get("undecided", ())),
                {power: frozenset(map(Unit, own)) for power, own in given.get("unordered", {}).items()},
                given.get("drawn", False),
            )
        )
    return found


def rows_of(case):
    """Every promise of the case, with its verdict and account."""
    return promised_in(turns_of(case), finished=case.get("finished", True))


def found_in(case):
    """(sender, reader, commitment, whether confessed) -> (verdict, by whom it is void, account, contradictory)."""
    return {
        (row.sender, row.recipient, str(row.commitment), row.source == "confessed"): (
            *(row.verdict, row.by, row.account, row.contradictory),
        )
        for row in rows_of(case)
    }


def labelled_in(case):
    """The same, as somebody has labelled it by hand."""
    found = {}
    for label in case["labels"]:
        told = LABEL.fullmatch(label)
        assert told, f"{case['name']}: {label!r} is no label"
        more = set(told["more"].split(", ")) - {""}
        account = "".join(more - {"confessed", "contradictory"})
        key = told["sender"], told["reader"], told["commitment"], "confessed" in more
        found[key] = told["verdict"], told["by"] or "", account, "contradictory" in more
    return found


def figures(part):
    """How far rules and labels agree on a part of the set: name -> (hits, of how many)."""
    counts = Counter()
    for case in cases(part):
        found, labelled = found_in(case), labelled_in(case)
        for key in found.keys() | labelled.keys():
            said, right = found.get(key, ("", "", "", False)), labelled.get(key, ("", "", "", False))
            if not key[3]:
                counts["declared"] += 1
                counts["declared right"] += said[0] == right[0]
            for name, mine, theirs in (
                ("on purpose", said[2] in ("lie", "changed"), right[2] in ("lie", "changed")),
                ("taken back", said[2] in ("taken back", "let off"), right[2] in ("taken back", "let off")),
                ("confessions", key[3] and bool(said[0]), key[3] and bool(right[0])),
            ):
                counts[f"{name} found"] += mine
                counts[f"{name} there"] += theirs
                counts[f"{name} right"] += mine and theirs
            if right[2]:
                counts["accounts"] += 1
                counts["accounts right"] += said[2] == right[2]
    told = {"verdicts of declared pledges": (counts["declared right"], counts["declared"])}
    for name in ("on purpose", "taken back", "confessions"):
        told[f"{name}, precision"] = counts[f"{name} right"], counts[f"{name} found"]
        told[f"{name}, recall"] = counts[f"{name} right"], counts[f"{name} there"]
    told["accounts of breaches"] = counts["accounts right"], counts["accounts"]
    return told
