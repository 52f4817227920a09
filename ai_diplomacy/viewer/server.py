"""The server behind the page: read only, for the person at this machine."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import aclosing
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from ..run.glance import EVENTS
from ..web.geometry import geometry
from ..web.guards import HEADERS, guard, inside
from .bundle import PAGE, page
from .library import CARD, Library
from .listed_pages import ListPages, not_begun, nothing_page, nothing_there
from .reports import add_reports
from .watching import WatchedRun

_KEPT = 16
"""Runs that are kept open, those that were looked at last."""
_LONGEST_VERSION = 18
"""Digits of a version, which is a number of lines."""
_TYPES = {".js": "text/javascript", ".css": "text/css"}


def application(library: Library, host: str = "127.0.0.1") -> web.Application:
    """``host``: the address that the server listens on; requests that name another one are refused."""
    pages = _Pages(library)
    app = web.Application(middlewares=[guard(host), nothing_there(library)])
    app.router.add_get("/", pages.front)
    app.router.add_get("/page/{file}", pages.asset)
    app.router.add_get("/run/{run}/", pages.page)
    app.router.add_get("/run/{run}/document", pages.document)
    app.router.add_get("/run/{run}/map", pages.map)
    app.router.add_get("/run/{run}/deeds", pages.deeds)
    app.router.add_get("/run/{run}/calls/{line:[0-9]{1,9}}", pages.call)
    app.router.add_get("/run/{run}/changes", pages.changes)
    app.router.add_get("/run/{run}/files/{file:.+}", pages.file)
    add_reports(app, library)
    return app


def app_runner(library: Library, host: str = "127.0.0.1") -> web.AppRunner:
    """What serves it. Whoever leaves is not waited on any longer."""
    return web.AppRunner(application(library, host), access_log=None, shutdown_timeout=0.5, handler_cancellation=True)


def address(run: str) -> str:
    """The path of a run's page."""
    return f"/run/{quote(run, safe='')}/"


class _Pages:
    """What each address answers."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._list = ListPages(library, address)
        self._watched: OrderedDict[Path, WatchedRun] = OrderedDict()

    async def front(self, request: web.Request) -> web.StreamResponse:
        if self._library.single:
            raise web.HTTPFound(address(self._library.name))
        return await self._list.page(request)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        path = inside(PAGE, request.match_info["file"])
        if path is None or path.suffix not in _TYPES:
            raise web.HTTPNotFound
        return web.Response(body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8")

    async def page(self, request: web.Request) -> web.StreamResponse:
        run = request.match_info["run"]
        folder = self._library.run(run)
        if folder is None:
            return nothing_page(self._library, "There is no run at this address.")
        if inside(folder, CARD) is not None:
            raise web.HTTPFound("files/card.md")
        if not (folder / EVENTS).stat().st_size:
            return not_begun(run)
        around = {} if self._library.single else await self._list.around(run)
        return web.Response(text=page("index.html", around=around), content_type="text/html")

    async def document(self, request: web.Request) -> web.StreamResponse:
        return _json(await self._run(request).document())

    async def deeds(self, request: web.Request) -> web.StreamResponse:
        return _json(await self._run(request).deeds())

    async def map(self, request: web.Request) -> web.StreamResponse:
        run = self._run(request)
        await run.document()
        response = web.json_response(geometry(run.map))
        response.enable_compression()
        return response

    async def call(self, request: web.Request) -> web.StreamResponse:
        try:
            texts = await self._run(request).call(int(request.match_info["line"]))
        except KeyError:
            raise web.HTTPNotFound from None
        return web.Response(body=texts, content_type="application/json")

    async def changes(self, request: web.Request) -> web.StreamResponse:
        seen = request.headers.get("Last-Event-ID") or request.query.get("since", "0")
        if not seen.isdecimal() or len(seen) > _LONGEST_VERSION:
            raise web.HTTPBadRequest(text="since: a version is a whole number\n")
        run = self._run(request)
        response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        # Something must come at once, or the browser does not take the stream for open.
        await response.write(b": open\n\n")
        try:
            async with aclosing(run.changes(int(seen))) as changes:
                async for kind, version, data in changes:
                    await response.write(b"id: %d\nevent: %s\ndata: %s\n\n" % (version, kind.encode(), data))
        except ConnectionResetError:
            # The reader has gone.
            pass
        return response

    async def file(self, request: web.Request) -> web.StreamResponse:
        path = inside(self._folder(request), request.match_info["file"])
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Content-Type": "text/plain; charset=utf-8"})

    def _folder(self, request: web.Request) -> Path:
        folder = self._library.run(request.match_info["run"])
        if folder is None:
            raise web.HTTPNotFound
        return folder

    def _run(self, request: web.Request) -> WatchedRun:
        folder = self._folder(request)
        if folder not in self._watched:
            self._watched[folder] = WatchedRun(folder)
            if len(self._watched) > _KEPT:
                # Whoever still looks at it holds on to it.
                self._watched.popitem(last=False)
        self._watched.move_to_end(folder)
        return self._watched[folder]


def _json(body: bytes) -> web.Response:
    response = web.Response(body=body, content_type="application/json")
    response.enable_compression()
    return response
