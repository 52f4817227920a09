"""A folder of runs as a folder of pages that any static host serves: the list, and a page for each game.

``index.html`` is the list, ``run/NAME/index.html`` the page of a game, and reports lie where they lay. Every link is
relative. ``export.json`` names the files, so that another export into the same folder takes away what it did not write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

from ..records.durable import replace_files
from ..records.errors import ConfigError
from ..run.history import is_run
from ..web.guards import inside
from .bundle import list_file
from .library import Library
from .reports import report_path, reported
from .shelf import Shelf, neighbours

MANIFEST = "export.json"
_FORMAT = 1
_GAME_OF_REPORT = re.compile(r'href="\.\./run/([^"/]+)/"')
_LONGEST = 2**24


@dataclass(frozen=True, slots=True)
class Exported:
    games: int
    size: int
    """Bytes of all files."""
    problems: tuple[str, ...]
    """Runs that could not be read, and why."""


def export_library(folder: Path, out: Path, exported: Callable[[Path, dict[str, str]], str]) -> Exported:
    """``exported``: the page of a run, given what lies around it. Raises ``ConfigError`` or ``OSError``."""
    library = Library(folder)
    earlier, reports = _earlier(out), reported(library)
    shelf = Shelf(library).document(page_of, {below: quote(report_path(below)) for below in reports})
    if not shelf["games"] and not shelf["exams"]:
        raise ConfigError(f"{str(folder)!r} is not the folder of a run, and holds none")
    if any(map(is_run, (out.resolve(), *out.resolve().parents))):
        raise ConfigError(f"{str(out)!r} lies in the folder of a run; choose another")
    written: dict[str, int] = {}

    def write(name: str, data: bytes) -> None:
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_files({path: data})
        written[name] = len(data)

    # From its first file on the folder is known for an export, which may be made again.
    write(MANIFEST, _manifest({*earlier, *(_file(game["name"]) for game in shelf["games"])}))
    problems, told = [], []
    for game in shelf["games"]:
        try:
            around = _around(shelf["games"], game["name"])
            write(_file(game["name"]), exported(_run(library, game["name"]), around).encode())
            told.append(game)
        except ConfigError as error:
            problems.append(f"{game['name']}: {error}")
    for exam in shelf["exams"]:
        if (card := inside(_run(library, exam["name"]), "card.md")) is not None:
            write(f"run/{exam['name']}/card.md", card.read_bytes())
            exam["address"] = f"run/{quote(exam['name'])}/card.md"
    for name, data in _reports(folder, reports):
        write(name, data)
    # A game that has no page keeps its row, without a link.
    games = [game if game in told else game | {"address": None} for game in shelf["games"]]
    write("index.html", list_file(f"{shelf['name']} · AI Diplomacy", shelf | {"games": games}).encode())
    write(MANIFEST, _manifest(written))
    for name in set(earlier) - set(written):
        if (path := inside(out, name)) is not None:
            path.unlink()
    return Exported(len(told), sum(written.values()), tuple(problems))


def page_of(run: str) -> str:
    """The page of a run, from the list."""
    return quote(_file(run))


def _file(run: str) -> str:
    return f"run/{run}/index.html"


def _around(games: Sequence[Mapping[str, Any]], run: str) -> dict[str, str]:
    up = "../" * (len(PurePosixPath(run).parts) + 1)
    near = neighbours(games, run, f"{up}index.html")
    return {name: f"{up}{value}" if name in ("data-before", "data-next") else value for name, value in near.items()}


def _run(library: Library, name: str) -> Path:
    path = library.run(name)
    if path is None:
        raise ConfigError("it has gone")
    return path


def _reports(folder: Path, belows: list[str]) -> Iterator[tuple[str, bytes]]:
    """The files of each report, whose links lead to the pages beside it."""
    for below in belows:
        root = (folder / report_path(below)).parent
        for path in sorted(root.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if inside(folder, name) is None:
                continue
            data = path.read_bytes()
            if path == root / "report.html":
                data = _linked(data.decode(), below).encode()
            yield name, data


def _linked(report: str, below: str) -> str:
    parts = PurePosixPath(below).parts

    def link(match: re.Match[str]) -> str:
        game = "/".join((*parts, unquote(match[1])))
        return f'href="{"../" * (len(parts) + 1)}{page_of(game)}"'

    return _GAME_OF_REPORT.sub(link, report)


def _earlier(out: Path) -> list[str]:
    """The files of the export that lies there. Raises ``ConfigError`` for a folder that holds anything else."""
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{str(out)!r} is not a folder; the pages of a folder of runs are a folder")
    if not out.exists() or not any(out.iterdir()):
        return []
    try:
        told = json.loads((out / MANIFEST).read_bytes()[:_LONGEST])
        if told["format"] == _FORMAT and isinstance(told["files"], list):
            return [str(name) for name in told["files"]]
    except (OSError, ValueError, LookupError, TypeError):
        pass
    raise ConfigError(f"{str(out)!r} is not empty, and no export; choose a new folder")


def _manifest(names: Iterable[str]) -> bytes:
    return f"{json.dumps({'format': _FORMAT, 'files': sorted(names)}, indent=1)}\n".encode()
