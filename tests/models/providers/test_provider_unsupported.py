"""A parameter that an endpoint refuses is asked for once, and then never again."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from scripted_vendor import says
from vendor_protocols import chat
from vendor_questions import LIST_OF_ORDERS, fault, question

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.providers.unsupported import RefusedError, UnsupportedParameters


def has_schema(received) -> bool:
    return "json_schema" in str(received.body) or "responseJsonSchema" in str(received.body)


async def test_a_refused_schema_is_left_out_at_once_and_for_good(vendor, protocol, provider, model):
    vendor.plays(says(protocol.error(400, protocol.refused_schema), 400))
    vendor.otherwise = says(protocol.answer("fine"))
    first = await provider.call(model, question(schema=LIST_OF_ORDERS))
    second = await provider.call(model, question(schema=LIST_OF_ORDERS))
    assert [first.text, second.text] == ["fine", "fine"]
    assert first.dropped == second.dropped == ("schema",)
    assert [has_schema(received) for received in vendor.received] == [True, False, False]


async def test_another_model_of_the_account_is_still_asked_with_its_schema(vendor, protocol, provider, model):
    vendor.plays(says(protocol.error(400, protocol.refused_schema), 400))
    vendor.otherwise = says(protocol.answer("fine"))
    await provider.call(model, question(schema=LIST_OF_ORDERS))
    await provider.call(ModelId(protocol.provider, "other", model.base_url), question(schema=LIST_OF_ORDERS))
    assert [has_schema(received) for received in vendor.received] == [True, False, True]


@pytest.mark.parametrize(
    "text",
    [
        "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) is supported.",
        "`temperature` is deprecated for this model.",
        "temperature: Extra inputs are not permitted",
    ],
)
async def test_a_refused_temperature_is_left_out(vendor, protocol, provider, model, text):
    vendor.plays(says(protocol.error(400, text), 400))
    vendor.otherwise = says(protocol.answer("fine"))
    answer = await provider.call(model, question(temperature=0.7, schema=LIST_OF_ORDERS))
    assert (answer.text, answer.dropped) == ("fine", ("temperature",))
    assert ["temperature" in str(received.body) for received in vendor.received] == [True, False]
    assert [has_schema(received) for received in vendor.received] == [True, True]
    if protocol.provider == "anthropic":
        assert vendor.received[1].headers["anthropic-version"] > "2023-06-01"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("System role not supported", 400),
        ("System role not supported", 500),
        ("Conversation roles must alternate user/assistant/user/assistant/...", 400),
        ("Only user and assistant roles are supported!", 400),
        ("Developer instruction is not enabled for models/gemma-3-27b-it", 400),
        ("Unsupported value: 'messages[0].role' does not support 'system' with this model.", 400),
        ("Unknown parameter: 'instructions'.", 400),
        ("system: Extra inputs are not permitted", 422),
        ("Unexpected role 'system'", 400),
    ],
)
async def test_a_model_without_a_system_role_is_asked_with_the_text_before_the_prompt(
    vendor, protocol, provider, model, text, status
):
    vendor.plays(says(protocol.error(status, text), status))
    vendor.otherwise = says(protocol.answer("fine"))
    first = await provider.call(model, question(schema=LIST_OF_ORDERS))
    second = await provider.call(model, question())
    assert (first.text, first.dropped, second.dropped) == ("fine", ("system",), ("system",))
    refused, *asked = (str(received.body) for received in vendor.received)
    assert "You are FRANCE.\\n\\nWhat now?" not in refused
    assert ["You are FRANCE.\\n\\nWhat now?" in body for body in asked] == [True, True]
    for place in ("instructions", "systemInstruction", "'system'"):
        assert not [body for body in asked if place in body]
    assert has_schema(vendor.received[1])


async def test_a_fault_of_a_server_that_speaks_of_a_system_text_without_one_passes(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.error(500, "System role not supported"), 500)
    error = await fault(provider, model)
    assert (error.kind, len(vendor.received)) == ("transient", 2)


async def test_a_temperature_that_is_out_of_range_is_its_givers_affair(vendor, protocol, provider, model):
    text = "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 5 instead."
    vendor.otherwise = says(protocol.error(400, text), 400)
    error = await fault(provider, model, temperature=5.0)
    assert error.kind == "fatal"
    assert "temperature" in str(error)
    assert len(vendor.received) == 1


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (
            {
                "error": {
                    "message": "Unsupported parameter: 'max_tokens' is not supported with this model. "
                    "Use 'max_completion_tokens' instead.",
                    "param": "max_tokens",
                    "code": "unsupported_parameter",
                }
            },
            ["max_tokens", "max_completion_tokens"],
        ),
        (
            {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_tokens"], "msg": "Extra inputs are not ..."}]},
            ["max_tokens", "max_completion_tokens"],
        ),
        ({"error": {"message": "max_tokens is too large: 8192. This model supports at most 4096."}}, ["max_tokens"]),
    ],
)
async def test_the_limit_has_two_names(vendor, provider_at, body, sent):
    vendor.plays(says(body, 400))
    vendor.otherwise = says(chat("fine"))
    provider = provider_at("openai", vendor.url)
    if len(sent) == 2:
        assert (await provider.call(ModelId("openai", "m"), question())).dropped == ()
    else:
        assert (await fault(provider, ModelId("openai", "m"))).kind == "fatal"
    names = [[name for name in received.body if name.startswith("max_")] for received in vendor.received]
    assert names == [[name] for name in sent]


async def test_several_refusals_one_after_the_other_leave_several_parameters_out(vendor, provider_at):
    for text in ("response_format is not supported", "temperature is not supported", "Unknown parameter: 'seed'"):
        vendor.plays(says({"error": {"message": text}}, 400))
    vendor.otherwise = says(chat("fine"))
    parameters = question(schema=LIST_OF_ORDERS, temperature=0.1, seed=3)
    answer = await provider_at("openai", vendor.url).call(ModelId("openai", "m"), parameters)
    assert answer.dropped == ("schema", "seed", "temperature")
    assert len(vendor.received) == 4


async def test_what_goes_on_being_refused_is_an_error_and_no_endless_loop(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.error(400, f"{protocol.refused_schema} temperature is not supported"), 400)
    assert (await fault(provider, model, schema=LIST_OF_ORDERS, temperature=0.1)).kind == "fatal"
    assert len(vendor.received) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "This model's maximum context length is 128000 tokens. However, your messages resulted in 130211 tokens "
            "(including 223 in the response_format schemas). Please reduce the length of the messages or schemas.",
            "context_length_exceeded",
        ),
        ("Your messages and the json_schema are too long.", "context_length_exceeded"),
        ("Prompt and schema: prompt is too long: 210000 tokens > 200000 maximum", None),
        ("The input with its response_format exceeds the context window of this model.", None),
    ],
)
async def test_a_request_that_is_too_long_is_no_refusal_of_its_schema(vendor, protocol, provider, model, text, code):
    body = protocol.error(400, text)
    vendor.plays(says({**body, "error": {**body["error"], "code": code}}, 400))
    vendor.otherwise = says(protocol.answer("fine"))
    assert (await fault(provider, model, schema=LIST_OF_ORDERS)).kind == "fatal"
    assert (await provider.call(model, question(schema=LIST_OF_ORDERS))).dropped == ()
    assert [has_schema(received) for received in vendor.received] == [True, True]


async def test_a_request_that_is_quoted_in_the_error_is_not_blamed(vendor, provider_at):
    quoted = {"response_format": {"type": "json_schema"}, "temperature": 0.5}
    body = {"detail": [{"type": "missing", "loc": ["body", "user"], "msg": "Field required", "input": quoted}]}
    vendor.otherwise = says(body, 422)
    parameters = {"schema": LIST_OF_ORDERS, "temperature": 0.5}
    assert (await fault(provider_at("openai", vendor.url), ModelId("openai", "m"), **parameters)).kind == "fatal"
    assert len(vendor.received) == 1


async def test_openrouters_upstream_may_refuse(vendor, provider_at):
    raw = '{"error": {"message": "json_schema response format is not supported"}}'
    body = {"error": {"code": 400, "message": "Provider returned error", "metadata": {"raw": raw}}}
    vendor.plays(says(body, 400))
    vendor.otherwise = says(chat("fine"))
    answer = await provider_at("openrouter", vendor.url).call(
        ModelId("openrouter", "m"), question(schema=LIST_OF_ORDERS)
    )
    assert answer.dropped == ("schema",)


async def test_calls_at_the_same_time_each_ask_again_at_most_once(vendor, protocol, provider, model):
    async def play(request):
        refused = has_schema(vendor.received[-1])
        body = protocol.error(400, protocol.refused_schema) if refused else protocol.answer("fine")
        return await says(body, 400 if refused else 200)(request)

    vendor.otherwise = play
    answers = await asyncio.gather(*(provider.call(model, question(schema=LIST_OF_ORDERS)) for _ in range(7)))
    assert {answer.text for answer in answers} == {"fine"}
    assert len(vendor.received) <= 14


async def test_another_fault_is_never_a_refusal(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.error(500, protocol.refused_schema), 500)
    assert (await fault(provider, model, schema=LIST_OF_ORDERS)).kind == "transient"
    assert len(vendor.received) == 1


def test_threads_may_ask_and_add_at_the_same_time():
    unsupported = UnsupportedParameters()
    parameters = ("schema", "temperature", "seed", "token_limit")
    named = {"schema": "json_schema", "temperature": "temperature", "seed": "seed", "token_limit": "max_tokens"}

    def add(job):
        model, parameter = ModelId("openai", job[0]), job[1]
        before = unsupported.of(model)
        unsupported.learn(model, parameters, RefusedError(ValueError(), f"{named[parameter]} is not supported"))
        return before <= unsupported.of(model) >= {parameter}

    with ThreadPoolExecutor(8) as threads:
        assert all(
            threads.map(add, [(f"m{number % 50}", parameter) for number in range(500) for parameter in parameters])
        )
    assert all(unsupported.of(ModelId("openai", f"m{number}")) == set(parameters) for number in range(50))
    assert unsupported.of(ModelId("openai", "m0")) is unsupported.of(ModelId("openai", "m0")), (
        "a copy is taken while others may write"
    )
