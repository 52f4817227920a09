"""The journal: every answered call is on disk before anyone may use its reply, and answers the same call again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..records.durable import AppendLog
from .call_log import FORMAT, Call, Calls, Failure, named, request_digest
from .model import CallKey, Model, ModelError, Reply, Request, Usage
from .phase_deadlines import LateError, PhaseDeadlines
from .stopping import Stopped


class Journal:
    """``calls.jsonl``: one call a line; see ``docs/run_folder.md`` for its fields."""

    def __init__(self, log: AppendLog, calls: Calls | None = None, *, lenient: bool = False) -> None:
        """``log`` stands behind its last line. ``calls``: those that are in it already. ``lenient``: whether they
        answer a call whose prompt is another one by now."""
        self._log = log
        self._calls = Calls(log.path) if calls is None else calls
        self._lenient = lenient

    def recalled(self, request: Request) -> Call | None:
        """The call of this request if it was made before. Raises ``PromptDiffersError``."""
        return self._calls.answering(request, lenient=self._lenient)

    async def record(self, model: str, request: Request, reply: Reply, *, late: bool = False) -> None:
        """Returns once the call is synced to the disk. Raises ``DiskError``. ``late``: whether the game has gone on
        without the reply."""
        mark = {"late": True} if late else {}
        told = _fields(reply) | {"usage": _fields(reply.usage)}
        self._log.append(_line(model, request) | mark | {"reply": told})
        await self._log.synced()

    async def record_failure(self, model: str, request: Request, failure: Failure) -> None:
        """The same for a call that was given up, on which the game depends as it does on a reply."""
        self._log.append(_line(model, request) | {"failure": _fields(failure)})
        await self._log.synced()

    async def close(self) -> None:
        await self._log.close()


def _line(model: str, request: Request) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "key": _fields(request.key),
        "model": model,
        "request": {
            "sha256": request_digest(request),
            "system": request.system,
            "prompt": request.prompt,
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
        },
    }


def _fields(value: CallKey | Failure | Reply | Usage) -> dict[str, Any]:
    """A dataclass as a dictionary. What it holds is not copied, as ``asdict`` would do for every call."""
    return {name: getattr(value, name) for name in value.__slots__}


def inherited(record: Mapping[str, Any]) -> dict[str, Any]:
    """A line of a journal as a run carries it that was forked from the journal's own."""
    if "reply" not in record:
        return dict(record)
    return {**record, "reply": {**record["reply"], "inherited": True}}


@dataclass(frozen=True, slots=True)
class Journaled:
    """A model whose every reply is journaled before it is handed on, and which is not asked what the journal knows."""

    inner: Model
    journal: Journal
    deadlines: PhaseDeadlines | None = None
    """``None``: the game waits for every answer."""

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """Raises ``PromptDiffersError`` besides what the model raises."""
        call = self.journal.recalled(request)
        if call is not None:
            return call.again()
        try:
            if self.deadlines is None:
                reply = await self.inner.generate(request)
            else:
                reply = await self._in_time(request, self.deadlines)
        except ModelError as error:
            kind = "late" if isinstance(error, LateError) else error.kind
            await self.journal.record_failure(self.name, request, Failure(kind, str(error)))
            raise
        await self.journal.record(self.name, request, reply)
        return reply

    async def _in_time(self, request: Request, deadlines: PhaseDeadlines) -> Reply:
        beside = request.key.step == "consolidate"
        if deadlines.passed and not beside:
            # Nobody would wait for the answer, so nobody pays for it.
            raise LateError
        asked = asyncio.create_task(self.inner.generate(request))
        try:
            in_time = await deadlines.wait_for(asked, beside=beside)
        except asyncio.CancelledError:
            asked.cancel()
            await asyncio.wait((asked,))
            if not asked.cancelled() and asked.exception() is None:
                # It came in the same moment, and is paid for.
                await self.journal.record(self.name, request, asked.result())
            raise
        if in_time:
            return asked.result()
        deadlines.keep(self._late(request, asked))
        raise LateError

    async def _late(self, request: Request, asked: asyncio.Task[Reply]) -> None:
        """Keep a reply that the game has not waited for. What became of it otherwise matters to nobody any more, and
        its cost is on the bill already."""
        try:
            reply = await asked
        except (ModelError, Stopped):
            return
        finally:
            asked.cancel()
        await self.journal.record(self.name, request, reply, late=True)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A model that answers from a journal, and nothing else."""

    name: str
    calls: Calls

    async def generate(self, request: Request) -> Reply:
        """Raises ``NotRecorded`` for a call that the journal does not hold, and ``PromptDiffersError``."""
        call = self.calls.answering(request)
        if call is None:
            raise NotRecorded(f"the journal does not hold {named(request.key)}")
        return call.again()


class NotRecorded(Stopped):
    """The journal ends before a call."""
