"""Whatever JSON a server sends, there comes of it an answer or an error that is named, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vendor_protocols import PROTOCOLS, Protocol
from vendor_questions import KEY, LIST_OF_ORDERS, question

from ai_diplomacy.models.model import ModelError
from ai_diplomacy.models.provider import ProviderAnswer
from ai_diplomacy.models.provider_model import _reply
from ai_diplomacy.models.providers.accounts import Account
from ai_diplomacy.models.providers.faults import status_fault
from ai_diplomacy.models.providers.pool import _make
from ai_diplomacy.models.providers.sdk_provider import Posted

ODD_NUMBERS = st.sampled_from([10**400, -1, 1e308, float("nan"), float("inf")])
LEAVES = st.none() | st.booleans() | st.integers() | st.text() | ODD_NUMBERS
NAMES = st.sampled_from(
    [
        "arguments", "args", "candidates", "choices", "code", "content", "error", "finishReason", "finish_reason",
        "functionCall", "function", "function_call", "incomplete_details", "input", "message", "metadata", "model",
        "output", "parts", "promptFeedback", "raw", "reason", "reasoning", "reasoning_content", "refusal", "status",
        "stop_reason", "summary", "system_fingerprint", "text", "thinking", "thought", "tool_calls", "type", "usage",
        "usageMetadata",
    ]
)  # fmt: skip
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner), max_leaves=12)
BODIES = st.dictionaries(NAMES, JSON)
ASKED = question(schema=LIST_OF_ORDERS)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Ways to every value in a body."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for name, one in inner for place in places(one, (*at, name)))]


def with_value(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    copy = body.copy()
    copy[place[0]] = with_value(body[place[0]], place[1:], value)
    return copy


def read(protocol: Protocol, body: Any) -> None:
    provider = _make(Account(protocol.provider, "http://127.0.0.1:1/v1", KEY))
    try:
        answer = provider._read(Posted(body), ASKED, frozenset())
    except ModelError:
        return
    assert isinstance(answer, ProviderAnswer)
    reply = _reply(ASKED, answer, 0.0, 0.0)
    assert reply.stop in ("end", "length", "refusal", "other")
    assert all(isinstance(said, str) for said in (reply.text, reply.served, reply.fingerprint))
    assert all(number is None or 0 <= number <= 10**9 for number in (reply.usage.input, reply.usage.output))


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=str)
@pytest.mark.slow
@settings(max_examples=100, derandomize=True)
@given(body=BODIES)
def test_any_object_is_an_answer_or_an_error(protocol, body):
    read(protocol, body)


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=str)
@pytest.mark.slow
@settings(max_examples=200, derandomize=True)
@given(data=st.data(), value=JSON)
def test_a_good_answer_with_anything_in_one_place_is_one_too(protocol, data, value):
    body = protocol.answer('{"orders": []}')
    changed = with_value(body, data.draw(st.sampled_from(places(body)[1:])), value)
    read(protocol, changed)


@pytest.mark.slow
@settings(max_examples=200, derandomize=True)
@given(status=st.integers(99, 999), body=BODIES | JSON)
def test_any_body_of_an_error_is_a_line(status, body):
    error = status_fault(Account("openai", "http://127.0.0.1:1/v1", KEY), status, {}, body)
    assert str(error).isprintable()
    assert len(str(error)) < 500
    assert error.kind == "transient" or 400 <= status < 600


@pytest.mark.parametrize("wrong", [[], {}, ["stop"], {"a": []}, 7, None, True, 1e400])
@pytest.mark.parametrize("protocol", PROTOCOLS, ids=str)
def test_a_reason_to_stop_that_is_no_word_is_some_other_reason(protocol, wrong):
    body = protocol.answer("x")
    for place in places(body):
        if place and place[-1] in ("finish_reason", "status", "stop_reason", "finishReason"):
            body = with_value(body, place, wrong)
    provider = _make(Account(protocol.provider, "http://127.0.0.1:1/v1", KEY))
    answer = provider._read(Posted(body), ASKED, frozenset())
    assert (answer.text, answer.stop) == ("x", "end" if wrong is None and "status" in body else "other")


@pytest.mark.parametrize("number", [10**8 + 1, 2**53, 10**400, 10**4000])
@pytest.mark.parametrize("protocol", PROTOCOLS, ids=str)
def test_counts_beyond_all_reason_are_unknown(protocol, number):
    body = protocol.answer("x")
    for place in places(body):
        if any(name in ("usage", "usageMetadata") for name in place[:-1]):
            body = with_value(body, place, number)
    provider = _make(Account(protocol.provider, "http://127.0.0.1:1/v1", KEY))
    usage = provider._read(Posted(body), ASKED, frozenset()).usage
    assert (usage.input, usage.output, usage.total) == (None, None, None)
