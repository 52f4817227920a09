"""Turns at the gate: in order, never too many, given back whatever happens, and shared by all games."""

import asyncio
import resource

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Script, of_type, rate_limited, request, transient
from virtual_time import run_virtual, virtual_time

from ai_diplomacy.models.connections import Connections, connection_limit
from ai_diplomacy.models.events import CoolDownStarted
from ai_diplomacy.models.gate import Gate, Gated, Gates, account_name
from ai_diplomacy.models.model import ModelError
from ai_diplomacy.records.durable import DiskError


def quiet(_: object) -> None:
    """Listens to nothing."""


def gated(model, gate: Gate, emit=quiet) -> Gated:
    return Gated(model, gate, emit)


def now() -> float:
    return asyncio.get_running_loop().time()


@virtual_time
async def test_calls_go_in_order_as_many_at_once_as_are_allowed():
    script = Script(*[1.0] * 6)
    model = gated(script, Gate("account", Connections(100), max_concurrency=2))
    replies = await asyncio.gather(*(model.generate(request(power=str(number))) for number in range(6)))
    assert script.sent == [0, 0, 1, 1, 2, 2]
    assert [asked.key.actor for asked in script.requests] == ["0", "1", "2", "3", "4", "5"]
    assert [(reply.waited, reply.latency) for reply in replies] == [(0, 1), (0, 1), (1, 1), (1, 1), (2, 1), (2, 1)]


@virtual_time
async def test_a_cool_down_holds_every_caller_of_the_account_and_no_other():
    gates = Gates(Connections(100))
    one, other, elsewhere = Script(rate_limited(30)), Script(), Script()
    model = gated(one, gates.gate("account"))
    with pytest.raises(ModelError) as refused:
        await model.generate(request())
    assert refused.value.retry_after == 30
    replies = await asyncio.gather(
        gated(other, gates.gate("account")).generate(request()),
        model.generate(request()),
        gated(elsewhere, gates.gate("another")).generate(request()),
    )
    assert (other.sent, one.sent, elsewhere.sent) == ([30], [0, 31], [0])
    assert [reply.waited for reply in replies] == [30, 31, 0]


@virtual_time
async def test_a_retry_after_is_believed_up_to_two_minutes():
    gate = Gate("account", Connections(100))
    with pytest.raises(ModelError) as refused:
        await gated(Script(rate_limited(86_400)), gate).generate(request())
    assert refused.value.retry_after == 120


@virtual_time
async def test_an_overloaded_server_that_names_a_time_is_left_alone_by_all_but_is_asked_no_slower():
    gate, events = Gate("account", Connections(100)), []
    script = Script((0.5, ModelError("503", kind="transient", retry_after=30)))
    first = asyncio.create_task(gated(script, gate, events.append).generate(request()))
    await asyncio.sleep(1)
    others = [gated(script, gate, events.append).generate(request(power=str(number))) for number in range(3)]
    await asyncio.gather(*others)
    assert first.exception().retry_after == 30
    assert script.sent == [0, 30.5, 31.5, 31.5]
    assert (gate.rate, gate.limit) == (None, 20)
    assert [type(event) for event in events] == [CoolDownStarted]


@virtual_time
async def test_refusals_in_a_row_lengthen_a_cool_down_that_nobody_named_or_that_was_named_too_short():
    for said, expected in ((None, [2, 4, 8, 15, 15]), (3.0, [3, 4, 8, 15, 15]), (60.0, [60] * 5)):
        model, waits = gated(Script(*(rate_limited(said) for _ in expected)), Gate("account", Connections(100))), []
        for _ in expected:
            with pytest.raises(ModelError) as refused:
                await model.generate(request())
            waits.append(refused.value.retry_after)
        assert waits == expected


@virtual_time
async def test_every_game_in_the_queue_or_in_flight_is_told_and_a_full_disk_of_one_disturbs_no_other():
    gate, heard = Gate("account", Connections(100), max_concurrency=1), {"flying": [], "queued": [], "gone": []}

    def broken(_: object) -> None:
        raise DiskError("disk full")

    await gated(Script(), gate, heard["gone"].append).generate(request())
    calls = [
        gated(Script((1.0, rate_limited(5))), gate, heard["flying"].append).generate(request()),
        gated(Script(), gate, broken).generate(request()),
        gated(Script(), gate, heard["queued"].append).generate(request()),
    ]
    await asyncio.gather(*calls, return_exceptions=True)
    assert [len(of_type(events, CoolDownStarted)) for events in heard.values()] == [1, 1, 0]


@virtual_time
async def test_a_cancelled_caller_leaves_its_place_to_the_next():
    gate, script = Gate("account", Connections(100), max_concurrency=1), Script(10.0, 1.0, 1.0)
    first, queued, last = (asyncio.create_task(gated(script, gate).generate(request())) for _ in range(3))
    await asyncio.sleep(3)
    queued.cancel()
    await asyncio.sleep(1)
    first.cancel()
    await last
    assert script.sent == [0, 4]
    assert gate.in_flight == 0
    assert not gate._listeners


@virtual_time
async def test_a_caller_cancelled_in_the_moment_of_its_turn_gives_it_back():
    gate, script = Gate("account", Connections(100), max_concurrency=1), Script(1.0, 1.0)

    async def first() -> None:
        await gated(script, gate).generate(request())
        unlucky.cancel()

    leaving = asyncio.create_task(first())
    await asyncio.sleep(0)
    unlucky = asyncio.create_task(gated(script, gate).generate(request()))
    last = asyncio.create_task(gated(script, gate).generate(request()))
    await asyncio.wait([leaving, unlucky, last], timeout=10)
    assert unlucky.cancelled()
    assert last.result().text == "answer 2"
    assert gate.in_flight == 0


@virtual_time
async def test_all_accounts_together_keep_within_the_connections_of_the_process():
    gates, open_now, most = Gates(Connections(5)), 0, 0

    class Counting(Script):
        async def generate(self, asked):
            nonlocal open_now, most
            open_now += 1
            most = max(most, open_now)
            try:
                return await super().generate(asked)
            finally:
                open_now -= 1

    models = [gated(Counting(*[1.0] * 10), gates.gate(account)) for account in ("one", "two", "three")]
    await asyncio.gather(*(model.generate(request()) for model in models for _ in range(10)))
    assert most == 5
    assert now() == 6


def test_the_connections_are_a_part_of_the_open_files(monkeypatch):
    def allow(files: int) -> int:
        monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
        return connection_limit()

    assert [allow(files) for files in (16, 256, 1024, 65536, resource.RLIM_INFINITY)] == [1, 48, 240, 4096, 4096]
    assert Gate("account", Connections(12)).limit == 12


def test_a_gate_is_shared_by_account_and_its_name_holds_no_key():
    gates = Gates()
    name = account_name("openai", "https://api.openai.com/v1", "sk-very-secret")
    assert gates.gate(name) is gates.gate(account_name("openai", "https://api.openai.com/v1", "sk-very-secret"))
    assert gates.gate(name) is not gates.gate(account_name("openai", "https://api.openai.com/v1", "sk-other"))
    assert "secret" not in name
    assert name.startswith("openai@https://api.openai.com/v1 (")


ACTS = st.lists(
    st.tuples(
        st.floats(0, 30),
        st.sampled_from(["answer", "refuse", "fault", "cancel", "cancel early"]),
        st.floats(0, 20),
    ),
    min_size=1,
    max_size=40,
)


@settings(deadline=None, max_examples=60)
@given(acts=ACTS, fixed=st.none() | st.integers(1, 5), connections=st.integers(1, 30))
def test_no_history_lets_too_many_in_or_leaves_anyone_waiting(acts, fixed, connections):
    gate = Gate("account", Connections(connections), max_concurrency=fixed)

    class Watching(Script):
        async def generate(self, asked):
            assert 1 <= gate.in_flight <= min(fixed or connections, connections)
            return await super().generate(asked)

    async def one(start: float, act: str, seconds: float) -> None:
        await asyncio.sleep(start)
        result = {"refuse": rate_limited(seconds), "fault": transient()}.get(act, seconds)
        call = asyncio.create_task(gated(Watching(result), gate).generate(request()))
        if act.startswith("cancel"):
            await asyncio.sleep(0 if act == "cancel early" else seconds / 2)
            call.cancel()
        await asyncio.wait([call])

    async def history() -> None:
        await asyncio.gather(*(one(*act) for act in acts))
        assert gate.in_flight == 0
        assert (await gated(Script(), gate).generate(request())).text

    run_virtual(history())
