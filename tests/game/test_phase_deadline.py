"""PhaseDeadlines of phases: the game goes on without who has not answered, counts it, and keeps what comes late."""

import asyncio
import json

from staging import QUIET, SCRIPTED, ScriptedModel, by_step, every_policy, play, seats, without_timestamps
from test_going_on import go_on
from virtual_time import virtual_time

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.models.call_settings import CallSettings
from ai_diplomacy.models.events import CallFailed
from ai_diplomacy.run.history import read_history
from ai_diplomacy.run.replay import replay
from ai_diplomacy.run.session import LAST_CHANCE


def game(seconds: float | None, **settings) -> GameConfig:
    return GameConfig(
        models=seats(SCRIPTED), max_year=1902, rounds=2, calls=CallSettings(phase_deadline=seconds), **settings
    )


class Slow(ScriptedModel):
    """Takes so long to answer one power at one step of one phase; everything else takes a second."""

    def __init__(self, phase: str, step: str, seconds: float) -> None:
        super().__init__(by_step())
        self.place, self.seconds = (phase, step, "ITALY"), seconds

    async def generate(self, request):
        key = request.key
        slow = (key.phase, key.step, key.actor) == self.place and key.round <= 1
        await asyncio.sleep(self.seconds if slow else 1.0)
        return await super().generate(request)


def moments(run, kind):
    return [(event["phase"], event["power"], event["step"]) for event in run.events_of(kind)]


@virtual_time
async def test_a_silent_power_loses_its_step_and_nobody_else_anything(tmp_path):
    clock = asyncio.get_running_loop().time
    run = await play(tmp_path / "run", game(30.0), Slow("F1901M", "negotiate", 1e6))
    assert moments(run, "step_defaulted") == [("F1901M", "ITALY", "negotiate")]
    assert run.figures["ITALY"]["defaulted_steps"] == run.figures["ITALY"]["failed_calls"] == 1
    assert sum(figures["defaulted_steps"] for figures in run.figures.values()) == 1
    # Four turns of five seconds; the first of three stretches took its 10 s and not 2; what is late gets a last chance.
    assert clock() == 4 * 5 + 8 + LAST_CHANCE
    past = read_history(run.path, DIPLOMACY)
    (late,) = [call for call in past.calls if isinstance(call, CallFailed)]
    assert (late.kind, late.key.phase, late.key.actor) == ("late", "F1901M", "ITALY")
    assert (await replay(past, DIPLOMACY)).ended


@virtual_time
async def test_a_late_reply_is_kept_marked_and_on_the_bill(tmp_path):
    run = await play(tmp_path / "run", game(30.0), Slow("F1901M", "negotiate", 15.0))
    (late,) = [call for call in run.calls if call.get("late")]
    assert late["key"]["power"] == "ITALY"
    assert late["reply"]["text"] == QUIET["negotiate"]
    assert moments(run, "step_defaulted") == [("F1901M", "ITALY", "negotiate")]
    past = read_history(run.path, DIPLOMACY)
    assert len(past.calls.late) == 1
    assert (await replay(past, DIPLOMACY)).ended


@virtual_time
async def test_orders_that_do_not_come_are_holds_and_the_game_goes_on_the_same_way_when_resumed(tmp_path):
    run = await play(tmp_path / "run", game(30.0), Slow("S1901M", "order", 1e6))
    (submitted,) = [
        event for event in run.events_of("orders_submitted") if event["power"] == "ITALY" and event["phase"] == "S1901M"
    ]
    assert submitted["defaults"] == submitted["orders"] == ["F NAP H", "A ROM H", "A VEN H"]
    events = run.path / "events.jsonl"
    lines = events.read_bytes().splitlines(keepends=True)
    events.write_bytes(b"".join(lines[: len(lines) // 2]))
    model = ScriptedModel(by_step())
    again = await go_on(run.path, model=model)
    assert not model.requests
    assert without_timestamps(again.saved) == without_timestamps(run.saved)


@virtual_time
async def test_what_would_come_too_late_is_not_asked_at_all(tmp_path):
    model = Slow("S1901M", "reflect", 15.0)
    run = await play(tmp_path / "run", game(30.0), model)
    # The reflection took all of the stretch, so that the first round of press had no time left.
    assert moments(run, "step_defaulted") == [("S1901M", "ITALY", "reflect"), ("F1901M", "ITALY", "negotiate")]
    places = [(request.key.phase, request.key.step, request.key.round) for request in model.requests]
    assert places.count(("F1901M", "negotiate", 1)) == 6
    assert places.count(("S1901M", "reflect", 0)) == 7
    assert (await replay(read_history(run.path, DIPLOMACY), DIPLOMACY)).ended


@every_policy
@virtual_time
async def test_who_looks_back_for_ever_beside_the_winter_is_not_waited_for_under_any_policy(
    tmp_path, execution, threads
):
    model = Slow("F1901M", "reflect", 1e6)
    model.answers = france_grows
    run = await play(tmp_path / "run", game(30.0, execution=execution, threads=threads), model)
    assert asyncio.get_running_loop().time() < 300
    assert "W1901A" in run.orders()
    lost = moments(run, "step_defaulted")
    assert ("F1901M", "ITALY", "reflect") in lost
    if execution == "async":
        # It had the winter and the first round for it, which it could then not take part in.
        assert sorted(lost) == [("F1901M", "ITALY", "reflect"), ("S1902M", "ITALY", "negotiate")]
        assert run.orders()["W1901A"]["FRANCE"]
    assert (await replay(read_history(run.path, DIPLOMACY), DIPLOMACY)).ended


def france_grows(request):
    """France takes Spain in the first year, and builds."""
    wanted = {"S1901M": "A MAR - SPA", "W1901A": "A MAR B"}.get(request.key.phase)
    orders = [wanted] if wanted and request.key.actor == "FRANCE" else []
    return by_step(order=json.dumps({"orders": orders}))(request)


@virtual_time
async def test_without_a_deadline_everybody_is_waited_for(tmp_path):
    clock = asyncio.get_running_loop().time
    run = await play(tmp_path / "run", game(None), Slow("S1901M", "order", 5000.0))
    assert clock() > 5000
    assert not run.events_of("step_defaulted")
