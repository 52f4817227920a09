"""How an account's session makes its connections. Imported by the first call, as aiohttp is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import ClientTimeout, TCPConnector

if TYPE_CHECKING:
    from aiohttp import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace


class Connector(TCPConnector):
    """Gives up a connection that is not made in time, TLS included, whatever limits a call asks for: an SDK that brings
    its own puts them in the place of the session's."""

    def __init__(self, connect_seconds: float, **options: Any) -> None:
        super().__init__(**options)
        self._in_time = ClientTimeout(connect=connect_seconds)

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ARG002, ASYNC109 - aiohttp's signature
    ) -> Connection:
        return await super().connect(req, traces, self._in_time)
