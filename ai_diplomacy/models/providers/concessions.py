"""Wishes that an endpoint refuses, remembered per model: the question is asked again at once without them."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection
from typing import Any, Literal

from ..model import Request
from .bodies import spoken

Wish = Literal["schema", "temperature", "seed", "token_limit"]
"""``token_limit`` is not about whether there is one but under which of its two names it is sent."""

_NAMED: dict[Wish, re.Pattern[str]] = {
    "schema": re.compile(
        r"response_?format|json_?schema|text\.format|output_?(config|format)|response_?mime_?type"
        r"|response_?(json_?)?schema|structured.?output|json.?mode|\bgrammar\b|\bschema\b",
        re.IGNORECASE,
    ),
    "temperature": re.compile(r"temperature", re.IGNORECASE),
    "seed": re.compile(r"(\b|_)seed\b", re.IGNORECASE),
    "token_limit": re.compile(r"max_(completion_)?tokens", re.IGNORECASE),
}
_OUT_OF_RANGE = re.compile(
    r"maximum|minimum|at (most|least)|(less|greater|more|fewer|larger|smaller) than|\bbetween\b|\brange\b"
    r"|too (large|small|high|low|big|many)|[<>]=? ?-?\d|exceed|above|below",
    re.IGNORECASE,
)
"""The wish is understood, its value is wrong: whoever gave it should know."""
_TOO_LONG = re.compile(
    r"context_length_exceeded|(maximum|max) context length|context window|prompt is too long",
    re.IGNORECASE,
)
"""The request is too long, whatever part of it is named: no wish is refused, and a shorter one may have them all."""


class RefusedError(Exception):
    """A request that the endpoint does not take as it stands: the SDK's error, and the body it came with."""

    def __init__(self, error: Exception, body: Any) -> None:
        super().__init__("refused")
        self.error = error
        self.body = body


class Concessions:
    """What each model of an account does not take. Threads may ask and add at the same time: what is handed out is
    never written to again."""

    def __init__(self) -> None:
        self._refused: dict[str, frozenset[Wish]] = {}
        self._adding = threading.Lock()

    def refused(self, model: str) -> frozenset[Wish]:
        return self._refused.get(model, frozenset())

    def concede(self, model: str, offered: Collection[Wish], refused: RefusedError) -> None:
        """Remember which of the wishes that were offered the endpoint refuses, so that it can be asked again without
        them. Raises the error of the refusal when it blames none of them."""
        blamed = _blamed(refused.body, offered)
        if not blamed:
            raise refused.error from None
        with self._adding:
            self._refused[model] = self.refused(model) | blamed


def wishes_of(request: Request) -> list[Wish]:
    """What a request asks for beyond an answer."""
    wishes: list[Wish] = ["token_limit"]
    if request.schema is not None:
        wishes.append("schema")
    if request.temperature is not None:
        wishes.append("temperature")
    if request.seed is not None:
        wishes.append("seed")
    return wishes


def withheld(request: Request, without: Collection[Wish]) -> tuple[str, ...]:
    """The wishes of a request that were not sent, for ``Answer.withheld``."""
    if not without:
        return ()
    return tuple(sorted(wish for wish in wishes_of(request) if wish in without and wish != "token_limit"))


def _blamed(body: Any, offered: Collection[Wish]) -> set[Wish]:
    said = spoken(body)
    if _TOO_LONG.search(said):
        return set()
    wrong_value = _OUT_OF_RANGE.search(said) is not None
    return {wish for wish in offered if _NAMED[wish].search(said) and (wish == "schema" or not wrong_value)}
