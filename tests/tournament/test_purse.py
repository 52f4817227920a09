"""The purse of a tournament: caps over all workers, what is in flight counted, the dead paid for."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from virtual_time import run_virtual

from ai_diplomacy.models.budget import NOTHING, Amount, BudgetExceeded
from ai_diplomacy.tournament.purse import Purse, Share


def tokens(count):
    return Amount(Decimal(0), count)


async def test_who_asks_waits_for_calls_in_flight_and_is_refused_when_there_is_no_room_at_all():
    purse = Purse(tokens(40), max_tokens=100)
    assert await purse.reserve("a", tokens(50)) is None
    waiting = asyncio.create_task(purse.reserve("b", tokens(30)))
    await asyncio.sleep(0)
    assert not waiting.done()
    purse.release("a", tokens(50), tokens(20))
    assert await waiting is None
    reached = await purse.reserve("a", tokens(50))
    assert (reached.spent, reached.cap, reached.needed) == (60, 100, 50)


async def test_a_dead_workers_calls_in_flight_count_as_spent():
    purse = Purse(max_tokens=100)
    await purse.reserve("a", tokens(30))
    await purse.reserve("b", tokens(30))
    purse.lost("a")
    assert purse.charged == tokens(30)
    assert purse.reserved == tokens(30)


async def test_a_share_refuses_as_a_budget_does():
    purse = Purse(max_tokens=10)
    share = Share(lambda need: purse.reserve("a", need), lambda back, charge: purse.release("a", back, charge))
    await share.reserve(tokens(8))
    share.release(tokens(8), tokens(4))
    assert purse.charged == tokens(4)
    with pytest.raises(BudgetExceeded, match="4 are spent"):
        await share.reserve(tokens(8))


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40), st.integers(0, 40), st.integers(0, 5)), max_size=60),
    st.integers(0, 300),
)
def test_whatever_workers_do_the_cap_holds(calls, cap):
    """``calls``: (worker, reserved, spent of it at most, how long it takes)."""
    purse = Purse(max_tokens=cap)

    async def call(worker, need, spend, seconds):
        if await purse.reserve(str(worker), tokens(need)) is None:
            assert (purse.charged + purse.reserved).tokens <= cap
            await asyncio.sleep(seconds)
            purse.release(str(worker), tokens(need), tokens(min(need, spend)))
            assert (purse.charged + purse.reserved).tokens <= cap

    async def all_calls():
        await asyncio.gather(*(call(*given) for given in calls))

    run_virtual(all_calls())
    assert purse.reserved == NOTHING
    assert purse.charged.tokens <= cap
