"""Calls over a pipe: answered both ways, in order, and given up when the other end is gone."""

import asyncio
import multiprocessing

import pytest

from ai_diplomacy.tournament.remote_calls import Peer


class Served:
    def __init__(self):
        self.heard = []
        self.cancelled = False

    def note(self, word):
        self.heard.append(word)

    async def double(self, number):
        await asyncio.sleep(0.01)
        return 2 * number

    async def fail(self):
        raise KeyError("a name")

    async def stay(self):
        try:
            await asyncio.sleep(60)
        finally:
            self.cancelled = True


class GoneError(Exception):
    pass


def peers():
    ours, theirs = multiprocessing.Pipe()
    here, there = Peer(ours, GoneError("it ended")), Peer(theirs)
    here.served, there.served = Served(), Served()
    return here, there


async def test_both_ends_call_each_other_and_answers_find_those_who_asked():
    here, there = peers()
    answers = await asyncio.gather(here.call("double", 4), there.call("double", 5), here.call("double", 6))
    assert answers == [8, 10, 12]
    here.close()


async def test_calls_arrive_in_the_order_in_which_they_are_made():
    here, there = peers()
    for word in range(20):
        here.call("note", word)
    await here.call("double", 1)
    assert there.served.heard == list(range(20))
    here.close()


async def test_what_is_raised_there_is_told_here():
    here, _ = peers()
    with pytest.raises(RuntimeError, match="KeyError: 'a name'"):
        await here.call("fail")
    here.close()


async def test_when_one_end_goes_the_other_gives_up_and_cancels_what_it_serves():
    here, there = peers()
    waiting, forever = here.call("stay"), there.call("stay")
    await here.call("double", 1)
    there.close()
    with pytest.raises(GoneError):
        await waiting
    await asyncio.wait_for(here.ended.wait(), 5)
    with pytest.raises(GoneError):
        await here.call("double", 1)
    await asyncio.sleep(0)
    assert here.served.cancelled
    assert there.served.cancelled
    assert not forever.done()
