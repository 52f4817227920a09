"""What comes back: the text, why it ended, and every token counted the same way for every vendor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_vendor import says
from vendor_protocols import candidate, chat, message, response
from vendor_questions import question

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import Usage
from ai_diplomacy.models.provider_model import ProviderModel


async def answer_to(vendor, provider_at, name, body):
    vendor.otherwise = says(body)
    return await provider_at(name, vendor.url).call(ModelId(name, "m"), question())


@pytest.mark.parametrize(
    ("name", "body", "usage"),
    [
        (
            "openai",
            chat(
                "x",
                usage={
                    "prompt_tokens": 100,
                    "completion_tokens": 30,
                    "total_tokens": 130,
                    "prompt_tokens_details": {"cached_tokens": 64},
                    "completion_tokens_details": {"reasoning_tokens": 20},
                },
            ),
            Usage(100, 30, 64, 20),
        ),
        (
            "xai",
            chat(
                "x",
                usage={
                    "prompt_tokens": 100,
                    "completion_tokens": 10,
                    "total_tokens": 130,
                    "completion_tokens_details": {"reasoning_tokens": 20},
                },
            ),
            Usage(100, 30, None, 20),
        ),
        (
            "deepseek",
            chat(
                "x",
                usage={
                    "prompt_tokens": 100,
                    "completion_tokens": 30,
                    "total_tokens": 130,
                    "prompt_cache_hit_tokens": 64,
                },
            ),
            Usage(100, 30, 64, None),
        ),
        (
            "openai-responses",
            response(
                "x",
                usage={
                    "input_tokens": 100,
                    "output_tokens": 30,
                    "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 8},
                    "output_tokens_details": {"reasoning_tokens": 20},
                },
            ),
            Usage(100, 30, 64, 20, 8),
        ),
        (
            "anthropic",
            message(
                "x",
                usage={
                    "input_tokens": 20,
                    "cache_read_input_tokens": 64,
                    "cache_creation_input_tokens": 16,
                    "output_tokens": 30,
                    "output_tokens_details": {"thinking_tokens": 20},
                },
            ),
            Usage(100, 30, 64, 20, 16),
        ),
        (
            "gemini",
            candidate(
                "x",
                usage={
                    "promptTokenCount": 100,
                    "candidatesTokenCount": 10,
                    "thoughtsTokenCount": 20,
                    "cachedContentTokenCount": 64,
                    "totalTokenCount": 130,
                },
            ),
            Usage(100, 30, 64, 20),
        ),
        ("gemini", candidate("x", usage={"promptTokenCount": 100, "totalTokenCount": 100}), Usage(100, None, 0)),
        ("openai", {**chat("x"), "usage": None}, Usage()),
        ("openai-responses", {**response("x"), "usage": None}, Usage()),
        ("anthropic", {**message("x"), "usage": None}, Usage()),
        ("gemini", {**candidate("x"), "usageMetadata": None}, Usage()),
        ("openai", chat("x", usage={"prompt_tokens": "many", "completion_tokens": -1, "total_tokens": True}), Usage()),
    ],
)
async def test_tokens_mean_the_same_everywhere_and_unknown_is_not_zero(vendor, provider_at, name, body, usage):
    answer = await answer_to(vendor, provider_at, name, body)
    assert (answer.text, answer.stop, answer.usage) == ("x", "end", usage)


@pytest.mark.parametrize(
    ("name", "body", "text", "stop"),
    [
        ("openai", chat("half", "length"), "half", "length"),
        ("openai", chat("x", "content_filter"), "x", "refusal"),
        ("openai", chat(None, refusal="I will not."), "I will not.", "refusal"),
        ("openai", chat(None), "", "end"),
        ("openai", chat("x", "tool_calls"), "x", "other"),
        ("together", chat("x", "eos"), "x", "end"),
        ("mistral", chat("half", "model_length"), "half", "length"),
        (
            "mistral",
            chat([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "x"}]),
            "x",
            "end",
        ),
        ("openai-responses", response("half", "incomplete", "max_output_tokens"), "half", "length"),
        ("openai-responses", response(None, "incomplete", "content_filter"), "", "refusal"),
        (
            "openai-responses",
            {"status": "completed", "output": [{"content": [{"type": "refusal", "refusal": "No."}]}]},
            "No.",
            "refusal",
        ),
        ("openai-responses", {"status": "failed", "error": {"code": "invalid_prompt"}}, "", "refusal"),
        ("anthropic", message("half", "max_tokens"), "half", "length"),
        ("anthropic", message("half", "model_context_window_exceeded"), "half", "length"),
        ("anthropic", message(None, "refusal"), "", "refusal"),
        ("anthropic", message("x", "stop_sequence"), "x", "end"),
        ("anthropic", message("x", "pause_turn"), "x", "other"),
        ("gemini", candidate("half", "MAX_TOKENS"), "half", "length"),
        ("gemini", candidate(None, "SAFETY"), "", "refusal"),
        ("gemini", candidate("x", "PROHIBITED_CONTENT"), "x", "refusal"),
        ("gemini", candidate("x", "OTHER"), "x", "other"),
        ("gemini", {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}, "", "refusal"),
        ("gemini", {"candidates": [{"finishReason": "RECITATION"}]}, "", "refusal"),
    ],
)
async def test_the_reason_for_the_end_is_told(vendor, provider_at, name, body, text, stop):
    answer = await answer_to(vendor, provider_at, name, body)
    assert (answer.text, answer.stop) == (text, stop)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("openai", chat("", "length", {"completion_tokens_details": {"reasoning_tokens": 8192}})),
        ("openai", chat(None, "length")),
        ("deepseek", chat("\n", "length", reasoning_content="and then")),
        ("openai-responses", response(None, "incomplete", "max_output_tokens")),
        ("anthropic", message(None, "max_tokens")),
        ("gemini", candidate(None, "MAX_TOKENS")),
        ("gemini", {"candidates": [{"finishReason": "MAX_TOKENS"}], "usageMetadata": {"thoughtsTokenCount": 8192}}),
    ],
)
async def test_an_allowance_spent_on_reasoning_is_recognised(vendor, provider_at, name, body):
    answer = await answer_to(vendor, provider_at, name, body)
    assert (answer.text.strip(), answer.stop) == ("", "length")


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("openai", 400, {"error": {"code": "content_filter", "message": "The response was filtered"}}),
        (
            "openai-responses",
            400,
            {
                "error": {
                    "code": "invalid_prompt",
                    "message": "Your prompt was flagged as potentially violating our usage policy.",
                }
            },
        ),
        ("anthropic", 400, {"type": "error", "error": {"message": "Output blocked by content filtering policy"}}),
        ("openrouter", 403, {"error": {"code": 403, "message": "Flagged", "metadata": {"flagged_input": "attack"}}}),
    ],
)
async def test_a_filter_that_answers_with_a_status_is_a_refusal_too(vendor, provider_at, name, status, body):
    vendor.otherwise = says(body, status)
    provider = provider_at(name, vendor.url)
    answer = await provider.call(ModelId(name, "m"), question())
    assert (answer.text, answer.stop, answer.usage, answer.dropped) == ("", "refusal", Usage(0, 0, 0), ())
    assert len(vendor.received) == 1
    if name in ("openai-responses", "anthropic"):
        assert (await provider.call(ModelId(name, "m"), question(seed=1))).dropped == ("seed",)


@pytest.mark.parametrize(
    ("counts", "usage"),
    [
        ({"promptTokenCount": 10, "totalTokenCount": 10}, Usage(10, 0, 0)),
        ({"promptTokenCount": 10, "thoughtsTokenCount": 7}, Usage(10, 7, 0, 7)),
        ({}, Usage()),
        (None, Usage()),
    ],
)
@pytest.mark.parametrize(
    "blocked", [{"promptFeedback": {"blockReason": "OTHER"}}, {"candidates": [{"finishReason": "SAFETY"}]}]
)
async def test_of_a_prompt_that_gemini_blocks_the_cost_is_known(vendor, provider_at, blocked, counts, usage):
    answer = await answer_to(vendor, provider_at, "gemini", {**blocked, "usageMetadata": counts})
    assert (answer.text, answer.stop, answer.usage) == ("", "refusal", usage)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("m-2026-11-01", "m-2026-11-01"),
        (f"m\n\x1b[2J{'x' * 500}", f"m [2J{'x' * 94}…"),
        (7, ""),
        (["m"], ""),
        (None, ""),
    ],
)
async def test_the_model_that_was_served_and_its_state_are_told_in_a_line(vendor, protocol, provider_at, said, line):
    body = protocol.answer("x") | {"model": said, "modelVersion": said, "system_fingerprint": said}
    answer = await answer_to(vendor, provider_at, protocol.provider, body)
    assert (answer.served, answer.fingerprint) == (line, line)


@pytest.mark.parametrize(
    ("counted", "usage", "remarks"),
    [
        (5_000, Usage(5_000, 4), ()),
        (2_051, Usage(2_051, 4), ("prompt_cut",)),
        (0, Usage(None, 4), ("no_usage",)),
        (10**8, Usage(None, 4), ("no_usage",)),
        (10**4000, Usage(None, 4), ("no_usage",)),
    ],
    ids=["honest", "cut", "nothing", "absurd", "endless"],
)
async def test_what_a_server_counts_is_compared_with_what_it_was_sent(
    vendor, protocol, provider_at, counted, usage, remarks
):
    body = protocol.answer("fine")
    counts = body.get("usage") or body["usageMetadata"]
    asked = next(name for name in ("prompt_tokens", "input_tokens", "promptTokenCount") if name in counts)
    said = {asked: counted} | ({"total_tokens": counted + 4} if "total_tokens" in counts else {})
    vendor.otherwise = says({name: one | said if one is counts else one for name, one in body.items()})
    model, long = ModelId(protocol.provider, "m"), replace(question(), prompt="A PAR - BUR, " * 1_500)
    reply = await ProviderModel(provider_at(model.provider, vendor.url), model).generate(long)
    assert (reply.usage.input, reply.usage.output, reply.remarks) == (usage.input, usage.output, remarks)
