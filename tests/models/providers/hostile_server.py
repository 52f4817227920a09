"""A server that does what no vendor does, a mode a path: ``http://HOST/MODE/...`` in any of the four protocols."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from typing import Any

from hostile_bodies import BODIES, FATAL, MB, STATUSES, good
from vendor_protocols import PROTOCOLS, Protocol

_PAUSE = 0.1


@dataclass(frozen=True)
class Ask:
    """One request, and the connection that it came by."""

    protocol: Protocol
    writer: asyncio.StreamWriter
    url: str

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def whole(self, body: bytes, status: int | str = 200, **headers: str) -> None:
        await self.send(head(status, **{"Content-Length": str(len(body)), **headers}) + body)


Mode = Callable[[Ask], Awaitable[None]]


def head(status: int | str = 200, **headers: str) -> bytes:
    """Of an answer. Names are written with underscores."""
    lines = [f"HTTP/1.1 {status:03} X" if isinstance(status, int) else status]
    lines += [
        f"{name.replace('_', '-')}: {value}" for name, value in ({"Content_Type": "application/json"} | headers).items()
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


# What is more than a body


@cache
def bomb(window: int) -> bytes:
    """A quarter of a gigabyte of blanks in a quarter of a megabyte."""
    packing = zlib.compressobj(1, zlib.DEFLATED, window)
    return b"".join([*(packing.compress(b" " * MB) for _ in range(256)), packing.flush()])


def _bomb(encoding: str) -> Mode:
    window = zlib.MAX_WBITS + (16 if encoding == "gzip" else 0)
    return lambda ask: ask.whole(bomb(window), Content_Encoding=encoding)


async def _for_ever(ask: Ask, piece: bytes, pause: float = 0.0) -> None:
    while True:
        await ask.send(piece)
        await asyncio.sleep(pause)


async def _body_of_200_megabytes(ask: Ask) -> None:
    whole = good(ask.protocol)
    await ask.send(head(Content_Length=str(len(whole) + 200 * MB)), whole, *[b" " * MB] * 200)


async def _error_of_200_megabytes(ask: Ask) -> None:
    await ask.send(head(500, Content_Length=str(200 * MB)), *[b"x" * MB] * 200)


async def _endless_chunks(ask: Ask) -> None:
    await ask.send(head(Transfer_Encoding="chunked"))
    await _for_ever(ask, b"100000\r\n" + b"x" * MB + b"\r\n")


async def _endless_body(ask: Ask) -> None:
    await ask.send(head())
    await _for_ever(ask, b'"' * MB)


async def _endless_headers(ask: Ask) -> None:
    await ask.send(head()[:-2])
    await _for_ever(ask, b"".join(b"X-%d: %s\r\n" % (number, b"y" * 100) for number in range(1000)))


async def _endless_header(ask: Ask) -> None:
    await ask.send(head()[:-2] + b"X-Long: ", *[b"y" * MB] * 100)


async def _endless_status(ask: Ask) -> None:
    await ask.send(b"HTTP/1.1 200 ", *[b"y" * MB] * 100)


async def _endless_continue(ask: Ask) -> None:
    await _for_ever(ask, b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0.01)


async def _hang(ask: Ask) -> None:
    await asyncio.Event().wait()


async def _hang_after_headers(ask: Ask) -> None:
    await ask.send(head(Content_Length="500"))
    await asyncio.Event().wait()


async def _drip(ask: Ask) -> None:
    whole = good(ask.protocol)
    await ask.send(head(Content_Length=str(len(whole))))
    for byte in whole:
        await ask.send(bytes([byte]))
        await asyncio.sleep(_PAUSE)


async def _drip_headers(ask: Ask) -> None:
    await ask.send(head()[:-2])
    await _for_ever(ask, b"X", _PAUSE)


async def _drip_chunks(ask: Ask) -> None:
    await ask.send(head(Transfer_Encoding="chunked"))
    await _for_ever(ask, b"1\r\n \r\n", _PAUSE)


def _reset_after(sent: Callable[[Ask], bytes]) -> Mode:
    async def mode(ask: Ask) -> None:
        await ask.send(sent(ask))
        connection = ask.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        ask.writer.transport.abort()

    return mode


def _closed_after(sent: Callable[[Ask], bytes]) -> Mode:
    return lambda ask: ask.send(sent(ask))


def _half(ask: Ask) -> bytes:
    whole = good(ask.protocol)
    return head(Content_Length=str(len(whole))) + whole[: len(whole) // 2]


async def _more_than_was_asked(ask: Ask) -> None:
    whole = good(ask.protocol)
    await ask.send((head(Content_Length=str(len(whole))) + whole) * 3)


WIRES: dict[str, Mode] = {
    "bomb_of_gzip": _bomb("gzip"),
    "bomb_of_deflate": _bomb("deflate"),
    "body_of_200_megabytes": _body_of_200_megabytes,
    "error_of_200_megabytes": _error_of_200_megabytes,
    "endless_chunks": _endless_chunks,
    "endless_body": _endless_body,
    "endless_headers": _endless_headers,
    "endless_header": _endless_header,
    "endless_status": _endless_status,
    "endless_continue": _endless_continue,
    "hang": _hang,
    "hang_after_headers": _hang_after_headers,
    "drip": _drip,
    "drip_of_headers": _drip_headers,
    "drip_of_chunks": _drip_chunks,
    "reset_at_once": _reset_after(lambda _: b""),
    "reset_in_headers": _reset_after(lambda _: head()[:30]),
    "reset_in_body": _reset_after(_half),
    "close_at_once": _closed_after(lambda _: b""),
    "close_in_headers": _closed_after(lambda _: head()[:30]),
    "close_in_body": _closed_after(_half),
    "close_in_chunk": _closed_after(lambda _: head(Transfer_Encoding="chunked") + b"ff\r\n{"),
    "chunks_of_words": _closed_after(lambda _: head(Transfer_Encoding="chunked") + b"many\r\n{}\r\n"),
    "chunks_of_minus_one": _closed_after(lambda _: head(Transfer_Encoding="chunked") + b"-1\r\n{}\r\n"),
    "headers_of_noise": _closed_after(lambda _: b"HTTP/1.1 200 OK\r\n\x00\xff: \x01\r\n:\r\n\r\n{}"),
    "noise": _closed_after(lambda _: bytes(range(256)) * 40),
    "more_than_was_asked": _more_than_was_asked,
    "switching_protocols": _closed_after(lambda _: head(101, Upgrade="websocket", Connection="upgrade") + b"{}"),
}  # fmt: skip


def _plain(status: int | str, made: Callable[[Protocol], bytes], headers: dict[str, str]) -> Mode:
    return lambda ask: ask.whole(made(ask.protocol), status, **headers)


MODES: dict[str, Mode] = {
    **{name: _plain(200, made, {}) for name, made in BODIES.items()},
    **{name: _plain(*how) for name, how in (STATUSES | FATAL).items()},
    **WIRES,
}


_TURNS = cycle(name for name in MODES if name not in FATAL)
"""Of the mode ``any``."""


@asynccontextmanager
async def hostile_server() -> AsyncIterator[str]:
    """Its address, to which a mode is added."""
    tasks: set[asyncio.Task[Any]] = set()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(task := asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while True:
                    await _answer(reader, writer)
        except asyncio.CancelledError:
            """The test is over."""
        finally:
            tasks.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(meet, "127.0.0.1", 0, limit=16 * MB)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = next(line for line in asked.split("\r\n") if line.lower().startswith("content-length"))
    await reader.readexactly(int(length.partition(":")[2]))
    path = asked.split(" ")[1]
    mode, _, rest = path.strip("/").partition("/")
    spoken = (one for one in PROTOCOLS if rest.split("/")[-1] == one.path.split("/")[-1])
    protocol = next(spoken, PROTOCOLS[0])
    mode = next(_TURNS) if mode == "any" else mode
    await MODES[mode](Ask(protocol, writer, path))
    if mode in WIRES or mode.startswith("length"):
        raise ConnectionError
