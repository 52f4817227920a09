"""The server behind the page: read only, for the person at this machine."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from ..records.errors import ConfigError
from .brief import brief
from .bundle import PAGE
from .geometry import geometry
from .library import Library, inside
from .watching import Watched

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, and no script that stands in a page."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TYPES = {".js": "text/javascript", ".css": "text/css"}


def application(library: Library, host: str = "127.0.0.1") -> web.Application:
    """``host``: the address that the server listens on; requests that name another one are refused."""
    pages = _Pages(library)
    app = web.Application(middlewares=[_guard(host)])
    app.router.add_get("/", pages.front)
    app.router.add_get("/page/{file}", pages.asset)
    app.router.add_get("/run/{run}/", pages.page)
    app.router.add_get("/run/{run}/document", pages.document)
    app.router.add_get("/run/{run}/map", pages.map)
    app.router.add_get("/run/{run}/calls/{line:[0-9]{1,9}}", pages.call)
    app.router.add_get("/run/{run}/changes", pages.changes)
    app.router.add_get("/run/{run}/files/{file:.+}", pages.file)
    return app


def address(run: str) -> str:
    """The path of a run's page."""
    return f"/run/{quote(run, safe='')}/"


def _guard(host: str) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _welcome(request.host, host):
            # A page elsewhere may have its own name lead to this machine.
            return web.Response(status=421, text="This server answers to its own address only.\n", headers=_HEADERS)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(_HEADERS)
            raise
        except ConfigError as error:
            response = web.Response(status=409, text=f"{error}\n")
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    return guard


def _welcome(named: str, host: str) -> bool:
    """Whether the Host header names this server: the loopback, the address that it listens on, or, when it listens on
    all of them, any address; never a name that somebody else may have given it."""
    name = named.rpartition(":")[0] if named.rpartition(":")[2].isdecimal() else named
    name = name.strip("[]").lower()
    if name in ("localhost", host):
        return True
    try:
        given, bound = ipaddress.ip_address(name), ipaddress.ip_address(host)
    except ValueError:
        return False
    return given.is_loopback or given == bound or bound.is_unspecified


class _Pages:
    """What each address answers."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._watched: dict[Path, Watched] = {}

    async def front(self, _: web.Request) -> web.StreamResponse:
        runs = self._library.runs()
        if self._library.single:
            raise web.HTTPFound(address(next(iter(runs))))
        return web.Response(text=_list(self._library.root.resolve().name, runs), content_type="text/html")

    async def asset(self, request: web.Request) -> web.StreamResponse:
        path = inside(PAGE, request.match_info["file"])
        if path is None or path.suffix not in _TYPES:
            raise web.HTTPNotFound
        return web.Response(body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8")

    async def page(self, request: web.Request) -> web.StreamResponse:
        self._folder(request)
        many = "no" if self._library.single else "yes"
        text = (PAGE / "index.html").read_text(encoding="utf-8").replace("<body>", f'<body data-many="{many}">')
        return web.Response(text=text, content_type="text/html")

    async def document(self, request: web.Request) -> web.StreamResponse:
        response = web.Response(body=await self._run(request).document(), content_type="application/json")
        response.enable_compression()
        return response

    async def map(self, request: web.Request) -> web.StreamResponse:
        run = self._run(request)
        await run.document()
        response = web.json_response(geometry(run.map))
        response.enable_compression()
        return response

    async def call(self, request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await self._run(request).call(int(request.match_info["line"])))
        except KeyError:
            raise web.HTTPNotFound from None

    async def changes(self, request: web.Request) -> web.StreamResponse:
        seen = request.headers.get("Last-Event-ID") or request.query.get("since", "0")
        run = self._run(request)
        response = web.StreamResponse(headers=_HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        # Something must come at once, or the browser does not take the stream for open.
        await response.write(b": open\n\n")
        try:
            async for kind, version, data in run.changes(int(seen) if seen.isdecimal() else 0):
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
        folder = self._library.runs().get(request.match_info["run"])
        if folder is None:
            raise web.HTTPNotFound
        return folder

    def _run(self, request: web.Request) -> Watched:
        folder = self._folder(request)
        if folder not in self._watched:
            self._watched[folder] = Watched(folder)
        return self._watched[folder]


def _list(name: str, runs: dict[str, Path]) -> str:
    rows = "".join(_row(run, path) for run, path in runs.items())
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Run", "Stands at", "Played by", "Last sign of life"))
    table = f'<table class="numbers"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    body = f'<div class="scroll">{table}</div>' if rows else '<p class="quiet">There is no run in this folder yet.</p>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f'<title>{escape(name)}</title><link rel="stylesheet" href="/page/page.css"></head>'
        f'<body><main class="runs"><h1>{escape(name)}</h1>{body}</main></body></html>'
    )


def _row(run: str, path: Path) -> str:
    try:
        told = brief(path)
    except OSError:
        return ""
    ends = {"solo": "won", "draw": "draw", "last_power": "won", "limit": "ended"}
    stands = f"{told.phase}, {ends.get(told.outcome, told.outcome) if told.outcome else 'not finished'}"
    when = datetime.fromtimestamp(told.written, UTC).strftime("%Y-%m-%d %H:%M UTC")
    cells = (stands, ", ".join(told.models), when)
    return (
        f'<tr><th scope="row"><a href="{escape(address(run))}">{escape(run)}</a></th>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    )
