"""No body is read beyond its bound, packed or not; and a call on a thread ends with its deadline, however slowly its
server goes on. Imported by the first call, as httpx2 is."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import aiohttp
import httpcore2
import httpx2

from .bodies import nonsense
from .faults import error_body
from .sdk_provider import end_of_call

MOST_BYTES = 2 * 2**20
"""Of a body, unpacked. A reply of 128,000 tokens with all its reasoning, each letter escaped, is not longer."""
_PACKED = "gzip, deflate"
"""What is asked for: other ways to pack (br, zstd) would need packages, and are unpacked without a bound by some."""


class BoundedResponse(aiohttp.ClientResponse):
    """An answer of aiohttp, which unpacks piece by piece, as it is read."""

    async def read(self) -> bytes:
        if self.status == 101:
            # Such a connection is nobody's to close.
            self.close()
            raise nonsense("wants to speak another protocol")
        if self._body is None:
            pieces, size = [], 0
            try:
                while piece := await self.content.readany():
                    size += len(piece)
                    _require_room(size)
                    pieces.append(piece)
            except BaseException:
                self.close()
                raise
            self._body = b"".join(pieces)
        return await super().read()

    async def text(self, encoding: str | None = None, errors: str = "replace") -> str:
        return await super().text(encoding, errors)

    async def json(self, **_: Any) -> Any:
        """Google's SDK takes the body of any error for JSON."""
        return error_body(await self.text())


class BoundedTransport(httpx2.HTTPTransport):
    """The same for the blocking clients, whole and unpacked before the client sees it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Nothing public of httpx2 leads to a limit for the whole of a call.
        self._pool._network_backend = _Backend()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = _PACKED
        answered = super().handle_request(request)
        pieces, size = [], 0
        try:
            assert isinstance(answered.stream, httpx2.SyncByteStream)
            for piece in _unpacked(answered.stream, answered.headers.pop("Content-Encoding", "identity")):
                size += len(piece)
                _require_room(size)
                pieces.append(piece)
        finally:
            answered.close()
        headers = [pair for pair in answered.headers.raw if pair[0].lower() != b"transfer-encoding"]
        return httpx2.Response(answered.status_code, headers=headers, content=b"".join(pieces), request=request)


def _require_room(size: int) -> None:
    if size > MOST_BYTES:
        raise nonsense(f"answered with more than {MOST_BYTES // 2**20} MB")


def _unpacked(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Each no longer than what is asked of a connection at once."""
    if encoding in ("identity", ""):
        yield from pieces
        return
    if encoding not in ("gzip", "deflate"):
        raise nonsense("packed its answer in a way that nobody asked for")
    unpacking = zlib.decompressobj(32 + zlib.MAX_WBITS)
    try:
        for piece in pieces:
            left = piece
            while left:
                yield unpacking.decompress(left, 2**16)
                left = unpacking.unconsumed_tail
    except zlib.error:
        raise nonsense("packed its answer badly") from None


def _left() -> float:
    """Seconds that the call of this thread may still take."""
    left = end_of_call.get() - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left


class _Stream(httpcore2.NetworkStream):
    """A connection for which nobody waits longer than the call may still take, a byte at a time or not."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._inner.read(max_bytes, _left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._inner.write(buffer, _left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *arguments: Any, **options: Any) -> httpcore2.NetworkStream:
        return _Stream(self._inner.start_tls(*arguments, **options))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.SyncBackend):
    def connect_tcp(self, *arguments: Any, **options: Any) -> httpcore2.NetworkStream:
        return _Stream(super().connect_tcp(*arguments, **options))
