"""A schema that lists what may be said is sent within a vendor's bounds, and gives way to a looser one when refused."""

from __future__ import annotations

import json

import pytest
from board.playing import position
from scripted_vendor import says
from vendor_questions import LIST_OF_ORDERS, fault, question

from ai_diplomacy.agent.replies import OrderReply
from ai_diplomacy.agent.schemas import ReplySchemas
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.providers import Account, sdk_provider
from ai_diplomacy.models.providers.catalogue import BUILT_IN
from ai_diplomacy.models.providers.schemas import closed, fits, rules_of

REFUSALS = {
    "openai": "Invalid schema for response_format 'OrderReply': Expected at most 1000 enum values in total within a "
    "single schema when using structured outputs, but received 1204.",
    "openai-responses": "Invalid schema for response_format 'OrderReply': enum value total string length too large.",
    "anthropic": "The compiled grammar is too large, which would cause performance issues. Simplify your tool schemas "
    "or reduce the number of strict tools.",
    "gemini": "Request contains an invalid argument.",
}


def listing(*units: int):
    """A schema that lists so many orders for each unit."""
    fields = {f"U{at}": {"type": "string", "enum": [f"A {n:03} - BUR" for n in range(n)]} for at, n in enumerate(units)}
    orders = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    text = {"type": "string", "maxLength": 800}
    names = {"type": "array", "items": text, "minItems": 1, "maxItems": 7}
    fields = {"reasoning": text, "to": names, "orders": orders}
    return {"title": "OrderReply", "type": "object", "properties": fields, "required": ["orders"]}


STRICT = {"schema": listing(3, 4), "looser_schema": LIST_OF_ORDERS}


def sent(received) -> str:
    """What kind of schema a request carries."""
    body = json.dumps(received.body)
    return "orders" if "A 002 - BUR" in body else "shape" if "vote_draw" in body else "none"


def home(provider: str) -> Account:
    return Account(provider, BUILT_IN[provider].base_url, "key")


async def test_a_schema_that_lists_the_orders_goes_out_with_them(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.answer("fine"))
    answer = await provider.call(model, question(**STRICT))
    assert (sent(vendor.received[0]), answer.dropped) == ("orders", ())


async def test_a_refused_list_of_orders_is_asked_for_as_a_shape_at_once(vendor, protocol, provider, model):
    vendor.plays(says(protocol.error(400, REFUSALS[protocol.provider]), 400))
    vendor.otherwise = says(protocol.answer("fine"))
    answer = await provider.call(model, question(**STRICT))
    assert (answer.text, answer.dropped) == ("fine", ("constraint",))
    assert list(map(sent, vendor.received)) == ["orders", "shape"]


async def test_what_was_too_large_once_is_not_sent_again_and_what_is_smaller_is(vendor, protocol, provider, model):
    vendor.plays(says(protocol.error(400, REFUSALS[protocol.provider]), 400))
    vendor.otherwise = says(protocol.answer("fine"))
    for units in ((9, 9), (9, 9), (9, 9, 9), (5, 5)):
        await provider.call(model, question(schema=listing(*units), looser_schema=LIST_OF_ORDERS))
    assert list(map(sent, vendor.received)) == ["orders", "shape", "shape", "shape", "orders"]


async def test_an_endpoint_without_any_schema_is_asked_without_one(vendor, protocol, provider, model):
    vendor.plays(*[says(protocol.error(400, protocol.refused_schema), 400)] * 2)
    vendor.otherwise = says(protocol.answer("fine"))
    first = await provider.call(model, question(**STRICT))
    smaller = await provider.call(model, question(schema=listing(2), looser_schema=LIST_OF_ORDERS))
    assert first.dropped == smaller.dropped == ("constraint", "schema")
    assert list(map(sent, vendor.received)) == ["orders", "shape", "none", "none"]


async def test_what_goes_on_being_refused_ends(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.error(400, protocol.refused_schema), 400)
    assert (await fault(provider, model, **STRICT)).kind == "fatal"
    assert list(map(sent, vendor.received)) == ["orders", "shape", "none"]


async def test_an_invalid_argument_is_no_refusal_of_a_schema_that_lists_nothing(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.error(400, "Request contains an invalid argument."), 400)
    assert (await fault(provider, model, schema=LIST_OF_ORDERS)).kind == "fatal"
    assert len(vendor.received) == 1


async def test_what_a_vendor_says_is_too_much_is_never_sent(vendor, protocol, monkeypatch, providers):
    monkeypatch.setattr(sdk_provider, "rules_of", lambda _: rules_of(home("openai")))
    vendor.otherwise = says(protocol.answer("fine"))
    provider = providers.open(ModelId(protocol.provider, "m", vendor.url, "key"))
    for units, expected in (((400, 600), "orders"), ((400, 601), "shape")):
        vendor.received.clear()
        answer = await provider.call(
            ModelId(protocol.provider, "m", vendor.url),
            question(schema=listing(*units), looser_schema=LIST_OF_ORDERS),
        )
        assert list(map(sent, vendor.received)) == [expected]
        assert answer.dropped == (() if expected == "orders" else ("constraint",))


async def test_deepseek_is_held_to_no_schema_at_all(vendor, provider_at):
    vendor.otherwise = says({"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]})
    answer = await provider_at("deepseek", vendor.url).call(ModelId("deepseek", "m"), question(**STRICT))
    assert answer.dropped == ("constraint", "schema")


@pytest.mark.parametrize(
    ("units", "fit"),
    [
        ((250,) * 4, True),
        ((250, 250, 250, 251), False),
        ((700,), True),
        ((1001,), False),
    ],
)
@pytest.mark.parametrize("provider", ["openai", "openai-responses"])
def test_openais_bound_on_choices(provider, units, fit):
    assert fits(listing(*units), rules_of(home(provider))) is fit


def test_openais_bounds_on_characters():
    rules = rules_of(home("openai"))

    def orders(count, length):
        schema = listing(1)
        schema["properties"]["orders"]["properties"]["U0"]["enum"] = [f"{at:0{length}}" for at in range(count)]
        return schema

    assert fits(orders(251, 59), rules)
    assert not fits(orders(251, 60), rules), "251 choices may have 15,000 characters"
    assert fits(orders(250, 400), rules)
    assert not fits(orders(250, 480), rules), "all together may have 120,000"


@pytest.mark.parametrize(
    ("account", "kept"),
    [
        (home("openai"), ["minItems", "maxItems"]),
        (home("openai-responses"), ["minItems", "maxItems"]),
        (home("anthropic"), ["minItems"]),
        (home("mistral"), []),
        (home("openrouter"), []),
        (Account("openai", "http://localhost:8000/v1", "key"), ["minItems", "maxItems", "maxLength"]),
        (Account("anthropic", "http://localhost:8000", "key"), ["minItems", "maxItems", "maxLength"]),
        (Account("somebodys", "http://localhost:8000", "key"), ["minItems", "maxItems", "maxLength"]),
    ],
    ids=str,
)
def test_only_the_bounds_that_an_endpoint_takes_are_sent(account, kept):
    text = json.dumps(closed(listing(2), rules_of(account)))
    assert [word for word in ("minItems", "maxItems", "maxLength") if word in text] == kept


@pytest.mark.parametrize("account", [home("anthropic"), home("together"), Account("openai", "http://box:1/v1", "")])
def test_who_states_no_bound_has_none(account):
    assert fits(listing(*[900] * 20), rules_of(account))
    assert rules_of(account).most_choices is None


def test_a_great_power_at_sea_is_beyond_openai_alone():
    fleets = [f"F {at}" for at in ("NTH", "ENG", "MAO", "WES", "LYO", "TYS", "ION")]
    armies = [f"A {at}" for at in ("BRE", "GAS", "MAR", "SPA", "POR", "PIE", "TUS", "ROM", "NAP", "APU")]
    situation = position({"FRANCE": fleets + armies}).situation("FRANCE")
    schema = ReplySchemas("orders").of(OrderReply, situation).schema
    assert not fits(schema, rules_of(home("openai")))
    assert fits(schema, rules_of(home("anthropic")))
    half = position({"FRANCE": fleets[:5] + armies[:7]}).situation("FRANCE")
    assert fits(ReplySchemas("orders").of(OrderReply, half).schema, rules_of(home("openai")))
