"""Asking again: back-off with full jitter for faults that pass, patience for rate limits, nothing for what is fatal."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..records.events import Event
from .cool_down import LONGEST_RETRY_AFTER
from .events import CallRetried
from .model import Model, ModelError, Reply, Request
from .provider_model import DeadlineError

ATTEMPTS = 8
"""Times that a call is sent which meets passing faults. The waits between them sum to a minute in the mean."""
ATTEMPTS_WITH_NOBODY = 5
"""The same where no server answers at an address that never had one: fifteen seconds at most. More likely than a server
that is about to come is a wrong address."""
ATTEMPTS_TOO_SLOW = 2
"""The same where an account that has never answered lets the deadline of an attempt pass: the next ones would pass,
too, each as long."""
PATIENCE = 1800.0
"""Seconds that one call waits for rate limits, for a server to load its model, or for an account to be there again that
answers nobody, all its waits together. Queueing behind others is not counted."""
LOADING_WAIT = 10.0
"""Seconds at most from one look at a server that loads its model to the next."""
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Retried:
    """A model that is asked again after faults that pass."""

    inner: Model
    emit: Callable[[Event], None]
    attempts: int = ATTEMPTS
    patience: float = PATIENCE
    has_answered: Callable[[], bool] = lambda: True
    """Whether its account has ever answered."""
    is_out: Callable[[], bool] = lambda: False
    """Whether its account answers nobody for now."""

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """Raises the ``ModelError`` of the last attempt when it gives up."""
        clock = asyncio.get_running_loop().time
        began, troubles = clock(), _Troubles(request, self.patience)
        while True:
            try:
                reply = await self.inner.generate(request)
            except ModelError as error:
                wait = troubles.wait_after(error, self._attempts(error))
                if wait is None:
                    raise
                self._tell(request, error, troubles.count, wait)
                await asyncio.sleep(wait)
            else:
                waited = max(0.0, clock() - began - reply.latency)
                return replace(reply, attempts=reply.attempts + troubles.count, waited=waited)

    def _attempts(self, error: ModelError) -> float:
        """How often a call that met this fault may be sent."""
        if not self.has_answered():
            most = ATTEMPTS_TOO_SLOW if isinstance(error, DeadlineError) else self.attempts
            return min(self.attempts, most if error.reached else ATTEMPTS_WITH_NOBODY)
        # To wait costs time; to go on without would cost every power a step.
        return math.inf if self.is_out() and not error.billable else self.attempts

    def _tell(self, request: Request, error: ModelError, tries: int, wait: float) -> None:
        self.emit(
            CallRetried(
                *request.key.about(self.name),
                kind="rate_limit" if error.kind == "rate_limit" else "transient",
                reason=str(error),
                tries=tries,
                wait=round(wait, 3),
            )
        )


class _Troubles:
    """What one call has met so far."""

    def __init__(self, request: Request, patience: float) -> None:
        self._request = request
        self._faults = 0
        self._patience_left = patience
        self.count = 0

    def wait_after(self, error: ModelError, attempts: float) -> float | None:
        """Seconds until it is asked again; ``None``: never. ``attempts``: so many passing faults are one too many."""
        self.count += 1
        asked_for = min(max(error.retry_after or 0.0, 0.0), LONGEST_RETRY_AFTER)
        if error.kind == "rate_limit":
            wait = _backoff(self._request, self.count) if error.retry_after is None else max(FIRST_BACKOFF, asked_for)
            self._patience_left -= max(wait, FIRST_BACKOFF)
            return wait if self._patience_left >= 0 else None
        if error.kind == "fatal":
            return None
        # One that loads its model is no fault: patience alone ends the waiting for it.
        self._faults += not error.loading
        wait = max(_backoff(self._request, self.count), asked_for)
        if error.loading:
            wait = min(wait, LOADING_WAIT)
        self._patience_left -= max(wait, FIRST_BACKOFF)
        return wait if self._faults < attempts and self._patience_left >= 0 else None


def _backoff(request: Request, tries: int) -> float:
    """Anything up to the exponential wait (full jitter), the same for the same request in every run."""
    longest = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(tries - 1, 10))
    return random.Random(f"{request.key}\x00{request.prompt}\x00{tries}").uniform(0.0, longest)
