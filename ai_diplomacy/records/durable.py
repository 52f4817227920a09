"""Files that survive: an append-only log of JSON lines with shared syncs, and atomic replacement of whole files."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class DiskError(Exception):
    """A record could not be written. Nothing that was on the disk before is lost; its text fits a line."""


def json_line(record: Any) -> bytes:
    """One line of JSON in UTF-8, newline included. Text that UTF-8 cannot hold (lone surrogates) is escaped."""
    try:
        return (compact_json(record) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(record, separators=(",", ":"), default=_plain) + "\n").encode()


def compact_json(value: Any) -> str:
    """JSON without spaces, letters of all scripts as they are, on what every reader takes for one line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    # JSON lets these stand in strings, but many readers break lines at them.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON data")


class AppendLog:
    """A file of JSON lines. ``append`` never waits; ``synced`` returns once all appended so far is on the disk.

    Writes and syncs run on a thread, and one sync serves everyone who waits for it. A failing disk raises
    ``DiskError`` from ``synced`` and from every later call: nothing may be appended behind a line that failed.
    """

    def __init__(self, path: Path) -> None:
        """Opens (or creates) the file for appending. Raises ``OSError``."""
        self._path = path
        self._file = path.open("ab", buffering=0)
        self._pending: list[bytes] = []
        self._appended = 0
        self._on_disk = 0
        self._writer: asyncio.Task[None] | None = None
        self._error: DiskError | None = None

    def append(self, record: Any) -> None:
        if self._error is not None:
            raise self._error
        self._pending.append(json_line(record))
        self._appended += 1

    async def synced(self) -> None:
        goal = self._appended
        while self._on_disk < goal:
            if self._error is not None:
                raise self._error
            if self._writer is None or self._writer.done():
                self._writer = asyncio.create_task(self._write_pending())
            # Shielded: a cancelled waiter must not stop the write that others wait for.
            await asyncio.shield(self._writer)

    async def close(self) -> None:
        try:
            await self.synced()
        finally:
            self._file.close()

    async def _write_pending(self) -> None:
        lines, self._pending = self._pending, []
        try:
            await asyncio.to_thread(self._write, b"".join(lines))
        except OSError as error:
            self._error = DiskError(f"cannot write {self._path}: {error.strerror or error}")
        else:
            self._on_disk += len(lines)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        os.fsync(self._file.fileno())


def replace_file(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` so that a reader, or a crash, sees the old file or the new one, never a part.

    Raises ``OSError``; the old file then still stands.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory as durable as the files. Raises ``OSError``."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
