"""Every fault that a vendor or the way to it can have, for every vendor: worth asking again, later, or never."""

from __future__ import annotations

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from scripted_vendor import cut, drop, html, says, writes
from vendor_protocols import candidate, chat
from vendor_questions import fault, question

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import ModelError
from ai_diplomacy.models.provider_model import BlockingProviderModel, DeadlineError


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, "transient"),
        (400, "fatal"),
        (401, "fatal"),
        (402, "fatal"),
        (403, "fatal"),
        (404, "fatal"),
        (413, "fatal"),
        (422, "fatal"),
        (408, "transient"),
        (424, "transient"),
        (409, "transient"),
        (429, "rate_limit"),
        (500, "transient"),
        (501, "fatal"),
        (502, "transient"),
        (503, "transient"),
        (520, "transient"),
        (529, "transient"),
        (600, "transient"),
    ],
)
async def test_a_status_says_whether_to_ask_again(vendor, protocol, provider, model, status, kind):
    vendor.otherwise = says(protocol.error(status, "No luck today."), status)
    error = await fault(provider, model)
    assert error.kind == kind
    assert error.of_account == (status in (401, 402))
    # What is turned away is not billed.
    assert not error.billable
    assert f"answered {status}" in str(error)
    assert "No luck today." in str(error)
    assert len(vendor.received) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "0.5"}, 0.5),
        ({"Retry_After": "-3"}, 0.0),
        ({"retry_after_ms": "1500", "Retry_After": "2"}, 1.5),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "nan"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize(("status", "kind"), [(429, "rate_limit"), (503, "transient"), (529, "transient")])
async def test_the_time_to_wait_is_read(vendor, protocol, provider, model, status, kind, headers, seconds):
    vendor.otherwise = says(protocol.error(status, "Slow down."), status, **headers)
    error = await fault(provider, model)
    assert (error.kind, error.retry_after) == (kind, seconds)


async def test_a_time_to_wait_may_be_a_date_by_the_servers_clock(vendor, protocol, provider, model):
    its_now = datetime(2031, 5, 1, 12, 0, 0, tzinfo=UTC)
    dates = {"Date": its_now, "Retry_After": its_now + timedelta(seconds=90)}
    vendor.otherwise = says(
        protocol.error(429, "Slow down."), 429, **{k: format_datetime(v, usegmt=True) for k, v in dates.items()}
    )
    assert (await fault(provider, model)).retry_after == 90.0


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Thu, 01 May 2031 12:01:30 -0000", 90.0),
        ("Thu May  1 12:01:30 2031", 90.0),
        ("Thu, 01 May 2031 11:00:00 GMT", 0.0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Wed, 21 Oct 2026 07:28:00 +99999999", None),
        ("Wed, 21 Oct 2026", None),
    ],
)
async def test_a_date_may_be_odd(vendor, protocol, provider, model, date, seconds):
    headers = {"Date": "Thu, 01 May 2031 12:00:00 GMT", "Retry_After": date}
    vendor.otherwise = says(protocol.error(429, "Slow down."), 429, **headers)
    error = await fault(provider, model)
    assert (error.kind, error.retry_after) == ("rate_limit", seconds)


@pytest.mark.parametrize(
    "play",
    [
        html(),
        writes('{"choices": [{"message'),
        writes(""),
        writes("[1, 2]"),
        writes("null"),
        writes("{}"),
        writes(b'\xff\xfe{"a": 1}'),
        writes("[" * 100_000),
        cut,
        drop,
        html(503),
        writes('{"error": ', 500),
        writes("upstream connect error", 503, "text/plain"),
    ],
)
async def test_a_body_that_makes_no_sense_is_asked_for_again(vendor, protocol, provider, model, play):
    vendor.plays(play)
    vendor.otherwise = says(protocol.answer("fine"))
    error = await fault(provider, model)
    assert error.kind == "transient"
    assert "<" not in str(error)
    assert (await provider.call(model, question())).text == "fine"


async def test_a_hang_ends_with_the_callers_deadline_and_harms_no_later_call(vendor, protocol, provider_at, model):
    provider = provider_at(protocol.provider, vendor.url)
    vendor.otherwise = says(protocol.answer("fine"))
    await provider.call(model, question())
    vendor.plays(vendor.hang())
    with pytest.raises(TimeoutError) as timeout:
        async with asyncio.timeout(0.1):
            await provider.call(model, question())
    assert provider.classify(timeout.value).kind == "transient"
    assert (await provider.call(model, question())).text == "fine"


async def test_a_thread_that_waits_for_a_hang_is_free_at_its_deadline_and_harms_no_later_call(
    vendor, protocol, provider_at, model
):
    with ThreadPoolExecutor(1) as thread:
        provider = provider_at(protocol.provider, vendor.url)
        asked = BlockingProviderModel(provider, model, thread, deadline=0.2)
        vendor.plays(vendor.hang())
        vendor.otherwise = says(protocol.answer("fine"))
        with pytest.raises(DeadlineError, match=r"no answer within --call_deadline 0\.2"):
            await asked.generate(question())
        reply = await replace(asked, deadline=10.0).generate(question())
    assert (reply.text, reply.max_tokens) == ("fine", 8192)


async def test_a_refused_connection_is_called_by_its_name(protocol, provider_at):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    provider = provider_at(protocol.provider, url)
    async with asyncio.timeout(5):
        error = await fault(provider, ModelId(protocol.provider, "m", url))
    assert (error.kind, error.reached, error.billable) == ("transient", False, False)
    assert "no server answers there (" in str(error)
    assert "onnect" in str(error)
    assert "timed out" not in str(error)


@pytest.mark.parametrize(
    ("provider_name", "status", "body"),
    [
        ("openai", 429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}),
        ("openai-responses", 429, {"error": {"message": "Hard limit", "code": "billing_hard_limit_reached"}}),
        ("xai", 429, {"code": "resource-exhausted", "error": "Your team has reached its monthly spending limit."}),
        (
            "anthropic",
            400,
            {
                "type": "error",
                "error": {
                    "type": "invalid_request_error",
                    "message": "Your credit balance is too low to access the Anthropic API. Please go to Plans & "
                    "Billing to upgrade or purchase credits.",
                },
            },
        ),
        (
            "anthropic",
            400,
            {
                "type": "error",
                "error": {
                    "type": "invalid_request_error",
                    "message": "You have reached your specified API usage limits. You will regain access on "
                    "2026-12-01 at 00:00 UTC.",
                },
            },
        ),
        (
            "xai",
            403,
            {
                "code": "The caller does not have permission to execute the specified operation",
                "error": "Your team has either used all available credits or reached its monthly spending limit.",
            },
        ),
        ("openrouter", 403, {"error": {"code": 403, "message": "Key limit exceeded (total limit)."}}),
        ("deepseek", 402, {"error": {"message": "Insufficient Balance"}}),
        ("openrouter", 429, {"error": {"code": 429, "message": "Rate limit exceeded: free-models-per-day."}}),
        (
            "anthropic",
            429,
            {
                "type": "error",
                "error": {
                    "type": "rate_limit_error",
                    "message": "This organization's spend limit is reached.",
                    "details": {"error_code": "enforced_spend_limit_reached"},
                },
            },
        ),
        (
            "gemini",
            429,
            {
                "error": {
                    "code": 429,
                    "message": "You exceeded your current quota, please check your plan and billing details.",
                    "status": "RESOURCE_EXHAUSTED",
                    "details": [
                        {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},
                        {"retryDelay": "41s"},
                    ],
                }
            },
        ),
    ],
)
async def test_a_quota_that_is_used_up_is_final(vendor, provider_at, provider_name, status, body):
    vendor.otherwise = says(body, status, Retry_After="20") if status == 429 else says(body, status)
    error = await fault(provider_at(provider_name, vendor.url), ModelId(provider_name, "m"))
    assert (error.kind, error.retry_after, error.of_account, error.billable) == ("fatal", None, True, False)


@pytest.mark.parametrize(("status", "kind"), [(400, "fatal"), (403, "fatal"), (429, "fatal"), (503, "transient")])
async def test_a_request_that_is_too_large_is_final_but_no_fault_of_the_account(
    vendor, protocol, provider, model, status, kind
):
    said = "Request too large for m on tokens per min (TPM): Limit 30000. Purchase more credits for a higher limit."
    vendor.otherwise = says(protocol.error(status, said), status)
    error = await fault(provider, model)
    assert (error.kind, error.of_account, error.billable) == (kind, False, False)


async def test_gemini_says_the_time_to_wait_in_the_body(vendor, provider_at):
    details = [
        {"violations": [{"quotaId": "GenerateContentPaidTierInputTokensPerModelPerMinute"}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "45.837906927s"},
    ]
    text = "You exceeded your current quota, please check your plan and billing details."
    vendor.otherwise = says({"error": {"code": 429, "message": text, "details": details}}, 429)
    error = await fault(provider_at("gemini", vendor.url), ModelId("gemini", "m"))
    assert (error.kind, error.retry_after) == ("rate_limit", 45.837906927)


@pytest.mark.parametrize(("delay", "seconds"), [("9" * 400 + "s", None), ("soon", None), (7, None), ("7s", 7.0)])
async def test_geminis_time_to_wait_may_be_odd(vendor, provider_at, delay, seconds):
    body = {"error": {"code": 429, "message": "Slow down.", "details": [{"retryDelay": delay}, [], None]}}
    vendor.otherwise = says(body, 429)
    error = await fault(provider_at("gemini", vendor.url), ModelId("gemini", "m"))
    assert (error.kind, error.retry_after) == ("rate_limit", seconds)


async def test_openrouter_names_a_time_for_a_budget_in_flight(vendor, provider_at):
    vendor.otherwise = says({"error": {"code": 402, "message": "In-flight budget"}}, 402, Retry_After="3")
    error = await fault(provider_at("openrouter", vendor.url), ModelId("openrouter", "m"))
    assert (error.kind, error.retry_after) == ("rate_limit", 3.0)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"code": 502, "message": "Provider returned error"}}, "transient"),
        ({"error": {"code": 429, "message": "Rate limited upstream"}}, "rate_limit"),
        ({"error": {"code": 403, "message": "Forbidden"}}, "fatal"),
        ({"error": {"code": "server_error", "message": "Hm"}}, "transient"),
        ({"error": {"code": "rate_limit_exceeded", "message": "Slow down."}}, "rate_limit"),
        ({"error": {"code": None, "type": "rate_limit_error", "message": "Slow down."}}, "rate_limit"),
        ({"error": {"code": "429", "message": "Slow down."}}, "rate_limit"),
        ({"error": {"code": "insufficient_quota", "message": "Check your plan."}}, "fatal"),
        ({"error": {"code": "invalid_api_key", "message": "No."}}, "fatal"),
        ({"error": {"code": "context_length_exceeded", "type": "invalid_request_error"}}, "fatal"),
        ({"error": {"code": ["?"], "type": {}}}, "transient"),
        ({"error": {"code": 7, "message": "Hm"}}, "transient"),
        ({"choices": [{"finish_reason": "error", "error": {"code": 502, "message": "Died"}}]}, "transient"),
        ({"choices": []}, "transient"),
        ({"choices": None}, "transient"),
        ({"choices": [{"finish_reason": "stop"}]}, "transient"),
        ({"choices": [None]}, "transient"),
    ],
)
async def test_openrouter_may_fail_after_it_said_200(vendor, provider_at, body, kind):
    vendor.otherwise = says({**chat(""), **body})
    assert (await fault(provider_at("openrouter", vendor.url), ModelId("openrouter", "m"))).kind == kind


@pytest.mark.parametrize("code", ["insufficient_quota", "billing_not_active", "invalid_api_key"])
async def test_an_account_may_be_refused_after_200(vendor, provider_at, code):
    vendor.otherwise = says({"error": {"code": code, "message": "No."}})
    error = await fault(provider_at("together", vendor.url), ModelId("together", "m"))
    assert (error.kind, error.of_account) == ("fatal", True)


@pytest.mark.parametrize(
    ("code", "kind"), [("rate_limit_exceeded", "rate_limit"), ("server_error", "transient"), (None, "transient")]
)
async def test_a_response_may_have_failed(vendor, provider_at, code, kind):
    vendor.otherwise = says({"status": "failed", "error": {"code": code, "message": "Hm"}, "output": []})
    error = await fault(provider_at("openai-responses", vendor.url), ModelId("openai-responses", "m"))
    assert error.kind == kind
    assert "Hm" in str(error)


async def test_gemini_asks_no_more_than_once_by_itself(vendor, provider_at):
    vendor.plays(drop)
    vendor.otherwise = says(candidate("late"))
    error = await fault(provider_at("gemini", vendor.url), ModelId("gemini", "m"))
    assert error.kind == "transient"
    assert len(vendor.received) == 1


async def test_gemini_does_not_go_on_by_itself(vendor, provider_at):
    vendor.otherwise = says({**candidate("half", "CONTINUATION"), "continuationToken": "abc"})
    answer = await provider_at("gemini", vendor.url).call(ModelId("gemini", "m"), question())
    assert (answer.text, answer.stop) == ("half", "length")
    assert len(vendor.received) == 1


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (KeyError("choices"), "fatal", "KeyError"),
        (ModuleNotFoundError("No module named 'openai'"), "fatal", "No module named 'openai'"),
        (ssl.SSLCertVerificationError("self-signed"), "fatal", "self-signed"),
        (ConnectionResetError("reset by peer"), "transient", "reset by peer"),
        (TimeoutError(), "transient", "TimeoutError"),
        (ModelError("odd\nreply", kind="transient"), "transient", "odd reply"),
    ],
    ids=repr,
)
async def test_an_error_without_a_status_is_judged_by_its_kind(provider, error, kind, said):
    verdict = provider.classify(error)
    assert verdict.kind == kind
    assert said in str(verdict)


async def test_a_redirect_that_goes_in_circles_is_final(vendor, protocol, provider, model):
    vendor.otherwise = says({}, 307, Location=f"{vendor.url}/v1/again")
    assert (await fault(provider, model)).kind == "fatal"
