"""Replies that were all reasoning: asked again with more room, twice at most, and all of it on the bill."""

import pytest
from scripted import Script, request, transient
from virtual_time import virtual_time

from ai_diplomacy.models.allowance import WithRoomToThink
from ai_diplomacy.models.budget import BudgetExceeded
from ai_diplomacy.models.model import ModelError, Reply, Usage
from ai_diplomacy.records.events import BudgetReached

SPENT = Reply("  \n", Usage(100, 8192, 0, 8192), stop="length", latency=3.0, cost_usd=0.5)


@virtual_time
async def test_it_is_asked_again_with_twice_as_much_and_the_tokens_add_up():
    answer = Reply("answer", Usage(100, 9000, 50, 8000), latency=4.0, cost_usd=0.6, attempts=2)
    script, events = Script(SPENT, answer), []
    reply = await WithRoomToThink(script, events.append).generate(request(max_tokens=8192))
    assert [asked.max_tokens for asked in script.requests] == [8192, 16384]
    assert (reply.text, reply.usage, reply.attempts) == ("answer", Usage(200, 17192, 50, 16192), 3)
    assert (reply.latency, reply.cost_usd) == (4.0, pytest.approx(1.1))
    assert [(event.before, event.after) for event in events] == [(8192, 16384)]


@virtual_time
async def test_twice_at_most():
    script, events = Script(SPENT, SPENT, SPENT, SPENT), []
    reply = await WithRoomToThink(script, events.append).generate(request(max_tokens=100))
    assert [asked.max_tokens for asked in script.requests] == [100, 200, 400]
    assert (reply.text.strip(), reply.stop, reply.usage.output) == ("", "length", 3 * 8192)
    assert len(events) == 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply("half an ans", stop="length"),
        Reply("", stop="refusal"),
        Reply("", stop="end"),
    ],
)
def test_other_replies_stand(reply):
    @virtual_time
    async def check():
        script = Script(reply)
        assert await WithRoomToThink(script, lambda _: None).generate(request()) is reply
        assert len(script.requests) == 1

    check()


@pytest.mark.parametrize(
    "failure",
    [
        ModelError("400 max_tokens too large"),
        transient(),
        BudgetExceeded(BudgetReached("tokens", 1.0, 1.0, needed=1.0)),
    ],
)
def test_when_the_larger_one_fails_the_paid_reply_stands(failure):
    @virtual_time
    async def check():
        assert await WithRoomToThink(Script(SPENT, failure), lambda _: None).generate(request()) is SPENT

    check()


@virtual_time
async def test_unknown_tokens_and_costs_stay_unknown():
    script = Script(SPENT, Reply("answer", Usage(100, None)))
    reply = await WithRoomToThink(script, lambda _: None).generate(request())
    assert reply.usage == Usage(200, None, None, None)
    assert reply.cost_usd is None
