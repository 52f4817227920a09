"""Pages of the server beside those of the games: the list of a library, and pages of what is not there."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from .bundle import page
from .library import Library
from .reports import report_address, reported
from .shelf import Shelf, neighbours

_FRESH = 0.5
"""Seconds for which a list is given to everybody who asks, unread."""
_AGAIN = 3
"""Seconds after which a page of what has not begun looks again."""


class ListPages:
    """The list, made once for all who ask at a time, on a thread."""

    def __init__(self, library: Library, address: Callable[[str], str]) -> None:
        self._library, self._address = library, address
        self._shelf = Shelf(library)
        self._lock = asyncio.Lock()
        self._made = float("-inf")
        self._document: dict[str, Any] = {}
        self._page = self._packed = b""

    async def page(self, request: web.Request) -> web.Response:
        """The list, as of now."""
        await self._fresh()
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=self._page, content_type="text/html", charset="utf-8")
        headers = {"Content-Encoding": "gzip"}
        return web.Response(body=self._packed, headers=headers, content_type="text/html", charset="utf-8")

    async def around(self, run: str) -> dict[str, str]:
        """What the page of a game says of the list and of its neighbours."""
        await self._fresh()
        return neighbours(self._document["games"], run, "/")

    async def _fresh(self) -> None:
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if now - self._made >= _FRESH:
                await asyncio.to_thread(self._make)
                self._made = asyncio.get_running_loop().time()

    def _make(self) -> None:
        reports = {folder: report_address(folder) for folder in reported(self._library)}
        document = self._shelf.document(self._address, reports)
        if document != self._document:
            made = page("runs.html", title=f"{document['name']} · AI Diplomacy", shelf=document, policy="").encode()
            self._document, self._page, self._packed = document, made, gzip.compress(made, 5, mtime=0)


def not_begun(run: str) -> web.Response:
    """The page of a run that has told of nothing yet."""
    words = "The folder of this game is there, and nothing is told in it yet. The page looks again by itself."
    return _told(200, f"{run} has not begun", words, again=_AGAIN)


def nothing_there(library: Library) -> Middleware:
    """A page with a way back instead of a bare word, for whoever reads pages."""

    @web.middleware
    async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPNotFound:
            if "text/html" not in request.headers.get("Accept", ""):
                raise
            return nothing_page(library, "There is no such page or file here.")

    return answered


def nothing_page(library: Library, words: str) -> web.Response:
    what = "the game" if library.single else f"all runs of {library.name}"
    return _told(404, "Nothing is here", f"{words} It may have been moved, or its address was cut.", back=f"To {what}")


def _told(status: int, title: str, words: str, *, back: str = "To all runs", again: int = 0) -> web.Response:
    text = page("nothing.html", title=title, words=words, back=back, again=again)
    return web.Response(status=status, text=text, content_type="text/html")
