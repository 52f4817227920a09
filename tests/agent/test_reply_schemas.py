"""What replies are held to: what the schema of legal orders allows is legal, and nothing legal is missing from it."""

from __future__ import annotations

import json
import random
from typing import Any, get_args

import pytest
from board.playing import play, position, scattered

from ai_diplomacy.agent.constraint import CONSTRAINTS, MARKS, USUAL_MEMORY, Constraint, marked, unmarked
from ai_diplomacy.agent.replies import (
    BelievingOrderReply,
    ConsolidateReply,
    InitializeReply,
    InterviewReply,
    NegotiateReply,
    OrderReply,
    PlanReply,
    ProvisionalReply,
    ReflectReply,
    TaggedNegotiateReply,
    read_reply,
)
from ai_diplomacy.agent.schemas import ReplySchemas, shape_schema
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.commitment_text import read_commitment
from ai_diplomacy.board.commitments import Promise
from ai_diplomacy.board.orders import interpret
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.models.providers.schemas import SchemaRules, closed

SHAPES = (
    *(InitializeReply, NegotiateReply, PlanReply, OrderReply, ReflectReply, ConsolidateReply, InterviewReply),
    *(TaggedNegotiateReply, BelievingOrderReply, ProvisionalReply),
)
NUMBERS = ("1", "2", "5")
"""Of messages that may be believed."""
BOUNDED = SchemaRules(frozenset({"minItems", "maxItems", "maxLength"}))


def written(schema: dict[str, Any], rng: random.Random, defs: dict[str, Any]) -> Any:
    """Anything that a closed schema allows, as a model without any sense might write it."""
    schema = defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if "enum" in schema:
        return rng.choice(schema["enum"])
    match schema["type"]:
        case "object":
            assert schema["required"] == list(schema["properties"])
            assert schema["additionalProperties"] is False
            return {name: written(inner, rng, defs) for name, inner in schema["properties"].items()}
        case "array":
            count = rng.randint(schema.get("minItems", 0), schema["maxItems"])
            return [written(schema["items"], rng, defs) for _ in range(count)]
        case "string":
            return "x" * rng.randint(0, schema["maxLength"])
        case "boolean":
            return rng.random() < 0.5
        case "integer":
            return rng.randint(0, 100)
    raise AssertionError(schema)


def legal_reply(shape: type, situation: Situation, rng: random.Random) -> Any:
    schema = closed(ReplySchemas("orders").of(shape, situation, NUMBERS).schema or {}, BOUNDED)
    assert schema is not None
    return written(schema, rng, schema.get("$defs", {}))


def positions(seed: int) -> list[Situation]:
    """Of all powers in phases of all kinds, on several maps."""
    rng = random.Random(seed)
    boards = [play(Board(), random.Random(f"{seed} {phases}"), phases) for phases in (0, 3, 9, 14)]
    boards += [scattered(name, rng, kind, centers=9) for name in ("standard", "ancmed") for kind in "MA"]
    return [board.situation(power) for board in boards if not board.completed for power in board.powers]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_written_under_the_schema_is_a_legal_order_for_every_unit(seed):
    rng = random.Random(seed)
    kinds = set()
    for situation in positions(seed):
        if not situation.legal_orders:
            continue
        reading = read_reply(json.dumps(legal_reply(OrderReply, situation, rng)), OrderReply)
        assert (reading.problem, reading.repaired) == (None, False)
        report = interpret(reading.value.orders, situation)
        choice_left = situation.kind == "A" and 1 < abs(situation.due) < len(situation.legal_orders)
        if not choice_left:
            assert not report.rejected, situation
            assert not report.defaults
        assert all(line.order or choice_left for line in report.lines)
        kinds.add(situation.kind)
    assert kinds >= {"M", "A"}


@pytest.mark.parametrize("seed", range(2))
def test_no_legal_order_is_forbidden(seed):
    for situation in positions(seed):
        schema = ReplySchemas("orders").of(OrderReply, situation).schema
        if schema is None or not situation.legal_orders:
            continue
        listed = {order for field in schema["properties"]["orders"]["properties"].values() for order in field["enum"]}
        legal = {str(order) for orders in situation.legal_orders.values() for order in orders}
        assert listed == legal | ({"WAIVE"} if situation.due > 0 else set())


def test_dislodged_units_are_asked_for_their_retreats():
    board = position({"FRANCE": ["A BUR", "A PAR"], "GERMANY": ["A MUN", "A RUH"]})
    board.submit("GERMANY", ["A MUN - BUR", "A RUH S A MUN - BUR"])
    board.adjudicate()
    situation = board.situation("FRANCE")
    assert situation.kind == "R"
    schema = ReplySchemas("orders").of(OrderReply, situation).schema
    assert list(schema["properties"]["orders"]["properties"]) == ["BUR"]
    assert "A BUR D" in schema["properties"]["orders"]["properties"]["BUR"]["enum"]


@pytest.mark.parametrize(
    ("units", "centers", "fields"),
    [
        ([], ["PAR", "BRE"], ["BRE", "PAR"]),
        (["A GAS"], ["PAR", "BRE", "MAR"], ["1", "2"]),
        (["A GAS", "A PIC", "A SPA"], ["PAR"], ["1", "2"]),
        (["A GAS"], [], ["GAS"]),
    ],
    ids=["as many builds as places", "fewer builds than places", "some units disband", "all units disband"],
)
def test_in_winter_as_many_are_chosen_as_are_due(units, centers, fields):
    situation = position({"FRANCE": units}, centers={"FRANCE": centers}, phase="W1901A").situation("FRANCE")
    schema = ReplySchemas("orders").of(OrderReply, situation).schema
    assert list(schema["properties"]["orders"]["properties"]) == fields
    assert len(fields) == abs(situation.due)


def test_letters_go_to_powers_that_are_left_and_promise_what_can_be_promised():
    board = position(
        {"FRANCE": ["A PAR", "F BRE"], "GERMANY": ["A MUN"], "ITALY": ["F NAP"]},
        centers={"FRANCE": ["PAR"], "TURKEY": ["ANK"]},
    )
    situation = board.situation("FRANCE")
    rng = random.Random(1)
    recipients, kinds = set(), set()
    for _ in range(200):
        reply = read_reply(json.dumps(legal_reply(NegotiateReply, situation, rng)), NegotiateReply).value
        assert len(reply.messages) <= 6
        for message in reply.messages:
            assert message.to
            assert len(message.text) <= 1200
            recipients |= set(message.to)
            for pledge in message.pledges:
                assert read_commitment(pledge, situation, message.to).commitments == (pledge,)
                kinds.add(Promise(pledge).kind)
    assert recipients == {"GERMANY", "ITALY", "TURKEY", "ALL"}
    assert kinds == {"order", "out", "peace", "stays"}


def test_lists_and_letters_have_the_games_own_bounds():
    situation = Board().situation("FRANCE")
    letters = ReplySchemas("orders", max_messages=2, max_message_characters=99).of(NegotiateReply, situation).schema
    assert letters["properties"]["messages"]["maxItems"] == 2
    assert letters["$defs"]["MessageReply"]["properties"]["text"]["maxLength"] == 99
    # llama.cpp refuses to count so far: the game cuts such a letter itself.
    long = ReplySchemas("orders", max_message_characters=5000).of(NegotiateReply, situation).schema
    assert "maxLength" not in long["$defs"]["MessageReply"]["properties"]["text"]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_step_has_a_strict_form_that_is_read_as_it_was_written(shape):
    rng = random.Random(2)
    for situation in positions(2)[:7]:
        reply = legal_reply(shape, situation, rng)
        reading = read_reply(json.dumps(reply), shape)
        assert (reading.problem, reading.repaired) == (None, False)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_the_usual_schema_lists_nothing_but_the_words_of_a_reply(shape):
    situation = Board().situation("ITALY")
    usual = ReplySchemas().of(shape, situation, NUMBERS)
    others = ("AUSTRIA", "ENGLAND", "FRANCE", "GERMANY", "RUSSIA", "TURKEY")
    assert usual == (shape_schema(shape, others, NUMBERS), None)
    assert "A VEN" not in json.dumps(usual.schema)
    assert ReplySchemas("none").of(shape, situation) == (None, None)
    assert ReplySchemas("orders").of(shape, situation, NUMBERS).looser is usual.schema


def test_the_same_question_has_the_same_schema_and_another_phase_its_own():
    board = Board()
    schemas, spring = ReplySchemas("orders"), board.situation("ITALY")
    first = schemas.of(OrderReply, spring)
    assert schemas.of(OrderReply, spring).schema is first.schema
    assert schemas.of(NegotiateReply, spring).schema is not first.schema
    board.submit("ITALY", ["A VEN - TYR"])
    board.adjudicate()
    assert "A TYR - VIE" in json.dumps(schemas.of(OrderReply, board.situation("ITALY")).schema)


@pytest.mark.parametrize(
    ("orders", "read"),
    [
        ({"PAR": "A PAR - BUR", "BRE": "F BRE H"}, ["A PAR - BUR", "F BRE H"]),
        ({"1": "A PAR B", "2": "WAIVE"}, ["A PAR B", "WAIVE"]),
        ({"A PAR": "- BUR", "F BRE": "F BRE H"}, ["A PAR - BUR", "F BRE H"]),
        ({}, []),
    ],
)
def test_orders_may_come_under_the_names_of_their_units(orders, read):
    assert read_reply(json.dumps({"orders": orders}), OrderReply).value.orders == read


def test_a_mark_says_what_a_name_was_held_to():
    assert CONSTRAINTS == get_args(Constraint) == tuple(MARKS)
    assert MARKS["shape"] == ""
    for level in CONSTRAINTS:
        for memory in (USUAL_MEMORY, 3):
            assert unmarked(marked("openai:gpt (low)", level, memory)) == "openai:gpt (low)"


def test_each_message_that_may_be_believed_has_a_field_of_its_own():
    rng = random.Random(5)
    for situation in positions(2)[:3]:
        reply = legal_reply(BelievingOrderReply, situation, rng)
        assert tuple(reply["beliefs"]) == NUMBERS
        assert read_reply(json.dumps(reply), BelievingOrderReply).value.beliefs.keys() == {1, 2, 5}
    asked = shape_schema(BelievingOrderReply, ("ITALY",), NUMBERS)
    assert list(closed(asked, BOUNDED)["properties"]["beliefs"]["properties"]) == [*NUMBERS]
