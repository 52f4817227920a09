"""Accounts with a rate limit: everybody is served, few are refused, and the limit is nearly used up."""

import asyncio
import random
from itertools import pairwise

import pytest
from scripted import AtOnce, FixedWindow, Server, SlidingWindow, TokenBucket, of_type, request
from virtual_time import run_virtual

from ai_diplomacy.models.connections import Connections
from ai_diplomacy.models.events import CallRetried, CoolDownStarted, LimiterChanged
from ai_diplomacy.models.gate import Gate, Gated
from ai_diplomacy.models.retries import Retried

SETTLED = 120.0
"""Seconds after which the limiter must have found the limit."""
END = 1200.0


def load(server: Server, callers: int, until: float, gate: Gate | None = None) -> tuple[Gate, list]:
    """So many callers who ask one call after the other."""
    gate, events = gate or Gate("account", Connections(500)), []
    model = Retried(Gated(server, gate, events.append), events.append)

    async def caller(number: int) -> None:
        asked = 0
        while asyncio.get_running_loop().time() < until:
            asked += 1
            await model.generate(request(power=str(number), phase=str(asked)))

    async def all_callers() -> None:
        await asyncio.gather(*(caller(number) for number in range(callers)))

    run_virtual(all_callers())
    return gate, events


@pytest.mark.parametrize("says_when", [True, False], ids=["Retry-After", "no Retry-After"])
@pytest.mark.parametrize("callers", [7, 70])
@pytest.mark.parametrize(
    "rule",
    [
        lambda: SlidingWindow(60),
        lambda: FixedWindow(60),
        lambda: TokenBucket(1, burst=60),
        lambda: TokenBucket(1, burst=5),
        lambda: TokenBucket(1, burst=1),
    ],
    ids=["sliding window", "fixed window", "bucket of 60", "bucket of 5", "bucket of 1"],
)
def test_sixty_calls_a_minute_refuse_at_most_one_in_twenty_and_are_nearly_all_used(rule, callers, says_when):
    server = Server(rule(), latency=0.2, says_when=says_when)
    load(server, callers, END)
    assert server.refused_share(SETTLED, END) <= (0.02 if says_when else 0.05)
    assert server.answered(SETTLED, END) >= 0.8 * (END - SETTLED)


def test_seven_seats_finish_and_the_events_tell_how():
    server = Server(SlidingWindow(60))
    gate, events = load(server, 7, 180)
    retries, cool_downs = of_type(events, CallRetried), of_type(events, CoolDownStarted)
    assert len(retries) == sum(refused for _, refused in server.seen)
    assert all(retry.kind == "rate_limit" and retry.reason == "429 slow down" for retry in retries)
    first = cool_downs[0]
    assert first.account == "account"
    assert first.seconds == pytest.approx(first.retry_after, abs=0.001)
    learned = [change for change in of_type(events, LimiterChanged) if change.what == "rate"]
    assert learned[0].before is None
    assert 0.9 <= learned[0].after <= 1.1
    assert gate.rate is not None


def test_after_a_cool_down_one_call_goes_first_and_not_everybody():
    server = Server(SlidingWindow(5, seconds=1000), says_when=False)
    load(server, 70, 100)
    refused = [when for when, was_refused in server.seen if was_refused and when > 1]
    assert len(refused) == len(set(refused))
    pauses = [round(later - earlier, 2) for earlier, later in pairwise(refused)]
    assert pauses[:3] == [4.01, 8.01, 15.01]


def test_a_limit_on_calls_at_once_is_found_too():
    server = Server(AtOnce(10), latency=1.0)
    load(server, 70, END)
    assert server.refused_share(SETTLED, END) <= 0.02
    assert server.answered(SETTLED, END) >= 0.7 * 10 * (END - SETTLED)


def test_a_large_account_with_slow_answers_is_used_well():
    server = Server(SlidingWindow(600), latency=10.0)
    load(server, 200, END)
    assert server.refused_share(SETTLED, END) <= 0.02
    assert server.answered(SETTLED, END) >= 0.75 * 10 * (END - SETTLED)


def test_an_account_without_a_limit_is_never_slowed_down():
    server = Server(TokenBucket(rate=1e9, burst=1e9), latency=5.0)
    gate, events = load(server, 300, 300)
    assert gate.rate is None
    assert server.answered(50) >= 300 * (300 - 50) / 5
    assert of_type(events, CoolDownStarted) == []


def test_a_limit_that_is_lifted_is_forgotten_in_minutes():
    rule = SlidingWindow(60)
    server = Server(rule)

    def lifted() -> float:
        if asyncio.get_running_loop().time() > 200:
            rule.calls = 1_000_000
        return 0.2

    server.latency = lifted
    load(server, 70, 500)
    assert server.answered(120, 180) <= 65
    assert server.answered(440, 500) >= 5 * 60


class LiveState:
    """Refuses when told to, whatever the pace."""

    def __init__(self, refuses) -> None:
        self.refuses = refuses

    def refusal(self, now: float) -> float | None:
        return 2.0 if self.refuses(now) else None


def steps_of_a_game(server: Server, count: int) -> tuple[float, list]:
    """Seconds that so many steps take, each a call of seven seats at once."""
    events: list = []
    model = Retried(Gated(server, Gate("account", Connections(500)), events.append), events.append)

    async def game() -> float:
        for step in range(count):
            seats = (model.generate(request(power=str(seat), phase=str(step))) for seat in range(7))
            await asyncio.gather(*seats)
        return asyncio.get_running_loop().time()

    return run_virtual(game()), events


@pytest.mark.parametrize("minutes", [10, 30])
def test_stray_refusals_do_not_slow_a_long_game_down(minutes):
    due = [60.0 * minutes]

    def stray(now: float) -> bool:
        refused = now >= due[0]
        due[0] += 60 * minutes * refused
        return refused

    seconds, events = steps_of_a_game(Server(LiveState(stray), latency=10.0), 2000)
    assert len(of_type(events, CallRetried)) >= 20_000 // (60 * minutes)
    assert seconds <= 1.03 * 2000 * 10


@pytest.mark.parametrize("says_when", [True, False], ids=["Retry-After", "no Retry-After"])
@pytest.mark.parametrize(("latency", "times"), [(1.0, 7.0), (10.0, 2.7)])
@pytest.mark.parametrize("seed", range(5))
def test_an_account_that_refuses_at_any_pace_is_not_asked_ever_more_slowly(seed, latency, times, says_when):
    draw = random.Random(seed)
    server = Server(LiveState(lambda _: draw.random() < 0.05), latency=latency, says_when=says_when)
    seconds, events = steps_of_a_game(server, 200)
    assert any(change.reason == "given_up" and change.after is None for change in of_type(events, LimiterChanged))
    assert seconds <= times * 200 * latency


def test_a_fixed_concurrency_never_changes_but_cools_down_and_keeps_the_pace_all_the_same():
    server = Server(SlidingWindow(60))
    gate, events = load(server, 70, END, Gate("account", Connections(500), max_concurrency=3))
    assert gate.limit == 3
    assert {change.what for change in of_type(events, LimiterChanged)} == {"rate"}
    assert server.refused_share(SETTLED, END) <= 0.02
