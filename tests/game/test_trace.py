"""The timeline of a run keeps to the trace-event format, and shows each call where it was."""

import asyncio
import json
from collections import Counter

import pytest
from staging import OFFLINE, every_policy, play, seats

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.events import PhaseStarted
from ai_diplomacy.models.events import CallAnswered
from ai_diplomacy.models.model import CallKey, Reply, Request
from ai_diplomacy.run.events import StepFinished
from ai_diplomacy.run.stages import Segment, Stage
from ai_diplomacy.run.trace import Trace

pytestmark = pytest.mark.slow


def check_format(events: list[dict]) -> None:
    """The rules of the format for the kinds of events that we write: complete slices, instants and metadata."""
    named, slices = {}, {}
    for event in events:
        assert event["ph"] in ("X", "i", "M")
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
        assert isinstance(event["name"], str)
        assert event["name"]
        assert isinstance(event["args"], dict)
        if event["ph"] == "M":
            assert event["name"] in ("process_name", "thread_name", "thread_sort_index")
            if event["name"] == "thread_name":
                assert event["tid"] not in named
                named[event["tid"]] = event["args"]["name"]
            continue
        assert isinstance(event["ts"], int)
        assert event["ts"] >= 0
        if event["ph"] == "i":
            assert event["s"] in ("g", "p", "t")
        else:
            assert isinstance(event["dur"], int)
            assert event["dur"] >= 0
            slices.setdefault(event["tid"], []).append(event)
    assert len(set(named.values())) == len(named)
    for track, on_it in slices.items():
        assert track in named
        # A viewer stacks the slices of a track, so each must end before the one ends in which it begins.
        open_until: list[int] = []
        for event in sorted(on_it, key=lambda event: (event["ts"], -event["dur"])):
            while open_until and open_until[-1] <= event["ts"]:
                open_until.pop()
            end = event["ts"] + event["dur"]
            assert not open_until or end <= open_until[-1], event
            open_until.append(end)


def tracks(events: list[dict]) -> dict[int, str]:
    return {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}


def slices(events: list[dict], category: str) -> list[dict]:
    return [event for event in events if event.get("cat") == category]


@every_policy
async def test_the_timeline_of_a_whole_game_opens_and_holds_every_call(tmp_path, execution, threads):
    config = GameConfig(
        models=seats(OFFLINE), max_year=1903, rounds=1, end_at_phase="F1903M", execution=execution, threads=threads
    )
    run = await play(tmp_path / "run", config)
    document = json.loads((run.path / "trace.json").read_text())
    assert document["displayTimeUnit"] == "ms"
    events = document["traceEvents"]
    check_format(events)
    names = tracks(events)
    assert {name for name in names.values() if "beside" not in name} == {"game", "files", *config.models}

    shown = Counter(
        (names[event["tid"]].partition(" (beside")[0], event["args"]["phase"], event["args"]["step"])
        for event in slices(events, "call")
    )
    assert shown == Counter((call["key"]["power"], call["key"]["phase"], call["key"]["step"]) for call in run.calls)
    seconds = sum(event["dur"] for event in slices(events, "answering")) / 1e6
    assert seconds == pytest.approx(run.timing["sum_of_call_time"], rel=1e-3)
    for event in slices(events, "call"):
        assert event["args"]["model"] == "offline"
        assert event["args"]["input_tokens"] > 0

    phases = [event["args"]["phase"] for event in slices(events, "barrier") if event["name"] == "adjudication"]
    assert phases == [event["phase"] for event in run.events_of("phase_adjudicated")]
    deliveries = [event for event in slices(events, "barrier") if event["name"] == "delivery"]
    assert len(deliveries) == sum(phase[-1] == "M" for phase in phases)
    # One a phase. The last save, when the game has ended, cannot be in the file that it writes.
    assert len([event for event in events if event["name"] == "save"]) == len(phases)


def call(power: str, step: str, started: float, *, waited=0.0, latency=1.0, attempt=0, round=0, phase="S1901M"):
    key = CallKey(phase, power, step, round, attempt)
    request = Request(key, "s", "p", background=step == "consolidate")
    reply = Reply("{}", started=started, latency=latency, waited=waited)
    return CallAnswered(key=key, model="m", request=request, reply=reply)


def finished(power: str, step: str, round=0, phase="S1901M") -> StepFinished:
    return StepFinished(power, phase, step, round, started=0.0, seconds=0.0)


def placed(trace: Trace) -> list[tuple]:
    """(track, name, start, end) of the powers' slices, in seconds."""
    events = json.loads(trace.text())["traceEvents"]
    check_format(events)
    names = tracks(events)
    return [
        (names[event["tid"]], event["name"], event["ts"] / 1e6, (event["ts"] + event["dur"]) / 1e6)
        for event in events
        if event["ph"] == "X" and names[event["tid"]] not in ("game", "files")
    ]


def test_waiting_and_answering_are_shown_apart_and_a_corrected_call_in_the_same_step():
    trace = Trace(["FRANCE"])
    trace.event(call("FRANCE", "order", 12.0, waited=2.0))
    trace.event(call("FRANCE", "order", 14.0, attempt=1))
    trace.event(finished("FRANCE", "order"))
    assert placed(trace) == [
        ("FRANCE", "order", 10, 15),
        ("FRANCE", "call", 10, 13),
        ("FRANCE", "waiting", 10, 12),
        ("FRANCE", "answering", 12, 13),
        ("FRANCE", "corrected call", 14, 15),
        ("FRANCE", "answering", 14, 15),
    ]


def test_a_step_beside_others_lies_on_a_second_track():
    trace = Trace(["FRANCE"])
    trace.event(call("FRANCE", "negotiate", 10.0, round=1))
    trace.event(finished("FRANCE", "negotiate", 1))
    trace.event(call("FRANCE", "consolidate", 10.5, latency=9.0))
    trace.event(call("FRANCE", "order", 12.0))
    trace.event(finished("FRANCE", "order"))
    trace.event(finished("FRANCE", "consolidate"))
    assert {(track, name) for track, name, *_ in placed(trace) if name not in ("call", "answering")} == {
        ("FRANCE", "negotiate 1"),
        ("FRANCE", "order"),
        ("FRANCE (beside)", "consolidate"),
    }


def test_a_clock_that_is_set_back_crosses_no_slices():
    trace = Trace(["FRANCE"])
    trace.event(call("FRANCE", "order", 100.0, latency=5.0))
    trace.event(call("FRANCE", "order", 90.0, waited=1.0, attempt=1))
    trace.event(finished("FRANCE", "order"))
    placed(trace)


def test_a_barrier_stands_where_the_last_reply_came_in_and_a_later_session_after_its_gap():
    trace = Trace(["FRANCE", "ITALY"])
    segment = Segment((Stage("negotiate", ("FRANCE", "ITALY"), 1),), "deliver")
    orders = Segment((Stage("order", ("FRANCE", "ITALY")),), "adjudicate")
    trace.event(PhaseStarted("S1901M", {}, {}))
    for power, at in (("FRANCE", 10.0), ("ITALY", 12.0)):
        trace.event(call(power, "negotiate", at, round=1))
        trace.event(finished(power, "negotiate", 1))
    trace.crossed(segment)
    for power, at in (("FRANCE", 5000.0), ("ITALY", 5001.0)):
        trace.event(call(power, "order", at))
        trace.event(finished(power, "order"))
    trace.crossed(orders)
    events = json.loads(trace.text())["traceEvents"]
    check_format(events)
    barriers = [event for event in events if event["ph"] == "i"]
    assert [(event["name"], event["ts"] / 1e6) for event in barriers] == [("delivery", 13.0), ("adjudication", 5002.0)]
    assert barriers[0]["args"] == {"phase": "S1901M", "waited_for": "ITALY", "others_idle_s": 2.0}
    stretches = [(event["name"], event["ts"] / 1e6) for event in events if event.get("cat") == "game"]
    assert stretches == [("press 1", 10.0), ("orders", 13.0), ("S1901M", 10.0)]


def test_calls_of_steps_that_have_not_ended_are_shown_and_later_shown_once():
    trace = Trace(["FRANCE"])
    trace.event(call("FRANCE", "order", 10.0))
    assert len(placed(trace)) == 3
    trace.event(finished("FRANCE", "order"))
    assert len(placed(trace)) == 3


async def test_a_game_that_is_cancelled_leaves_a_timeline_that_opens(tmp_path):
    game = asyncio.create_task(play(tmp_path / "run", GameConfig(models=seats(OFFLINE), max_year=1902)))
    journal = tmp_path / "run" / "calls.jsonl"
    while not (journal.exists() and journal.stat().st_size):  # noqa: ASYNC110
        await asyncio.sleep(0)
    game.cancel()
    with pytest.raises(asyncio.CancelledError):
        await game
    check_format(json.loads((tmp_path / "run" / "trace.json").read_text())["traceEvents"])
