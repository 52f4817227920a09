"""Replies that were cut: asked again with more room, within bounds, and remembered for the calls to come."""

import asyncio
from dataclasses import replace

import pytest
from scripted import Script, of_type, request, transient
from virtual_time import virtual_time

from ai_diplomacy.models.budget import BudgetExceeded
from ai_diplomacy.models.events import BudgetReached, MaxTokensRaised, MaxTokensRefused
from ai_diplomacy.models.model import ModelError, Reply, Usage
from ai_diplomacy.models.output_limits import EscalatingMaxTokens, OutputLimits

SPENT = Reply("  \n", Usage(100, 8192, 0, 8192, 0), stop="length", started=7.0, latency=3.0, waited=1.5, cost_usd=0.5)


class Thinker:
    """A model behind the layer."""

    def __init__(self, *acts) -> None:
        self.script, self.events = Script(*acts), []
        self.model = EscalatingMaxTokens(self.script, OutputLimits(), self.events.append)

    async def ask(self, step: str = "order", max_tokens: int = 100) -> Reply:
        return await self.model.generate(request(step=step, max_tokens=max_tokens))

    @property
    def asked(self) -> list[tuple[int, int]]:
        """(allowance, how often it was raised) of each call."""
        return [(asked.max_tokens, asked.key.raised) for asked in self.script.requests]


@virtual_time
async def test_it_is_asked_again_with_twice_as_much_and_time_tokens_and_cost_add_up():
    answer = Reply("answer", Usage(100, 9000, 50, 8000, 10), latency=4.0, waited=2.0, cost_usd=0.6, attempts=2)
    thinker = Thinker(SPENT, answer)
    reply = await thinker.ask(max_tokens=8192)
    assert thinker.asked == [(8192, 0), (16384, 1)]
    assert (reply.text, reply.usage, reply.attempts) == ("answer", Usage(200, 17192, 50, 16192, 10), 3)
    assert (reply.started, reply.latency, reply.waited, reply.cost_usd) == (7.0, 7.0, 3.5, pytest.approx(1.1))
    assert [(event.before, event.after) for event in of_type(thinker.events, MaxTokensRaised)] == [(8192, 16384)]


@virtual_time
async def test_four_times_the_allowance_at_most():
    thinker = Thinker(SPENT, SPENT, SPENT, SPENT)
    reply = await thinker.ask()
    assert thinker.asked == [(100, 0), (200, 1), (400, 2)]
    assert (reply.text, reply.stop, reply.usage.output) == (SPENT.text, "length", 3 * 8192)
    assert len(thinker.events) == 2


@virtual_time
async def test_the_next_call_of_that_step_begins_with_what_was_needed_and_others_do_not():
    thinker = Thinker(SPENT, Reply("answer"))
    await thinker.ask("order")
    await thinker.ask("order", max_tokens=1000)
    await thinker.ask("plan")
    assert thinker.asked == [(100, 0), (200, 1), (2000, 0), (100, 0)]
    thinker.script.acts.extend([SPENT, SPENT])
    await thinker.ask("order")
    assert thinker.asked[4:] == [(200, 0), (400, 1)]


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_whether_it_is_asked_again_depends_on_the_reply_alone_and_not_on_what_is_remembered(factor):
    """A run that goes on from its journal remembers other things than it did before, and is told what was answered."""

    @virtual_time
    async def check():
        journal = [replace(SPENT, max_tokens=100), replace(SPENT, max_tokens=200), Reply("answer", max_tokens=400)]
        thinker = Thinker(*journal)
        thinker.model.limits.learn(thinker.script.name, "order", factor)
        assert (await thinker.ask()).text == "answer"
        assert [raised for _, raised in thinker.asked] == [0, 1, 2]
        settled = Thinker(replace(SPENT, max_tokens=400))
        settled.model.limits.learn(settled.script.name, "order", factor)
        assert (await settled.ask()).stop == "length"
        assert len(settled.asked) == 1

    check()


SCHEMA = {"type": "object", "properties": {"orders": {}, "diary": {}}, "required": ["orders"]}
CUT = {
    "prose": "I shall think about",
    "an order": '{"orders": ["A BUD - SER", "',
    "a support that is another order": '{"orders": ["F KIE - HOL","A MUN S A BUR',
    "between two orders": '{"orders": ["A BUD - SER"',
    "what is not required": '{"orders": ["A BUD - SER"], "diary": "I tru',
    "a thought that has an answer in it": '<think>Perhaps {"orders": ["A BUD H"]}, but then',
    "an object that is not the answer": 'On {"BUD": ["A BUD H"]} I',
    "the second thought of an answer": '{"orders": ["A BUD H"]} No, better {"orders": ["A BUD - SER", ',
}
WHOLE = {
    "nothing behind it": '{"orders": ["A BUD - SER"]}',
    "a fence": 'So:\n```json\n{"orders": ["A BUD - SER"]}\n',
    "words behind it": '{"orders": ["A BUD - SER"]} This serves two ends: first',
    "the same again and again": '{"orders": ["A BUD H"]}\n{"orders": ["A BUD H"]}\n{"orders": ["A BU',
    "after a thought": '<think>{"orders": [</think>{"orders": ["A BUD - SER"]} and',
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT)
def test_whatever_is_cut_before_its_answer_is_whole_is_asked_again(text):
    @virtual_time
    async def check():
        thinker = Thinker(Reply(text, stop="length"), Reply("whole"))
        reply = await thinker.model.generate(replace(request(max_tokens=100), schema=SCHEMA))
        assert (reply.text, thinker.asked) == ("whole", [(100, 0), (200, 1)])

    check()


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_what_is_cut_behind_a_whole_answer_needs_no_second_asking(text):
    @virtual_time
    async def check():
        thinker = Thinker(cut := Reply(text, stop="length"))
        assert await thinker.model.generate(replace(request(max_tokens=100), schema=SCHEMA)) is cut

    check()


@pytest.mark.parametrize("reply", [Reply("", stop="refusal"), Reply("", stop="end"), Reply('{"a": "b', stop="other")])
def test_other_replies_stand(reply):
    @virtual_time
    async def check():
        thinker = Thinker(reply)
        assert await thinker.ask() is reply
        assert (len(thinker.asked), thinker.events) == (1, [])

    check()


@pytest.mark.parametrize("failure", [ModelError("400 max_tokens too large"), transient()])
def test_when_the_larger_one_fails_that_is_told_and_the_paid_reply_stands(failure):
    @virtual_time
    async def check():
        thinker = Thinker(SPENT, (20.0, failure))
        assert await thinker.ask() == replace(SPENT, waited=21.5)
        (refused,) = of_type(thinker.events, MaxTokensRefused)
        assert (refused.max_tokens, refused.reason) == (200, str(failure))
        await thinker.ask()
        assert thinker.asked[-1] == (100, 0)

    check()


@virtual_time
async def test_a_cap_that_leaves_no_room_for_it_ends_the_game():
    with pytest.raises(BudgetExceeded):
        await Thinker(SPENT, BudgetExceeded(BudgetReached("tokens", 1.0, 1.0, needed=1.0))).ask()


@virtual_time
async def test_unknown_tokens_and_costs_stay_unknown():
    reply = await Thinker(SPENT, Reply("answer", Usage(100, None))).ask()
    assert reply.usage == Usage(200, None, None, None)
    assert reply.cost_usd is None


@virtual_time
async def test_cancelling_passes_through():
    call = asyncio.create_task(Thinker(SPENT, 100.0).ask())
    await asyncio.sleep(1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
