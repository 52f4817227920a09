"""Caps that hold with calls in flight, a warning before them, and a bill that leaves nothing out."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Script, of_type, rate_limited, request, transient
from virtual_time import run_virtual, virtual_time

from ai_diplomacy.models.budget import Budget, BudgetExceeded
from ai_diplomacy.models.call_costs import Budgeted
from ai_diplomacy.models.events import BudgetReached, BudgetWarned, CallLost
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import ModelError, Reply, Usage, with_bill_of
from ai_diplomacy.models.prices import FREE, find_price
from ai_diplomacy.models.provider_model import DeadlineError

MINI = find_price(ModelId("openai", "gpt-4o-mini"))
"""$0.15 a million tokens in, $0.60 out."""
INPUT = 6
"""Tokens estimated for the prompts of these tests: 12 characters."""


class CallServices:
    """Models with one budget."""

    def __init__(self, *acts, price=MINI, usage: Usage | None = None, **caps) -> None:
        self.events = []
        self.budget = Budget(self.events.append, **caps)
        self.script = Script(*acts, usage=usage)
        self.model = Budgeted(self.script, self.budget, price)

    async def ask(self, **fields) -> Reply:
        return await self.model.generate(request(**fields))

    @property
    def charged(self) -> float:
        return float(self.budget.charged.cost_usd)


@virtual_time
async def test_an_answered_call_costs_what_it_used():
    desk = CallServices(usage=Usage(1000, 2000, 400))
    reply = await desk.ask(power="FRANCE", step="order", phase="S1901M")
    assert reply.cost_usd == pytest.approx(600 * 0.15e-6 + 400 * 0.075e-6 + 2000 * 0.6e-6)
    assert desk.charged == pytest.approx(reply.cost_usd)
    assert desk.budget.reserved.tokens == 0
    total = desk.budget.ledger.total()
    assert (total.calls, total.input_tokens, total.output_tokens, total.cached_tokens) == (1, 1000, 2000, 400)


@virtual_time
async def test_spending_is_known_by_power_model_step_and_phase():
    desk = CallServices()
    for power, step, phase in (
        ("FRANCE", "order", "S1901M"),
        ("FRANCE", "plan", "S1901M"),
        ("ITALY", "order", "F1901M"),
    ):
        await desk.ask(power=power, step=step, phase=phase)
    calls = {
        view: {name: spent.calls for name, spent in desk.budget.ledger.by(view).items()}
        for view in ("power", "model", "step", "phase")
    }
    assert calls == {
        "power": {"FRANCE": 2, "ITALY": 1},
        "model": {"scripted:model": 3},
        "step": {"order": 2, "plan": 1},
        "phase": {"F1901M": 1, "S1901M": 2},
    }
    document = desk.budget.ledger.document()
    assert document["total"]["calls"] == 3
    assert document["by_power"]["FRANCE"]["input_tokens"] == 20


@virtual_time
async def test_seven_calls_in_flight_stay_below_five_cents():
    desk = CallServices(*[10.0] * 1000, usage=Usage(INPUT, 8192, 0), max_cost_usd=0.05)
    results = await asyncio.gather(*(desk.ask(power=str(n)) for n in range(7)), return_exceptions=True)
    assert not any(isinstance(result, BaseException) for result in results)
    results = await asyncio.gather(*(desk.ask(power=str(n)) for n in range(7)), return_exceptions=True)
    assert sum(isinstance(result, BudgetExceeded) for result in results) == 4
    assert 0.049 < desk.charged < 0.05
    reached = of_type(desk.events, BudgetReached)
    assert [(event.what, event.cap) for event in reached] == [("cost_usd", 0.05)]


@virtual_time
async def test_what_does_not_fit_waits_for_calls_in_flight_that_may_turn_out_cheaper():
    desk = CallServices(5.0, 1.0, 1.0, usage=Usage(10, 90, 0), max_tokens_total=1300)
    await asyncio.gather(*(desk.ask(power=str(n), max_tokens=1000) for n in range(3)))
    assert desk.script.sent == [0, 5, 6]
    assert desk.budget.charged.tokens == 300
    assert of_type(desk.events, BudgetReached) == []


@virtual_time
async def test_once_the_cap_is_reached_no_call_is_made_but_those_in_flight_are_answered():
    desk = CallServices(50.0, 60.0, usage=Usage(4, 400, 0), max_tokens_total=1000)
    flying = asyncio.create_task(desk.ask(max_tokens=900))
    waiting = asyncio.create_task(desk.ask(max_tokens=500))
    await asyncio.sleep(1)
    with pytest.raises(
        BudgetExceeded, match="of 1,000 tokens is reached: 404 are spent and the next call may take 5,006"
    ):
        await desk.ask(max_tokens=5000)
    assert (flying.done(), waiting.done()) == (True, False)
    with pytest.raises(BudgetExceeded):
        await desk.ask(max_tokens=1)
    assert (await waiting).text == "answer 2"
    assert len(desk.script.requests) == 2
    assert len(of_type(desk.events, BudgetReached)) == 1


@virtual_time
async def test_one_warning_a_cap_at_eighty_per_cent():
    desk = CallServices(usage=Usage(4, 96, 0), max_tokens_total=1000, max_cost_usd=0.01)
    for number in range(9):
        await desk.ask(max_tokens=96, power=str(number))
    assert of_type(desk.events, BudgetWarned) == [BudgetWarned("tokens", 800, 1000)]


@virtual_time
async def test_a_run_that_goes_on_with_a_higher_cap_starts_with_what_was_spent():
    first = CallServices((1.0, DeadlineError(300)), usage=Usage(4, 500, 0), max_tokens_total=1100)
    with pytest.raises(DeadlineError):
        await first.ask(max_tokens=500)
    reply = await first.ask(max_tokens=500)
    with pytest.raises(BudgetExceeded):
        await first.ask(max_tokens=500)

    def resumed(cap: int) -> CallServices:
        desk = CallServices(max_tokens_total=cap)
        desk.budget.restore(request().key, "scripted:model", reply)
        desk.budget.restore_lost(of_type(first.events, CallLost)[0])
        return desk

    assert resumed(1100).budget.charged == first.budget.charged
    with pytest.raises(BudgetExceeded):
        await resumed(1100).ask(max_tokens=500)
    desk = resumed(2200)
    await desk.ask(max_tokens=500)
    assert desk.budget.ledger.total().calls == 2
    assert desk.budget.ledger.total().lost_calls == 1


@virtual_time
async def test_calls_that_were_sent_and_lost_are_on_the_bill():
    desk = CallServices(
        transient(),
        DeadlineError(300),
        rate_limited(5),
        ModelError("400 bad request"),
        100.0,
    )
    for _ in range(4):
        with pytest.raises(ModelError):
            await desk.ask(max_tokens=1000)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(50):
            await desk.ask(max_tokens=1000)
    lost = of_type(desk.events, CallLost)
    assert [(event.reason, event.input_tokens, event.output_tokens) for event in lost] == [
        ("fault", INPUT, 0),
        ("timeout", INPUT, 1000),
        ("cancelled", INPUT, 1000),
    ]
    assert all(event.cost_usd > 0 for event in lost)
    total = desk.budget.ledger.total()
    assert (total.calls, total.lost_calls, total.cost_usd) == (0, 3, 0.0)
    assert total.total_usd == pytest.approx(sum(event.cost_usd for event in lost))
    assert desk.charged == pytest.approx(total.total_usd)
    assert desk.budget.reserved.tokens == 0


@virtual_time
async def test_a_call_cancelled_while_it_waits_for_room_was_not_sent_and_costs_nothing():
    desk = CallServices(50.0, max_tokens_total=1500)
    flying = asyncio.create_task(desk.ask(max_tokens=1000))
    waiting = asyncio.create_task(desk.ask(max_tokens=1000))
    await asyncio.sleep(1)
    waiting.cancel()
    await asyncio.wait([flying, waiting])
    assert of_type(desk.events, CallLost) == []
    assert desk.budget.charged.tokens == 15


@virtual_time
async def test_a_call_cancelled_in_the_moment_it_gets_room_gives_it_back():
    desk = CallServices(1.0, max_tokens_total=1500)

    async def first() -> None:
        await desk.ask(max_tokens=1000)
        unlucky.cancel()

    leaving = asyncio.create_task(first())
    await asyncio.sleep(0)
    unlucky = asyncio.create_task(desk.ask(max_tokens=1000))
    await asyncio.wait([leaving, unlucky])
    assert len(desk.script.requests) == 1
    assert desk.budget.reserved.tokens == 0


@virtual_time
async def test_who_gives_up_waiting_for_room_lets_those_behind_in():
    desk = CallServices(50.0, 1.0, max_tokens_total=2 * (INPUT + 500))
    flying = asyncio.create_task(desk.ask(max_tokens=500))
    await asyncio.sleep(1)
    large = asyncio.create_task(desk.ask(max_tokens=800))
    small = asyncio.create_task(desk.ask(max_tokens=400))
    await asyncio.sleep(1)
    large.cancel()
    await small
    assert desk.script.sent == [0, 2]
    await flying


@virtual_time
async def test_room_is_taken_at_once_or_not_at_all_by_those_who_do_not_wait():
    desk = CallServices(max_tokens_total=2 * (INPUT + 500))
    first = desk.model.try_enter(request(max_tokens=500))
    assert desk.model.try_enter(request(max_tokens=501)) is None
    waiting = asyncio.create_task(desk.ask(max_tokens=501))
    await asyncio.sleep(1)
    assert desk.model.try_enter(request(max_tokens=1)) is None
    desk.model.leave(first)
    await waiting
    assert desk.model.try_enter(request(max_tokens=500)) is not None
    assert of_type(desk.events, BudgetReached) == []


@virtual_time
async def test_without_a_known_price_costs_are_unknown_and_tokens_are_capped_all_the_same():
    desk = CallServices(transient(), price=None, max_tokens_total=3000, max_cost_usd=1e-9)
    with pytest.raises(ModelError):
        await desk.ask(max_tokens=1000)
    reply = await desk.ask(max_tokens=1000)
    total = desk.budget.ledger.total()
    assert (reply.cost_usd, total.cost_usd, total.lost_cost_usd, total.total_usd) == (None, None, None, None)
    with pytest.raises(BudgetExceeded, match="tokens"):
        await desk.ask(max_tokens=3000)


@virtual_time
async def test_without_known_usage_the_cap_counts_what_was_reserved_and_the_bill_says_unknown():
    desk = CallServices(usage=Usage(), max_tokens_total=5000)
    reply = await desk.ask(max_tokens=1000)
    assert desk.budget.charged.tokens == INPUT + 1000
    total = desk.budget.ledger.total()
    assert (reply.cost_usd, total.input_tokens, total.output_tokens, total.cost_usd) == (None, None, None, None)
    assert reply.most_tokens == INPUT + 1000
    assert reply.most_usd == pytest.approx(INPUT * 0.15e-6 + 1000 * 0.6e-6)


def test_two_answers_to_one_call_of_which_one_is_of_unknown_usage_count_for_both():
    known = Reply("", Usage(100, 20), cost_usd=0.5)
    unknown = Reply("", Usage(), most_tokens=900, most_usd=3.0)
    for both in (with_bill_of(known, unknown), with_bill_of(unknown, known)):
        assert (both.usage.total, both.cost_usd, both.most_tokens, both.most_usd) == (None, None, 1020, 3.5)
    both = with_bill_of(known, known)
    assert (both.usage.total, both.cost_usd, both.most_tokens, both.most_usd) == (240, 1.0, 0, 0.0)


@virtual_time
async def test_the_offline_model_is_free_and_not_unknown():
    desk = CallServices(price=FREE, max_cost_usd=0.0)
    assert (await desk.ask()).cost_usd == 0.0


@virtual_time
async def test_prompts_that_turn_out_denser_than_estimated_are_reserved_for_as_such():
    desk = CallServices(usage=Usage(12, 5, 0))
    await desk.ask(max_tokens=100)
    asking = asyncio.create_task(desk.ask(max_tokens=100))
    desk.script.acts.append(1.0)
    await asyncio.sleep(0.5)
    assert desk.budget.reserved.tokens == 100 + 14
    await asking


@pytest.mark.parametrize("text", ["an order", "приказ", "命令"])
def test_a_first_wave_of_dense_prompts_stays_under_the_cap(text):
    @virtual_time
    async def check():
        prompt = text * 1000
        tokens = round(len(prompt.encode()) / 2.5)
        desk = CallServices(*[10.0] * 50, usage=Usage(tokens, 100, 0), max_tokens_total=5 * (tokens + 100))
        calls = (desk.ask(prompt=prompt, max_tokens=100) for _ in range(20))
        await asyncio.gather(*calls, return_exceptions=True)
        assert 4 * (tokens + 100) <= desk.budget.charged.tokens <= 5 * (tokens + 100)

    check()


@virtual_time
async def test_the_schema_counts_as_a_part_of_the_prompt():
    desk = CallServices(1.0)
    asking = asyncio.create_task(desk.ask(max_tokens=100, schema={"type": "object"}))
    await asyncio.sleep(0.5)
    assert desk.budget.reserved.tokens == 100 + 15
    await asking


CALLS = st.lists(
    st.tuples(
        st.floats(0, 20),
        st.floats(0, 20),
        st.integers(1, 400),
        st.floats(0, 1),
        st.sampled_from(["answer", "answer", "answer", "unknown", "fault", "timeout", "refuse", "cancel"]),
    ),
    min_size=1,
    max_size=30,
)


@settings(deadline=None, max_examples=150)
@given(calls=CALLS, tokens=st.integers(0, 2000), cents=st.floats(0, 0.05))
def test_no_interleaving_exceeds_a_cap_or_leaves_anyone_waiting(calls, tokens, cents):
    desk = CallServices(max_tokens_total=tokens, max_cost_usd=cents / 100)
    replies = []

    def within() -> None:
        taken = desk.budget.charged + desk.budget.reserved
        assert taken.tokens <= tokens
        assert float(taken.cost_usd) <= cents / 100 * (1 + 1e-9)

    async def one(start, seconds, max_tokens, used, what) -> None:
        await asyncio.sleep(start)
        usage = Usage() if what == "unknown" else Usage(INPUT, round(used * max_tokens), 0)
        failure = {"fault": transient(), "timeout": DeadlineError(1), "refuse": rate_limited()}.get(what)
        script = Script((seconds, failure), usage=usage)
        call = asyncio.create_task(Budgeted(script, desk.budget, MINI).generate(request(max_tokens=max_tokens)))
        await asyncio.sleep(0)
        within()
        if what == "cancel":
            await asyncio.sleep(seconds / 2)
            call.cancel()
        await asyncio.wait([call])
        within()
        if not call.cancelled() and call.exception() is not None:
            assert isinstance(call.exception(), BudgetExceeded | ModelError)
        elif not call.cancelled():
            replies.append(call.result())

    async def history() -> None:
        await asyncio.gather(*(one(*call) for call in calls))
        assert desk.budget.reserved.tokens == 0

    run_virtual(history())
    resumed = Budget(lambda _: None)
    for reply in replies:
        resumed.restore(request().key, "scripted:model", reply)
    for event in of_type(desk.events, CallLost):
        resumed.restore_lost(event)
    assert resumed.charged.tokens == desk.budget.charged.tokens
    assert float(resumed.charged.cost_usd) == pytest.approx(float(desk.budget.charged.cost_usd), abs=1e-15)
