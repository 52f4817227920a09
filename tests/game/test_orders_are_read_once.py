"""No order text is read twice: the step that got a reply reads it, and what it read goes to the board."""

from collections import Counter

import pytest
from staging import HOLD, OFFLINE, SCRIPTED, ScriptedModel, by_step, play, seats

from ai_diplomacy.agent import agent
from ai_diplomacy.board import board, orders
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.models.ids import ModelId


@pytest.fixture
def readings(monkeypatch):
    """Power and phase -> how often texts were interpreted as its orders."""
    found, original = Counter(), orders.interpret

    def counted(texts, situation):
        texts = list(texts)
        found[situation.power, situation.phase] += bool(texts)
        return original(texts, situation)

    for module in (agent, board):
        monkeypatch.setattr(module, "interpret", counted)
    return found


def usable_replies(run):
    return Counter(
        (event["power"], event["phase"])
        for event in run.events_of("reply_read")
        if event["step"] == "order" and event["verdict"] in ("ok", "repaired", "illegal")
    )


async def test_in_a_whole_game_every_reply_is_interpreted_once(tmp_path, readings):
    run = await play(tmp_path, GameConfig(models=seats(OFFLINE), max_year=1902, rounds=1, seed=1))
    replies = usable_replies(run)
    assert max(replies.values()) == 2, "no reply was corrected"
    assert +readings == replies


async def test_a_correction_is_read_once_and_so_is_what_it_corrects(tmp_path, readings):
    model = ScriptedModel(by_step(order='{"orders": ["A PAR - MOS", "A MAR - SPA"]}'))
    config = GameConfig(models=seats(HOLD, FRANCE=SCRIPTED), max_year=1901, end_at_phase="S1901M", rounds=0)
    run = await play(tmp_path, config, model)
    assert +readings == {("FRANCE", "S1901M"): 2}
    assert run.orders()["S1901M"]["FRANCE"] == ["F BRE H", "A MAR - SPA", "A PAR H"]


async def test_bots_hand_in_orders_that_nobody_reads(tmp_path, readings):
    await play(tmp_path, GameConfig(models=seats(ModelId("bot", "dumbbot")), max_year=1902, rounds=0))
    assert not +readings
