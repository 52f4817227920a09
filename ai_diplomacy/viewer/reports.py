"""Reports of the folders in a library, beside the games that they link to.

A report lies in ``FOLDER/analysis/`` and leads to a game by ``../run/GAME/``. So it has the address
``/in/FOLDER/analysis/report.html``, and ``/analysis/report.html`` where the library is that folder itself."""

from __future__ import annotations

from pathlib import Path, PurePath
from urllib.parse import quote

from aiohttp import web

from ..web.guards import POLICY, inside
from .library import Library

_POLICY = POLICY.replace("script-src 'self'; style-src 'self'; connect-src 'self'", "style-src 'unsafe-inline'")
"""A report has its style inside, and neither asks anybody nor runs anything."""
_TYPES = {".html": "text/html", ".csv": "text/csv", ".svg": "image/svg+xml", ".png": "image/png",
          ".json": "application/json"}  # fmt: skip


def add_reports(app: web.Application, library: Library) -> None:
    """Their addresses."""

    async def file(request: web.Request) -> web.StreamResponse:
        return report_file(library, request.match_info.get("folder", ""), request.match_info["file"])

    async def game(request: web.Request) -> web.StreamResponse:
        name = f"{request.match_info['folder']}/{request.match_info['run']}"
        if library.run(name) is None:
            raise web.HTTPNotFound
        raise web.HTTPFound(f"/run/{quote(name, safe='')}/")

    app.router.add_get("/analysis/{file:.+}", file)
    app.router.add_get("/in/{folder:.+}/analysis/{file:.+}", file)
    app.router.add_get("/in/{folder:.+}/run/{run}/", game)


def reported(library: Library) -> list[str]:
    """The folders that have a report; the library itself has the empty name."""
    folders = {str(above) for run in library.runs() for above in PurePath(run).parents}
    names = sorted("" if name == "." else name for name in folders)
    return [name for name in names if inside(library.root, report_path(name)) is not None]


def report_path(folder: str) -> str:
    """Below the library."""
    return f"{folder}/analysis/report.html".lstrip("/")


def report_address(folder: str) -> str:
    return f"/in/{quote(folder)}/analysis/report.html" if folder else "/analysis/report.html"


def report_file(library: Library, folder: str, name: str) -> web.StreamResponse:
    path: Path | None = inside(library.root, f"{folder}/analysis/{name}".lstrip("/"))
    if path is None:
        raise web.HTTPNotFound
    kind = _TYPES.get(path.suffix, "text/plain")
    charset = "" if kind == "image/png" else "; charset=utf-8"
    return web.FileResponse(path, headers={"Content-Type": f"{kind}{charset}", "Content-Security-Policy": _POLICY})
