"""The journal: every answered call is on disk before anyone may use its reply, and answers the same call again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..records.durable import AppendLog, DiskError
from ..records.events import Event
from .call_log import CallLog, FaultError, call_record, failure_record, named, recalled, reply_record
from .events import CallAnswered, CallFailed, CallLate
from .model import Model, ModelError, Reply, Request
from .phase_deadlines import PhaseDeadlines
from .stopping import Stopped, told_to_end

logger = logging.getLogger(__name__)

_LONGEST = 500
"""Characters of a fault that are kept; it may quote a whole reply."""


class Journal:
    """``calls.jsonl``: one call a line; see ``docs/run_folder.md`` for its fields."""

    def __init__(self, log: AppendLog, calls: CallLog | None = None, *, lenient: bool = False) -> None:
        """``log`` stands behind its last line. ``calls``: those that are in it already. ``lenient``: whether they
        answer a call whose prompt is another one by now."""
        self._log = log
        self._calls = CallLog(log.path) if calls is None else calls
        self._lenient = lenient

    def made(self, request: Request) -> CallAnswered | CallFailed | None:
        """The call of this request if it was made before. Raises ``PromptDiffersError``."""
        return self._calls.answering(request, lenient=self._lenient)

    async def record(self, model: str, request: Request, reply: Reply, *, late: bool = False) -> None:
        """Returns once the call is synced to the disk. Raises ``DiskError``, and what ``append`` raises."""
        self.append(model, request, reply, late=late)
        await self.synced()

    def append(self, model: str, request: Request, reply: Reply, *, late: bool = False) -> None:
        """``late``: whether the game has gone on without the reply. Raises ``TypeError`` or ``ValueError`` for a reply
        that no line can hold; none is written then."""
        mark = {"late": True} if late else {}
        line = call_record(model, request)
        self._log.append(line | mark | {"reply": reply_record(reply)})

    async def synced(self) -> None:
        """Returns once all that was appended is on the disk. Raises ``DiskError``."""
        await self._log.synced()

    async def record_failure(self, model: str, request: Request, error: ModelError) -> None:
        """The same for a call that was given up, on which the game depends as it does on a reply."""
        self._log.append(call_record(model, request) | {"failure": failure_record(error)})
        await self._log.synced()

    async def close(self) -> None:
        await self._log.close()


@dataclass(frozen=True, slots=True)
class Journaled:
    """A model whose every reply is journaled before it is handed on, and which is not asked what the journal knows."""

    inner: Model
    journal: Journal
    emit: Callable[[Event], None]
    deadlines: PhaseDeadlines | None = None
    """``None``: the game waits for every answer."""

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """Raises ``PromptDiffersError`` besides what the model raises; a fault of the program itself becomes a
        ``FaultError``."""
        call = self.journal.made(request)
        if call is not None:
            return recalled(call)
        try:
            if self.deadlines is None:
                reply = await self.inner.generate(request)
            else:
                reply = await self.deadlines.in_time(
                    partial(self.inner.generate, request),
                    background=request.background,
                    late=partial(self._late, request),
                    # It came in the same moment, and is paid for.
                    cancelled=partial(self.journal.record, self.name, request),
                )
            self.journal.append(self.name, request, reply)
        except ModelError as error:
            await self.journal.record_failure(self.name, request, error)
            raise
        except (DiskError, Stopped):
            raise
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and told_to_end():
                raise
            # The game will go on without this reply: were that not in the journal, it would be asked, and paid for,
            # again, and a replay would come to another game.
            logger.error("%s asked for %s", self.name, named(request.key), exc_info=error)
            fault = FaultError(f"{type(error).__name__}: {error}"[:_LONGEST])
            await self.journal.record_failure(self.name, request, fault)
            raise fault from error
        await self.journal.synced()
        return reply

    async def _late(self, request: Request, reply: Reply) -> None:
        await self.journal.record(self.name, request, reply, late=True)
        self.emit(CallLate(key=request.key, model=self.name, request=request, reply=reply))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A model that answers from a journal, and nothing else."""

    name: str
    calls: CallLog

    async def generate(self, request: Request) -> Reply:
        """Raises ``NotRecorded`` for a call that the journal does not hold, and ``PromptDiffersError``."""
        call = self.calls.answering(request)
        if call is None:
            raise NotRecorded(f"the journal does not hold {named(request.key)}")
        return recalled(call)


class NotRecorded(Stopped):
    """The journal ends before a call."""
