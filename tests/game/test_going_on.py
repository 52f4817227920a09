"""Runs that were broken off: they go on from their journal, as the game that would have been, and ask nothing twice."""

import asyncio
import csv
import json
import shutil
import time
from collections import Counter
from dataclasses import replace

import pytest
from staging import OFFLINE, QUIET, SCRIPTED, Run, ScriptedModel, by_step, play, seats, without_timestamps

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.models.budget import BudgetExceeded
from ai_diplomacy.models.call_log import PromptDiffersError
from ai_diplomacy.models.call_settings import CallSettings
from ai_diplomacy.models.circuit_breaker import ModelRefused
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.layers import OpenedModel
from ai_diplomacy.models.model import ModelError, Usage
from ai_diplomacy.offline.model import OfflineModel
from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.run.create import create_run, fork_run
from ai_diplomacy.run.history import held, read_history
from ai_diplomacy.run.replay import ReplayDiffersError, replay
from ai_diplomacy.run.session import play_on

GAME = GameConfig(models=seats(OFFLINE), max_year=1902)


GAMES: set = set()
"""The game that is being played, as a task."""


async def broken_off():
    for game in GAMES:
        game.cancel()
    await asyncio.Event().wait()


class Asked(OfflineModel):
    """The offline model, which counts its answers and breaks the game off after some calls."""

    def __init__(self, count: int = 10**9) -> None:
        super().__init__(OFFLINE)
        self.left = count
        self.keys: Counter = Counter()

    async def generate(self, request):
        if self.left <= 0:
            await broken_off()
        self.left -= 1
        reply = await super().generate(request)
        self.keys[request.key] += 1
        return reply


class Breaking(ScriptedModel):
    """Breaks the game off when it comes to a step."""

    def __init__(self, phase, step, answers):
        super().__init__(answers)
        self.place = (phase, step)

    async def generate(self, request):
        if (request.key.phase, request.key.step) == self.place:
            await broken_off()
        return await super().generate(request)


async def go_on(path, config=None, model=None, **how):
    with held(path, DIPLOMACY) as run:
        playing = play_on(
            run,
            config or run.history.settings.last,
            DIPLOMACY,
            started=time.perf_counter(),
            open_model=lambda _: OpenedModel(model or OfflineModel(OFFLINE)),
            **how,
        )
        GAMES.add(game := asyncio.create_task(playing))
        try:
            played = await game
        finally:
            GAMES.discard(game)
    return Run(path, played.finished)


async def begin(path, config, model):
    create_run(path, config)
    return await go_on(path, config, model)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The game as it goes without any break."""
    path = tmp_path_factory.mktemp("whole") / "run"
    return asyncio.run(play(path, GAME))


def stories(run):
    return {path.name: path.read_text() for path in sorted((run.path / "powers").iterdir())}


def prompts(run):
    return {
        tuple(call["key"].values()): (call["request"]["sha256"], call["reply"]["text"])
        for call in run.calls
        if not call.get("late")
    }


def told(run):
    """All events of the game, without what a clock put into them; calls that were in flight are none."""
    events = [{name: event[name] for name in event if name not in CLOCKED} for event in run.events]
    return Counter(
        str(event) for event in events if not event["type"].startswith("run_") and event["type"] != "call_lost"
    )


def figures(run):
    return {power: {**row, "lost_calls": 0} for power, row in run.figures.items()}


CLOCKED = ("time", "line", "crc32", "started", "seconds")


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"reflect": "beside"}, {"truth_tags": True, "provisional_orders": True}])
async def test_a_run_broken_off_again_and_again_ends_as_the_game_that_would_have_been(tmp_path, whole, settings):
    path, asked, sessions = tmp_path / "run", Counter(), 0
    if settings:
        whole = await play(tmp_path / "whole", replace(GAME, **settings))
    create_run(path, replace(GAME, **settings))
    while True:
        model, sessions = Asked(11), sessions + 1
        try:
            run = await go_on(path, model=model)
        except asyncio.CancelledError:
            asked += model.keys
            continue
        asked += model.keys
        break
    assert sessions > 10
    assert set(asked.values()) == {1}
    assert without_timestamps(run.saved) == without_timestamps(whole.saved)
    assert prompts(run) == prompts(whole)
    assert stories(run) == stories(whole)
    assert told(run) == told(whole)
    assert figures(run) == figures(whole)
    assert len(run.events_of("run_resumed")) == sessions - 1
    rows = (run.path / "llm_responses.csv").read_text().count("\noffline,")
    assert rows == len(run.calls) == len(whole.calls)
    assert (await replay(read_history(run.path, DIPLOMACY), DIPLOMACY)).ended


async def test_a_call_in_the_journal_whose_events_were_lost_is_not_asked_again(tmp_path, whole):
    path = tmp_path / "run"
    shutil.copytree(whole.path, path)
    lines = (path / "events.jsonl").read_bytes().splitlines(keepends=True)
    (path / "events.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]))
    model = Asked()
    run = await go_on(path, model=model)
    assert not model.keys
    assert told(run) == told(whole)
    assert stories(run) == stories(whole)


@pytest.mark.slow
async def test_total_time_counts_every_sitting_and_not_the_time_between(tmp_path, whole):
    path = tmp_path / "run"
    create_run(path, GAME)
    with pytest.raises(asyncio.CancelledError):
        await go_on(path, model=Asked(100))
    first = read_history(path, DIPLOMACY).elapsed
    run = await go_on(path)
    assert run.events[-1]["total_time"] > first > 0


@pytest.mark.slow
async def test_a_higher_cap_lets_a_stopped_game_go_on_to_the_same_end(tmp_path, whole):
    path, low = tmp_path / "run", replace(GAME, calls=CallSettings(max_tokens_total=150_000))
    with pytest.raises(BudgetExceeded):
        await play(path, low)
    paid = len(Run(path, None).calls)
    with pytest.raises(BudgetExceeded):
        await go_on(path, low)
    assert len(Run(path, None).calls) == paid
    run = await go_on(path, replace(GAME, calls=CallSettings(max_tokens_total=10_000_000)))
    assert prompts(run) == prompts(whole)
    saved, expected = without_timestamps(run.saved), without_timestamps(whole.saved)
    del saved["config"], expected["config"]
    assert saved == expected
    spent = sum(call["reply"]["usage"]["input"] + call["reply"]["usage"]["output"] for call in run.calls)
    total = run_spending(run)
    assert total["input_tokens"] + total["output_tokens"] == spent


class RefusingOne(Asked):
    """Does not take the first request that it is asked."""

    async def generate(self, request):
        if not self.keys:
            self.keys[request.key] += 1
            raise ModelError("400 context too long", billable=False)
        return await super().generate(request)


@pytest.mark.slow
async def test_a_game_goes_on_where_the_next_call_is_refused_for_its_own_sake(tmp_path):
    path = tmp_path / "run"
    with pytest.raises(asyncio.CancelledError):
        await begin(path, GAME, Asked(60))
    run = await go_on(path, model=RefusingOne())
    assert run.result is not None
    assert sum(figures["failed_calls"] for figures in run.figures.values()) == 1


class Unmetered(Asked):
    """Does not say how many tokens it took."""

    async def generate(self, request):
        return replace(await super().generate(request), usage=Usage())


@pytest.mark.slow
async def test_calls_of_unknown_usage_count_for_a_cap_when_a_game_goes_on(tmp_path):
    path, low = tmp_path / "run", replace(GAME, calls=CallSettings(max_tokens_total=150_000))
    with pytest.raises(BudgetExceeded):
        await begin(path, low, Unmetered())
    run = Run(path, None)
    charged = sum(call["reply"]["most_tokens"] for call in run.calls)
    assert 150_000 - 2 * run.calls[0]["request"]["max_tokens"] < charged <= 150_000
    with pytest.raises(BudgetExceeded) as still:
        await go_on(path, low, Unmetered(0))
    assert f"{charged:,} are spent" in str(still.value)
    run = await go_on(path, replace(GAME, calls=CallSettings(max_tokens_total=10_000_000)), Unmetered())
    assert run.result is not None
    assert run_spending(run)["input_tokens"] is None


def run_spending(run):
    return json.loads((run.path / "overview.jsonl").read_text().splitlines()[0])["spending"]["total"]


async def test_a_step_lost_to_a_failed_call_stays_lost(tmp_path):
    def answers(request):
        if request.key.actor == "ITALY" and request.key.step == "negotiate":
            raise ModelError("the vendor answered 400", kind="fatal")
        return QUIET[request.key.step]

    config = GameConfig(models=seats(SCRIPTED), max_year=1901, rounds=1)
    path = tmp_path / "run"
    with pytest.raises(asyncio.CancelledError):
        await begin(path, config, Breaking("F1901M", "negotiate", answers))
    model = ScriptedModel(by_step())
    run = await go_on(path, model=model)
    assert not [request for request in model.requests if request.key.phase == "S1901M"]
    assert [event["phase"] for event in run.events_of("step_defaulted")] == ["S1901M"]
    assert run.figures["ITALY"]["failed_calls"] == 1


async def test_a_refused_model_is_asked_again_when_the_run_goes_on(tmp_path):
    refusing = True

    def answers(request):
        if request.key.phase == "F1901M" and refusing:
            raise ModelError("the vendor answered 401: the key was revoked")
        return QUIET[request.key.step]

    config = GameConfig(models=seats(SCRIPTED), max_year=1901, rounds=1)
    with pytest.raises(ModelRefused):
        await begin(tmp_path / "run", config, ScriptedModel(answers))
    refusing = False
    run = await go_on(tmp_path / "run", model=ScriptedModel(answers))
    assert run.result.phase == "W1901A" or run.result.outcome == "limit"


async def test_changed_settings_hold_from_the_next_phase_on(tmp_path):
    one, other = ScriptedModel(by_step()), ScriptedModel(by_step(), name="other")
    config = GameConfig(models=seats(SCRIPTED), max_year=1901, rounds=1)
    path = tmp_path / "run"
    with pytest.raises(asyncio.CancelledError):
        await begin(path, config, Breaking("S1901M", "order", by_step()))
    changed = replace(config, models=seats(ModelId("other", "")), rounds=2, max_year=1902)
    with held(path, DIPLOMACY) as run:
        played = await play_on(
            run,
            changed,
            DIPLOMACY,
            started=0.0,
            open_model=lambda model: OpenedModel(other if model.provider == "other" else one),
        )
    assert {request.key.phase for request in one.requests} == {"S1901M"}
    assert {request.key.step for request in one.requests} == {"order", "reflect"}
    phases = {request.key.phase for request in other.requests}
    assert "F1901M" in phases
    assert "F1902M" in phases
    assert max(request.key.round for request in other.requests) == 2
    assert played.finished.phase[1:5] == "1902"
    assert (await replay(read_history(path, DIPLOMACY), DIPLOMACY)).ended
    by_model = played.artefacts.counts.document()["errors_by_model"]
    assert by_model["scripted"]["calls"] + by_model["other"]["calls"] == len(Run(path, None).calls)


async def test_a_run_is_gone_on_with_by_one_program_at_a_time(tmp_path, whole):
    path = tmp_path / "run"
    create_run(path, GAME)
    with (
        held(path, DIPLOMACY),
        pytest.raises(ConfigError, match="is being played by another program"),
        held(path, DIPLOMACY),
    ):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("reflect", ["before", "beside"])
async def test_a_fork_from_any_phase_is_the_same_game_and_the_source_is_untouched(tmp_path, reflect):
    bots = dict.fromkeys(("AUSTRIA", "ENGLAND", "GERMANY", "RUSSIA"), ModelId("bot", "dumbbot"))
    config = GameConfig(models=seats(OFFLINE, **bots), max_year=1902, rounds=1, seed=5, reflect=reflect)
    run = await play(tmp_path / "run", config)
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    past = read_history(run.path, DIPLOMACY)
    assert {phase[-1] for phase in past.phases} == {"M", "R", "A"}
    for number, phase in enumerate(past.phases):
        fork_run(past, phase, tmp_path / phase, config)
        model = Asked()
        fork = await go_on(tmp_path / phase, model=model)
        assert without_timestamps(fork.saved) == without_timestamps(run.saved)
        assert prompts(fork) == prompts(run)
        assert stories(fork) == stories(run)
        assert {key.phase for key in model.keys} <= set(past.phases[number:])
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


@pytest.mark.slow
async def test_a_fork_pays_only_for_what_it_asks_itself_and_can_be_broken_off_too(tmp_path, whole):
    past = read_history(whole.path, DIPLOMACY)
    fork_run(past, "S1902M", tmp_path / "fork", GAME)
    with pytest.raises(asyncio.CancelledError):
        await go_on(tmp_path / "fork", model=Asked(5))
    run = await go_on(tmp_path / "fork", model=Asked())
    own = [call for call in run.calls if not call["reply"]["inherited"]]
    assert run_spending(run)["calls"] == len(own)
    assert 0 < len(own) < len(whole.calls)
    assert without_timestamps(run.saved) == without_timestamps(whole.saved)
    assert (await replay(read_history(run.path, DIPLOMACY), DIPLOMACY)).ended
    with (tmp_path / "fork" / "llm_responses.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    own = [row for row in rows if row["inherited"] != "true"]
    assert 0 < len(own) < len(rows)
    told = json.loads((tmp_path / "fork" / "overview.jsonl").read_text().splitlines()[0])
    assert sum(int(row["input_tokens"]) for row in own) == told["spending"]["total"]["input_tokens"]
    assert len(own) == told["spending"]["total"]["calls"]


async def test_a_fork_with_another_seed_or_model_goes_another_way_from_there_on(tmp_path, whole):
    past = read_history(whole.path, DIPLOMACY)
    fork_run(past, "S1902M", tmp_path / "fork", replace(GAME, seed=7))
    run = await go_on(tmp_path / "fork")
    mine, theirs = run.orders(), whole.orders()
    assert mine["S1901M"] == theirs["S1901M"]
    assert mine["F1901M"] == theirs["F1901M"]
    assert mine != theirs
    fork_run(past, "F1901M", tmp_path / "bots", replace(GAME, models=seats(ModelId("bot", "hold"))))
    run = await go_on(tmp_path / "bots")
    assert all(order.endswith(" H") for orders in run.orders()["F1902M"].values() for order in orders or ())


async def test_a_replay_needs_no_model_and_shows_the_first_prompt_that_differs(tmp_path, whole, monkeypatch):
    replayed = await replay(read_history(whole.path, DIPLOMACY), DIPLOMACY)
    assert replayed.ended
    assert replayed.calls == len(whole.calls)
    folder = tmp_path / "prompts"
    shutil.copytree("prompts", folder)
    template = folder / "order.j2"
    template.write_text(template.read_text().replace("orders", "commands"))
    past = read_history(whole.path, DIPLOMACY)
    other = replace(past.settings.first, prompts=dict.fromkeys(GAME.models, folder))
    past._settings = past.settings.renewed(other)
    with pytest.raises(ReplayDiffersError) as differs:
        await replay(past, DIPLOMACY)
    text = str(differs.value)
    assert "order in S1901M is not the one that line" in text
    assert "\n-" in text
    assert "commands" in text


async def test_a_replay_checks_orders_where_there_are_no_prompts(tmp_path):
    config = GameConfig(models=seats(ModelId("bot", "random")), max_year=1901)
    run = await play(tmp_path / "run", config)
    past = read_history(run.path, DIPLOMACY)
    assert (await replay(past, DIPLOMACY)).phases
    settings = past.settings
    past._settings = settings.renewed(replace(config, end_at_phase="S1901M"))
    with pytest.raises(ReplayDiffersError, match=r"^F1901M orders of AUSTRIA: not played again\n"):
        await replay(past, DIPLOMACY)
    past._settings = settings.renewed(replace(config, seed=1))
    with pytest.raises(ReplayDiffersError, match=r"S1901M orders of AUSTRIA\n"):
        await replay(past, DIPLOMACY)


async def test_an_unfinished_run_is_replayed_as_far_as_it_went(tmp_path):
    create_run(tmp_path / "run", GAME)
    with pytest.raises(asyncio.CancelledError):
        await go_on(tmp_path / "run", model=Asked(60))
    replayed = await replay(read_history(tmp_path / "run", DIPLOMACY), DIPLOMACY)
    assert not replayed.ended
    assert replayed.calls == len(Run(tmp_path / "run", None).calls)


async def test_a_changed_template_is_noticed_unless_old_answers_are_to_stand(tmp_path):
    folder = tmp_path / "prompts"
    shutil.copytree("prompts", folder)
    config = replace(GAME, max_year=1901, prompts=dict.fromkeys(GAME.models, folder))
    with pytest.raises(asyncio.CancelledError):
        await begin(tmp_path / "run", config, Asked(60))
    template = folder / "negotiate.j2"
    template.write_text(template.read_text() + "\nBe polite.")
    with pytest.raises(PromptDiffersError, match="negotiate 1 in S1901M"):
        await go_on(tmp_path / "run")
    answered, model = len(Run(tmp_path / "run", None).calls), Asked()
    run = await go_on(tmp_path / "run", model=model, lenient=True)
    assert run.result.outcome == "limit"
    assert len(run.calls) == answered + len(model.keys)


async def test_a_key_that_is_given_again_serves_the_phase_in_which_the_run_stands_however_often_it_goes_on(tmp_path):
    path, keys = tmp_path / "run", []
    config = GameConfig(models=seats(ModelId("scripted", "", api_key="sk-1")), max_year=1901, rounds=0)
    create_run(path, config)
    model = Breaking("S1901M", "order", by_step())

    def open_model(model_id):
        keys.append(model_id.api_key)
        return OpenedModel(model)

    for _ in range(3):
        with held(path, DIPLOMACY) as run:
            GAMES.add(game := asyncio.create_task(play_on(run, config, DIPLOMACY, started=0.0, open_model=open_model)))
            with pytest.raises(asyncio.CancelledError):
                await game
        GAMES.clear()
    assert set(keys) == {"sk-1"}


async def test_a_program_that_died_before_it_told_of_anything_counts_as_a_session(tmp_path, whole):
    path = tmp_path / "run"
    shutil.copytree(whole.path, path)
    for name, lines in (("events.jsonl", 1), ("calls.jsonl", 5)):
        whole_lines = (path / name).read_bytes().splitlines(keepends=True)
        (path / name).write_bytes(b"".join(whole_lines[:lines]))
    past = read_history(path, DIPLOMACY)
    assert len(past.sessions) == 1
    last = max(call.reply.started + call.reply.latency for call in past.calls)
    assert past.elapsed == pytest.approx(last - whole.events[0]["time"])
    run = await go_on(path)
    assert len(run.events_of("run_resumed")) == 1
    assert len(read_history(path, DIPLOMACY).sessions) == 2
    assert (
        read_history(path, DIPLOMACY).elapsed
        < run.events[-1]["time"] - run.events_of("run_resumed")[0]["time"] + past.elapsed + 1
    )


async def test_a_program_tells_of_itself_before_it_asks(tmp_path, whole):
    path = tmp_path / "run"
    create_run(path, GAME)
    with pytest.raises(asyncio.CancelledError):
        await go_on(path, model=Asked(10))
    told_by_then = []

    class Looking(Asked):
        async def generate(self, request):
            told_by_then.append(b"run_resumed" in (path / "events.jsonl").read_bytes())
            return await super().generate(request)

    await go_on(path, model=Looking())
    assert told_by_then[0]


async def test_what_was_played_before_is_not_saved_once_more(tmp_path, whole):
    path = tmp_path / "run"
    shutil.copytree(whole.path, path)
    lines = (path / "calls.jsonl").read_bytes().splitlines(keepends=True)
    (path / "calls.jsonl").write_bytes(b"".join(lines[:-1]))
    run = await go_on(path)
    assert sum(entry["name"] == "save" for entry in run.trace) <= 3
    assert without_timestamps(run.saved) == without_timestamps(whole.saved)


async def test_a_warning_is_told_once_a_cap_however_often_the_run_goes_on(tmp_path):
    path, low = tmp_path / "run", replace(GAME, calls=CallSettings(max_tokens_total=60_000))
    with pytest.raises(BudgetExceeded):
        await play(path, low)
    for _ in range(2):
        with pytest.raises(BudgetExceeded):
            await go_on(path, low)
    with pytest.raises(BudgetExceeded):
        await go_on(path, replace(GAME, calls=CallSettings(max_tokens_total=80_000)))
    assert [event["cap"] for event in Run(path, None).events_of("budget_warned")] == [60_000, 80_000]


async def test_a_game_that_goes_on_under_a_lower_cap_is_told_all_that_is_spent(tmp_path):
    path = tmp_path / "run"
    with pytest.raises(BudgetExceeded):
        await play(path, replace(GAME, calls=CallSettings(max_tokens_total=150_000)))
    usages = [call["reply"]["usage"] for call in Run(path, None).calls]
    with pytest.raises(BudgetExceeded):
        await go_on(path, replace(GAME, calls=CallSettings(max_tokens_total=50_000)))
    warned = Run(path, None).events_of("budget_warned")[-1]
    assert (warned["cap"], warned["spent"]) == (50_000, sum(usage["input"] + usage["output"] for usage in usages))
