"""Context windows: replies get the room that a prompt leaves, and a prompt that leaves none is not sent.

How large a window is, its owner says or a refusal does; how many tokens a prompt has, earlier answers tell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from .budget import Budget
from .call_costs import BYTES_PER_TOKEN, HEADROOM, request_bytes
from .call_log import named
from .model import Model, ModelError, Overlong, Reply, Request

LEAST_REPLY = 512
"""Tokens that a reply must have room for: orders with their reasons, or a few letters, take some 200 to 500."""
USUAL_REPLY = 2048
"""Tokens of a reply that an advice about the window allows for."""
LIGHTEST = 1 / 8
"""Tokens a byte, fewer than any model's prompts have, for one that has answered none yet."""
SLACK = 16
"""Tokens that a server's template of a chat may add."""


class ContextWindows:
    """What is known of the windows of a run's models. It is learned anew by every program that plays the run: its
    owner may have started the server with a larger one in between."""

    def __init__(self) -> None:
        self._windows: dict[str, int] = {}
        self._lightest: dict[str, float] = {}
        """Model -> the fewest tokens a byte that a prompt has had."""

    def of(self, model: str) -> int | None:
        return self._windows.get(model)

    def learn(self, model: str, window: int | None) -> None:
        """``None``: nobody says."""
        if window is not None:
            self._windows[model] = window

    def counted(self, model: str, size: int, tokens: int | None) -> None:
        """A prompt of ``size`` bytes had so many tokens. One that nearly fills the window may have been cut to it, and
        says nothing."""
        if tokens and size and tokens < 0.95 * self._windows.get(model, math.inf):
            self._lightest[model] = min(tokens / size, self._lightest.get(model, math.inf))

    def least(self, model: str, size: int) -> int:
        """Tokens that a prompt of ``size`` bytes has at least, by what is known."""
        return math.floor(size * self._lightest.get(model, LIGHTEST))


@dataclass(frozen=True, slots=True)
class Windowed:
    """A model whose requests fit its window."""

    inner: Model
    windows: ContextWindows
    budget: Budget

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        """Raises ``ModelError`` with what is known of the length where a request cannot fit."""
        # A server of one's own, whose windows are small, keeps what a strict schema lists out of the prompt.
        size = request_bytes(replace(request, schema=request.looser_schema or request.schema))
        asked = self._fitted(request, size)
        while True:
            try:
                reply = await self.inner.generate(asked)
            except ModelError as error:
                if error.overlong is None:
                    raise
                smaller = self._smaller(request, asked, size, error.overlong)
                if smaller is None:
                    told = error.overlong
                    tokens = told.prompt or max(size // 4, self.windows.least(self.name, size))
                    raise _too_long(request, tokens, self.windows.of(self.name), f" ({error})") from None
                asked = smaller
            else:
                self.windows.counted(self.name, size, reply.usage.input)
                lowered = asked.max_tokens < request.max_tokens
                return replace(reply, remarks=(*reply.remarks, "less_room")) if lowered else reply

    def _fitted(self, request: Request, size: int) -> Request:
        """The request as its window has room for it."""
        window = self.windows.of(self.name)
        if window is None:
            return request
        least = self.windows.least(self.name, size)
        if least + min(LEAST_REPLY, request.max_tokens) > window:
            raise _too_long(request, least, window)
        densest = self.budget.densest.get(self.name)
        most = math.ceil(size * (1 / BYTES_PER_TOKEN if densest is None else HEADROOM * densest))
        return self._with_room(request, max(LEAST_REPLY, window - most - SLACK))

    def _smaller(self, request: Request, refused: Request, size: int, told: Overlong) -> Request | None:
        """What to ask instead of a request that was refused for its length; ``None`` when nothing will help."""
        self.windows.learn(self.name, told.window)
        window = self.windows.of(self.name)
        if window is not None and told.prompt is not None:
            room = window - told.prompt
            # What else a template may add it has counted; the least of replies is asked for whoever tried first.
            room = max(LEAST_REPLY, room - SLACK) if room >= LEAST_REPLY else room
        elif window is None or self.windows.least(self.name, size) < window:
            room = max(LEAST_REPLY, refused.max_tokens // 4)
        else:
            room = 0
        return self._with_room(request, room) if LEAST_REPLY <= room < refused.max_tokens else None

    def _with_room(self, request: Request, room: int) -> Request:
        if request.key.raised and room <= request.max_tokens // 2:
            # It had as much the time before.
            raise ModelError("its context window has no room for a longer reply", billable=False)
        return request if room >= request.max_tokens else replace(request, max_tokens=room)


def _too_long(request: Request, tokens: int, window: int | None, told: str = "") -> ModelError:
    """For a prompt that leaves no room for a reply."""
    needed = math.ceil((tokens + min(request.max_tokens, USUAL_REPLY)) / 1024) * 1024
    has = "is longer than its context window" if window is None else f"does not fit its context window of {window:,}"
    return ModelError(
        f"the prompt ({named(request.key)}) of about {tokens:,} tokens {has}; it needs one of about {needed:,} tokens: "
        f"start its server with that (docs/local_models.md), or seat a model that has it{told}",
        billable=False,
        overlong=Overlong(window, tokens),
    )
