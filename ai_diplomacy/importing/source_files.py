"""Where other programs' games lie: files and folders found, and their JSON read within bounds, one game at a time."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..run.history import is_run

MOST_BYTES = 64 * 2**20
"""Of one game, unpacked. Ten years with every diary are a tenth of it."""
SAVED = "lmvsgame.json"
"""What the folder of a run holds, our own and the ancestor's."""
_ENDINGS = (".json", ".jsonl", ".json.gz", ".jsonl.gz")
_DEPTH = 4
"""How far below a folder a file may lie."""


class UnreadableError(Exception):
    """A file, or a game in it, that cannot be read at all. Its text fits a line."""


@dataclass(frozen=True, slots=True)
class Source:
    """One game that was found."""

    path: Path
    """Its file, or the folder of a run."""
    name: str
    """What its run may be called, from its file."""
    where: str
    """Its place, for a person."""
    document: Any
    """Its JSON."""
    sha256: str
    """Of what was read, unpacked."""


def foreign(path: Path) -> bool:
    """Whether a file, or a folder that holds no run of this program, holds what looks like another program's game."""
    if path.is_file():
        return path.name.endswith(_ENDINGS) and _looks_like_a_game(path)
    if not path.is_dir() or is_run(path):
        return False
    if (path / SAVED).is_file():
        return True
    below = [Path(entry.path) for entry in os.scandir(path) if entry.is_dir(follow_symlinks=False)]
    return not any(map(is_run, below)) and any((folder / SAVED).is_file() for folder in below)


def _looks_like_a_game(path: Path) -> bool:
    try:
        with _opened(path) as file:
            return b'"phases"' in file.read(2**20)
    except (OSError, EOFError, zlib.error):
        return False


def found(paths: Sequence[Path]) -> Iterator[Path]:
    """The files and run folders at or below these. Links below a folder are not followed, and runs of this program
    are passed over. Raises ``UnreadableError`` for a path where nothing can be."""
    for path in paths:
        if path.is_dir():
            below = list(_below(path, _DEPTH))
            if not below:
                what = "is a run already" if is_run(path) else "holds no game: no *.json, *.jsonl or lmvsgame.json"
                raise UnreadableError(f"{path} {what}")
            yield from below
        elif path.is_file():
            yield path
        else:
            raise UnreadableError(f"{path} is neither a file nor a folder")


def _below(folder: Path, depth: int) -> Iterator[Path]:
    if is_run(folder):
        return
    if (folder / SAVED).is_file():
        yield folder
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_file(follow_symlinks=False) and entry.name.endswith(_ENDINGS):
            yield Path(entry.path)
        elif entry.is_dir(follow_symlinks=False) and depth > 1 and not entry.name.startswith("."):
            yield from _below(Path(entry.path), depth - 1)


def read(path: Path) -> Iterator[Source | UnreadableError]:
    """The games of a file or a run folder, one at a time."""
    file = path / SAVED if path.is_dir() else path
    try:
        yield from _lines(path) if ".jsonl" in file.name else _games(path, file)
    except UnreadableError as error:
        yield error
    except OSError as error:
        yield UnreadableError(f"{file}: {error.strerror or error}")
    except (EOFError, zlib.error):
        yield UnreadableError(f"{file}: it is no whole gzip file")


def _games(path: Path, file: Path) -> Iterator[Source | UnreadableError]:
    with _opened(file) as opened:
        data = opened.read(MOST_BYTES + 1)
    document, digest = _parsed(data, str(file)), hashlib.sha256(data).hexdigest()
    stem = path.name if path.is_dir() else path.name.partition(".json")[0]
    if not isinstance(document, list):
        yield Source(path, stem, str(file), document, digest)
        return
    for number, game in enumerate(document, 1):
        yield Source(path, f"{stem}-{number}", f"{file}, game {number}", game, digest)


def _lines(path: Path) -> Iterator[Source | UnreadableError]:
    with _opened(path) as opened:
        number = 0
        while line := opened.readline(MOST_BYTES + 1):
            number += 1
            where = f"{path}, line {number}"
            if len(line) > MOST_BYTES:
                raise UnreadableError(
                    f"{where}: a game of more than {MOST_BYTES // 2**20} MB; no line behind it is read"
                )
            if not line.strip():
                continue
            try:
                document = _parsed(line, where)
            except UnreadableError as error:
                yield error
                continue
            stem = path.name.partition(".json")[0]
            yield Source(path, f"{stem}-{number}", where, document, hashlib.sha256(line).hexdigest())


def _parsed(data: bytes, where: str) -> Any:
    if len(data) > MOST_BYTES:
        raise UnreadableError(f"{where}: more than {MOST_BYTES // 2**20} MB")
    try:
        return json.loads(data)
    except RecursionError:
        raise UnreadableError(f"{where}: it is nested too deeply") from None
    except ValueError as error:
        raise UnreadableError(f"{where}: it is not JSON: {error}") from None


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]
