"""Pledges held against orders: phases made by hand, and what became of every pledge in them."""

import re
import tomllib
from pathlib import Path

import pytest

from ai_diplomacy.agent.events import DiaryWritten, OrdersExplained
from ai_diplomacy.analysis.events_to_rows import EventsToRows
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from ai_diplomacy.run.events import RunFinished, StepDefaulted

PHASES = tomllib.loads((Path(__file__).parent / "honesty_phases.toml").read_text())["phase"]
LABEL = re.compile(r"(\w+) > (\w+): (.+) = (kept|broken|purpose|voided|retracted)( contradictory)?")
START = Board().units


def told(case):
    """The events of a phase, as a game would tell them."""
    name = case.get("phase", "S1901M")
    units = dict(START) | case.get("units", {})
    yield PhaseStarted(name, units, {})
    for sequence, (round, sender, to, text, *pledges) in enumerate(case["messages"], 1):
        yield MessageDelivered(name, round, sequence, sender, to.split("+"), text, pledges)
    for power, text in case.get("said", {}).items():
        diary, _, intent = text.rpartition("\n")
        yield DiaryWritten(power, name, "negotiate", 1, diary)
        yield OrdersExplained(power, name, "", intent)
    for power in case.get("undecided", ()):
        yield StepDefaulted(power, name, "order", 0, "some model", "no usable reply")
    for power, orders in case["orders"].items():
        defaults = case.get("defaults", {}).get(power, [])
        yield OrdersSubmitted(power, name, "some model", orders, defaults, len(orders), [], [], False)
    yield PhaseAdjudicated(name, case["orders"], {}, {}, {}, {}, units)
    for phase, orders in case.get("after", {}).items():
        yield PhaseStarted(phase, units, {})
        yield PhaseAdjudicated(phase, orders, {}, {}, {}, {}, units)
    if case.get("drawn"):
        yield RunFinished("draw", sorted(units), name, {}, 1.0)


@pytest.mark.parametrize("case", PHASES, ids=[case["name"] for case in PHASES])
def test_the_verdict_agrees_with_the_label(case):
    happened = EventsToRows("standard", terrain().powers)
    for event in told(case):
        happened.event(event)
    found = {}
    for pledge in happened.rows("").pledges:
        verdict = "purpose" if pledge.on_purpose else pledge.verdict
        found[pledge.sender, pledge.recipient, pledge.pledged] = (verdict, pledge.contradictory)
    labels = [LABEL.fullmatch(label) for label in case["labels"]]
    assert all(labels)
    assert found == {(m[1], m[2], m[3]): (m[4], bool(m[5])) for m in labels}


def test_the_set_is_large_and_holds_every_kind():
    labels = [label for case in PHASES for label in case["labels"]]
    assert len(PHASES) >= 60
    for verdict in ("kept", "broken", "purpose", "voided", "retracted", "contradictory"):
        assert sum(verdict in label for label in labels) >= 8
