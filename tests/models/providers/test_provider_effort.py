"""How much a model is to reason reaches each vendor in its own words, and is never left out."""

from __future__ import annotations

import pytest
from scripted_vendor import says
from vendor_protocols import chat
from vendor_questions import KEY, LIST_OF_ORDERS, fault, question

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.providers import provider_spec, seat_problems

PLACES = {
    "openai": ("reasoning_effort", "high", None),
    "openai-responses": ("reasoning", {"effort": "high"}, None),
    "anthropic": ("thinking", {"type": "adaptive"}, {"type": "enabled", "budget_tokens": 4096}),
    "gemini": ("thinkingConfig", {"thinkingLevel": "HIGH"}, {"thinkingBudget": 4096}),
}
"""Protocol -> where the effort stands, what ``high`` is and what 4,096 tokens of thinking are."""


def at(model: ModelId, effort: str) -> ModelId:
    return ModelId(model.provider, model.name, model.base_url, KEY, effort)


async def sent(vendor, protocol, provider, model, **changes):
    vendor.otherwise = says(protocol.answer("{}"))
    await provider.call(model, question(**changes))
    body = vendor.received[-1].body
    return body["generationConfig"] if protocol.provider == "gemini" else body


async def test_an_effort_goes_where_the_vendor_looks_for_it(vendor, protocol, provider, model):
    place, high, thinking = PLACES[protocol.provider]
    assert place not in await sent(vendor, protocol, provider, model)
    assert (await sent(vendor, protocol, provider, at(model, "high")))[place] == high
    if thinking is not None:
        assert (await sent(vendor, protocol, provider, at(model, "4096")))[place] == thinking


async def test_anthropics_effort_stands_beside_its_schema(vendor, provider_at):
    vendor.otherwise = says({"content": [], "stop_reason": "end_turn"})
    provider = provider_at("anthropic", vendor.url)
    await provider.call(ModelId("anthropic", "m", effort="max"), question(schema=LIST_OF_ORDERS))
    await provider.call(ModelId("anthropic", "m", effort="none"), question())
    with_effort, without = (received.body for received in vendor.received)
    assert with_effort["output_config"]["effort"] == "max"
    assert with_effort["output_config"]["format"]["type"] == "json_schema"
    assert without["thinking"] == {"type": "disabled"}
    assert "output_config" not in without


@pytest.mark.parametrize(
    ("provider", "effort", "expected"),
    [
        ("openrouter", "low", {"reasoning": {"effort": "low"}}),
        ("openrouter", "2000", {"reasoning": {"max_tokens": 2000}}),
        ("deepseek", "max", {"reasoning_effort": "max"}),
        ("deepseek", "none", {"thinking": {"type": "disabled"}}),
        ("xai", "low", {"reasoning_effort": "low"}),
        ("mistral", "none", {"reasoning_effort": "none"}),
        ("together", "medium", {"reasoning_effort": "medium"}),
    ],
)
async def test_those_who_speak_the_chat_protocol_have_words_of_their_own(
    vendor, provider_at, provider, effort, expected
):
    vendor.otherwise = says(chat("fine"))
    await provider_at(provider, vendor.url).call(ModelId(provider, "m", effort=effort), question())
    assert expected.items() <= vendor.received[0].body.items()


REFUSALS = {
    "openai": "Unrecognized request argument supplied: reasoning_effort",
    "openai-responses": "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
    "anthropic": "output_config.effort: This model does not support the effort parameter.",
    "gemini": "Thinking level is not supported for this model.",
}


async def test_a_refused_effort_is_never_left_out(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.error(400, REFUSALS[protocol.provider]), 400)
    error = await fault(provider, at(model, "high"), schema=LIST_OF_ORDERS, temperature=0.5)
    assert error.kind == "fatal"
    assert str(error).endswith(f"{REFUSALS[protocol.provider]} (asked for the effort 'high')")
    assert len(vendor.received) == 1


async def test_a_temperature_that_thinking_does_not_allow_is_left_out(vendor, protocol, provider, model):
    text = "`temperature` may only be set to 1 when thinking is enabled."
    vendor.plays(says(protocol.error(400, text), 400))
    vendor.otherwise = says(protocol.answer("fine"))
    answer = await provider.call(at(model, "4096"), question(temperature=0.5))
    assert (answer.text, answer.dropped) == ("fine", ("temperature",))
    await provider.call(model, question(temperature=0.5))
    assert ["temperature" in str(received.body) for received in vendor.received] == [True, False, True]


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ("openai:gpt-4o:high", "openai:gpt-4o does not reason, so that it takes no effort as 'high'"),
        ("openai-responses:gpt-4.1:low", "openai-responses:gpt-4.1 does not reason"),
        ("anthropic:claude-3-5-haiku-latest:4096", "anthropic:claude-3-5-haiku-latest does not reason"),
        ("gemini:gemini-2.0-flash:low", "gemini:gemini-2.0-flash does not reason"),
        ("openai:o4-mini:4096", "openai takes no effort '4096', but none, minimal, low, medium, high, xhigh, max"),
        ("anthropic:claude-opus-5:minimal", "but none, low, medium, high, xhigh, max, a number of tokens from 1024"),
        ("anthropic:claude-haiku-4-5:512", "anthropic takes no effort '512', but none, low"),
        ("gemini:gemini-3-pro:max", "gemini takes no effort 'max'"),
        ("together:openai/gpt-oss-20b:none", "together takes no effort 'none', but low, medium, high"),
    ],
)
def test_an_effort_that_is_known_to_be_refused_is_a_problem_before_the_game(model, problem):
    keys = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "TOGETHER_API_KEY"), "sk-0123456789")
    (line,) = seat_problems({"FRANCE": model}, keys)
    assert problem in line
    assert "a name that really ends so is written with a colon behind it, NAME:" in line


def test_a_model_of_ones_own_may_have_any_name_and_reason():
    own = ModelId("openai", "gpt-4o", "http://localhost:8000/v1", effort="high")
    assert seat_problems({"FRANCE": own, "ITALY": "openai:gpt-4o:high:@http://localhost:8000/v1"}, {}) == []
    assert provider_spec("openai").name_problem(own) == ""
