"""Stragglers: asked a second time once they are one, the first answer wins, and nothing runs on."""

import asyncio

import pytest
from scripted import Script, of_type, rate_limited, request, transient
from virtual_time import virtual_time

from ai_diplomacy.models.budget import Budget
from ai_diplomacy.models.call_costs import Budgeted
from ai_diplomacy.models.connections import Connections
from ai_diplomacy.models.events import CallHedged, CallLost, CoolDownStarted, HedgeDecided
from ai_diplomacy.models.gate import Gate, Gated
from ai_diplomacy.models.hedging import Hedged, Latencies
from ai_diplomacy.models.model import ModelError, Usage
from ai_diplomacy.models.prices import FREE
from ai_diplomacy.models.provider_model import DeadlineError


def now() -> float:
    return asyncio.get_running_loop().time()


class CallServices:
    """A hedged model behind its gate that has seen ``known`` answers of 1 to 10 seconds."""

    def __init__(self, *acts, known: int = 20, max_concurrency: int = 10, **caps) -> None:
        self.script, self.events = Script(*acts), []
        self.budget = Budget(self.events.append, **caps)
        self.latencies = Latencies()
        for number in range(known):
            self.latencies.add(self.script.name, "order", number % 10 + 1)
        self.gate = Gate("account", Connections(100), max_concurrency=max_concurrency)
        budgeted = Budgeted(self.script, self.budget, FREE)
        hedged = Hedged(budgeted, self.gate, self.latencies, self.events.append)
        self.model = Gated(hedged, self.gate, self.events.append)

    @property
    def hedges(self) -> list[CallHedged]:
        return of_type(self.events, CallHedged)

    @property
    def winners(self) -> list[str | None]:
        return [event.winner for event in of_type(self.events, HedgeDecided)]

    @property
    def lost(self) -> list[tuple[str, int]]:
        """(why, tokens of the reply that may be billed) of each call without an answer."""
        return [(event.reason, event.output_tokens) for event in of_type(self.events, CallLost)]

    def settled(self) -> bool:
        return (self.gate.in_flight, self.budget.reserved.tokens) == (0, 0)


@virtual_time
async def test_after_the_ninetieth_percentile_a_second_one_is_sent_and_wins():
    desk = CallServices(100.0, 2.0)
    reply = await desk.model.generate(request())
    assert desk.script.sent == [0, 9]
    assert (reply.text, reply.latency, reply.hedged, now()) == ("answer 2", 11, 1, 11)
    assert desk.script.cancelled == 1
    assert [event.after for event in desk.hedges] == [9]
    assert (desk.winners, desk.lost) == (["second"], [("hedged", 5)])
    assert desk.settled()
    assert (desk.budget.charged.tokens, desk.budget.ledger.total().calls) == (15 + 6 + 5, 1)


@virtual_time
async def test_the_first_one_may_still_win():
    desk = CallServices(10.0, 2.0)
    reply = await desk.model.generate(request())
    assert (reply.latency, reply.hedged, desk.winners) == (10, 1, ["first"])


@virtual_time
async def test_a_call_in_time_is_sent_once():
    desk = CallServices(8.9)
    reply = await desk.model.generate(request())
    assert (len(desk.script.requests), reply.hedged, desk.hedges) == (1, 0, [])


@pytest.mark.parametrize(("known", "step"), [(19, "order"), (20, "negotiate")])
def test_nobody_is_a_straggler_while_too_few_are_known_of_that_step(known, step):
    @virtual_time
    async def check():
        desk = CallServices(500.0, known=known)
        await desk.model.generate(request(step=step))
        assert len(desk.script.requests) == 1

    check()


@virtual_time
async def test_the_second_one_never_queues():
    desk = CallServices(50.0, max_concurrency=1)
    reply = await desk.model.generate(request())
    assert (len(desk.script.requests), reply.latency) == (1, 50)


@virtual_time
async def test_the_second_one_takes_its_place_at_the_gate():
    desk = CallServices(100.0, 50.0, max_concurrency=2)
    call = asyncio.create_task(desk.model.generate(request()))
    await asyncio.sleep(20)
    assert desk.gate.in_flight == 2
    await call
    assert desk.gate.in_flight == 0


@virtual_time
async def test_a_second_one_that_fails_changes_nothing_but_a_refusal_closes_the_gate():
    desk = CallServices(30.0, rate_limited(20))
    reply = await desk.model.generate(request())
    assert (reply.latency, reply.hedged, desk.winners, desk.lost) == (30, 1, ["first"], [])
    assert [event.seconds for event in of_type(desk.events, CoolDownStarted)] == [20]
    desk = CallServices(40.0, transient())
    reply = await desk.model.generate(request())
    assert (reply.latency, reply.hedged, desk.lost) == (40, 1, [("fault", 0)])


@virtual_time
async def test_when_both_fail_the_first_error_is_raised():
    desk = CallServices((30.0, transient("first")), (1.0, transient("second")))
    with pytest.raises(ModelError, match="first"):
        await desk.model.generate(request())
    assert (desk.winners, desk.lost) == ([None], [("fault", 0), ("fault", 0)])
    assert desk.settled()


@virtual_time
async def test_when_neither_is_answered_in_time_both_are_on_the_bill():
    desk = CallServices((300.0, DeadlineError(300)), (300.0, DeadlineError(300)))
    with pytest.raises(DeadlineError):
        await desk.model.generate(request(max_tokens=1000))
    assert desk.lost == [("timeout", 1000), ("timeout", 1000)]
    assert desk.budget.charged.tokens == 2 * 1006


@virtual_time
async def test_two_answers_at_once_are_both_billed_as_known():
    desk = CallServices(20.0, 11.0)
    desk.script.usage = Usage(10, 5, 2)
    reply = await desk.model.generate(request())
    assert (reply.usage, reply.hedged, reply.answers, desk.lost) == (Usage(20, 10, 4), 1, 2, [])
    assert desk.budget.charged.tokens == 30
    resumed = Budget(lambda _: None)
    resumed.restore(request().key, reply_model := desk.script.name, reply)
    assert resumed.charged == desk.budget.charged
    assert resumed.ledger.by("model")[reply_model] == desk.budget.ledger.by("model")[reply_model]


@virtual_time
async def test_a_cancelled_caller_cancels_both():
    desk = CallServices(100.0, 100.0)
    call = asyncio.create_task(desk.model.generate(request()))
    await asyncio.sleep(50)
    call.cancel()
    await asyncio.wait([call])
    assert desk.script.cancelled == 2
    assert desk.lost == [("cancelled", 8192), ("cancelled", 8192)]
    assert (len(desk.hedges), desk.winners) == (1, [])
    assert desk.settled()


@virtual_time
async def test_without_room_under_a_cap_there_is_no_second_one():
    desk = CallServices(50.0, max_tokens_total=1500)
    reply = await desk.model.generate(request(max_tokens=1000))
    assert (len(desk.script.requests), reply.latency, desk.hedges) == (1, 50, [])
    assert desk.settled()


@virtual_time
async def test_a_second_one_that_cannot_be_recorded_leaves_nothing_open_at_the_gate():
    desk = CallServices(50.0, 50.0)

    def full(event) -> None:
        raise OSError("disk full")

    hedged = Hedged(Budgeted(desk.script, desk.budget, FREE), desk.gate, desk.latencies, full)
    with pytest.raises(OSError, match="disk full"):
        await Gated(hedged, desk.gate, desk.events.append).generate(request())
    assert desk.gate.in_flight == 0


def test_the_percentile_follows_the_recent_hundred():
    latencies = Latencies()
    for seconds in range(1, 201):
        latencies.add("model", "order", seconds)
    assert latencies.slow("model", "order") == 190
    assert latencies.slow("model", "plan") is None


@virtual_time
async def test_a_failed_call_tells_nothing_about_latencies():
    desk = CallServices((3.0, transient()), known=20)
    before = desk.latencies.slow(desk.script.name, "order")
    with pytest.raises(ModelError):
        await desk.model.generate(request())
    assert desk.latencies.slow(desk.script.name, "order") == before
