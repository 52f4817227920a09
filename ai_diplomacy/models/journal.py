"""The journal: every answered call is on disk before anyone may use its reply."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

from ..records.durable import AppendLog
from .model import Model, Reply, Request

FORMAT = 1


class Journal:
    """``calls.jsonl``: one answered call a line; see ``docs/run_folder.md`` for its fields."""

    def __init__(self, path: Path) -> None:
        """Opens the journal for appending. Raises ``OSError``."""
        self._log = AppendLog(path)

    async def record(self, model: str, request: Request, reply: Reply) -> None:
        """Returns once the call is synced to the disk. Raises ``OSError``."""
        self._log.append(
            {
                "format": FORMAT,
                "key": asdict(request.key),
                "model": model,
                "request": {
                    "sha256": request_digest(request),
                    "system": request.system,
                    "prompt": request.prompt,
                    "max_tokens": request.max_tokens,
                    "temperature": request.temperature,
                    "seed": request.seed,
                },
                "reply": asdict(reply),
            }
        )
        await self._log.synced()

    async def close(self) -> None:
        await self._log.close()


def request_digest(request: Request) -> str:
    """SHA-256 of all that a model is shown; equal requests have equal digests in every run."""
    shown = f"{request.system}\x00{request.prompt}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(shown).hexdigest()


@dataclass(frozen=True, slots=True)
class Journaled:
    """A model whose every reply is journaled before it is handed on."""

    inner: Model
    journal: Journal

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        reply = await self.inner.generate(request)
        await self.journal.record(self.name, request, reply)
        return reply
