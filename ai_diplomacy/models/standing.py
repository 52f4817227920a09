"""Whether the models of a run answer at all: a game is not played on with a model that refuses every call."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from .model import Model, ModelError, Reply, Request
from .stopping import Stopped

MOST_REFUSALS = 3
"""Calls in a row, each given up for good, after which a model that used to answer is given up."""


class ModelRefused(Stopped):
    """A model cannot be asked: its key is wrong, it does not exist, its server is gone. The text fits a line."""

    def __init__(self, message: str, *, at_once: bool) -> None:
        """``at_once``: whether it never answered a single call."""
        super().__init__(message)
        self.at_once = at_once


class Standing:
    """What is known of the models of one run."""

    def __init__(self) -> None:
        self._answered: set[str] = set()
        self._refusals: Counter[str] = Counter()

    def answered(self, model: str) -> None:
        self._answered.add(model)
        del self._refusals[model]

    def refused(self, model: str, error: ModelError) -> None:
        """Raises ``ModelRefused`` when the model has never answered, or no longer does."""
        self._refusals[model] += 1
        never = model not in self._answered
        if never or self._refusals[model] >= MOST_REFUSALS:
            raise ModelRefused(f"{model} cannot be asked: {error}", at_once=never) from None


@dataclass(frozen=True, slots=True)
class Trusted:
    """A model that is asked as long as it stands."""

    inner: Model
    standing: Standing

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """Raises ``ModelRefused`` besides ``ModelError``."""
        try:
            reply = await self.inner.generate(request)
        except ModelError as error:
            # Whatever its kind: the layers below have asked again as often as makes sense.
            self.standing.refused(self.name, error)
            raise
        self.standing.answered(self.name)
        return reply
