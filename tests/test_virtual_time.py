"""The virtual clock itself: exact, instant, and patient with threads."""

import asyncio

import pytest
from virtual_time import run_virtual, virtual_time


@virtual_time
async def test_an_hour_of_sleep_ends_exactly_after_an_hour():
    await asyncio.gather(*(asyncio.sleep(3600 + number / 10) for number in range(5)))
    assert asyncio.get_running_loop().time() == 3600.4


@virtual_time
async def test_time_outs_are_virtual_too():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(300):
            await asyncio.Event().wait()
    assert asyncio.get_running_loop().time() == 300


@virtual_time
async def test_the_clock_stands_still_while_a_thread_works():
    timer = asyncio.create_task(asyncio.sleep(5))
    assert await asyncio.to_thread(lambda: "done") == "done"
    assert asyncio.get_running_loop().time() == 0
    await timer
    assert asyncio.get_running_loop().time() == 5


def test_a_deadlock_is_said_instead_of_waited_for():
    with pytest.raises(RuntimeError, match="hang for ever"):
        run_virtual(asyncio.Event().wait())
