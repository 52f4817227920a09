"""An answer that is not where it belongs is found, said, and read only where nothing else was answered."""

from __future__ import annotations

import json

import pytest
from scripted_vendor import says
from vendor_protocols import chat, message, response
from vendor_questions import LIST_OF_ORDERS, MAP_OF_WORDS, question

from ai_diplomacy.models.ids import ModelId

ORDERS = {"orders": ["A PAR - BUR"]}
TEXT = json.dumps(ORDERS)


def in_reasoning(text: str) -> list[tuple[str, dict]]:
    """Answers that hold this text as reasoning and nothing else, in every protocol."""
    thoughts = {"output": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": text}]}]}
    contents = {"output": [{"type": "reasoning", "content": [{"type": "reasoning_text", "text": text}]}]}
    parts = [{"text": "hm", "thought": True}, {"text": text, "thought": True}]
    return [
        ("openai", chat("", reasoning_content=text)),
        ("openai", chat(None, reasoning_content=text)),
        ("openai", chat("\n", reasoning=text)),
        ("openrouter", chat("", reasoning_details=[{"type": "reasoning.text", "text": text}])),
        ("mistral", chat([{"type": "thinking", "thinking": [{"type": "text", "text": text}]}])),
        ("openai-responses", response(None) | thoughts),
        ("openai-responses", response(None) | contents),
        ("anthropic", message(None) | {"content": [{"type": "thinking", "thinking": text, "signature": "s"}]}),
        ("gemini", {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}),
    ]


def in_tools(arguments: dict) -> list[tuple[str, dict]]:
    """The same as arguments of a tool."""
    text = json.dumps(arguments)
    calls = [{"type": "function", "function": {"name": "answer", "arguments": text}}]
    parts = [{"functionCall": {"name": "answer", "args": arguments}}]
    return [
        ("openai", chat(None, "tool_calls", tool_calls=calls)),
        ("openai", chat("", tool_calls=calls)),
        ("openai", chat(None, "function_call", function_call={"name": "answer", "arguments": text})),
        ("openai-responses", response(None) | {"output": [{"type": "function_call", "arguments": text}]}),
        ("anthropic", message(None, "tool_use") | {"content": [{"type": "tool_use", "input": arguments}]}),
        ("gemini", {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}),
    ]


async def answer_to(vendor, provider_at, name, body, schema=LIST_OF_ORDERS):
    vendor.otherwise = says(body)
    return await provider_at(name, vendor.url).call(ModelId(name, "m"), question(schema=schema))


@pytest.mark.parametrize(("name", "body"), in_reasoning(TEXT))
async def test_an_answer_in_the_field_of_the_reasoning_is_read(vendor, provider_at, name, body):
    answer = await answer_to(vendor, provider_at, name, body)
    assert (answer.text, answer.stop, answer.remarks) == (TEXT, "end", ("reasoning_field",))


@pytest.mark.parametrize(("name", "body"), in_tools(ORDERS))
async def test_an_answer_in_a_call_of_a_tool_is_read(vendor, provider_at, name, body):
    answer = await answer_to(vendor, provider_at, name, body)
    assert (json.loads(answer.text), answer.stop, answer.remarks) == (ORDERS, "end", ("tool_call",))


@pytest.mark.parametrize(
    "text",
    [
        f"First I think.\n{TEXT}",
        f"```json\n{TEXT}\n```",
        f'A draft:\n{{"orders": []}}\nNo, better:\n{TEXT}\n',
    ],
)
async def test_the_object_with_which_the_reasoning_ends_is_the_answer(vendor, provider_at, text):
    answer = await answer_to(vendor, provider_at, "openai", chat("", reasoning_content=text))
    assert answer.text == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "I hold.",
        f"I could say\n{TEXT}\nbut I will not.",
        f"What about {TEXT}",
        TEXT[:-1],
        TEXT[:-3],
        '{"reply": 1}',
        '["A PAR - BUR"]',
        "{" * 10_000,
    ],
)
@pytest.mark.parametrize("place", range(9))
async def test_a_draft_or_a_part_of_an_object_or_another_one_is_no_answer(vendor, provider_at, text, place):
    answer = await answer_to(vendor, provider_at, *in_reasoning(text)[place])
    assert (answer.text.strip(), answer.remarks) == ("", ())


@pytest.mark.parametrize(
    ("name", "body"),
    [
        *((name, body) for name, body in in_tools({"location": "Paris"})),
        ("openai", chat(None, "tool_calls", tool_calls=[{"function": {"arguments": "orders"}}, None])),
    ],
)
async def test_a_call_of_a_real_tool_is_no_answer(vendor, provider_at, name, body):
    answer = await answer_to(vendor, provider_at, name, body)
    assert (answer.text, answer.remarks) == ("", ())


@pytest.mark.parametrize("thought", ["<think>I go there.</think>", '<think>{"orders": []} or</think>\n'])
async def test_an_answer_in_a_call_of_a_tool_beside_thoughts_alone_is_read(vendor, provider_at, thought):
    calls = [{"type": "function", "function": {"name": "answer", "arguments": TEXT}}]
    answer = await answer_to(vendor, provider_at, "openai", chat(thought, "tool_calls", tool_calls=calls))
    assert (answer.text, answer.stop, answer.remarks) == (TEXT, "end", ("tool_call",))


async def test_a_text_of_nothing_but_thoughts_stays_when_there_is_no_other(vendor, provider_at):
    answer = await answer_to(vendor, provider_at, "openai", chat("<think>I go there.</think>"))
    assert (answer.text, answer.remarks) == ("<think>I go there.</think>", ("schema_ignored",))


async def test_reasoning_that_was_cut_is_no_answer(vendor, provider_at):
    answer = await answer_to(vendor, provider_at, "openai", chat("", "length", reasoning_content=TEXT))
    assert (answer.text, answer.stop) == ("", "length")


async def test_where_there_is_an_answer_nothing_else_is_read(vendor, provider_at):
    calls = [{"function": {"name": "answer", "arguments": '{"orders": ["A MAR H"]}'}}]
    answer = await answer_to(vendor, provider_at, "openai", chat(TEXT, reasoning_content="{}", tool_calls=calls))
    assert (answer.text, answer.remarks) == (TEXT, ())


async def test_a_shape_is_known_by_what_it_requires_or_by_any_field_of_it(vendor, provider_at):
    bodies = [chat("", reasoning_content=text) for text in ('{"relationships": {}}', '{"goals": []}', '{"any": 1}')]
    read = [(await answer_to(vendor, provider_at, "openai", body, MAP_OF_WORDS)).text for body in bodies]
    assert read == ['{"relationships": {}}', "", ""]
    assert (await answer_to(vendor, provider_at, "openai", bodies[2], None)).text == '{"any": 1}'


@pytest.mark.parametrize(
    ("text", "ignored"),
    [
        ("I cannot help with that.", True),
        ("Orders: {A PAR - BUR}", True),
        (TEXT, False),
        (f" \n{TEXT}", False),
        (f"Here it is: {TEXT}", False),
        (f"```json\n{TEXT}\n```", False),
        ("", False),
    ],
)
async def test_a_schema_that_is_ignored_is_noticed(vendor, protocol, provider_at, text, ignored):
    body = protocol.answer(text)
    answer = await answer_to(vendor, provider_at, protocol.provider, body)
    assert answer.remarks == (("schema_ignored",) if ignored else ())
    assert (await answer_to(vendor, provider_at, protocol.provider, body, None)).remarks == ()


async def test_a_reply_that_was_cut_or_refused_ignores_no_schema(vendor, provider_at):
    for finish in ("length", "content_filter"):
        assert (await answer_to(vendor, provider_at, "openai", chat("I", finish))).remarks == ()
