"""The critical path: the least time that any schedule could take, computed here once more on its own."""

import pytest

from ai_diplomacy.asking import Exchange
from ai_diplomacy.game.program import Segment, Stage
from ai_diplomacy.game.timing import Timing
from ai_diplomacy.models.model import CallKey, Reply, Request
from ai_diplomacy.records.events import ReplyRead


def call(power: str, step: str, seconds: float, *, phase: str = "S1901M", round: int = 0, attempt: int = 0) -> Exchange:
    key = CallKey(phase, power, step, round, attempt)
    read = ReplyRead(power, phase, step, round, attempt, "m", "ok", ())
    return Exchange(Request(key, "s", "p"), "m", Reply("{}", latency=seconds), read)


def test_between_barriers_only_the_slowest_chain_counts():
    timing = Timing()
    for exchange in (
        call("A", "initialize", 1),
        call("A", "negotiate", 5, round=1),
        call("B", "initialize", 4),
        call("B", "negotiate", 1, round=1),
    ):
        timing.exchange(exchange)
    powers = ("A", "B")
    timing.crossed(Segment((Stage("initialize", powers), Stage("negotiate", powers, 1)), "deliver"))
    assert timing.critical_path == 6
    for exchange in (call("A", "order", 1), call("B", "order", 2), call("B", "order", 3, attempt=1)):
        timing.exchange(exchange)
    timing.crossed(Segment((Stage("order", powers),), "adjudicate"))
    assert timing.critical_path == 6 + 5
    assert timing.answering == 17
    assert timing.calls == 7


def test_a_step_beside_the_path_counts_only_where_its_power_waits_for_it():
    timing = Timing()
    beside = Stage("consolidate", ("A",), beside=True)
    timing.exchange(call("A", "reflect", 1, phase="W1902A"))
    timing.exchange(call("A", "negotiate", 1, phase="S1903M", round=1))
    timing.crossed(Segment((Stage("reflect", ("A",)), beside, Stage("negotiate", ("A",), 1)), "deliver"))
    assert timing.critical_path == 2
    # It is answered only now, long after the segment in which it began.
    timing.exchange(call("A", "consolidate", 10, phase="W1902A"))
    timing.exchange(call("A", "order", 1, phase="S1903M"))
    timing.crossed(Segment((Stage("order", ("A",)),), "adjudicate"))
    assert timing.critical_path == 1 + 10
    timing.exchange(call("A", "reflect", 1, phase="S1903M"))
    timing.crossed(Segment((Stage("reflect", ("A",)),), "deliver"))
    assert timing.critical_path == 12


def test_the_document_holds_every_figure():
    timing = Timing()
    timing.exchange(call("A", "order", 2))
    timing.exchange(call("B", "order", 1))
    timing.crossed(Segment((Stage("order", ("A", "B")),), "adjudicate"))
    document = timing.document(total_time=2.5, setup_time=0.5)
    assert document["critical_path"] == 2
    assert document["overhead"] == pytest.approx(0.5)
    assert document["sum_of_call_time"] == 3
    assert document["speedup_over_sequential"] == pytest.approx(1.2)
    assert document["phases"]["S1901M"]["order"] == {"calls": 2, "answering": 3, "slowest": 2, "elapsed": 2}
