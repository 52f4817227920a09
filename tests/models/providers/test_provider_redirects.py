"""A server may send a call on to another place of its own; to another server neither the key nor the question goes."""

from __future__ import annotations

from types import SimpleNamespace

import httpx2
import pytest
from scripted_vendor import says
from vendor_questions import KEY, fault, question
from yarl import URL

from ai_diplomacy.models.model import ModelError
from ai_diplomacy.models.providers import Account
from ai_diplomacy.models.providers.transport import redirect_hook, redirect_middleware


async def test_a_moved_server_is_followed_with_the_key_and_the_question(vendor, protocol, provider, model):
    vendor.plays(says({}, 307, Location=f"{vendor.url}/elsewhere"), says(protocol.answer("fine")))
    assert (await provider.call(model, question())).text == "fine"
    first, second = vendor.received
    assert second.path == "/elsewhere"
    assert second.body == first.body
    assert any(KEY in value for value in second.headers.values())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_another_server_is_given_neither_key_nor_question(
    vendor, other_vendor, protocol, provider, model, status
):
    vendor.plays(says({}, status, Location=f"{other_vendor.url}/v1/{KEY}?question=1"))
    vendor.otherwise = other_vendor.otherwise = says(protocol.answer("fine"))
    error = await fault(provider, model)
    assert (error.kind, error.billable, error.of_account, error.reached) == ("fatal", False, True, True)
    assert str(error) == (
        f"{protocol.provider}@{vendor.url} sends the call on to {other_vendor.url}, which is not given your key; if it "
        f"should be, put its address behind the model's name: {protocol.provider}:NAME@{other_vendor.url}"
    )
    assert other_vendor.received == []
    assert (await provider.call(model, question())).text == "fine"


@pytest.mark.parametrize(
    ("home", "there", "is_told"),
    [
        ("https://llm.example.org/v1", "https://llm.example.org:443/v2", True),
        ("https://LLM.example.org/v1", "https://llm.example.org/v1/", True),
        ("http://llm.example.org/v1", "https://llm.example.org/v1", True),
        ("http://xn--mnchen-3ya.example/v1", "http://xn--mnchen-3ya.example/v1/chat", True),
        ("http://münchen.example/v1", "http://münchen.example/v1/chat", True),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1/chat", True),
        ("https://llm.example.org/v1", "http://llm.example.org/v1", False),
        ("https://llm.example.org/v1", "https://llm.example.org:8443/v1", False),
        ("http://llm.example.org:8000/v1", "https://llm.example.org/v1", False),
        ("http://llm.example.org/v1", "https://llm.example.org:8443/v1", False),
        ("http://llm.example.org/v1", "https://example.org/v1", False),
        ("https://llm.example.org/v1", "https://llm.example.org.evil.example/v1", False),
        ("https://llm.example.org/v1", "ftp://llm.example.org/v1", False),
    ],
)
async def test_only_the_accounts_own_server_is_told(home, there, is_told):
    account = Account("anthropic", home, KEY)
    asked = []

    async def ask(request):
        asked.append(request)

    guard, hook = redirect_middleware(account), redirect_hook(account)
    if is_told:
        await guard(SimpleNamespace(url=URL(there)), ask)
        hook(httpx2.Request("POST", there))
        assert len(asked) == 1
        return
    with pytest.raises(ModelError, match="which is not given your key"):
        await guard(SimpleNamespace(url=URL(there)), ask)
    with pytest.raises(ModelError, match="which is not given your key"):
        hook(httpx2.Request("POST", there))
    assert asked == []
