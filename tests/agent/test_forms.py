"""The forms that prompts show hold what their reader may say: a legal order of its own, a power that is near."""

import json
import random

import pytest

from ai_diplomacy.agent.briefing import briefing
from ai_diplomacy.agent.memory import Memory
from ai_diplomacy.agent.prompts import prompt_book
from ai_diplomacy.agent.replies import InitializeReply, NegotiateReply, OrderReply, ReflectReply, read_reply
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.orders import interpret, read_order
from ai_diplomacy.board.player import View
from ai_diplomacy.board.terrain import MAPS, terrain

SHAPES = {
    "initialize": InitializeReply,
    "negotiate": NegotiateReply,
    "order": OrderReply,
    "reflect": ReflectReply,
}


def form(step, situation):
    """The form at the end of a prompt, as the reply of a model that copies it."""
    seen = View("g", situation, 1905, round=1, rounds=1)
    prompt = prompt_book(None, situation.terrain).prompt(step, briefing(step, seen, Memory()), situation)
    text = prompt.rpartition("```json\n")[2].removesuffix("\n```")
    reading = read_reply(text, SHAPES[step])
    assert reading.problem is None
    assert "POWER" not in text
    return reading.value


@pytest.mark.slow
@pytest.mark.parametrize("name", MAPS)
def test_whoever_copies_a_form_orders_its_own_units_and_writes_to_a_power_in_the_game(name):
    board, rng, kinds = Board(name), random.Random(name), set()
    for _ in range(8):
        for power in board.survivors:
            situation = board.situation(power)
            others = set(board.survivors) - {power}
            assert form("initialize", situation).relationships.keys() <= others
            assert form("reflect", situation).relationships.keys() <= others
            if situation.kind == "M":
                (message,) = form("negotiate", situation).messages
                assert {*message.to} <= others
                assert all(read_order(pledge, situation).order == pledge for pledge in message.pledges)
                assert len(message.pledges) == bool(situation.own_units)
            orders = form("order", situation).orders
            report = interpret(orders, situation)
            assert not report.rejected
            assert len(orders) == bool(report.orders or situation.due)
            kinds |= {order.split()[-1] if situation.kind == "A" else situation.kind for order in orders}
        for power in board.powers:
            legal = board.situation(power).legal_orders.values()
            chosen = [rng.choice(orders) for orders in legal if orders]
            board.submit(power, chosen[: abs(board.situation(power).due)] if board.phase.kind == "A" else chosen)
        board.adjudicate()
    assert "M" in kinds


def test_the_order_is_a_move_and_the_power_is_the_nearest():
    assert form("order", Board().situation("TURKEY")).orders == ["A CON - ANK"]
    nearest = {power: [*form("initialize", Board().situation(power)).relationships] for power in terrain().powers}
    assert nearest == {
        "AUSTRIA": ["ITALY"],
        "ENGLAND": ["FRANCE"],
        "FRANCE": ["ENGLAND"],
        "GERMANY": ["AUSTRIA"],
        "ITALY": ["AUSTRIA"],
        "RUSSIA": ["AUSTRIA"],
        "TURKEY": ["RUSSIA"],
    }


def test_a_form_is_the_same_for_the_same_situation():
    situation = Board().situation("FRANCE")
    assert form("negotiate", situation) == form("negotiate", situation)
    assert json.loads(form("negotiate", situation).model_dump_json())["messages"][0]["pledges"] == ["A MAR - BUR"]
