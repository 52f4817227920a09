"""The SDKs of OpenAI and Anthropic, which are made alike: their async clients on aiohttp and their blocking twins, all
without retries of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ...records.lines import json_bytes
from ..model import ModelError
from .accounts import Account
from .bodies import Body, error_body, read_object
from .concessions import RefusedError
from .faults import sdk_fault
from .lazily import CONNECT_SECONDS, Lazily, LazilyBlocking, blocking_limits, tls_context
from .moderation import is_moderated
from .redirects import request_hook
from .sdk_provider import Question

if TYPE_CHECKING:
    from httpx2 import Timeout

_KEYS = {"api-key", "authorization", "x-api-key"}
"""Headers that a key may be in."""


@dataclass(frozen=True)
class Opened:
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


class StainlessLine:
    """One account's line through such an SDK.

    Questions are handed to the client as bytes: the SDK's typed methods would first walk through the body, schema and
    all, and build a model of the answer, which takes them longer than all the rest of a call.
    """

    def __init__(
        self, account: Account, build: Callable[[Account], Opened], build_blocking: Callable[[Account], Opened]
    ) -> None:
        async def built() -> Opened:
            return await asyncio.to_thread(build, account)

        async def close(opened: Opened) -> None:
            await opened.client.close()

        self._account = account
        self._async = Lazily(built, close)
        self._blocking = LazilyBlocking(lambda: build_blocking(account), lambda opened: opened.client.close())

    async def post(self, question: Question) -> Body | None:
        opened = await self._async.get()
        try:
            answer = await opened.client.post(**opened.arguments(question, None))
        except opened.status_error as error:
            _raise_unless_filtered(error)
            return None
        return read_object(answer.content)

    def post_blocking(self, question: Question, seconds: float) -> Body | None:
        import httpx2

        opened = self._blocking.get()
        timeout = httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        try:
            answer = opened.client.post(**opened.arguments(question, timeout))
        except opened.status_error as error:
            _raise_unless_filtered(error)
            return None
        return read_object(answer.content)

    def classify(self, error: Exception) -> ModelError:
        return sdk_fault(self._account, error)

    async def close(self) -> None:
        self._blocking.close()
        await self._async.close()


def blocking_options(account: Account) -> dict[str, Any]:
    """What the HTTP client of an account's blocking twin is made with."""
    import httpx2

    return {
        "verify": tls_context(),
        "event_hooks": {"request": [request_hook(account)]},
        "timeout": httpx2.Timeout(None, connect=CONNECT_SECONDS),
        "limits": blocking_limits(),
    }


def discreet(client: Any, account: Account, home: str | None) -> Any:
    """The client without the headers that its SDK read from the environment (``ANTHROPIC_CUSTOM_HEADERS``,
    ``OPENAI_CUSTOM_HEADERS``), which were meant for the vendor and not for any server. At ``home``, the vendor's own
    address, it keeps those that take no key's place."""
    kept = client._custom_headers if account.base_url.removesuffix("/v1") == (home or "").removesuffix("/v1") else {}
    client._custom_headers = {name: value for name, value in kept.items() if name.lower() not in _KEYS}
    return client


def _raise_unless_filtered(error: Exception) -> None:
    """An answer with an error status is raised on, by the name that fits, unless a filter gave it."""
    status, response = error.status_code, error.response  # type: ignore[attr-defined]
    said = error_body(response.text)
    if is_moderated(status, said):
        return
    if status in (400, 422):
        raise RefusedError(error, said) from error
    raise error
