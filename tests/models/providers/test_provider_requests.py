"""What goes over the wire: the stable prefix, the schema, the seed, the limits, and nothing that nobody asked for."""

from __future__ import annotations

import pytest
from scripted_vendor import says
from vendor_protocols import chat
from vendor_questions import KEY, LIST_OF_ORDERS, MAP_OF_WORDS, question

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.providers.schemas import SchemaRules, closed

STRICT_ORDERS = closed(LIST_OF_ORDERS, SchemaRules())


async def asked(vendor, protocol, provider, model, **changes):
    """The request that a vendor got, and the answer."""
    vendor.otherwise = says(protocol.answer("{}"))
    answer = await provider.call(model, question(**changes))
    assert len(vendor.received) == 1
    return vendor.received[0], answer


PLAIN = {
    "openai": {
        "model": "m",
        "messages": [{"role": "system", "content": "You are FRANCE."}, {"role": "user", "content": "What now?"}],
        "max_tokens": 8192,
    },
    "openai-responses": {
        "model": "m",
        "instructions": "You are FRANCE.",
        "input": "What now?",
        "max_output_tokens": 8192,
        "store": False,
    },
    "anthropic": {
        "model": "m",
        "system": [{"type": "text", "text": "You are FRANCE.", "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": "What now?"}],
        "max_tokens": 8192,
    },
    "gemini": {
        "systemInstruction": {"parts": [{"text": "You are FRANCE."}], "role": "user"},
        "contents": [{"parts": [{"text": "What now?"}], "role": "user"}],
        "generationConfig": {"maxOutputTokens": 8192},
    },
}


async def test_a_plain_request_holds_the_prefix_the_prompt_the_limit_and_nothing_else(
    vendor, protocol, provider, model
):
    received, answer = await asked(vendor, protocol, provider, model)
    assert received.path == protocol.path
    assert received.body == PLAIN[protocol.provider]
    assert answer.dropped == ()


async def test_the_key_goes_where_the_vendor_looks_for_it(vendor, protocol, provider, model):
    received, _ = await asked(vendor, protocol, provider, model)
    shown = {name.lower() for name, value in received.headers.items() if KEY in value}
    assert shown == ({"x-goog-api-key"} if protocol.provider == "gemini" else {"authorization"})


OPTIONAL = {
    "openai": {
        "temperature": 0.5,
        "seed": 7,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "OrderReply", "schema": STRICT_ORDERS, "strict": True},
        },
    },
    "openai-responses": {
        "temperature": 0.5,
        "text": {
            "format": {"type": "json_schema", "name": "OrderReply", "schema": STRICT_ORDERS, "strict": True},
        },
    },
    "anthropic": {
        "temperature": 0.5,
        "output_config": {"format": {"type": "json_schema", "schema": STRICT_ORDERS}},
    },
    "gemini": {
        "generationConfig": {
            "maxOutputTokens": 8192,
            "temperature": 0.5,
            "seed": 7,
            "responseMimeType": "application/json",
            "responseJsonSchema": {
                "title": "OrderReply",
                "type": "object",
                "properties": {
                    "orders": {"type": "array", "items": {"type": "string"}, "title": "Orders"},
                    "vote_draw": {"type": "boolean", "title": "Vote Draw"},
                },
                "required": ["orders"],
            },
        },
    },
}


async def test_schema_temperature_and_seed_go_as_the_vendor_takes_them(vendor, protocol, provider, model):
    received, answer = await asked(
        vendor, protocol, provider, model, schema=LIST_OF_ORDERS, temperature=0.5, seed=2**31 + 7
    )
    assert received.body == {**PLAIN[protocol.provider], **OPTIONAL[protocol.provider]}
    assert answer.dropped == (("seed",) if protocol.provider in ("anthropic", "openai-responses") else ())


async def test_anthropics_version_goes_back_only_for_a_temperature(vendor, provider_at):
    vendor.otherwise = says({"content": [], "stop_reason": "end_turn"})
    provider = provider_at("anthropic", vendor.url)
    await provider.call(ModelId("anthropic", "m"), question())
    await provider.call(ModelId("anthropic", "m"), question(temperature=0.0))
    versions = [received.headers["anthropic-version"] for received in vendor.received]
    assert versions[0] > versions[1] == "2023-06-01"


async def test_a_schema_with_arbitrary_keys_is_sent_only_where_it_is_understood(vendor, protocol, provider, model):
    received, answer = await asked(vendor, protocol, provider, model, schema=MAP_OF_WORDS)
    match protocol.provider:
        case "openai":
            assert received.body["response_format"]["json_schema"]["strict"] is False
            assert received.body["response_format"]["json_schema"]["schema"] == MAP_OF_WORDS
        case "openai-responses":
            assert received.body["text"]["format"]["strict"] is False
            assert received.body["text"]["format"]["schema"] == MAP_OF_WORDS
        case "anthropic":
            assert "output_config" not in received.body
        case "gemini":
            sent = received.body["generationConfig"]["responseJsonSchema"]["properties"]["relationships"]
            assert sent == {"type": "object", "additionalProperties": {"type": "string", "enum": ["Enemy", "Ally"]}}
    assert answer.dropped == (("schema",) if protocol.provider == "anthropic" else ())


async def test_a_request_without_a_system_prompt_has_none(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.answer("{}"))
    await provider.call(model, question().__class__(question().key, "", "What now?"))
    body = vendor.received[0].body
    assert not body.keys() & {"system", "instructions", "systemInstruction"}
    assert "system" not in str(body.get("messages"))


async def test_a_limit_below_what_the_responses_api_takes_is_raised(vendor, provider_at):
    vendor.otherwise = says({"status": "completed", "output": []})
    await provider_at("openai-responses", vendor.url).call(ModelId("openai-responses", "m"), question(max_tokens=1))
    assert vendor.received[0].body["max_output_tokens"] == 16


@pytest.mark.parametrize(
    ("provider_name", "expected"),
    [
        ("openrouter", {"max_tokens": 50, "seed": 7}),
        ("together", {"max_tokens": 50, "seed": 7}),
        ("deepseek", {"max_tokens": 50, "seed": 7, "response_format": {"type": "json_object"}}),
        ("mistral", {"max_tokens": 50, "random_seed": 7}),
        ("xai", {"max_completion_tokens": 50, "seed": 7}),
    ],
)
async def test_those_who_speak_openais_protocol_have_their_own_words(vendor, provider_at, provider_name, expected):
    vendor.otherwise = says(chat("{}"))
    answer = await provider_at(provider_name, vendor.url).call(
        ModelId(provider_name, "m"), question(max_tokens=50, seed=7, schema=LIST_OF_ORDERS)
    )
    assert answer.dropped == (("schema",) if provider_name == "deepseek" else ())
    received = vendor.received[0]
    assert received.path == "/v1/chat/completions"
    body = {key: value for key, value in received.body.items() if key not in ("model", "messages")}
    if provider_name != "deepseek":
        expected = {**expected, "response_format": OPTIONAL["openai"]["response_format"]}
    assert body == expected


@pytest.mark.parametrize(("name", "marked"), [("anthropic/claude-x", True), ("meta-llama/llama-3:free", False)])
async def test_openrouter_hands_the_cache_mark_on_to_anthropic(vendor, provider_at, name, marked):
    vendor.otherwise = says(chat("{}"))
    await provider_at("openrouter", vendor.url).call(ModelId("openrouter", name), question())
    body = vendor.received[0].body
    assert body["model"] == name
    assert ("cache_control" in str(body["messages"][0])) is marked


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/"])
async def test_a_base_url_may_name_the_version_or_not(vendor, protocol, provider_at, path):
    vendor.otherwise = says(protocol.answer("here"))
    url = vendor.url + path
    answer = await provider_at(protocol.provider, url).call(ModelId(protocol.provider, "m", url), question())
    assert answer.text == "here"
    expected = protocol.path.replace("v1beta", "v1") if "v1" in path else protocol.path
    assert vendor.received[0].path == expected


async def test_a_base_url_with_a_path_of_its_own_is_kept(vendor, provider_at):
    vendor.otherwise = says(chat("here"))
    await provider_at("openai", f"{vendor.url}/api/v3").call(ModelId("openai", "m"), question())
    assert vendor.received[0].path == "/api/v3/chat/completions"


async def test_openais_organization_is_told_to_nobody_else(vendor, provider_at, monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    vendor.otherwise = says(chat("here"))
    await provider_at("deepseek", vendor.url).call(ModelId("deepseek", "m"), question())
    assert "secret" not in str(vendor.received[0].headers)


async def test_the_environment_diverts_no_call(vendor, protocol, provider, model, monkeypatch):
    for variable in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_API_KEY", "another")
    received, _ = await asked(vendor, protocol, provider, model)
    assert received.path == protocol.path
    assert "another" not in str(received.headers)
