"""The SDKs of OpenAI and Anthropic, both made by Stainless: their async clients and their blocking twins, without
retries of their own. Questions go through the clients' public ``post`` as bytes: their typed methods would first walk
through the body, schema and all, and build a model of the answer, which takes as long again as all the rest of a call
through them (1.4 ms of CPU instead of 0.7)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...records.sealing import json_bytes
from ..model import ModelError
from .accounts import Account
from .bodies import read_object
from .catalogue import BUILT_IN
from .faults import error_body, is_moderated, sdk_fault
from .sdk_provider import LazyBlockingClient, LazyClient, Posted, Question
from .stated import stated_limits
from .unsupported import RefusedError, may_blame

if TYPE_CHECKING:
    from httpx2 import Timeout

_KEYS = ("api-key", "authorization", "x-api-key")
"""Headers that a key may be in."""
_JSON = "application/json"


@dataclass(frozen=True)
class SdkClient:
    """A client of an SDK and the class of its errors for answers with an error status."""

    client: Any
    status_error: type[Exception]

    @cached_property
    def base_url(self) -> str:
        """Without a slash at its end."""
        return str(self.client.base_url).rstrip("/")

    def arguments(self, question: Question, timeout: Timeout | None) -> dict[str, Any]:
        """What the client posts the question with. An option that is left out, and a path that is no whole URL, would
        be completed by copies of the client's own at every call, which takes a tenth of its time."""
        import httpx2

        return {
            "path": f"{self.base_url}{question.path}",
            "cast_to": httpx2.Response,
            "content": json_bytes(question.body),
            "options": {"headers": question.headers, "max_retries": 0, "timeout": timeout},
        }


class StainlessTransport:
    """One account's way through such an SDK."""

    def __init__(self, account: Account, build: Callable[[Account, bool], SdkClient]) -> None:
        """``build`` makes the client, or its blocking twin."""

        async def built() -> SdkClient:
            return await asyncio.to_thread(build, account, False)

        async def close(sdk: SdkClient) -> None:
            await sdk.client.close()

        self._account = account
        self._async = LazyClient(built, close)
        self._blocking = LazyBlockingClient(lambda: build(account, True), lambda sdk: sdk.client.close())

    async def post(self, question: Question) -> Posted:
        sdk = await self._async.get()
        try:
            answer = await sdk.client.post(**sdk.arguments(question, None))
        except sdk.status_error as error:
            _raise_unless_filtered(error)
            return Posted(None)
        return Posted(read_object(answer.content), stated_limits(answer.headers))

    def post_blocking(self, question: Question, seconds: float) -> Posted:
        from .transport import blocking_timeout

        sdk = self._blocking.get()
        try:
            answer = sdk.client.post(**sdk.arguments(question, blocking_timeout(seconds)))
        except sdk.status_error as error:
            _raise_unless_filtered(error)
            return Posted(None)
        return Posted(read_object(answer.content), stated_limits(answer.headers))

    def classify(self, error: Exception) -> ModelError:
        return sdk_fault(self._account, error)

    async def close(self) -> None:
        self._blocking.close()
        await self._async.close()


def openai_transport(account: Account) -> StainlessTransport:
    """For OpenAI itself and all who speak its protocols."""
    return StainlessTransport(account, _openai)


def anthropic_transport(account: Account) -> StainlessTransport:
    return StainlessTransport(account, _anthropic)


def _openai(account: Account, blocking: bool) -> SdkClient:
    import openai

    headers = _own_headers(account, "openai", openai.omit, {"authorization": f"Bearer {account.key}"})
    if account.base_url != BUILT_IN["openai"].base_url:
        # The SDK reads these from the environment and would tell them to any server.
        headers |= dict.fromkeys(("OpenAI-Organization", "OpenAI-Project"), openai.omit)
    url = account.base_url if urlsplit(account.base_url).path else f"{account.base_url}/v1"
    make = openai.OpenAI if blocking else openai.AsyncOpenAI
    http = _http_client(account, openai.DefaultHttpxClient if blocking else None)
    client = make(api_key=account.key, base_url=url, max_retries=0, default_headers=headers, http_client=http)
    return SdkClient(client, openai.APIStatusError)


def _anthropic(account: Account, blocking: bool) -> SdkClient:
    import anthropic

    client = (anthropic.Anthropic if blocking else anthropic.AsyncAnthropic)(
        api_key=account.key,
        base_url=account.base_url.removesuffix("/v1"),
        max_retries=0,
        default_headers=_own_headers(account, "anthropic", anthropic.omit, {"x-api-key": account.key}),
        open_telemetry=False,
        http_client=_http_client(account, anthropic.DefaultHttpxClient if blocking else None),
    )
    return SdkClient(client, anthropic.APIStatusError)


def _http_client(account: Account, blocking: Callable[..., Any] | None) -> Any:
    """For the async client, or as the SDK's ``blocking`` one."""
    from .detours import DirectClient
    from .transport import blocking_options

    return DirectClient(account) if blocking is None else blocking(**blocking_options(account))


def _own_headers(account: Account, vendor: str, omit: object, of_key: dict[str, str]) -> dict[str, Any]:
    """What stands in the place of the headers that an SDK reads from the environment (``ANTHROPIC_CUSTOM_HEADERS``,
    ``OPENAI_CUSTOM_HEADERS``): these were meant for the vendor and not for any server. At the vendor's own address all
    stay but those that take a key's place. ``of_key``: the header that the key goes in."""
    home = BUILT_IN[vendor].base_url or ""
    at_home = account.base_url.removesuffix("/v1") == home.removesuffix("/v1")
    lines = os.environ.get(f"{vendor.upper()}_CUSTOM_HEADERS", "").split("\n")
    names = [name.strip() for name, colon, _ in (line.partition(":") for line in lines) if colon]
    instead: dict[str, Any] = {"accept": _JSON, "content-type": _JSON, **of_key}
    return {name: instead.get(name.lower(), omit) for name in names if not at_home or name.lower() in _KEYS}


def _raise_unless_filtered(error: Exception) -> None:
    """An answer with an error status is raised on, by the name that fits, unless a filter gave it."""
    status, response = error.status_code, error.response  # type: ignore[attr-defined]
    said = error_body(response.text)
    if is_moderated(status, said):
        return
    if may_blame(status, said):
        raise RefusedError(error, said) from error
    raise error
