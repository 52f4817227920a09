"""Stragglers: asked a second time once they are one, the first answer wins, and nothing runs on."""

import asyncio

import pytest
from scripted import Script, of_type, rate_limited, request, transient
from virtual_time import virtual_time

from ai_diplomacy.models.connections import Connections
from ai_diplomacy.models.gate import Gate, Gated
from ai_diplomacy.models.hedging import Hedged, Latencies
from ai_diplomacy.models.model import ModelError, Usage
from ai_diplomacy.records.events import CallHedged, CoolDownStarted


def now() -> float:
    return asyncio.get_running_loop().time()


class Desk:
    """A hedged model behind its gate that has seen ``known`` answers of 1 to 10 seconds."""

    def __init__(self, *acts, known: int = 20, max_concurrency: int = 10) -> None:
        self.script, self.events = Script(*acts), []
        self.latencies = Latencies()
        for number in range(known):
            self.latencies.add(self.script.name, "order", number % 10 + 1)
        self.gate = Gate("account", Connections(100), max_concurrency=max_concurrency)
        hedged = Hedged(self.script, self.gate, self.latencies, self.events.append)
        self.model = Gated(hedged, self.gate, self.events.append)

    @property
    def hedges(self) -> list[CallHedged]:
        return of_type(self.events, CallHedged)


@virtual_time
async def test_after_the_ninetieth_percentile_a_second_one_is_sent_and_wins():
    desk = Desk(100.0, 2.0)
    reply = await desk.model.generate(request())
    assert desk.script.sent == [0, 9]
    assert (reply.text, reply.latency, reply.hedged, now()) == ("answer 2", 11, 1, 11)
    assert desk.script.cancelled == 1
    assert [(event.after, event.winner) for event in desk.hedges] == [(9, "second")]
    assert desk.gate.in_flight == 0


@virtual_time
async def test_the_first_one_may_still_win():
    desk = Desk(10.0, 2.0)
    reply = await desk.model.generate(request())
    assert (reply.latency, reply.hedged, desk.hedges[0].winner) == (10, 1, "first")


@virtual_time
async def test_a_call_in_time_is_sent_once():
    desk = Desk(8.9)
    reply = await desk.model.generate(request())
    assert (len(desk.script.requests), reply.hedged, desk.hedges) == (1, 0, [])


@pytest.mark.parametrize(("known", "step"), [(19, "order"), (20, "negotiate")])
def test_nobody_is_a_straggler_while_too_few_are_known_of_that_step(known, step):
    @virtual_time
    async def check():
        desk = Desk(500.0, known=known)
        await desk.model.generate(request(step=step))
        assert len(desk.script.requests) == 1

    check()


@virtual_time
async def test_the_second_one_never_queues():
    desk = Desk(50.0, max_concurrency=1)
    reply = await desk.model.generate(request())
    assert (len(desk.script.requests), reply.latency) == (1, 50)


@virtual_time
async def test_the_second_one_takes_its_place_at_the_gate():
    desk = Desk(100.0, 50.0, max_concurrency=2)
    call = asyncio.create_task(desk.model.generate(request()))
    await asyncio.sleep(20)
    assert desk.gate.in_flight == 2
    await call
    assert desk.gate.in_flight == 0


@virtual_time
async def test_a_second_one_that_fails_changes_nothing_but_a_refusal_closes_the_gate():
    desk = Desk(30.0, rate_limited(20))
    reply = await desk.model.generate(request())
    assert (reply.latency, reply.hedged, desk.hedges[0].winner) == (30, 0, "first")
    assert [event.seconds for event in of_type(desk.events, CoolDownStarted)] == [20]
    reply = await Desk(40.0, transient()).model.generate(request())
    assert (reply.latency, reply.hedged) == (40, 1)


@virtual_time
async def test_when_both_fail_the_first_error_is_raised():
    desk = Desk((30.0, transient("first")), (1.0, transient("second")))
    with pytest.raises(ModelError, match="first"):
        await desk.model.generate(request())
    assert desk.hedges[0].winner is None


@virtual_time
async def test_two_answers_at_once_are_both_billed_as_known():
    desk = Desk(20.0, 11.0)
    desk.script.usage = Usage(10, 5, 2)
    reply = await desk.model.generate(request())
    assert (reply.usage, reply.hedged) == (Usage(20, 10, 4), 0)


@virtual_time
async def test_a_cancelled_caller_cancels_both():
    desk = Desk(100.0, 100.0)
    call = asyncio.create_task(desk.model.generate(request()))
    await asyncio.sleep(50)
    call.cancel()
    await asyncio.wait([call])
    assert desk.script.cancelled == 2
    assert desk.gate.in_flight == 0


def test_the_percentile_follows_the_recent_hundred():
    latencies = Latencies()
    for seconds in range(1, 201):
        latencies.add("model", "order", seconds)
    assert latencies.slow("model", "order") == 190
    assert latencies.slow("model", "plan") is None


@virtual_time
async def test_a_failed_call_tells_nothing_about_latencies():
    desk = Desk((3.0, transient()), known=20)
    before = desk.latencies.slow(desk.script.name, "order")
    with pytest.raises(ModelError):
        await desk.model.generate(request())
    assert desk.latencies.slow(desk.script.name, "order") == before
