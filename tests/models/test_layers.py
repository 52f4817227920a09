"""All layers over one model: what is answered is journaled with its price, whatever went wrong on the way."""

import asyncio
import json
from dataclasses import replace

import pytest
from scripted import Script, Server, SlidingWindow, of_type, rate_limited, read_calls, request, transient
from virtual_time import virtual_time

from ai_diplomacy.models.budget import Budget, BudgetExceeded
from ai_diplomacy.models.call_log import CallLog
from ai_diplomacy.models.circuit_breaker import ModelRefused
from ai_diplomacy.models.connections import Connections
from ai_diplomacy.models.events import CallEvent, CallLost, CallRetried, CoolDownStarted, MaxTokensRaised
from ai_diplomacy.models.gate import Gate
from ai_diplomacy.models.hedging import Latencies
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.journal import Journal
from ai_diplomacy.models.layers import CallServices, layered
from ai_diplomacy.models.model import ModelError, Reply, Usage
from ai_diplomacy.models.phase_deadlines import PhaseDeadlines
from ai_diplomacy.models.prices import FREE, find_price
from ai_diplomacy.records.durable import AppendLog

MINI = find_price(ModelId("openai", "gpt-4o-mini"))


class Run:
    """What a run has: a journal, a budget, events."""

    def __init__(self, path, *, hedge: bool = False, calls: CallLog | None = None, **caps) -> None:
        self.path, self.events = path / "calls.jsonl", []
        self.budget = Budget(self.events.append, **caps)
        self.desk = CallServices(
            Journal(AppendLog(self.path), calls), self.budget, self.events.append, Latencies() if hedge else None
        )

    async def journal(self) -> list[dict]:
        await self.desk.journal.close()
        return [json.loads(line) for line in self.path.read_text().splitlines()]


@virtual_time
async def test_every_paid_reply_is_a_journaled_call_and_the_one_that_counts_has_the_whole_bill(tmp_path):
    run = Run(tmp_path)
    script = Script(
        transient(),
        Reply("", Usage(100, 8192, 0, 8192), stop="length"),
        rate_limited(20),
        Reply("answer", Usage(100, 50, 0)),
    )
    model = layered(script, run.desk, MINI, Gate("account", Connections(10)))
    reply = await model.generate(request())
    assert (reply.text, reply.attempts, reply.usage.input, reply.usage.output) == ("answer", 4, 200, 8242)
    assert reply.cost_usd == pytest.approx(200 * 0.15e-6 + 8242 * 0.6e-6)
    assert reply.waited > 20
    empty, answer = await run.journal()
    assert [call["key"]["raised"] for call in (empty, answer)] == [0, 1]
    assert [call["request"]["max_tokens"] for call in (empty, answer)] == [8192, 16384]
    assert empty["reply"]["cost_usd"] + answer["reply"]["cost_usd"] == reply.cost_usd
    assert [call["reply"]["attempts"] for call in (empty, answer)] == [2, 2]
    kinds = (CallRetried, MaxTokensRaised, CoolDownStarted, CallLost)
    assert [len(of_type(run.events, kind)) for kind in kinds] == [2, 1, 1, 1]
    assert run.budget.ledger.total().calls == 2


@virtual_time
@pytest.mark.parametrize("last", [Reply("answer", Usage(100, 50, 0)), ModelError("400 max_tokens too large")])
async def test_a_run_that_goes_on_asks_no_raised_call_again_whatever_it_remembers(tmp_path, last):
    run, gate = Run(tmp_path), Gate("account", Connections(10))
    empty = Reply("", Usage(100, 8192, 0, 8192), stop="length", max_tokens=8192)
    reply = await layered(Script(empty, last), run.desk, MINI, gate).generate(request())
    await run.journal()
    again = Run(tmp_path, calls=read_calls(run.path))
    again.desk.limits.learn(Script.name, "order", 4)
    silent = Script()
    recalled = await layered(silent, again.desk, MINI, gate).generate(request())
    assert silent.requests == []
    assert replace(recalled, waited=reply.waited) == reply
    told = [[event for event in of_type(events, CallEvent) if event.replayed] for events in (run.events, again.events)]
    assert [event.identity() for event in told[0]] == [event.identity() for event in told[1]]
    await again.journal()


@virtual_time
async def test_a_call_that_waits_in_the_queue_has_nothing_reserved_and_a_cancelled_one_costs_nothing(tmp_path):
    run = Run(tmp_path)
    model = layered(Script(100.0, 100.0), run.desk, MINI, Gate("account", Connections(10), max_concurrency=1))
    calls = [asyncio.create_task(model.generate(request(power=power, max_tokens=1000))) for power in ("A", "B")]
    await asyncio.sleep(1)
    assert run.budget.reserved.tokens < 1100
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)
    assert [event.actor for event in of_type(run.events, CallLost)] == ["A"]
    assert await run.journal() == []


@virtual_time
async def test_a_reached_cap_is_not_retried(tmp_path):
    run = Run(tmp_path, max_tokens_total=10)
    gate = Gate("account", Connections(10))
    script = Script()
    with pytest.raises(BudgetExceeded):
        await layered(script, run.desk, MINI, gate).generate(request())
    assert (script.requests, gate.in_flight, asyncio.get_running_loop().time()) == ([], 0, 0)
    await run.journal()


@virtual_time
async def test_an_account_that_another_game_has_reached_is_given_time_to_come_back(tmp_path):
    run, gate = Run(tmp_path), Gate("account", Connections(10))
    gone = [ModelError("refused", kind="transient", reached=False) for _ in range(9)]
    with pytest.raises(ModelRefused, match="refused"):
        await layered(fresh := Script(*gone), run.desk, FREE, gate).generate(request())
    await gate.call(await gate.enter(run.events.append, Script.name), Script(), request())
    with pytest.raises(ModelRefused):
        await layered(known := Script(*gone), run.desk, FREE, gate).generate(request())
    assert (len(fresh.requests), len(known.requests)) == (5, 8)
    await run.journal()


@virtual_time
async def test_a_model_in_this_process_passes_no_gate(tmp_path):
    run = Run(tmp_path, hedge=True)
    model = layered(Script(), run.desk, FREE)
    reply = await model.generate(request())
    assert (reply.cost_usd, model.name) == (0.0, "scripted:model")
    assert len(await run.journal()) == 1


@virtual_time
async def test_ten_games_on_one_account_share_its_limit(tmp_path):
    server, gate = Server(SlidingWindow(60)), Gate("account", Connections(100))
    runs = []
    for number in range(10):
        (tmp_path / str(number)).mkdir()
        runs.append(Run(tmp_path / str(number)))
    models = [layered(server, run.desk, FREE, gate) for run in runs]

    async def seat(model, power: int) -> None:
        for call in range(3):
            await model.generate(request(power=str(power), phase=str(call)))

    await asyncio.gather(*(seat(model, power) for model in models for power in range(7)))
    assert server.answered(0) == 210
    assert server.refused_share(120) <= 0.05
    assert asyncio.get_running_loop().time() < 300
    for run in runs:
        assert len(await run.journal()) == 21


@pytest.mark.parametrize("how", ["plain", "hedged", "with a deadline"])
def test_a_reply_that_comes_in_the_moment_of_a_cancellation_is_kept(tmp_path, how):
    @virtual_time
    async def check():
        answer = asyncio.get_running_loop().create_future()

        class Awaited:
            name = "scripted:model"

            async def generate(self, asked):
                return await answer

        run = Run(tmp_path, hedge=how == "hedged")
        for _ in range(30 * (how == "hedged")):
            run.desk.hedge.add("scripted:model", "order", 100.0)
        desk = replace(run.desk, deadlines=PhaseDeadlines() if how == "with a deadline" else None)
        model = layered(Awaited(), desk, FREE, Gate("account", Connections(9)))
        asking = asyncio.create_task(model.generate(request()))
        await asyncio.sleep(1)
        answer.set_result(Reply("paid for", Usage(1, 1)))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait((asking,))
        assert asking.cancelled()
        assert [call["reply"]["text"] for call in await run.journal()] == ["paid for"]

    check()
