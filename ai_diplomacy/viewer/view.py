"""The command ``view``: the page of a run, or of each run in a folder, on this machine."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

from aiohttp import web

from ..records.saying import say
from .library import Library
from .server import app_runner

PORT = 8321


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.description = "Show a run, finished or still being played, or all runs of a folder, in the browser."
    parser.add_argument("folder", type=Path, help="folder of a run, or of runs, such as results")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument(
        "--port", type=_port, metavar="N", help=f"port to listen on, 0 for any (default: {PORT}, or any if it is taken)"
    )


def run(flags: argparse.Namespace) -> int:
    folder: Path = flags.folder.expanduser()
    if not folder.is_dir():
        raise argparse.ArgumentError(None, f"{str(folder)!r} is not a folder")
    asyncio.run(_serve(Library(folder), flags.host, flags.port))
    return 0


async def _serve(library: Library, host: str, port: int | None) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    runner = app_runner(library, host)
    await runner.setup()
    try:
        at = await _listening(runner, host, port)
        shown = f"[{host}]" if ":" in host else host
        say(f"http://{shown}:{at}/ shows {library.root} (Ctrl-C ends it)")
        await ended.wait()
    finally:
        await runner.cleanup()


async def _listening(runner: web.AppRunner, host: str, port: int | None) -> int:
    """Listens, and returns the port."""
    for wanted in (PORT, 0) if port is None else (port,):
        try:
            await web.TCPSite(runner, host, wanted).start()
        except OSError as error:
            if port is None and wanted:
                continue
            reason = error.strerror or error
            raise argparse.ArgumentError(None, f"cannot listen on {host}, port {wanted}: {reason}") from None
        found: int = runner.addresses[0][1]
        return found
    raise AssertionError("one of the ports was tried")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port")
    return int(text)
