"""Asking again: how often, how soon, after what, and never for what is fatal."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from scripted import Script, of_type, rate_limited, request, transient
from virtual_time import virtual_time

from ai_diplomacy.models.budget import Budget
from ai_diplomacy.models.circuit_breaker import ModelRefused
from ai_diplomacy.models.connections import Connections
from ai_diplomacy.models.events import CallRetried
from ai_diplomacy.models.gate import Gate, Gated
from ai_diplomacy.models.layers import CallServices, limited
from ai_diplomacy.models.model import ModelError, Reply, Request
from ai_diplomacy.models.provider_model import DeadlineError
from ai_diplomacy.models.retries import FIRST_BACKOFF, LOADING_WAIT, LONGEST_BACKOFF, PATIENCE, Retried


def elapsed() -> float:
    return asyncio.get_running_loop().time()


@virtual_time
async def test_passing_faults_are_asked_again_after_pauses_that_the_events_tell():
    script, events = Script(transient(), transient(), transient(), 2.0), []
    reply = await Retried(script, events.append).generate(request())
    assert reply.attempts == 4
    assert [event.tries for event in events] == [1, 2, 3]
    assert {(event.kind, event.reason, event.model) for event in events} == {
        ("transient", "503 overloaded", "scripted:model")
    }
    pauses = [later - earlier for earlier, later in zip(script.sent, script.sent[1:], strict=False)]
    assert pauses == pytest.approx([event.wait for event in events], abs=0.001)
    assert reply.waited == pytest.approx(sum(pauses))
    assert reply.latency == pytest.approx(2.0)


@virtual_time
async def test_pauses_have_full_jitter_and_are_the_same_in_every_run():
    waits = []
    for power in map(str, range(200)):
        events = []
        await Retried(Script(*[transient()] * 7), events.append).generate(request(power=power))
        waits.append([event.wait for event in events])
    again = []
    await Retried(Script(*[transient()] * 7), again.append).generate(request(power="0"))
    assert [event.wait for event in again] == waits[0]
    assert len({round(wait / 2**tries, 2) for tries, wait in enumerate(waits[0])}) > 3
    for tries, row in enumerate(zip(*waits, strict=True)):
        longest = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2**tries)
        assert max(row) <= longest
        assert max(row) > 0.9 * longest
        assert min(row) < 0.1 * longest
        assert sum(row) / len(row) == pytest.approx(longest / 2, rel=0.2)


@virtual_time
async def test_it_gives_up_after_eight_attempts_with_the_last_error():
    script, events = Script(*(transient(f"fault {number}") for number in range(1, 10))), []
    with pytest.raises(ModelError, match="fault 8"):
        await Retried(script, events.append).generate(request())
    assert len(script.requests) == 8
    assert len(events) == 7


@virtual_time
async def test_where_there_was_never_a_server_it_gives_up_within_fifteen_seconds():
    gone = [ModelError("connection refused", kind="transient", reached=False) for _ in range(9)]
    script = Script(*gone)
    with pytest.raises(ModelError, match="refused"):
        await Retried(script, lambda _: None, has_answered=lambda: False).generate(request())
    assert len(script.requests) == 5
    assert elapsed() <= 15
    known, busy = Script(*gone), Script(*[transient()] * 9)
    with pytest.raises(ModelError):
        await Retried(known, lambda _: None, has_answered=lambda: True).generate(request())
    with pytest.raises(ModelError):
        await Retried(busy, lambda _: None, has_answered=lambda: False).generate(request())
    assert (len(known.requests), len(busy.requests)) == (8, 8)


def out_until(seconds: float, **how):
    """Answers before 10 s and after so many."""

    async def ask() -> Reply:
        if 10 <= elapsed() < seconds:
            raise ModelError("503", kind="transient", **how)
        return Reply("answer")

    return ask


@dataclass
class Asked:
    """Answers as it is told to."""

    answer: Callable[[], Awaitable[Reply]]
    name: str = "scripted:model"

    async def generate(self, request: Request) -> Reply:
        return await self.answer()


async def meet(answer: Callable[[], Awaitable[Reply]], calls: int) -> list[Reply | BaseException]:
    """What comes of so many calls at once of an account that has answered one before."""
    gate = Gate("account", Connections(100))
    model = limited(Asked(answer), CallServices(None, Budget(lambda _: None), lambda _: None), None, gate)
    await model.generate(request())
    await asyncio.sleep(10)
    asked = (model.generate(request(power=str(number))) for number in range(calls))
    return await asyncio.gather(*asked, return_exceptions=True)


@pytest.mark.parametrize("reached", [True, False])
def test_an_outage_is_sat_out(reached):
    @virtual_time
    async def check():
        replies = await meet(out_until(610, reached=reached, billable=False), 7)
        assert all(reply.text == "answer" and reply.attempts > 8 for reply in replies)
        assert 610 <= elapsed() <= 610 + LONGEST_BACKOFF

    check()


@virtual_time
async def test_an_outage_is_sat_out_for_half_an_hour():
    errors = await meet(out_until(10_000, billable=False), 2)
    assert [str(error) for error in errors] == ["503", "503"]
    assert PATIENCE - LONGEST_BACKOFF <= elapsed() - 10 <= PATIENCE


@pytest.mark.parametrize(("calls", "billable"), [(1, False), (7, True)], ids=["its own prompt", "may be billed"])
def test_a_fault_of_one_call_or_one_that_costs_is_no_outage(calls, billable):
    @virtual_time
    async def check():
        errors = await meet(out_until(10_000, billable=billable), calls)
        assert all(isinstance(error, ModelError | ModelRefused) for error in errors)
        assert elapsed() < 200

    check()


@virtual_time
async def test_what_is_fatal_is_asked_once():
    script, events = Script(ModelError("401 wrong key")), []
    with pytest.raises(ModelError, match="401 wrong key"):
        await Retried(script, events.append).generate(request())
    assert (len(script.requests), events, elapsed()) == (1, [], 0)


@virtual_time
async def test_an_overloaded_server_that_names_a_time_gets_it():
    script = Script(ModelError("529", kind="transient", retry_after=40))
    await Retried(script, lambda _: None).generate(request())
    assert script.sent == [0, 40]


@virtual_time
async def test_an_overloaded_server_that_names_a_day_gets_two_minutes():
    script = Script(ModelError("529", kind="transient", retry_after=86_400))
    await Retried(script, lambda _: None).generate(request())
    assert script.sent == [0, 120]


@virtual_time
async def test_rate_limits_are_waited_for_far_longer_than_faults_are():
    script = Script(*[rate_limited(60)] * 29)
    reply = await Retried(script, lambda _: None).generate(request())
    assert reply.attempts == 30
    assert reply.waited == 29 * 60


@virtual_time
async def test_patience_ends():
    script, events = Script(*[rate_limited(100)] * 30), []
    gated = Gated(script, Gate("account", Connections(10)), events.append)
    with pytest.raises(ModelError, match="429"):
        await Retried(gated, events.append, patience=1000).generate(request())
    assert elapsed() == 1000
    assert len(of_type(events, CallRetried)) == 10


@virtual_time
async def test_time_in_the_queue_costs_no_patience():
    gate = Gate("account", Connections(10), max_concurrency=1)
    model = Retried(Gated(Script(5000.0, rate_limited(3)), gate, lambda _: None), lambda _: None, patience=10)
    first, second = await asyncio.gather(model.generate(request()), model.generate(request()))
    assert (first.waited, second.waited) == (0, 5003)


@virtual_time
async def test_cancellation_passes_through_a_pause():
    call = asyncio.create_task(Retried(Script(rate_limited(60)), lambda _: None).generate(request()))
    await asyncio.sleep(10)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert elapsed() == 10


def loading() -> ModelError:
    return ModelError("503 Loading model (it is waited for)", kind="transient", billable=False, loading=True)


@virtual_time
async def test_a_server_that_loads_its_model_for_minutes_is_waited_for_and_told_of():
    async def ask() -> Reply:
        if elapsed() < 200:
            raise loading()
        return Reply("answer")

    events = []
    reply = await Retried(Asked(ask), events.append, has_answered=lambda: False).generate(request())
    assert reply.text == "answer"
    assert 200 <= elapsed() <= 200 + LOADING_WAIT
    assert reply.attempts > 8
    assert {event.reason for event in events} == {"503 Loading model (it is waited for)"}


@virtual_time
async def test_a_server_that_never_has_its_model_is_given_up_when_patience_ends():
    async def ask() -> Reply:
        raise loading()

    with pytest.raises(ModelError, match="Loading"):
        await Retried(Asked(ask), lambda _: None, has_answered=lambda: False).generate(request())
    assert PATIENCE - LOADING_WAIT <= elapsed() <= PATIENCE


@pytest.mark.parametrize(("known", "times"), [(False, 2), (True, 8)], ids=["never answered", "answered before"])
def test_a_server_that_is_slower_than_the_deadline_is_tried_twice_unless_it_once_was_faster(known, times):
    @virtual_time
    async def check():
        script, events = Script(*[(300.0, DeadlineError(300)) for _ in range(9)]), []
        with pytest.raises(DeadlineError):
            await Retried(script, events.append, has_answered=lambda: known).generate(request())
        assert len(script.requests) == times
        assert events[0].reason == "no answer within --call_deadline 300"

    check()
