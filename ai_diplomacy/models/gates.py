"""The gates of a process: one an account, shared by every game."""

from __future__ import annotations

import hashlib

from .connections import Connections
from .gate import Gate


def account_name(provider: str, base_url: str | None, key: str) -> str:
    """A name for an account that tells two keys apart and gives neither away."""
    mark = hashlib.sha256(f"ai_diplomacy\x00{key}".encode()).hexdigest()[:8]
    return f"{provider}@{base_url} ({mark})" if base_url else f"{provider} ({mark})"


class Gates:
    """Gates by account. Together they keep within the process's connections."""

    def __init__(self, connections: Connections | None = None) -> None:
        self._connections = connections or Connections()
        self._by_account: dict[str, Gate] = {}

    def gate(self, account: str, *, max_concurrency: int | None = None) -> Gate:
        """The gate of an account, made when it is first asked for; ``max_concurrency`` counts only then."""
        if account not in self._by_account:
            self._by_account[account] = Gate(account, self._connections, max_concurrency=max_concurrency)
        return self._by_account[account]


PROCESS = Gates()
"""Those of this process."""
