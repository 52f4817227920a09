"""OpenAI's clients, for OpenAI itself and all who speak its protocols."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .accounts import Account
from .catalogue import BUILT_IN
from .stainless import Opened, StainlessLine, blocking_options, discreet


def openai_line(account: Account) -> StainlessLine:
    return StainlessLine(account, _client, _blocking_client)


def _client(account: Account) -> Opened:
    from openai import APIStatusError, AsyncOpenAI

    from .whole_bodies import DirectClient

    client = AsyncOpenAI(api_key=account.key, base_url=_url(account), max_retries=0, http_client=DirectClient(account))
    return Opened(_discreet(client, account), APIStatusError)


def _blocking_client(account: Account) -> Opened:
    from openai import APIStatusError, DefaultHttpxClient, OpenAI

    transport = DefaultHttpxClient(**blocking_options(account))
    client = OpenAI(api_key=account.key, base_url=_url(account), max_retries=0, http_client=transport)
    return Opened(_discreet(client, account), APIStatusError)


def _url(account: Account) -> str:
    return account.base_url if urlsplit(account.base_url).path else f"{account.base_url}/v1"


def _discreet(client: Any, account: Account) -> Any:
    home = BUILT_IN["openai"].base_url
    if account.base_url != home:
        # The SDK reads these from the environment and would tell them to any server.
        client.organization = client.project = None
    return discreet(client, account, home)
