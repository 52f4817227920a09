"""Escalating output limits: a reply that was cut before its answer was whole is asked for again with more tokens."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..records.events import Event
from .events import MaxTokensRaised, MaxTokensRefused
from .json_in_text import holds_whole_object
from .model import Model, ModelError, Reply, Request, with_bill_of

LARGEST = 4
"""The limit never grows beyond so many times what the request allows: that is what its owner meant to pay for a reply,
every token of it is reserved under the caps, and many models have no room for more."""


class OutputLimits:
    """By how much each model's limit had to be raised at each step. Shared by the seats of a run, so that what one call
    has learned the next one need not pay for."""

    def __init__(self) -> None:
        self._factor: defaultdict[tuple[str, str], int] = defaultdict(lambda: 1)

    def factor(self, model: str, step: str) -> int:
        return self._factor[model, step]

    def learn(self, model: str, step: str, factor: int) -> None:
        self._factor[model, step] = max(factor, self._factor[model, step])


@dataclass(frozen=True, slots=True)
class EscalatingMaxTokens:
    """A model whose replies that are cut, or spent on reasoning, are asked for again with twice as many tokens.

    Each time is a call with a key of its own. Whether there is a next one depends on the reply alone, which says what
    it was allowed: so a run that goes on from its journal asks what it asked before, whatever it remembers.
    """

    inner: Model
    limits: OutputLimits
    emit: Callable[[Event], None]

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """The last reply, with the time, tokens, cost and attempts of all of them. One that is cut stands if the
        next fails."""
        most, step = LARGEST * request.max_tokens, request.key.step
        asked = replace(request, max_tokens=request.max_tokens * self.limits.factor(self.name, step))
        reply = await self.inner.generate(asked)
        allowed = reply.max_tokens or asked.max_tokens
        while allowed < most and _is_cut(reply, request):
            before, allowed = allowed, min(2 * allowed, most)
            asked = replace(asked, key=replace(asked.key, raised=asked.key.raised + 1), max_tokens=allowed)
            self.emit(MaxTokensRaised(*request.key.about(self.name), before, allowed))
            began = asyncio.get_running_loop().time()
            try:
                again = await self.inner.generate(asked)
            except ModelError as error:
                # Whoever asked learns from the reply that is cut what went wrong.
                self.emit(MaxTokensRefused(*request.key.about(self.name), allowed, str(error)))
                return replace(reply, waited=reply.waited + asyncio.get_running_loop().time() - began)
            self.limits.learn(self.name, step, allowed // request.max_tokens)
            reply = _added(reply, again)
        return reply


def _is_cut(reply: Reply, request: Request) -> bool:
    """Whether a larger limit would help. What is cut behind a whole answer is no loss."""
    return reply.stop == "length" and not holds_whole_object(reply.text, request.schema)


def _added(first: Reply, second: Reply) -> Reply:
    """The second reply with the time and the bill of both."""
    return replace(
        with_bill_of(second, first),
        started=first.started,
        latency=first.latency + second.latency,
        waited=first.waited + second.waited,
        attempts=first.attempts + second.attempts,
        hedged=first.hedged + second.hedged,
        dropped=tuple(sorted({*first.dropped, *second.dropped})),
        remarks=tuple(sorted({*first.remarks, *second.remarks})),
    )
