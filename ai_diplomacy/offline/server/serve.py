"""The command ``serve``: flags -> ServerOptions -> a server until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from functools import partial

from .faults import FAULTS, Fault, parse_faults
from .options import ServerOptions

_DESCRIPTION = """\
A local server that speaks OpenAI chat completions (/v1/chat/completions) and responses (/v1/responses),
Anthropic messages (/v1/messages) and Gemini generateContent (/v1beta/models/NAME:generateContent).
The offline model answers; a model name that contains "random" plays at random. GET /stats counts what was done.
The first line printed is the address."""


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.description = _DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    flag = parser.add_argument
    flag("--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1, this machine only)")
    flag("--port", type=_whole, default=8123, metavar="N", help="port; 0 chooses a free one (default: 8123)")
    flag("--latency", type=_seconds, default=0.0, metavar="MEDIAN", help="median seconds an answer takes (default: 0)")
    flag("--sigma", type=_number, default=0.0, metavar="S", help="its lognormal spread (default: 0, always the median)")
    flag("--seed", type=int, default=0, metavar="N", help="the same seed draws the same latencies and faults")
    flag(
        "--faults",
        type=_faults,
        default={},
        metavar="KIND:RATE,...",
        help=f"share of attempts that fail, such as 429:0.05,hang:0.01. Kinds: {', '.join(FAULTS)}",
    )
    flag("--faulty-attempts", type=_whole, metavar="N", help="only the first N attempts of one request can fail")
    flag(
        "--retry-after",
        type=_seconds,
        default=1.0,
        metavar="SECONDS",
        help="what the faults 429 and 529 tell a client to wait (default: 1)",
    )
    flag("--rpm", type=_whole, metavar="N", help="requests a minute for each key (token bucket), 429 beyond")
    flag("--burst", type=_whole, metavar="N", help="size of the bucket (default: a minute's worth)")
    flag("--tpm", type=_whole, metavar="N", help="tokens a minute for each key, those that answers may have included")
    flag("--unstated-limits", action="store_true", help="do not say in headers and refusals what the limits are")
    flag("--key", help="the only API key that is accepted (default: any)")
    flag("--workers", type=_whole, default=0, metavar="N", help="processes that think (default: 0, one thread)")
    flag("--log", action="store_true", help="print a line a request to stderr")


def run(flags: argparse.Namespace) -> int:
    """Serves until SIGINT or SIGTERM. Returns the exit status. Raises ``argparse.ArgumentError`` with one sentence for
    flags that do not fit together and for an address that is taken."""
    try:
        options = ServerOptions(**{field.name: getattr(flags, field.name) for field in fields(ServerOptions)})
    except ValueError as error:
        raise argparse.ArgumentError(None, str(error)) from None
    _raise_file_limit()
    asyncio.run(_serve(options, log=flags.log))
    return 0


async def _serve(options: ServerOptions, *, log: bool) -> None:
    from .local import ListenError, LocalServer

    try:
        with _ended_by_signals():
            async with LocalServer(options, log=partial(print, file=sys.stderr) if log else None) as server:
                sys.stdout.write(f"{server.url}\n")
                sys.stdout.flush()
                await asyncio.Event().wait()
    except ListenError as error:
        raise argparse.ArgumentError(None, str(error)) from None
    except asyncio.CancelledError:
        # A signal is the usual end of a server.
        return


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGINT and SIGTERM cancel the current task."""
    loop, serving = asyncio.get_running_loop(), asyncio.current_task()
    assert serving is not None

    def end(*_: object) -> None:
        # The loop's own signal handlers lose a signal when many answers of the thread are waiting to be noticed.
        loop.call_soon_threadsafe(serving.cancel)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _seconds(text: str) -> float:
    value = _number(text)
    if value > 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is more than a day")
    return value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 0")
    return value


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 0")
    return int(text)


def _faults(text: str) -> dict[Fault, float]:
    try:
        return parse_faults(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _raise_file_limit() -> None:
    """Each client's connection is an open file, and the usual limit is 1024 of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # Some systems allow less than they say.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
