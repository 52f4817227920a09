"""Schemas in the forms that vendors take: nothing invented, nothing that the reply's reader would refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from vendor_questions import LIST_OF_ORDERS, MAP_OF_WORDS

from ai_diplomacy.agent import replies
from ai_diplomacy.models.providers.schemas import SchemaRules, closed, open_form, schema_name

SHAPES = [shape for shape in vars(replies).values() if isinstance(shape, type) and shape.__name__.endswith("Reply")]


def objects(schema: Any):
    """All object schemas in a schema."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


def test_a_closed_schema_lists_every_field_of_every_object():
    strict = closed(replies.NegotiateReply.model_json_schema(), SchemaRules())
    assert strict is not None
    assert len(list(objects(strict))) == 2
    for schema in objects(strict):
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])
    assert "default" not in json.dumps(strict)
    assert "title" not in json.dumps(strict)


def test_a_map_with_arbitrary_keys_has_no_closed_form():
    assert closed(MAP_OF_WORDS, SchemaRules()) is None
    assert closed(replies.InitializeReply.model_json_schema(), SchemaRules()) is None


def test_a_map_whose_keys_are_listed_becomes_an_object_with_those_fields():
    schema = json.loads(json.dumps(MAP_OF_WORDS))
    schema["properties"]["relationships"]["propertyNames"] = {"enum": ["FRANCE", "ITALY"]}
    strict = closed(schema, SchemaRules())
    assert strict is not None
    word = {"enum": ["Enemy", "Ally"], "type": "string"}
    assert strict["properties"]["relationships"] == {
        "type": "object",
        "properties": {"FRANCE": word, "ITALY": word},
        "required": ["FRANCE", "ITALY"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object"},
        {"type": "object", "additionalProperties": True},
        {"type": "object", "properties": {"any": {}}},
        {"type": "object", "properties": {"pair": {"type": "array", "prefixItems": [{"type": "string"}]}}},
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
    ],
)
def test_what_cannot_be_closed_is_not(schema):
    assert closed(schema, SchemaRules()) is None


def test_alternatives_and_constants_are_kept():
    schema = {
        "type": "object",
        "properties": {"a": {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]}, "b": {"const": 1}},
    }
    strict = closed(schema, SchemaRules())
    assert strict is not None
    assert strict["properties"] == {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "b": {"const": 1}}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_the_open_form_keeps_what_gemini_documents(shape):
    schema = shape.model_json_schema()
    text = json.dumps(open_form(schema))
    assert "default" not in text
    assert set(open_form(schema).get("properties", {})) == set(schema.get("properties", {}))
    if shape is replies.ReflectReply:
        assert "additionalProperties" in text


def test_a_schema_is_not_changed_by_being_converted():
    before = json.dumps(LIST_OF_ORDERS)
    closed(LIST_OF_ORDERS, SchemaRules())
    open_form(LIST_OF_ORDERS)
    assert json.dumps(LIST_OF_ORDERS) == before


def test_the_open_form_writes_constants_as_enums():
    assert open_form({"const": 1, "default": 1}) == {"enum": [1]}


@pytest.mark.parametrize(("title", "name"), [("A b!", "A_b_"), ("", "reply"), ("x" * 80, "x" * 64)])
def test_a_schemas_name_is_one_that_openai_takes(title, name):
    assert schema_name({"title": title}) == name
