"""The budget of a tournament: caps over all workers, what is in flight counted, the dead paid for."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from virtual_time import run_virtual

from ai_diplomacy.models.budget import NOTHING, Amount, BudgetExceeded
from ai_diplomacy.tournament.shared_budget import BudgetClient, SharedBudget


def tokens(count):
    return Amount(Decimal(0), count)


def asking(shared):
    """Calls it as a pipe does: at once, with an answer to come."""

    def ask(method, *arguments):
        outcome = getattr(shared, method)(*arguments)
        if asyncio.iscoroutine(outcome):
            return outcome
        answer = asyncio.get_running_loop().create_future()
        answer.set_result(outcome)
        return answer

    return ask


async def test_who_asks_waits_for_calls_in_flight_and_is_refused_when_there_is_no_room_at_all():
    shared = SharedBudget(tokens(40), max_tokens=100)
    assert await shared.reserve_for("a", tokens(50)) is None
    waiting = asyncio.create_task(shared.reserve_for("b", tokens(30)))
    await asyncio.sleep(0)
    assert not waiting.done()
    shared.release_for("a", tokens(50), tokens(20))
    assert await waiting is None
    reached = await shared.reserve_for("a", tokens(50))
    assert (reached.spent, reached.cap, reached.needed) == (60, 100, 50)


async def test_a_dead_workers_calls_in_flight_count_as_spent():
    shared = SharedBudget(max_tokens=100)
    await shared.reserve_for("a", tokens(30))
    await shared.reserve_for("b", tokens(30))
    shared.worker_lost("a")
    assert shared.charged == tokens(30)
    assert shared.reserved == tokens(30)


async def test_a_client_refuses_as_a_budget_does():
    shared = SharedBudget(max_tokens=10)
    client = BudgetClient("a", asking(shared))
    await client.reserve(tokens(8))
    client.release(tokens(8), tokens(4))
    assert shared.charged == tokens(4)
    with pytest.raises(BudgetExceeded, match="4 are spent"):
        await client.reserve(tokens(8))


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40), st.integers(0, 40), st.integers(0, 5)), max_size=60),
    st.integers(0, 300),
)
def test_whatever_workers_do_the_cap_holds(calls, cap):
    """``calls``: (worker, reserved, spent of it at most, how long it takes)."""
    shared = SharedBudget(max_tokens=cap)

    async def call(worker, need, spend, seconds):
        if await shared.reserve_for(str(worker), tokens(need)) is None:
            assert (shared.charged + shared.reserved).tokens <= cap
            await asyncio.sleep(seconds)
            shared.release_for(str(worker), tokens(need), tokens(min(need, spend)))
            assert (shared.charged + shared.reserved).tokens <= cap

    async def all_calls():
        await asyncio.gather(*(call(*given) for given in calls))

    run_virtual(all_calls())
    assert shared.reserved == NOTHING
    assert shared.charged.tokens <= cap


async def test_what_is_granted_to_nobody_any_more_goes_back():
    shared = SharedBudget(max_tokens=100)
    await shared.reserve_for("b", tokens(60))
    client = BudgetClient("a", asking(shared))
    waiting = asyncio.create_task(client.reserve(tokens(70)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    shared.release_for("b", tokens(60), NOTHING)
    await asyncio.sleep(0.01)
    await client.settled()
    assert shared.reserved == NOTHING
    assert shared.charged == NOTHING
