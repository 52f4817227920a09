"""The limits that vendors state, with answers and with refusals, in the words of each."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from scripted_vendor import says
from vendor_questions import fault, question

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.stated_limits import StatedLimit

OPENAI = {
    "x_ratelimit_limit_requests": "60",
    "x_ratelimit_remaining_requests": "59",
    "x_ratelimit_reset_requests": "1s",
    "x_ratelimit_limit_tokens": "150000",
    "x_ratelimit_remaining_tokens": "149900",
    "x_ratelimit_reset_tokens": "40ms",
}
FULL = datetime.now(UTC) + timedelta(seconds=30)
DIALECTS = {
    "OpenAI's buckets": (
        OPENAI,
        [
            StatedLimit("requests", 60, 59, 1.0, window=60, refills=True),
            StatedLimit("tokens", 150_000, 149_900, 0.04, window=60, refills=True),
        ],
    ),
    "a copy with windows": (
        OPENAI | {"x_ratelimit_reset_requests": "45", "x_ratelimit_reset_tokens": "0m45.5s"},
        [
            StatedLimit("requests", 60, 59, 45.0, window=60),
            StatedLimit("tokens", 150_000, 149_900, 45.5, window=60),
        ],
    ),
    "a proxy that tells no end": (
        {"x_ratelimit_limit_requests": "60", "x_ratelimit_remaining_requests": "59"},
        [StatedLimit("requests", 60, 59, window=60)],
    ),
    "Groq's requests of a day": (
        OPENAI
        | {
            "x_ratelimit_limit_requests": "14400",
            "x_ratelimit_remaining_requests": "14370",
            "x_ratelimit_reset_requests": "2m59.56s",
        },
        [StatedLimit("tokens", 150_000, 149_900, 0.04, window=60, refills=True)],
    ),
    "Groq's first request of a day": (
        {
            "x_ratelimit_limit_requests": "14400",
            "x_ratelimit_remaining_requests": "14399",
            "x_ratelimit_reset_requests": "6s",
        },
        [],
    ),
    "Anthropic's buckets": (
        {
            "anthropic_ratelimit_requests_limit": "50",
            "anthropic_ratelimit_requests_remaining": "49",
            "anthropic_ratelimit_requests_reset": f"{FULL:%Y-%m-%dT%H:%M:%SZ}",
            "anthropic_ratelimit_input_tokens_limit": "30000",
            "anthropic_ratelimit_input_tokens_remaining": "29000",
            "anthropic_ratelimit_unified_5h_limit": "7",
            "anthropic_priority_input_tokens_limit": "9",
        },
        [
            StatedLimit("requests", 50, 49, until=float(int(FULL.timestamp())), window=60, refills=True),
            StatedLimit("input_tokens", 30_000, 29_000, window=60, refills=True),
        ],
    ),
    "Mistral's": (
        {
            "x_ratelimit_limit_req_minute": "50",
            "x_ratelimit_remaining_req_minute": "49",
            "x_ratelimit_limit_tokens_minute": "50000",
            "x_ratelimit_remaining_tokens_minute": "49984",
            "x_ratelimit_limit_tokens_month": "4000000",
            "x_ratelimit_remaining_tokens_month": "3999968",
            "x_ratelimit_tokens_query_cost": "16",
        },
        [StatedLimit("requests", 50, 49, window=60), StatedLimit("tokens", 50_000, 49_984, window=60)],
    ),
    "Mistral's of before": (
        {"ratelimitbysize_limit": "500000", "ratelimitbysize_remaining": "499500", "ratelimitbysize_reset": "20"},
        [StatedLimit("tokens", 500_000, 499_500, 20.0, window=60)],
    ),
    "the IETF's first drafts": (
        {"RateLimit_Limit": "100, 100;w=60", "RateLimit_Remaining": "50", "RateLimit_Reset": "30"},
        [StatedLimit("requests", 100, 50, 30.0, window=60)],
    ),
    "the IETF's last drafts": (
        {"RateLimit": '"default";r=50;t=30, "daily";r=5000;t=40000', "RateLimit_Policy": '"default";q=100;w=60'},
        [StatedLimit("requests", 100, 50, 30.0, window=60)],
    ),
    "requests without a window": (
        {"x_ratelimit_limit": "20", "x_ratelimit_remaining": "19", "x_ratelimit_reset": "12"},
        [StatedLimit("requests", 20, 19, 12.0)],
    ),
    "an hour's requests": (
        {"x_ratelimit_limit": "5000", "x_ratelimit_remaining": "4999", "x_ratelimit_reset": "3599"},
        [],
    ),
    "nonsense": (
        {
            "x_ratelimit_limit_requests": "-5",
            "x_ratelimit_remaining_requests": "9" * 400,
            "x_ratelimit_reset_requests": "soon",
            "x_ratelimit_limit": "inf",
            "RateLimit": ";;;,,=",
            "x_ratelimit_" + "x" * 100: "1",
        },
        [],
    ),
    "nothing": ({}, []),
}
each_dialect = pytest.mark.parametrize(("headers", "stated"), DIALECTS.values(), ids=DIALECTS.keys())


@each_dialect
async def test_limits_are_read_from_an_answer(vendor, protocol, provider, model, headers, stated):
    vendor.otherwise = says(protocol.answer("{}"), **headers)
    assert list((await provider.call(model, question())).stated) == stated


@each_dialect
async def test_limits_are_read_from_a_refusal(vendor, protocol, provider, model, headers, stated):
    vendor.otherwise = says(protocol.error(429, "Slow down."), 429, **headers)
    assert list((await fault(provider, model)).stated) == stated


@pytest.mark.parametrize("ahead", [0, 3600, -86400])
@pytest.mark.parametrize("unit", [1, 1000])
async def test_a_moment_is_by_the_servers_clock(vendor, protocol, provider, model, ahead, unit):
    its_now = datetime.now(UTC) + timedelta(seconds=ahead)
    ends = round((its_now.timestamp() + 40) * unit)
    headers = {"x_ratelimit_limit": "20", "x_ratelimit_remaining": "0", "x_ratelimit_reset": str(ends)}
    vendor.otherwise = says(protocol.answer("{}"), Date=format_datetime(its_now, usegmt=True), **headers)
    (stated,) = (await provider.call(model, question())).stated
    assert (stated.limit, stated.remaining, stated.reset) == (20, 0, None)
    assert stated.until - time.time() == pytest.approx(40, abs=10)


USED_UP = {"x_ratelimit_limit_requests": "60", "x_ratelimit_remaining_requests": "0"}


@pytest.mark.parametrize(
    ("headers", "said", "seconds"),
    [
        ({"x_ratelimit_reset_requests": "6s"}, "Slow down.", 6.0),
        (USED_UP | {"x_ratelimit_reset_requests": "59.8s"}, "Slow down.", 1.0),
        (USED_UP | {"x_ratelimit_reset_requests": "12s"}, "Slow down.", 12.0),
        (OPENAI, "Slow down.", None),
        (OPENAI, "Rate limit reached for m on tokens per min. Please try again in 6.5s.", 6.5),
        ({}, "Please try again in 6m0s.", 360.0),
        ({}, "Please try again in 20ms.", 0.02),
        ({}, "Requests exceeded the rate limit. Please retry after 20 seconds.", 20.0),
        ({}, "Please retry in 34.074824224s.", 34.074824224),
        ({}, "Try again after 2 minutes.", 120.0),
        ({}, "Try again in a while.", None),
        ({}, "Try again in 1" + "0" * 400 + "s.", None),
        ({"Retry_After": "3"}, "Please try again in 6.5s.", 3.0),
    ],
)
async def test_the_time_to_wait_is_read_from_what_is_used_up_and_from_words(
    vendor, protocol, provider, model, headers, said, seconds
):
    vendor.otherwise = says(protocol.error(429, said), 429, **headers)
    error = await fault(provider, model)
    assert (error.kind, error.retry_after) == ("rate_limit", seconds)


async def test_anthropics_moment_says_how_long_to_wait(vendor, provider_at):
    ends = datetime.now(UTC) + timedelta(seconds=50)
    headers = {"remaining": "0", "limit": "30000", "reset": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}
    named = {f"anthropic_ratelimit_input_tokens_{name}": value for name, value in headers.items()}
    vendor.otherwise = says({"type": "error", "error": {"type": "rate_limit_error", "message": "No."}}, 429, **named)
    error = await fault(provider_at("anthropic", vendor.url), ModelId("anthropic", "m"))
    assert error.retry_after == pytest.approx(50, abs=10)


async def test_openrouter_states_its_limit_in_the_body_of_a_refusal(vendor, provider_at):
    ends = str(round(time.time() * 1000) + 40_000)
    told = {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": ends}
    error = {"message": "Rate limit exceeded: free-models-per-min.", "code": 429, "metadata": {"headers": told}}
    for status in (429, 200):
        vendor.otherwise = says({"error": error, "choices": []}, status)
        refused = await fault(provider_at("openrouter", vendor.url), ModelId("openrouter", "m"))
        (stated,) = refused.stated
        assert (stated.unit, stated.limit, stated.remaining) == ("requests", 20, 0)
        assert refused.retry_after == pytest.approx(40, abs=10)


async def test_gemini_states_the_quota_that_was_passed(vendor, provider_at):
    quotas = [
        {"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "quotaValue": "15"},
        {"quotaId": "GenerateContentInputTokensPerModelPerMinute", "quotaValue": "250000"},
        {"quotaId": "GenerateRequestsPerMinute", "quotaValue": ["15"]},
    ]
    details = [{"violations": quotas}, {"retryDelay": "34s"}]
    vendor.otherwise = says({"error": {"code": 429, "message": "Slow down.", "details": details}}, 429)
    refused = await fault(provider_at("gemini", vendor.url), ModelId("gemini", "m"))
    assert refused.stated == (StatedLimit("requests", 15, 0, 34.0, window=60),)
