"""An error that comes with status 200 is what it would be under the status that it stands for, in the same words."""

from __future__ import annotations

import json

import pytest
from scripted_vendor import says, writes
from vendor_questions import KEY, fault, question

from ai_diplomacy.models.ids import ModelId

ANTHROPIC = {
    "invalid_request_error": "fatal",
    "authentication_error": "fatal",
    "billing_error": "fatal",
    "permission_error": "fatal",
    "not_found_error": "fatal",
    "request_too_large": "fatal",
    "rate_limit_error": "rate_limit",
    "timeout_error": "transient",
    "api_error": "transient",
    "overloaded_error": "transient",
    "grumpy_error": "transient",
}
GOOGLE = {
    "INVALID_ARGUMENT": "fatal",
    "FAILED_PRECONDITION": "fatal",
    "UNAUTHENTICATED": "fatal",
    "PERMISSION_DENIED": "fatal",
    "NOT_FOUND": "fatal",
    "RESOURCE_EXHAUSTED": "rate_limit",
    "INTERNAL": "transient",
    "UNAVAILABLE": "transient",
    "DEADLINE_EXCEEDED": "transient",
}


async def fault_of(vendor, provider_at, name, body):
    vendor.otherwise = says(body)
    return await fault(provider_at(name, vendor.url), ModelId(name, "m"))


@pytest.mark.parametrize(("type", "kind"), ANTHROPIC.items())
async def test_anthropics_errors_are_what_they_say(vendor, protocol, provider_at, type, kind):
    body = {"type": "error", "error": {"type": type, "message": "No luck."}, "request_id": "req_1"}
    error = await fault_of(vendor, provider_at, protocol.provider, body)
    assert (error.kind, error.billable) == (kind, False)
    assert error.of_account == (type in ("authentication_error", "billing_error"))
    assert str(error).endswith("No luck.")


@pytest.mark.parametrize(("status", "kind"), GOOGLE.items())
async def test_googles_errors_are_what_they_say(vendor, protocol, provider_at, status, kind):
    body = {"error": {"code": 0, "message": "No luck.", "status": status}}
    error = await fault_of(vendor, provider_at, protocol.provider, body)
    assert (error.kind, error.billable) == (kind, False)
    assert str(error).endswith("No luck.")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"code": 503, "message": "No luck."}}, "transient"),
        ({"error": {"code": "429", "message": "No luck."}}, "rate_limit"),
        ({"error": {"code": 401, "message": "No luck."}}, "fatal"),
        ({"object": "error", "message": "No luck.", "type": "BadRequest", "code": 400}, "fatal"),
        ({"status": 502, "message": "No luck."}, "transient"),
        ({"detail": "No luck."}, "transient"),
        ({"error": "No luck."}, "transient"),
        ({"message": "No luck."}, "transient"),
    ],
)
async def test_so_are_those_of_gateways_in_any_shape(vendor, protocol, provider_at, body, kind):
    error = await fault_of(vendor, provider_at, protocol.provider, body)
    assert error.kind == kind
    assert str(error).endswith("No luck.")


@pytest.mark.parametrize(
    "body",
    [
        {"error": "Unexpected endpoint or method. (POST /chat/completions)"},
        {"detail": "Not Found"},
        {"error": {"message": "Unknown path: /messages"}},
        {"message": "Cannot POST /responses"},
    ],
)
async def test_a_wrong_address_is_final_in_its_own_words_as_long_as_nothing_was_answered(
    vendor, protocol, provider_at, body
):
    error = await fault_of(vendor, provider_at, protocol.provider, body)
    assert error.kind == "fatal"
    said = body.get("error") or body.get("detail") or body["message"]
    assert (said if isinstance(said, str) else said["message"]) in str(error)
    provider = provider_at(protocol.provider, vendor.url)
    vendor.otherwise = says(protocol.answer("fine"))
    await provider.call(ModelId(protocol.provider, "m"), question())
    vendor.otherwise = says(body)
    assert (await fault(provider, ModelId(protocol.provider, "m"))).kind == "transient"


@pytest.mark.parametrize("code", ["content_filter", "invalid_prompt", "content_policy_violation"])
async def test_a_filter_may_say_so_with_200(vendor, protocol, provider_at, code):
    vendor.otherwise = says({"error": {"code": code, "message": "No luck."}})
    answer = await provider_at(protocol.provider, vendor.url).call(ModelId(protocol.provider, "m"), question())
    assert (answer.text, answer.stop) == ("", "refusal")


async def test_an_error_beside_nothing_is_no_answer_of_a_response(vendor, provider_at):
    for status in ("failed", "cancelled"):
        error = await fault_of(vendor, provider_at, "openai-responses", {"status": status, "error": None, "output": []})
        assert error.kind == "transient"


async def test_an_answer_with_words_beside_it_is_an_answer(vendor, protocol, provider_at):
    body = protocol.answer("fine") | {"error": None, "message": "Have a nice day", "detail": "x"}
    vendor.otherwise = says(body)
    answer = await provider_at(protocol.provider, vendor.url).call(ModelId(protocol.provider, "m"), question())
    assert answer.text == "fine"


async def test_an_error_in_200_is_one_line_without_the_key(vendor, protocol, provider_at):
    error = await fault_of(vendor, provider_at, protocol.provider, {"error": f"no\n\x1b[2J {KEY}"})
    assert str(error).endswith(" answered 500: no [2J [key]")


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff \n"])
async def test_a_byte_order_mark_is_no_part_of_an_answer(vendor, protocol, provider, model, mark):
    vendor.plays(writes(mark.encode() + json.dumps(protocol.answer("fine")).encode()))
    assert (await provider.call(model, question())).text == "fine"
    vendor.plays(writes(mark.encode() + json.dumps(protocol.error(404, "No luck.")).encode(), 404))
    assert str(await fault(provider, model)).endswith("No luck.")
