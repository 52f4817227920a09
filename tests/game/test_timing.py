"""The critical path: the least time that any schedule could take, computed here once more on its own."""

import pytest
from staging import OFFLINE, seats

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.counts import ErrorCounts
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.summary import summary
from ai_diplomacy.models.events import CallAnswered
from ai_diplomacy.models.ledger import Ledger
from ai_diplomacy.models.model import CallKey, Reply
from ai_diplomacy.run.events import RunFinished
from ai_diplomacy.run.folder import RunFolder
from ai_diplomacy.run.session import Played
from ai_diplomacy.run.settings_history import SettingsHistory
from ai_diplomacy.run.stages import Segment, Stage
from ai_diplomacy.run.timing import Timing


def call(
    power: str, step: str, seconds: float, *, phase: str = "S1901M", round: int = 0, attempt: int = 0, waited: float = 0
) -> CallAnswered:
    key = CallKey(phase, power, step, round, attempt)
    return CallAnswered(key=key, model="m", reply=Reply("{}", latency=seconds, waited=waited))


def test_between_barriers_only_the_slowest_chain_counts():
    timing = Timing()
    for answered in (
        call("A", "initialize", 1),
        call("A", "negotiate", 5, round=1),
        call("B", "initialize", 4),
        call("B", "negotiate", 1, round=1),
    ):
        timing.event(answered)
    powers = ("A", "B")
    timing.crossed(Segment((Stage("initialize", powers), Stage("negotiate", powers, 1)), "deliver"))
    assert timing.critical_path == 6
    for answered in (call("A", "order", 1), call("B", "order", 2), call("B", "order", 3, attempt=1)):
        timing.event(answered)
    timing.crossed(Segment((Stage("order", powers),), "adjudicate"))
    assert timing.critical_path == 6 + 5
    assert timing.answering == 17
    assert timing.calls == 7


def test_a_step_beside_the_path_counts_only_where_its_power_waits_for_it():
    timing = Timing()
    beside = Stage("consolidate", ("A",), background=True)
    timing.event(call("A", "reflect", 1, phase="W1902A"))
    timing.event(call("A", "negotiate", 1, phase="S1903M", round=1))
    timing.crossed(Segment((Stage("reflect", ("A",)), beside, Stage("negotiate", ("A",), 1)), "deliver"))
    assert timing.critical_path == 2
    # It is answered only now, long after the segment in which it began.
    timing.event(call("A", "consolidate", 10, phase="W1902A"))
    timing.event(call("A", "order", 1, phase="S1903M"))
    timing.crossed(Segment((Stage("order", ("A",)),), "adjudicate"))
    assert timing.critical_path == 1 + 10
    timing.event(call("A", "reflect", 1, phase="S1903M"))
    timing.crossed(Segment((Stage("reflect", ("A",), joins=("consolidate",)),), "deliver"))
    assert timing.critical_path == 12


def test_the_document_holds_every_figure():
    timing = Timing()
    timing.event(call("A", "order", 2))
    timing.event(call("B", "order", 1))
    timing.crossed(Segment((Stage("order", ("A", "B")),), "adjudicate"))
    document = timing.document(total_time=2.5, setup_time=0.5)
    assert document["critical_path"] == 2
    assert document["overhead"] == pytest.approx(0.5)
    assert document["sum_of_call_time"] == 3
    assert document["speedup_over_sequential"] == pytest.approx(1.2)
    assert document["phases"]["S1901M"]["order"] == {"calls": 2, "answering": 3, "slowest": 2, "elapsed": 2}


def test_waits_are_a_figure_of_their_own_and_neither_the_harness_nor_the_speedup_is_charged_with_them():
    timing = Timing()
    # Both wait at once; the longest chain of answers is B's, the one with waits A's.
    timing.event(call("A", "order", 1, waited=30))
    timing.event(call("B", "order", 2, waited=20))
    timing.crossed(Segment((Stage("order", ("A", "B")),), "adjudicate"))
    timing.event(call("A", "reflect", 1, waited=0.5))
    timing.crossed(Segment((Stage("reflect", ("A",)),), "deliver"))
    document = timing.document(total_time=33, setup_time=0)
    assert document["critical_path"] == 3
    assert document["overhead"] == 30
    assert document["sum_of_waiting_time"] == 50.5
    assert document["waiting_on_path"] == 29.5
    assert document["overhead_without_waiting"] == 0.5
    assert document["speedup_over_sequential"] == pytest.approx(4 / 3.5, abs=0.001)
    assert "overhead 30.000 s, of which waiting_on_path 29.500 s, speedup_over_sequential 1.143" in timing.account(
        33, 0
    )


def test_the_line_under_the_game_tells_the_waiting_as_a_part_of_its_time(tmp_path):
    config = GameConfig(models=seats(OFFLINE), max_year=1901)
    folder, counts = RunFolder(tmp_path, config), ErrorCounts(SettingsHistory(config, DIPLOMACY.order))
    folder.timing.event(call("A", "order", 1, waited=30))
    folder.timing.event(call("B", "order", 2, waited=20))
    folder.timing.crossed(Segment((Stage("order", ("A", "B")),), "adjudicate"))
    finished = RunFinished("limit", (), "F1901M", {}, 32.5)
    line = summary(Played(finished, folder, counts, Ledger()), counts)[1]
    assert line == (
        "total_time 32.50 s, 29.00 s of it waiting for limits and retries, for 2 calls, which took 3.00 s in sum "
        "(critical path 2.00 s)"
    )
