"""Reading replies: what is understood, what is mended, what is refused and how it is said."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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

SHAPES = (
    *(InitializeReply, NegotiateReply, PlanReply, OrderReply, ReflectReply, ConsolidateReply),
    *(TaggedNegotiateReply, BelievingOrderReply, ProvisionalReply),
)
GOOD = '{"reasoning": "r", "intent": "i", "orders": ["A PAR - BUR"], "vote_draw": false, "diary": "d"}'


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        (GOOD, False),
        (f"```json\n{GOOD}\n```", False),
        (f"Here are my orders.\n\n```\n{GOOD}\n```\nGood luck!", False),
        (f"I think {{this}} is best.\n```json\n{GOOD}\n```", False),
        (f"My orders: {GOOD} as agreed.", False),
        (f"[{GOOD}]", True),
        (GOOD.replace('"d"}', '"d",}'), True),
        (GOOD.replace('"', "'"), True),
        (GOOD[:-1], True),
        (GOOD.replace("false", "False"), True),
    ],
)
def test_orders_are_found_in_what_models_write(text, repaired):
    reading = read_reply(text, OrderReply)
    assert reading.problem is None
    assert reading.value.orders == ["A PAR - BUR"]
    assert reading.repaired is repaired


@pytest.mark.parametrize(
    ("text", "shape", "problem"),
    [
        ("", OrderReply, "The reply was empty."),
        (" \n", OrderReply, "The reply was empty."),
        ("I would rather not say.", OrderReply, "The reply held no JSON object."),
        ('["A PAR - BUR"]', OrderReply, "The reply must be one JSON object, not a list."),
        ("42", OrderReply, "The reply must be one JSON object, not a number."),
        ('{"diary": "d"}', OrderReply, "orders is missing."),
        ('{"summary": "s"}', PlanReply, "The reply has none of the fields directive."),
        ('{"orders": 5}', OrderReply, "orders: Input should be a valid list, not 5."),
        (
            '{"goals": [], "relationships": {"FRANCE": "Buddy"}}',
            ReflectReply,
            "relationships.FRANCE: 'Buddy' is not one of Enemy, Unfriendly, Neutral, Friendly, Ally.",
        ),
        ('{"messages": [{"text": "x"}]}', NegotiateReply, "messages.0.to is missing."),
    ],
)
def test_what_cannot_be_read_is_said_so_that_its_writer_can_mend_it(text, shape, problem):
    reading = read_reply(text, shape)
    assert reading.value is None
    assert reading.problem == problem


@pytest.mark.parametrize(
    "text",
    [
        '{"orders": ["A PAR - BUR"], "diary": null, "vote_draw": null, "intent": ["keep", "it"]}',
        '{"orders": ["A PAR - BUR"], "vote_draw": ""}',
        'Notes:\n```json\n{"threats": ["MUN"]}\n```\nOrders:\n```json\n{"orders": ["A PAR - BUR"]}\n```',
        'Draft:\n```\n{"orders": ["A PAR H"]}\n```\nFinal:\n```\n{"orders": ["A PAR - BUR"]}\n```',
        '{"orders": ["A PAR - BUR"]} I hope {this} works.',
    ],
)
def test_what_can_be_read_is_not_asked_again(text):
    reading = read_reply(text, OrderReply)
    assert reading.value is not None, reading.problem
    assert reading.value.orders == ["A PAR - BUR"]
    assert not reading.value.vote_draw


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (InitializeReply, '{"goals": null, "relationships": {"ITALY": "Ally"}}'),
        (InitializeReply, '{"relationships": {"ITALY": "Ally"}}'),
        (InitializeReply, '{"goals": ["win"], "relationships": null}'),
        (NegotiateReply, '{"diary": "d", "messages": null}'),
        (NegotiateReply, '{"messages": []}'),
        (NegotiateReply, '{"diary": null, "messages": [{"to": "ALL", "text": null, "pledges": null}]}'),
        (NegotiateReply, '{"messages": [{"to": null, "text": "hello"}]}'),
        (OrderReply, '{"reasoning": null, "intent": null, "orders": null, "vote_draw": null, "diary": null}'),
        (ReflectReply, '{"diary": null, "goals": null, "relationships": null}'),
    ],
)
def test_null_is_nothing_and_only_what_a_step_needs_is_needed(shape, text):
    reading = read_reply(text, shape)
    assert (reading.repaired, reading.problem) == (False, None)


@pytest.mark.parametrize(
    ("shape", "field"), [(PlanReply, "directive"), (ConsolidateReply, "summary"), (InterviewReply, "answer")]
)
@pytest.mark.parametrize("value", ["null", '""', '" "', '"..."', "[]"])
def test_a_step_that_asks_for_one_text_needs_it(shape, field, value):
    assert read_reply(f'{{"{field}": {value}}}', shape).problem == f"{field} is empty."


@pytest.mark.parametrize("shape", SHAPES)
def test_an_object_without_any_field_answers_no_step(shape):
    assert read_reply("{}", shape).value is None


@pytest.mark.parametrize(
    ("pledges", "texts"),
    [
        ("null", []),
        ('"A PAR - BUR"', ["A PAR - BUR"]),
        ('["A PAR - BUR", null, ["out of ENG"]]', ["A PAR - BUR", "out of ENG"]),
        ('{"order": "A PAR - BUR"}', ["A PAR - BUR"]),
        ('[{"A PAR": "- BUR"}, {"unit": "A PAR", "order": "- BUR"}]', ["a par - BUR", "A PAR - BUR"]),
        ('[{"unit": "A PAR", "order": "A PAR - BUR", "reason": "to help"}]', ["A PAR - BUR"]),
        ('[{"type": "out", "province": "ENG", "until": "F1902"}]', ["out of ENG until F1902"]),
        ('[{"type": "DMZ", "provinces": ["ENG", "BUR"]}, {"out of": "ENG"}]', ["out of ENG, BUR", "out of ENG"]),
        ('[{"type": "peace", "power": "ITALY", "while": "kept"}]', ["peace ITALY while kept"]),
        ('[{"until": "F1902", "type": "peace", "with": "ITALY", "mutual": true}]', ["peace ITALY until F1902 mutual"]),
        ('[{"type": "stays", "unit": "A PAR"}, {"unit": "A PAR", "stays": true}]', ["A PAR stays"] * 2),
        ('[{"type": "not", "order": "A PAR - BUR"}]', ["not A PAR - BUR"]),
        ('[{"out": "ENG", "if": {"power": "ITALY", "order": "A VEN H"}}]', ["out of ENG if ITALY: A VEN H"]),
        ('[{"unit": "A PAR", "stays": false}]', ["A PAR stays False"]),
        ('[{"withdraw": "all"}]', ["withdraw all"]),
        ('[{"order": "A PAR - BUR", "weather": "fair"}]', ["A PAR - BUR weather fair"]),
        ('[{"order": "A PAR - BUR", "binding": false, "odds": 0}]', ["A PAR - BUR binding False odds 0"]),
    ],
)
def test_a_pledge_may_be_an_object_and_nothing_of_it_is_lost(pledges, texts):
    reading = read_reply(f'{{"messages": [{{"to": "ITALY", "text": "x", "pledges": {pledges}}}]}}', NegotiateReply)
    assert reading.value is not None, reading.problem
    assert reading.value.messages[0].pledges == texts


@pytest.mark.parametrize(
    ("to", "names"),
    [
        ('{"power": "FRANCE"}', ["FRANCE"]),
        ('[{"power": "FRANCE"}, "ITALY"]', ["FRANCE", "ITALY"]),
        ('{"powers": ["FRANCE", "ITALY"]}', ["FRANCE", "ITALY"]),
        ('[["FRANCE", "ITALY"]]', ["FRANCE", "ITALY"]),
        ('"FRANCE, ITALY"', ["FRANCE, ITALY"]),
    ],
)
def test_recipients_come_in_many_forms(to, names):
    (message,) = read_reply(f'{{"messages": [{{"to": {to}, "text": "hello"}}]}}', NegotiateReply).value.messages
    assert message.to == names


@pytest.mark.parametrize(
    "text",
    [
        '{"orders": ["A PAR - BUR", "A MAR H",],}',
        '{"orders": ["A PAR - BUR"\n "A MAR H"]\n "diary": "d"}',
        '{"orders": ["A PAR - BUR", // west\n "A MAR H" /* stay */]}',
        "{orders: ['A PAR - BUR', 'A MAR H'], diary: 'I don't mind, and won't'}",
        "{“orders”: [“A PAR - BUR”, “A MAR H”]}",
        '{"diary": "He said "yes", and left.", "orders": ["A PAR - BUR", "A MAR H"]}',
        '{"diary": "One line,\nanother.", "orders": ["A PAR - BUR", "A MAR H"]}',
        '{"orders": ["A PAR - BUR", "A MAR H"}',
        '{"orders": [["A PAR - BUR", "A MAR H"]], "vote_draw": False, "diary": None}',
        '{"orders": ["A PAR - BUR", "A MAR H"]}}',
        'Draft: {"orders": [...]} Then: {"orders": ["A PAR - BUR", "A MAR H"]}',
    ],
)
def test_what_needs_no_guessing_is_mended(text):
    reading = read_reply(text, OrderReply)
    assert reading.problem is None
    assert reading.value.orders == ["A PAR - BUR", "A MAR H"]


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ('{"orders": ["A PAR - BUR", "A MAR H, "F BRE - MAO"]}', ["A PAR - BUR"]),
        ('{"orders": ["A PAR - BUR", A MAR H", "F BRE - MAO"]}', None),
        ('{"orders": ["A PAR - BUR"] "diary" "d"}', ["A PAR - BUR"]),
        ('{"orders": ["A PAR - BUR"], "orders": ["A PAR H"]}', None),
        ('{"orders": ["A PAR - BUR"]}, "diary": "d"}', ["A PAR - BUR"]),
    ],
)
def test_from_where_it_can_only_be_guessed_at_it_is_left_out_and_asked_again(text, orders):
    reading = read_reply(text, OrderReply)
    assert reading.problem.startswith("The JSON of the reply breaks off at ")
    assert (reading.value and reading.value.orders) == orders


def test_of_a_reply_that_is_cut_no_inner_object_is_taken_for_the_whole():
    text = '{"goals": ["win"], "relationships": {"ITALY": "Ally"}, "diary": "I tru'
    reading = read_reply(text, ReflectReply)
    assert reading.cut
    assert reading.value.relationships == {"ITALY": "Ally"}
    assert reading.value.goals == ["win"]


def test_small_liberties_are_no_mistakes():
    reply = read_reply('{"messages": [{"recipient": "ENGLAND", "body": "hello"}], "more": 1}', NegotiateReply).value
    assert reply.messages[0].to == ["ENGLAND"]
    assert reply.messages[0].text == "hello"
    feelings = read_reply('{"relationships": {"ITALY": " ally "}}', ReflectReply).value.relationships
    assert feelings == {"ITALY": "Ally"}


def test_what_no_file_can_hold_is_taken_out_of_the_text():
    text = '{"summary": "a\\u0000b\\ud800c\\u001b[31m\\nd"}'
    assert read_reply(text, ConsolidateReply).value.summary == "ab?c[31m\nd"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"orders":' * 20_000,
        '{"orders": [' + "9" * 10_000 + "]}",
        '{"orders": NaN}',
        '{"a":' + "x" * 10_000_000,
        "```" * 50_000,
        "{" * 40_000 + "}" * 40_000,
        '{"a":["' * 7000,
        '{"orders": ' + '[{"a":' * 3000,
    ],
)
def test_hostile_text_is_refused_or_read_but_never_raises(text):
    assert read_reply(text, OrderReply) is not None


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.text(), st.sampled_from(SHAPES))
@example("{", OrderReply)
@example('{"orders": [1, null, {}]}', OrderReply)
def test_no_text_raises(text, shape):
    reading = read_reply(text, shape)
    assert reading.value is not None or reading.problem


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = st.sampled_from(
    ["orders", "messages", "goals", "relationships", "diary", "summary", "directive", "vote_draw"]
)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.dictionaries(_FIELDS, _JSON, max_size=6), st.sampled_from(SHAPES))
def test_no_json_of_the_wrong_shape_raises(value, shape):
    reading = read_reply(json.dumps(value), shape)
    assert reading.value is not None or reading.problem


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.integers(min_value=0, max_value=len(GOOD)))
def test_a_reply_cut_anywhere_is_mended_or_refused(at):
    reading = read_reply(GOOD[:at], OrderReply)
    assert reading.value is None or all(isinstance(order, str) for order in reading.value.orders)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("false", False),
        ('"yes"', True),
        ('"Not meant."', False),
        ("1", True),
        ("0.0", False),
        ('"partly"', None),
        ('"..."', None),
        ("null", None),
        ("0.5", None),
        ("[true]", None),
        ('{"a": 1}', None),
    ],
)
def test_whether_a_message_is_meant_is_read_and_never_guessed(written, meant):
    text = f'{{"messages": [{{"to": ["ITALY"], "text": "hello", "meant": {written}}}]}}'
    reading = read_reply(text, TaggedNegotiateReply)
    assert (reading.problem, reading.value.messages[0].meant) == (None, meant)


def test_a_message_of_which_nothing_is_said_has_no_tag():
    text = '{"messages": [{"to": ["ITALY"], "text": "hello"}]}'
    assert read_reply(text, TaggedNegotiateReply).value.messages[0].meant is None
    assert not hasattr(read_reply(text, NegotiateReply).value.messages[0], "meant")


@pytest.mark.parametrize(
    ("written", "beliefs"),
    [
        ('{"12": 80, "3": 0, "4": 100}', {12: 80, 3: 0, 4: 100}),
        (
            '{"1": true, "2": false, "3": "yes", "4": "no", "5": "60 %", "6": "7.6"}',
            dict(enumerate((100, 0, 100, 0, 60, 8), 1)),
        ),
        ('{"1": 0.8, "2": 1, "3": 0}', {1: 80, 2: 100, 3: 0}),
        ('{"1": 1, "2": 100, "3": 0.5, "4": true}', {1: 100, 2: 100, 3: 50, 4: 100}),
        ('{"1": 1, "2": 0}', {1: 1, 2: 0}),
        ('{"1": "...", "2": "maybe", "3": -1, "4": 101, "5": null, "6": [50], "7": 1e999, "FRANCE": 50, "": 1}', {}),
        ("[80, 20]", {}),
        ("null", {}),
        ('"all of it"', {}),
    ],
)
def test_beliefs_are_read_as_per_cent_and_cost_no_orders(written, beliefs):
    reading = read_reply(f'{{"beliefs": {written}, "orders": ["A PAR H"]}}', BelievingOrderReply)
    assert (reading.value.beliefs, reading.value.orders) == (beliefs, ["A PAR H"])
    assert reading.problem is None


def test_what_is_believed_is_said_before_what_is_ordered():
    fields = list(BelievingOrderReply.model_json_schema()["properties"])
    assert fields.index("beliefs") < fields.index("orders")
