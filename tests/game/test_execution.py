"""Four policies over one program: exactly how long each takes, in virtual time, and the rules that all keep."""

import asyncio
import json
from collections import defaultdict

import pytest
from drawn_games import Taken, drawn_game, drawn_latency, longest_chain, scheduled, sum_of_steps
from staging import MANNERS, SCRIPTED, Run, ScriptedModel, by_step, every_policy, play, seats, situation_of
from virtual_time import run_virtual, virtual_time

from ai_diplomacy.game.config import GameConfig, checked_execution
from ai_diplomacy.models.call_settings import CallSettings
from ai_diplomacy.models.model import Reply, Usage
from ai_diplomacy.models.stopping import Stopped
from ai_diplomacy.records.durable import DiskError
from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.run.policies import policy
from ai_diplomacy.run.stages import Segment, Stage


def holding(**answers):
    """Says this at each step, and orders every unit to hold where it stands."""

    def answer(request):
        if request.key.step != "order":
            return by_step(**answers)(request)
        return json.dumps({"orders": [f"{unit} H" for unit in situation_of(request)["legal_orders"]]})

    return answer


NOTED = holding(reflect='{"diary": "noted"}')
"""With something in the diary there is something to consolidate."""


class SlowModel(ScriptedModel):
    """Every call takes its time by the event loop's clock: a second, unless ``seconds`` says otherwise."""

    def __init__(self, seconds=lambda request: 1.0, answers=None):
        super().__init__(answers or holding())
        self._seconds = seconds

    async def generate(self, request):
        clock = asyncio.get_running_loop().time
        started = clock()
        await asyncio.sleep(self._seconds(request))
        reply = await super().generate(request)
        return Reply(reply.text, reply.usage, started=started, latency=clock() - started)


# How long a game takes


async def seconds_of(path, model, **settings):
    """Virtual seconds of a whole game with all its files."""
    clock = asyncio.get_running_loop().time
    began = clock()
    run = await play(path, GameConfig(models=seats(SCRIPTED), **settings), model)
    return clock() - began, run


@pytest.mark.parametrize(
    ("turns", "end"), [(1, "S1901M"), (2, "F1901M"), pytest.param(5, "S1903M", marks=pytest.mark.slow)]
)
@virtual_time
async def test_a_game_of_one_second_calls_takes_what_its_policy_makes_it_take(tmp_path, turns, end):
    expected = {
        "async": 4 * turns,
        "gathered": 4 * turns,
        "threaded": 16 * turns + 6,
        "threaded-all": 4 * turns,
        "sequential": 28 * turns,
    }
    for name, (execution, threads) in MANNERS.items():
        settings = {"max_year": 1903, "end_at_phase": end, "execution": execution, "threads": threads}
        seconds, run = await seconds_of(tmp_path / name, SlowModel(), **settings)
        assert (name, seconds) == (name, expected[name])
        assert len(run.calls) == 28 * turns


def growing(request):
    """Everybody holds but France, which takes Spain and Portugal in the first year and has two builds."""
    situation = situation_of(request)
    marches = {"A MAR": "A MAR - SPA", "F BRE": "F BRE - MAO", "F MAO": "F MAO - POR"}
    orders = [marches.get(unit, f"{unit} H") for unit in situation["legal_orders"]]
    if situation["phase"][-1] == "A":
        orders = [f"A {home} B" for home in situation["legal_orders"]]
    return json.dumps({"orders": orders})


@pytest.mark.parametrize(
    ("reflect", "builds", "seconds"),
    [("before", False, 8), ("before", True, 8), ("beside", False, 6), ("beside", True, 7)],
)
@virtual_time
async def test_a_year_takes_what_its_rounds_and_orders_take(tmp_path, reflect, builds, seconds):
    """From the first press of Fall 1901 to that of Fall 1902."""
    model = SlowModel(answers=by_step() if builds else holding())
    if builds:
        model.answers = lambda request: growing(request) if request.key.step == "order" else by_step()(request)
    begins = {}
    told = model.generate

    async def generate(request):
        begins.setdefault((request.key.phase, request.key.step, request.key.round), asyncio.get_running_loop().time())
        return await told(request)

    model.generate = generate
    run = await play(tmp_path / "run", GameConfig(models=seats(SCRIPTED), max_year=1902, reflect=reflect), model)
    assert ("W1901A" in run.orders()) == builds
    assert begins["F1902M", "negotiate", 1] - begins["F1901M", "negotiate", 1] == seconds
    assert run.timing["critical_path"] == asyncio.get_running_loop().time()


@virtual_time
async def test_a_consolidation_costs_async_no_time(tmp_path):
    """Six turns, with seven consolidations after the fourth."""
    for execution, seconds in (("async", 4 * 6), ("gathered", 4 * 6 + 1)):
        settings = {"max_year": 1903, "execution": execution}
        took, run = await seconds_of(tmp_path / execution, SlowModel(answers=NOTED), **settings)
        assert sum(call["key"]["step"] == "consolidate" for call in run.calls) == 7
        assert took == seconds


@pytest.mark.parametrize(
    ("seconds", "expected"), [((1.0, 1.0), 16), ((2.0, 2.0), 16), ((1.0, 3.0), 16 + 1), ((5.0, 1.0), 16 + 3 + 2)]
)
@virtual_time
async def test_provisional_orders_cost_async_no_time_as_long_as_what_follows_takes_as_long(tmp_path, seconds, expected):
    """Those before press have four seconds, those beside the second round three: until the next phase asks for its
    own, or the game is over."""
    model = SlowModel(lambda request: seconds[request.key.round] if request.key.step == "provisional" else 1.0)
    took, run = await seconds_of(tmp_path / "run", model, max_year=1902, provisional_orders=True)
    assert sum(call["key"]["step"] == "provisional" for call in run.calls) == 7 * 2 * 4
    assert took == run.timing["critical_path"] == expected


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 200, 25))
def test_async_takes_exactly_the_longest_chain_of_dependencies_and_nothing_is_faster(first):
    for seed in range(first, first + 25):
        game, latency = drawn_game(seed), drawn_latency(seed)
        took = {name: run_virtual(scheduled(policy(*how), game, latency)).seconds for name, how in MANNERS.items()}
        assert took["async"] == longest_chain(game, latency), seed
        assert took["async"] <= took["gathered"] <= took["threaded"] <= took["sequential"], seed
        assert took["gathered"] == took["threaded-all"], seed
        assert took["sequential"] == sum_of_steps(game, latency), seed


@pytest.mark.slow
@pytest.mark.parametrize("provisional", [False, True])
@pytest.mark.parametrize(("seed", "reflect"), [(0, "before"), (1, "before"), (2, "beside"), (3, "beside")])
@virtual_time
async def test_the_critical_path_in_the_account_is_what_async_takes(tmp_path, seed, reflect, provisional):
    def drawn(request):
        return drawn_latency(seed)(request.key)

    # Orders that meet, so that there are retreats and adjustments too.
    orders = {"S": "A MUN - BUR", "F": "A PAR S A MUN - BUR"}
    answers = by_step(order=f'{{"orders": ["{orders["S"]}", "{orders["F"]}"]}}', reflect='{"diary": "noted"}')
    settings = {"max_year": 1903, "reflect": reflect, "provisional_orders": provisional}
    seconds, run = await seconds_of(tmp_path / "async", SlowModel(drawn, answers), **settings)
    slower, _ = await seconds_of(tmp_path / "gathered", SlowModel(drawn, answers), execution="gathered", **settings)
    assert run.timing["critical_path"] == pytest.approx(seconds, abs=1e-5)
    assert seconds < slower


# The rules that all policies keep


@every_policy
def test_every_step_is_taken_once_in_the_order_of_its_power_and_behind_its_barrier(execution, threads):
    for seed in range(25):
        game = drawn_game(seed)
        ran = run_virtual(scheduled(policy(execution, threads), game, drawn_latency(seed)))
        asked = {
            Taken(number, at, power)
            for number, segment in enumerate(game)
            for at, stage in enumerate(segment.stages)
            for power in stage.actors
        }
        assert set(ran.began) == set(ran.ended) == asked
        barrier, beside = 0.0, defaultdict(float)
        for number, segment in enumerate(game):
            crossed = barrier
            for power in segment.actors:
                free = barrier
                for at, stage in enumerate(segment.stages):
                    if power not in stage.actors:
                        continue
                    step = Taken(number, at, power)
                    assert ran.began[step] >= free
                    for joined in stage.joins:
                        assert ran.began[step] >= beside[power, joined]
                    if stage.background:
                        beside[power, stage.step] = max(beside[power, stage.step], ran.ended[step])
                        continue
                    free = ran.ended[step]
                crossed = max(crossed, free)
            barrier = crossed


@every_policy
async def test_a_step_that_fails_costs_one_power_that_step(tmp_path, execution, threads):
    class Failing(ScriptedModel):
        async def generate(self, request):
            if (request.key.actor, request.key.step, request.key.round) == ("GERMANY", "negotiate", 1):
                raise RuntimeError("a fault of ours")
            return await super().generate(request)

    model = Failing(holding())
    config = GameConfig(models=seats(SCRIPTED), max_year=1901, execution=execution, threads=threads)
    run = await play(tmp_path / "run", config, model)
    (failed,) = [event for event in run.events_of("step_defaulted") if event["phase"] == "S1901M"]
    assert (failed["power"], failed["step"], failed["round"]) == ("GERMANY", "negotiate", 1)
    assert len(model.requests) == 2 * 28 - 2


@every_policy
@virtual_time
async def test_a_stop_by_the_budget_waits_for_calls_in_flight_a_consolidation_too(tmp_path, execution, threads):
    def seconds(request):
        return 1000.0 if request.key.step == "consolidate" else 1.0

    class Dear(SlowModel):
        async def generate(self, request):
            reply = await super().generate(request)
            dear = (request.key.phase, request.key.actor, request.key.round) == ("S1903M", "AUSTRIA", 1)
            return Reply(reply.text, Usage(10**9, 5), latency=reply.latency) if dear else reply

    config = GameConfig(
        models=seats(SCRIPTED),
        max_year=1903,
        default_max_tokens=1000,
        calls=CallSettings(max_tokens_total=10**8),
        execution=execution,
        threads=threads,
    )
    model = Dear(seconds, NOTED)
    with pytest.raises(Stopped):
        await play(tmp_path / "run", config, model)
    calls = Run(tmp_path / "run", None).calls
    assert sum(call["key"]["step"] == "consolidate" for call in calls) == 7
    assert len(calls) == len(model.requests)


@every_policy
@virtual_time
async def test_at_a_stop_steps_in_flight_end_and_none_is_begun(execution, threads):
    ended = []

    async def act(power, stage):
        await asyncio.sleep({"A": 1, "B": 2, "C": 3}[power])
        if power == "B":
            raise Stopped("the cap is reached")
        ended.append((power, stage.step))

    segment = Segment((Stage("plan", ("A", "B", "C")), Stage("order", ("A", "B", "C"))), "adjudicate")
    with pytest.raises(Stopped):
        async with policy(execution, threads) as steps:
            await steps.run(segment, act)
    first, last = ("A", "plan"), ("C", "plan")
    assert ended == {"async": [first, ("A", "order"), last], "sequential": [first]}.get(execution, [first, last])


@every_policy
@virtual_time
async def test_a_cancelled_game_has_ended_within_a_second(tmp_path, execution, threads):
    clock = asyncio.get_running_loop().time
    config = GameConfig(models=seats(SCRIPTED), max_year=1902, execution=execution, threads=threads)
    game = asyncio.create_task(play(tmp_path / "run", config, SlowModel(lambda request: 100.0)))
    await asyncio.sleep(1250)
    game.cancel()
    with pytest.raises(asyncio.CancelledError):
        await game
    assert clock() <= 1251
    assert (tmp_path / "run" / "timing.json").exists()


@every_policy
async def test_a_full_disk_is_told_once_and_ends_the_segment(execution, threads):
    async def act(power, stage):
        raise DiskError(f"no room for {power}")

    with pytest.raises(DiskError, match="no room for A"):
        async with policy(execution, threads) as steps:
            await steps.run(Segment((Stage("order", ("A", "B")),), "adjudicate"), act)


def test_settings_that_do_not_fit_together_are_refused():
    assert checked_execution("threaded", None, hedge=False) == "decisions"
    with pytest.raises(ConfigError, match="--threads"):
        checked_execution("async", "all", hedge=False)
    with pytest.raises(ConfigError, match="--hedge"):
        checked_execution("threaded", "all", hedge=True)
