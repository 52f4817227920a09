"""Files that survive: an append-only log of JSON lines with shared syncs, and atomic replacement of whole files."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .log_reader import LogEnd
from .sealing import sealed


class DiskError(Exception):
    """A record could not be written. Nothing that was on the disk before is lost; its text fits a line."""


class LogInUseError(Exception):
    """Another program, or another game of this one, is writing the log. Its text fits a line."""


class AppendLog:
    """A file of sealed JSON lines, written by one program at a time. ``append`` never waits; ``synced`` returns once
    all appended so far is on the disk.

    Writes and syncs run on a thread, and one sync serves everyone who waits for it. A failing disk raises
    ``DiskError`` from ``synced`` and from every later call: nothing may be appended behind a line that failed.
    """

    def __init__(self, path: Path) -> None:
        """Opens (or creates) the file for appending, and keeps others from it. A file that holds lines already is
        read, and ``go_on`` called, before the first ``append``. Raises ``OSError`` or ``LogInUseError``."""
        self.path = path
        self._file = as_listed(path).open("ab", buffering=0)
        if not locked(self._file.fileno()):
            self._file.close()
            raise LogInUseError(f"{path} is being written by another program")
        self._lines = 0
        self._pending: list[bytes] = []
        self._appended = 0
        self._on_disk = 0
        self._writer: asyncio.Task[None] | None = None
        self._error: DiskError | None = None

    def go_on(self, end: LogEnd) -> None:
        """Append behind the lines that stand; what follows them is cut off. Raises ``DiskError``."""
        try:
            self._file.truncate(end.size)
            if end.unended:
                self._write(b"\n")
        except OSError as error:
            raise self._failed(error) from error
        self._lines = end.lines

    def append(self, record: Mapping[str, Any]) -> None:
        if self._error is not None:
            raise self._error
        """Raises ``TypeError`` or ``ValueError`` for what is no JSON data; nothing is appended then."""
        self._pending.append(sealed(record, self._lines + 1))
        self._lines += 1
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
        """Bring the last lines to the disk and let others at the file. Raises ``DiskError``."""
        try:
            await self.synced()
        finally:
            self.release()

    def release(self) -> None:
        """Let others at the file. What is not synced is lost."""
        self._file.close()

    async def _write_pending(self) -> None:
        lines, self._pending = self._pending, []
        try:
            await asyncio.to_thread(self._write, b"".join(lines))
        except OSError as error:
            self._error = self._failed(error)
        else:
            self._on_disk += len(lines)

    def _failed(self, error: OSError) -> DiskError:
        return DiskError(f"cannot write {self.path}: {error.strerror or error}")

    def _write(self, data: bytes) -> None:
        _write_synced(self._file.fileno(), data)


def locked(handle: int) -> bool:
    """Whether this program has the lock of an open file now, which nobody else has then. The file is opened
    ``as_listed``."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def as_listed(path: Path) -> Path:
    """The path with every name in it spelt as its folder lists it, links resolved. A file system that forgets case
    finds a file under every spelling, and may take each for a file of its own, with a lock of its own."""
    whole = Path(os.path.realpath(path))
    found = Path(whole.anchor)
    for name in whole.parts[1:]:
        other = name.swapcase()
        if other != name and os.path.lexists(found / other) and name not in (names := os.listdir(found)):
            name = next((listed for listed in names if listed.casefold() == name.casefold()), name)
        found /= name
    return found


def replace_files(files: Mapping[Path, bytes]) -> None:
    """Put these contents at these paths so that a reader, or a crash, sees each old file or the new one, never a part.
    No two programs may replace the same file at once.

    Raises ``OSError``; every file is then the old one or the new one.
    """
    parts = {path: path.with_name(f".{path.name}.part") for path in files}
    try:
        for path, data in files.items():
            handle = os.open(parts[path], os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
            try:
                _write_synced(handle, data)
            finally:
                os.close(handle)
        for path, part in parts.items():
            os.replace(part, path)
    except BaseException:
        for part in parts.values():
            part.unlink(missing_ok=True)
        raise
    # One sync makes all new names in a folder durable.
    for folder in {path.parent for path in files}:
        sync_directory(folder)


def _write_synced(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
    os.fsync(handle)


def sync_directory(path: Path) -> None:
    """Make the names in a directory as durable as the files. Raises ``OSError``."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
