"""Accounts that state their limits: nobody is refused after the first answer, and what is stated is used."""

import asyncio
import math
from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import FixedWindow, Script, Server, SlidingWindow, TokenBucket, of_type, request
from virtual_time import run_virtual

from ai_diplomacy.models.connections import Connections
from ai_diplomacy.models.events import CallRetried, LimiterChanged
from ai_diplomacy.models.gate import Gate, Gated
from ai_diplomacy.models.model import ModelError, Reply, Usage
from ai_diplomacy.models.retries import Retried
from ai_diplomacy.models.stated_limits import StatedLimit

END = 1200.0
RULES = {
    "sliding window": lambda: SlidingWindow(60),
    "fixed window": lambda: FixedWindow(60),
    "bucket of 60": lambda: TokenBucket(1, burst=60),
    "bucket of 5": lambda: TokenBucket(1, burst=5),
    "bucket of 1": lambda: TokenBucket(1, burst=1),
    "known bucket of 5": lambda: TokenBucket(1, burst=5, known=True),
    "known bucket of 1": lambda: TokenBucket(1, burst=1, known=True),
}


def rules(*names: str):
    return pytest.mark.parametrize("rule", [RULES[name] for name in names], ids=names)


def load(server: Server, callers: int, until: float = END, processes: int = 1) -> tuple[list[Gate], list]:
    """So many callers in each process, who ask one call after the other. The gate of each, and what happened to all."""
    events: list = []
    gates = [Gate("account", Connections(500)) for _ in range(processes)]

    async def caller(number: int, model: Retried) -> None:
        asked = 0
        while asyncio.get_running_loop().time() < until:
            asked += 1
            await model.generate(request(power=str(number), phase=str(asked)))

    async def all_callers() -> None:
        models = [Retried(Gated(server, gate, events.append), events.append) for gate in gates]
        await asyncio.gather(*(caller(number, model) for model in models for number in range(callers)))

    run_virtual(all_callers())
    return gates, events


@pytest.mark.parametrize("latency", [0.2, 10.0])
@pytest.mark.parametrize("callers", [20, 70])
@rules(*RULES)
def test_sixty_stated_calls_a_minute_are_used_and_none_is_refused_after_the_first_answer(rule, callers, latency):
    server = Server(rule(), latency=latency, states=True)
    gates, events = load(server, callers)
    assert server.refused_share(latency + 0.02, END) == 0
    assert server.answered(0, END) >= 0.95 * END
    assert server.answered(120, END) >= 0.95 * (END - 120)
    assert gates[0].rate is None
    stated = [change for change in of_type(events, LimiterChanged) if change.what == "rate"]
    assert [(change.after, change.reason, change.model) for change in stated] == [(1.0, "stated", server.name)]


@rules("fixed window", "bucket of 60")
def test_a_server_that_rounds_its_seconds_is_not_asked_too_early(rule):
    class Rounding(Server):
        async def generate(self, asked):
            try:
                reply = await super().generate(asked)
            except ModelError as error:
                error.stated = tuple(replace(limit, reset=math.floor(limit.reset)) for limit in error.stated)
                raise
            return replace(reply, stated=tuple(replace(one, reset=math.floor(one.reset)) for one in reply.stated))

    server = Rounding(rule(), states=True)
    load(server, 70)
    assert server.refused_share(0.21, END) == 0
    assert server.answered(0, END) >= 0.95 * END


def test_a_limit_whose_window_nobody_names_may_be_one_of_a_second():
    server = Server(FixedWindow(10, seconds=1.0), latency=0.5, states=True)
    load(server, 30, 300)
    assert server.refused_share(60, 300) <= 0.05
    assert server.answered(60, 300) >= 0.9 * 10 * 240


@rules("sliding window", "fixed window", "bucket of 60")
def test_a_limit_without_a_stated_end_is_kept_all_the_same(rule):
    class WithoutEnd(Server):
        async def generate(self, asked):
            reply = await super().generate(asked)
            return replace(reply, stated=tuple(StatedLimit("requests", 60, one.remaining) for one in reply.stated))

    server = WithoutEnd(rule(), states=True)
    load(server, 70)
    assert server.refused_share(0.22, END) <= 0.001
    assert server.answered(120, END) >= 0.95 * (END - 120)


@pytest.mark.parametrize(("processes", "refused"), [(2, 0.02), (5, 0.08)])
@rules("sliding window", "fixed window", "bucket of 60")
def test_several_processes_share_an_account_by_what_it_says_is_left(rule, processes, refused):
    server = Server(rule(), latency=1.0, states=True)
    load(server, 10, processes=processes)
    assert server.refused_share(1.02, END) <= refused
    assert server.answered(120, END) >= 0.9 * (END - 120)


def steps_of_a_game(server: Server, count: int, seats: int = 7) -> float:
    """Seconds that so many steps take, each a call of all seats at once."""
    model = Gated(server, Gate("account", Connections(500)), lambda _: None)

    async def game() -> float:
        for step in range(count):
            await asyncio.gather(*(model.generate(request(power=str(seat), phase=str(step))) for seat in range(seats)))
        return asyncio.get_running_loop().time()

    return run_virtual(game())


@pytest.mark.parametrize(("rule", "times"), [(RULES["bucket of 60"], 1.0), (RULES["fixed window"], 1.35)])
def test_a_game_that_needs_less_than_is_stated_is_hardly_slowed_down(rule, times):
    server = Server(rule(), latency=10.0, states=True)
    assert steps_of_a_game(server, 100) <= times * 100 * 10
    assert server.refused_share(0) == 0


@dataclass
class TokensAMinute:
    """A bucket of tokens from which a call takes what it may need, as OpenAI has one, or what it had, as Anthropic."""

    limit: float = 60_000.0
    each: float = 3_000.0
    level: float = 60_000.0
    at: float = 0.0

    def refusal(self, now: float) -> float | None:
        self.level, self.at = min(self.limit, self.level + (now - self.at) * self.limit / 60), now
        if self.level < self.each:
            return (self.each - self.level) * 60 / self.limit
        self.level -= self.each
        return None

    def stated(self, _: float) -> StatedLimit:
        full = (self.limit - self.level) * 60 / self.limit
        return StatedLimit("tokens", self.limit, round(self.level, -3), full, window=60, refills=True)


@pytest.mark.parametrize("each", [400.0, 3_000.0, 7_000.0])
def test_a_stated_limit_on_tokens_is_kept_and_used_whatever_a_call_takes_of_it(each):
    server = Server(TokensAMinute(each=each), latency=2.0, states=True)
    _, events = load(server, 70)
    fits = 60_000 / each / 60
    assert server.refused_share(60, END) <= 0.01
    assert server.answered(120, END) >= 0.9 * fits * (END - 120)
    assert [(change.what, change.after, change.reason) for change in of_type(events, LimiterChanged)][:1] == [
        ("tokens", 1000.0, "stated")
    ]


def test_a_model_that_is_held_up_by_its_own_limit_holds_up_no_other():
    gate = Gate("account", Connections(500))
    slow, fast = Server(TokenBucket(0.1, burst=6), states=True), Server(TokenBucket(10, burst=600), states=True)
    slow.name, fast.name = "vendor:slow", "vendor:fast"

    async def both() -> float:
        models = [Gated(server, gate, lambda _: None) for server in (slow, fast)]
        held = [asyncio.create_task(models[0].generate(request(power=str(number)))) for number in range(30)]
        await asyncio.sleep(1)
        await asyncio.gather(*(models[1].generate(request(power=str(number))) for number in range(100)))
        took = asyncio.get_running_loop().time()
        for call in held:
            call.cancel()
        await asyncio.wait(held)
        return took

    # The fast one shares the account's cool-downs, from the slow one's first calls, and nothing else.
    assert run_virtual(both()) <= 20


@rules("fixed window", "bucket of 60")
def test_models_that_share_one_limit_of_their_account_share_it_evenly(rule):
    events: list = []
    server, gate = Server(rule(), latency=1.0, states=True), Gate("account", Connections(500))
    answered: Counter[str] = Counter()

    @dataclass
    class Named:
        name: str

        async def generate(self, asked):
            reply = await server.generate(asked)
            answered[self.name] += 1
            return reply

    async def caller(model) -> None:
        while asyncio.get_running_loop().time() < END:
            await model.generate(request())

    async def all_callers() -> None:
        models = [Retried(Gated(Named(f"m{n}"), gate, events.append), events.append) for n in range(7)]
        await asyncio.gather(*(caller(model) for model in models for _ in range(5)))

    run_virtual(all_callers())
    assert server.refused_share(1.02, END) <= 0.05
    assert server.answered(120, END) >= 0.9 * (END - 120)
    assert min(answered.values()) >= 0.5 * max(answered.values())


def test_a_refusal_that_states_its_limit_teaches_it_and_nothing_is_inferred():
    server = Server(TokenBucket(1, burst=5), states=True)
    gates, events = load(server, 70, 300)
    assert server.refused_share(0, 0.1) > 0
    assert {change.reason for change in of_type(events, LimiterChanged)} <= {"stated", "clean_round"}
    assert gates[0].limit >= 20


def test_a_quota_that_only_a_refusal_tells_is_kept_from_then_on():
    class Google(Server):
        """States nothing with an answer."""

        async def generate(self, asked):
            return replace(await super().generate(asked), stated=())

    server = Google(FixedWindow(15), states=True)
    load(server, 20)
    assert server.refused_share(65, END) == 0
    assert server.answered(120, END) >= 0.95 * (END - 120) / 4


def test_a_refusal_for_another_reason_than_what_is_stated_is_learned_from_as_ever():
    class TwoLimits(SlidingWindow):
        def stated(self, _: float) -> StatedLimit:
            return StatedLimit("requests", 6000, 5999, 0.01, window=60, refills=True)

    server = Server(TwoLimits(60), states=True)
    gates, events = load(server, 20)
    assert "refused" in {change.reason for change in of_type(events, LimiterChanged)}
    assert gates[0].rate == pytest.approx(1.0, abs=0.1)
    assert server.refused_share(120, END) <= 0.02
    assert len(of_type(events, CallRetried)) < 0.05 * len(server.seen)


AMOUNTS = st.none() | st.sampled_from([0.0, 1e-9, 1.0, 60.0, 1e12]) | st.floats(0, 1000)
STATEMENTS = st.builds(
    StatedLimit,
    st.sampled_from(["requests", "tokens", "input_tokens"]),
    AMOUNTS,
    AMOUNTS,
    st.none() | st.floats(0, 90),
    st.none() | st.floats(0, 1e10),
    st.none() | st.sampled_from([1.0, 60.0]),
    st.booleans(),
)
CALLS = st.lists(st.tuples(st.booleans(), st.lists(STATEMENTS, max_size=3), st.floats(0, 5)), min_size=1, max_size=12)


@settings(deadline=None, max_examples=60)
@given(calls=CALLS)
def test_nothing_that_is_stated_holds_a_call_up_for_longer_than_two_minutes(calls):
    acts = [
        Reply("answer", Usage(10, 5), stated=tuple(stated))
        if answered
        else (seconds, ModelError("429", kind="rate_limit", retry_after=1.0, stated=tuple(stated)))
        for answered, stated, seconds in calls
    ]
    model = Gated(Script(*acts), Gate("account", Connections(10)), lambda _: None)

    async def history() -> None:
        clock = asyncio.get_running_loop().time
        for number in range(len(calls)):
            began = clock()
            (reply,) = await asyncio.gather(model.generate(request(power=str(number))), return_exceptions=True)
            assert isinstance(reply, ModelError) or not reply.stated
            assert clock() - began <= 120 + 15 + 5

    run_virtual(history())
