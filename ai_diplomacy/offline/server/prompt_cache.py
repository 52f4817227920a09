"""The vendors' prefix cache: which system prompts each account has sent before."""

from __future__ import annotations

import hashlib


class PromptCache:
    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def knows(self, account: bytes, system: str) -> bool:
        """Whether this account has sent this system prompt before; from now on it has."""
        mark = hashlib.sha256(account + system.encode("utf-8", "surrogatepass")).digest()
        known = mark in self._known
        self._known.add(mark)
        return known
