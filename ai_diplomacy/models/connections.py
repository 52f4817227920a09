"""How many connections the process may hold open at once, over all accounts and games."""

from __future__ import annotations

from collections.abc import Callable

RESERVED_FILES = 64
"""Open files that are none of ours to count: journals, logs, the page's server, libraries."""
WITHOUT_LIMIT = 4096
"""Connections where the system names no limit on open files."""


def connection_limit() -> int:
    """A quarter of the files that the process may open: SDKs keep idle connections beside the busy ones, and an
    account that was busy a moment ago gives its own back late."""
    try:
        import resource
    except ImportError:  # not a Unix system
        return WITHOUT_LIMIT
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return WITHOUT_LIMIT
    return max(1, min(WITHOUT_LIMIT, (files - RESERVED_FILES) // 4))


class Connections:
    """The process's share, taken call by call."""

    def __init__(self, size: int | None = None) -> None:
        """``size``: connections in all; by default what the process's file limit allows."""
        self.size = connection_limit() if size is None else max(1, size)
        self.in_use = 0
        self._starved: dict[Callable[[], None], None] = {}

    def free(self, when_freed: Callable[[], None]) -> bool:
        """Whether one may be taken now. If not, ``when_freed`` is called once when that may have changed."""
        if self.in_use < self.size:
            return True
        self._starved[when_freed] = None
        return False

    def take(self) -> None:
        self.in_use += 1

    def give_back(self) -> None:
        self.in_use -= 1
        starved, self._starved = self._starved, {}
        for when_freed in starved:
            when_freed()
