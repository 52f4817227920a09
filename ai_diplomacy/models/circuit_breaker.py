"""Whether the models of a run answer at all: a game is not played on with a model that refuses every call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..records.events import Event
from .events import ModelRemarked, ParameterDropped
from .model import Model, ModelError, Reply, Request
from .stopping import Stopped

MOST_REFUSALS = 3
"""Calls in a row, each given up for good, after which a model that used to answer is given up; or an account, when it
was for faults that ought to pass."""


class ModelRefused(Stopped):
    """A model cannot be asked: its key is wrong, it does not exist, its server is gone. The text fits a line."""

    def __init__(self, message: str, *, at_once: bool) -> None:
        """``at_once``: whether it never answered a single call."""
        super().__init__(message)
        self.at_once = at_once


class CircuitBreaker:
    """What is known of the models of one run, each as one account knows it: two keys may fare differently."""

    def __init__(self, known: Collection[str] = ()) -> None:
        """``known``: the models that have answered this run before."""
        self._known = frozenset(known)
        self._answered: set[tuple[str, str]] = set()
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._faults: Counter[str] = Counter()
        """By account."""
        self._told: set[tuple[str, str]] = set()

    def answered(self, account: str, model: str) -> None:
        self._answered.add((account, model))
        del self._refusals[account, model], self._faults[account]

    def refused(self, account: str, model: str, error: ModelError) -> None:
        """Raises ``ModelRefused`` when the model has never answered, or no longer does. A key that is revoked, a
        server that is gone, or a context window that prompts have outgrown costs nobody a step: the game stops, and
        goes on when it is mended."""
        self._refusals[account, model] += 1
        self._faults[account] += error.kind != "fatal"
        never = (account, model) not in self._answered and model not in self._known
        gone = error.of_account or not error.reached or error.overlong is not None
        if never or gone or max(self._refusals[account, model], self._faults[account]) >= MOST_REFUSALS:
            raise ModelRefused(f"{model} cannot be asked: {error}", at_once=never) from None

    def news(self, model: str, noticed: Collection[str]) -> list[str]:
        """What was not yet known of the model: parameters that it refuses, remarks about its answers."""
        fresh = [one for one in noticed if (model, one) not in self._told]
        self._told.update((model, one) for one in fresh)
        return fresh


@dataclass(frozen=True, slots=True)
class CircuitProtected:
    """A model that is asked as long as it stands."""

    inner: Model
    account: str
    breaker: CircuitBreaker
    emit: Callable[[Event], None]

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """Raises ``ModelRefused`` besides ``ModelError``."""
        try:
            reply = await self.inner.generate(request)
        except ModelError as error:
            # Whatever its kind: the layers below have asked again as often as makes sense. But a model that has just
            # answered, and then refuses a larger limit, is still there, and so is one that says how much it can read.
            shorter = error.overlong and error.overlong.smaller_window(request)
            if not (request.key.raised or shorter):
                self.breaker.refused(self.account, self.name, error)
            raise
        self.breaker.answered(self.account, self.name)
        for parameter in self.breaker.news(self.name, reply.dropped):
            self.emit(ParameterDropped(self.name, parameter))
        for remark in self.breaker.news(self.name, reply.remarks):
            self.emit(ModelRemarked(self.name, remark))
        return reply
