"""Looking back on a turn: what a power knows when it does, from when on it counts, and who waits with it."""

import json

import pytest
from staging import HOLD, SCRIPTED, ScriptedModel, by_step, play, seats, situation_of

from ai_diplomacy.agent.events import Consolidated, DiaryWritten, Reflected
from ai_diplomacy.board.board import Board
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.story import Stories
from ai_diplomacy.run.defaulted_steps import DefaultedSteps
from ai_diplomacy.run.policies import policy
from ai_diplomacy.run.settings_history import SettingsHistory
from ai_diplomacy.run.steps import Steps

REFLECTED = '{"diary": "Italy lied", "goals": ["Take Venice"], "relationships": {"ITALY": "Enemy"}}'


def growing(request):
    """France takes Spain in the first year, builds in its winter, and makes up its mind about every turn."""
    if request.key.step != "order":
        return by_step(reflect=REFLECTED)(request)
    legal = situation_of(request)["legal_orders"]
    wanted = ("A MAR - SPA", "A PAR - GAS", "A MAR B", "A PAR B")
    orders = [next((order for order in wanted if order in legal[unit]), legal[unit][0]) for unit in legal]
    return json.dumps({"orders": orders, "diary": "I ordered"})


async def asked_of_france(path, **settings):
    """(phase, step, round) -> the situation that France was shown."""
    model = ScriptedModel(growing)
    await play(path, GameConfig(models=seats(HOLD, FRANCE=SCRIPTED), max_year=1902, **settings), model)
    return {(r.key.phase, r.key.step, r.key.round): situation_of(r) for r in model.requests}


def knows(document):
    """Whether the situation holds what the reflection on Fall 1901 has brought."""
    return "F1901M: Italy lied" in document.get("diary", ())


async def test_the_winter_sees_nothing_of_the_reflection_beside_it_and_the_next_press_sees_both(tmp_path):
    asked = await asked_of_france(tmp_path / "run")
    reflection, winter = asked["F1901M", "reflect", 0], asked["W1901A", "order", 0]
    assert reflection["phase"] == winter["phase"] == "W1901A"
    assert list(reflection["last_turn"]) == ["F1901M"]
    assert not [entry for entry in reflection["diary"] if entry.startswith("W1901A")]
    assert not knows(winter)
    press = asked["S1902M", "negotiate", 1]
    assert knows(press)
    assert list(press["last_turn"]) == ["F1901M", "W1901A"]
    assert press["last_turn"]["W1901A"]["FRANCE"]


@pytest.mark.parametrize(
    ("rounds", "first", "second"),
    [(2, ("negotiate", 1), ("negotiate", 2)), (1, ("negotiate", 1), ("order", 0)), (0, None, ("order", 0))],
)
async def test_beside_the_first_round_letters_are_written_with_the_old_mind_and_the_new_board(
    tmp_path, rounds, first, second
):
    asked = await asked_of_france(tmp_path / "run", rounds=rounds, reflect="beside")
    if first is not None:
        letters = asked["S1902M", *first]
        assert not knows(letters)
        assert list(letters["last_turn"]) == ["F1901M", "W1901A"]
        # What it has thought of the turn before that one counts.
        assert (letters["goals"], letters["relationships"]["Enemy"]) == (["Take Venice"], "ITALY")
        assert "goals" not in asked["S1901M", *first]
    assert knows(asked["S1902M", *second])
    assert asked["S1901M", *second]["goals"] == ["survive"]


def test_a_story_is_the_same_whichever_of_two_thoughts_ended_first():
    noted = DiaryWritten("FRANCE", "F1902M", "reflect", 0, "Italy lied")
    changed = Reflected("FRANCE", "F1902M", ["Take Venice"], {"ITALY": "Enemy"})
    summed_up = Consolidated("FRANCE", "F1902M", "a bad year")
    texts = set()
    for events in ((noted, changed, summed_up), (noted, summed_up, changed), (summed_up, noted, changed)):
        settings = SettingsHistory(GameConfig(models=seats(HOLD), max_year=1902), DIPLOMACY.order)
        story = Stories(settings, DefaultedSteps())
        for event in events:
            story.event(event)
        texts.add(story.text("FRANCE"))
    (text,) = texts
    assert "a bad year" in text


DRIVEN_OUT = {"GERMANY": ["A BUR - MAR", "A GAS S A BUR - MAR"], "AUSTRIA": []}
"""An Italian army has to leave Marseilles: for Piedmont, or for Spain, which is the last centre of Austria."""


async def reflections(retreat):
    """Power -> the phase in whose records it looked back on Fall 1902, and the phase on the board by then."""
    saved = Board().to_saved_game()
    entry = saved["phases"][0]
    entry["name"] = entry["state"]["name"] = "F1902M"
    units, centers = entry["state"]["units"], entry["state"]["centers"]
    for power in units:
        units[power], centers[power] = [], []
    units |= {"GERMANY": ["A BUR", "A GAS"], "ITALY": ["A MAR"]}
    centers |= {"GERMANY": ["MUN", "KIE"], "ITALY": ["ROM", "NAP"], "AUSTRIA": ["SPA"]}

    def answer(request):
        orders = [retreat] if request.key.phase == "F1902R" else DRIVEN_OUT.get(request.key.actor, [])
        return by_step(order=json.dumps({"orders": orders}))(request)

    config = GameConfig(models=seats(SCRIPTED), max_year=1903, rounds=0)
    model = ScriptedModel(answer)
    game = DIPLOMACY.begin(SettingsHistory(config, DIPLOMACY.order), lambda _: model, Unheard())
    game.board = Board.from_saved_game(saved)
    steps = Steps(game, Unheard())
    async with policy("sequential") as one_by_one:
        while (segment := game.segment()) is not None and game.board.phase != "F1903M":
            await one_by_one.run(segment, steps.take)
            await game.cross(segment)
    looked = [request for request in model.requests if request.key.step == "reflect" and "1902" in request.key.phase]
    return {request.key.actor: (request.key.phase, situation_of(request)["phase"]) for request in looked}


class Unheard:
    def event(self, event) -> None: ...


async def test_a_power_that_a_retreat_may_end_waits_for_it():
    at_once = ("F1902M", "F1902R")
    assert await reflections("A MAR R PIE") == {
        "AUSTRIA": ("F1902R", "W1902A"),
        "GERMANY": at_once,
        "ITALY": at_once,
    }


async def test_a_power_that_a_retreat_has_ended_is_not_asked():
    assert set(await reflections("A MAR R SPA")) == {"GERMANY", "ITALY"}
