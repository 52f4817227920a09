"""A key is sent to its vendor and told to nobody else."""

from __future__ import annotations

import logging
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_vendor import html, says, writes
from vendor_protocols import chat, message
from vendor_questions import KEY, fault, question

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import ModelError
from ai_diplomacy.models.provider_model import BlockingProviderModel
from ai_diplomacy.models.providers import Providers, account_of
from ai_diplomacy.models.providers.catalogue import BUILT_IN
from ai_diplomacy.models.providers.faults import kept_secret, scrubbed


async def told(provider, model) -> str:
    """All that a log could take from a call that failed."""
    try:
        raise await fault(provider, model) from None
    except ModelError as verdict:
        return f"{verdict!s} {verdict!r} {provider!r} {traceback.format_exc()}"


@pytest.mark.parametrize(
    "said",
    [
        f"Incorrect API key provided: {KEY}.",
        f"No key starts with {KEY[:12]} or ends in {KEY[-9:]}.",
        f"Incorrect API key provided: {KEY[:12]}*******{KEY[-4:]}",
        f"Bearer {KEY}\r\nAuthorization: {KEY}",
        "x" * 280 + KEY,
        f'{{"headers": {{"authorization": "{KEY}"}}}}',
    ],
)
@pytest.mark.parametrize("status", [400, 401, 429, 500])
async def test_an_error_that_echoes_the_key_is_cleaned(vendor, protocol, provider, model, status, said):
    vendor.otherwise = says(protocol.error(status, said), status)
    text = await told(provider, model)
    assert all(KEY[start : start + 8] not in text for start in range(len(KEY) - 7))
    assert f"*{KEY[-4:]}" not in text
    assert f"answered {status}" in text


@pytest.mark.parametrize("play", [writes(KEY, 401), writes(KEY), writes(f'"{KEY}"'), html(403)])
async def test_a_body_that_is_the_key_is_cleaned_too(vendor, provider, model, play):
    vendor.otherwise = play
    assert KEY not in await told(provider, model)


async def test_a_failure_after_200_that_echoes_the_key_is_cleaned(vendor, provider_at):
    for name, body in (
        ("openrouter", {"error": {"code": 500, "message": KEY}}),
        ("openai-responses", {"status": "failed", "error": {"code": KEY, "message": KEY}}),
    ):
        vendor.plays(says(body))
        text = await told(provider_at(name, vendor.url), ModelId(name, "m"))
        assert KEY not in text
        assert "[key]" in text


async def test_a_failure_after_200_is_one_line(vendor, provider_at):
    vendor.otherwise = says({"status": "failed", "error": {"code": "server_error", "message": f"no\n\x1b[2J{KEY}"}})
    error = await fault(provider_at("openai-responses", vendor.url), ModelId("openai-responses", "m"))
    assert str(error) == f"openai-responses@{vendor.url} answered 500: no [2J[key]"


async def test_on_a_thread_a_failure_after_200_is_cleaned_too(vendor, provider_at):
    vendor.otherwise = says({"status": "failed", "error": {"code": "server_error", "message": f"no\n{KEY}"}})
    model = ModelId("openai-responses", "m")
    with ThreadPoolExecutor(1) as thread, pytest.raises(ModelError, match=r"500: no \[key\]$"):
        await BlockingProviderModel(provider_at(model.provider, vendor.url), model, thread).generate(question())


async def test_a_wrong_key_is_one_line_that_says_where_it_came_from(vendor, protocol):
    vendor.otherwise = says(protocol.error(401, "invalid x-api-key\n\n  see the docs"), 401)
    pool = Providers({"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY, "GEMINI_API_KEY": KEY})
    model = ModelId(protocol.provider, "m", vendor.url)
    text = str(await fault(pool.open(model), model))
    await pool.close()
    assert "_API_KEY" in text
    assert text.endswith("invalid x-api-key see the docs")


@pytest.fixture
def environment(monkeypatch) -> str:
    """What the SDKs would read by themselves."""
    secret = "of-the-environment"
    headers = "\n".join(f"{name}: {secret}" for name in ("X-Corp", "Authorization", "X-Api-Key", "x-goog-api-key"))
    for sdk in ("ANTHROPIC", "OPENAI", "GOOGLE", "GEMINI"):
        monkeypatch.setenv(f"{sdk}_CUSTOM_HEADERS", headers)
    for name in ("ANTHROPIC_AUTH_TOKEN", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "GOOGLE_API_KEY"):
        monkeypatch.setenv(name, secret)
    return secret


async def test_nothing_of_the_environment_goes_to_any_server(vendor, protocol, provider, model, environment):
    vendor.otherwise = says(protocol.answer("fine"))
    await provider.call(model, question(temperature=1.0))
    assert environment not in str(vendor.received[0].headers)
    assert KEY in str(vendor.received[0].headers)


@pytest.mark.parametrize("name", ["anthropic", "openai"])
async def test_headers_of_the_environment_go_to_their_vendor_but_take_no_keys_place(
    vendor, provider_at, environment, monkeypatch, name
):
    vendor.otherwise = says(message("fine") if name == "anthropic" else chat("fine"))
    home = vendor.url + ("/v1" if name == "openai" else "")
    monkeypatch.setitem(BUILT_IN, name, replace(BUILT_IN[name], base_url=home))
    await provider_at(name, home).call(ModelId(name, "m"), question())
    headers = {header.lower(): value for header, value in vendor.received[0].headers.items()}
    assert headers["x-corp"] == environment
    assert KEY in (headers.get("x-api-key"), headers.get("authorization", "").removeprefix("Bearer "))
    assert environment not in (headers.get("x-api-key"), headers.get("authorization"))


async def test_no_log_holds_the_key(vendor, protocol, provider, model, caplog):
    caplog.set_level(logging.DEBUG)
    vendor.plays(says(protocol.error(401, KEY), 401))
    vendor.otherwise = says(protocol.answer("fine"))
    await told(provider, model)
    await provider.call(model, question())
    assert KEY not in caplog.text
    assert all(KEY not in str(record.__dict__) for record in caplog.records if record.name != "aiohttp.server")


def test_an_account_shows_no_key():
    account = account_of(ModelId("openai", "m", None, KEY), {})
    assert KEY not in f"{account} {account!r}"


@pytest.mark.parametrize("status", [400, 500])
async def test_an_error_of_a_megabyte_is_a_line_at_once(vendor, protocol, provider, model, status):
    vendor.otherwise = says(protocol.error(status, f"{KEY} {'x' * 2**20}"), status)
    assert str(await fault(provider, model)).endswith(f" answered {status}: [key] {'x' * 293}…")


def test_only_the_beginning_of_a_text_is_looked_at():
    """All of it would take a time that grows with the square of its length, for what is cut off anyway."""
    assert scrubbed("x" * 10**6, KEY) == "x" * 4000
    assert scrubbed(f"{'x' * 3990} {KEY}", KEY) == f"{'x' * 3990} [key]"


def test_a_key_between_stars_is_masked_with_its_ends():
    assert scrubbed("key: sk-*** **** a** is (***9f) wrong *", KEY) == "key: [key] [key] a** is [key] wrong *"


@settings(derandomize=True, deadline=None)
@given(st.text(), st.text("abcdef0123456789-_", min_size=1, max_size=40), st.text())
def test_no_piece_of_a_key_is_left_in_any_text(before, key, after):
    clean = scrubbed(f"{before}{key}{after}", key)
    size = min(8, len(key))
    left = clean.replace("[key]", "\n")
    assert all(key[start : start + size] not in left for start in range(len(key) - size + 1))


@settings(derandomize=True, deadline=None)
@given(st.text("ghijklmno .", max_size=60))
def test_other_text_is_left_alone(text):
    assert scrubbed(text, "abcdef0123456789") == text


@pytest.mark.parametrize(
    ("echo", "masked"),
    [
        (KEY, "[key]"),
        (KEY[:16], "[key]"),
        (KEY[9:17], "[key]"),
        (f"x{KEY[-8:]}", "x[key]"),
        (f"x{KEY}{KEY}y", "x[key]y"),
    ],
)
async def test_a_good_answer_that_echoes_the_key_is_cleaned_in_every_field(
    vendor, protocol, provider, model, echo, masked
):
    vendor.otherwise = says(protocol.answer(f"it is {echo}.") | {"model": echo, "modelVersion": echo})
    answer = await provider.call(model, question())
    assert (answer.text, answer.served) == (f"it is {masked}.", masked)


async def test_a_refusal_and_a_misplaced_answer_that_echo_the_key_are_cleaned_too(vendor, provider_at):
    bodies = [chat(None, refusal=f"No, {KEY}."), chat("", reasoning_content=f'{{"diary": "{KEY}"}}')]
    vendor.plays(*map(says, bodies))
    provider = provider_at("openai", vendor.url)
    texts = [(await provider.call(ModelId("openai", "m"), question())).text for _ in bodies]
    assert texts == ["No, [key].", '{"diary": "[key]"}']


@pytest.mark.parametrize("key", ["no-key", "x", "secret", "anything", "diplomacy"])
def test_a_word_that_stands_for_a_key_is_no_secret(key):
    assert kept_secret(f"{key}: {key}", key) == f"{key}: {key}"


def test_a_short_key_is_masked_as_a_whole():
    assert kept_secret("it is abc-12345, abc-1234", "abc-12345") == "it is [key], abc-1234"


@settings(derandomize=True, deadline=None)
@given(
    st.text(max_size=300), st.text("abcdef0123456789-_", min_size=16, max_size=60), st.integers(8, 16), st.integers(0)
)
def test_no_piece_of_a_key_is_left_in_a_good_answer(text, key, size, start):
    start %= len(key) - size + 1
    clean = kept_secret(f"{text}{key[start : start + size]}{text}", key).replace("[key]", "\n")
    assert all(key[at : at + 8] not in clean for at in range(len(key) - 7))
