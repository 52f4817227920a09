"""The local server keeps to a schema as far as it lists what may be said, and leaves all else as it is."""

from __future__ import annotations

import json

import pytest

from ai_diplomacy.agent.replies import NegotiateReply, OrderReply
from ai_diplomacy.agent.schemas import ReplySchemas
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.orders import interpret
from ai_diplomacy.offline.server.structured import held_to

SITUATION = Board().situation("FRANCE")
ORDERS = ReplySchemas("orders").of(OrderReply, SITUATION).schema
LETTERS = ReplySchemas("orders").of(NegotiateReply, SITUATION).schema
USUAL = ReplySchemas().of(OrderReply, SITUATION).schema


@pytest.mark.parametrize(
    "orders",
    [
        ["A PAR - BUR", "A MAR S A PAR - BUR", "F BRE - MAO"],
        ["F BRE - MAO", "A PAR - BUR", "A MAR S A PAR - BUR"],
        ["Army Paris -> BUR", "* A MAR S A PAR - BUR", "f bre - mao;"],
        ["A MAR S A PAR - BUR", "F BRE - MAO", "A PAR - BURGUNDY", "A MUN H"],
    ],
    ids=["as listed", "in another order", "in another hand", "one too many"],
)
def test_each_unit_takes_the_line_that_is_meant_for_it(orders):
    held = json.loads(held_to(ORDERS, json.dumps({"reasoning": "so", "orders": orders})))
    assert held["orders"] == {"PAR": "A PAR - BUR", "MAR": "A MAR S A PAR - BUR", "BRE": "F BRE - MAO"}
    assert held["reasoning"] == "so"


def test_a_unit_that_nobody_ordered_does_something_legal():
    held = json.loads(held_to(ORDERS, '{"orders": []}'))["orders"]
    assert set(held) == {"PAR", "MAR", "BRE"}
    assert not interpret(held.values(), SITUATION).rejected


def test_recipients_and_pledges_are_those_that_are_listed():
    message = {"to": ["Germany", "everyone"], "text": "Dear Germany", "pledges": ["A PAR - BUR", "a mar h"]}
    held = json.loads(held_to(LETTERS, json.dumps({"diary": "", "messages": [message]})))["messages"][0]
    assert held["to"][0] == "GERMANY"
    assert held["to"][1] in {"ALL", *(power for power in SITUATION.units)}
    assert (held["text"], held["pledges"]) == ("Dear Germany", ["A PAR - BUR", "A MAR H"])


@pytest.mark.parametrize(
    "text",
    [
        '{"orders": ["A PAR - XYZ", 5, null], "vote_draw": false, "more": [{"a": 1}]}',
        '{"orders": {"A PAR": "H"}}',
        '{"orders": "none"}',
        "[]",
        "no JSON",
        '{"orders": ["A PAR',
    ],
)
def test_what_the_usual_schema_says_of_a_reply_changes_no_letter_of_it(text):
    assert held_to(USUAL, text) == text


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": 5},
        {"properties": {"orders": 5}},
        {"properties": {"orders": {"items": 5, "enum": "x"}}},
        {"properties": {"orders": {"$ref": 7}}, "$defs": {}},
        {"properties": {"orders": {"$ref": "#/$defs/a"}}, "$defs": 3},
        {"properties": {"orders": {"items": {"enum": [1, None]}}}},
        {"properties": {"orders": {"properties": {"PAR": {"enum": []}}}}},
    ],
    ids=json.dumps,
)
def test_a_schema_that_makes_no_sense_holds_to_nothing(schema):
    text = '{"orders": ["A PAR H"]}'
    assert held_to(schema, text) == text
