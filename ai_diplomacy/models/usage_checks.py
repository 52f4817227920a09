"""Whether the tokens that a vendor counts can be those of a call: a count that cannot is unknown, and one that is too
small for the prompt tells that the server has cut it."""

from __future__ import annotations

from dataclasses import replace

from .model import Request, Usage
from .provider import ProviderAnswer
from .remarks import Remark

_SPARSE = 64
"""Characters that no token has on the average of any text."""
_DENSE = 8
"""Characters that no token has on the average of a prompt: those of games have 2.5 to 4, English prose 5."""
_LONG = 2_000
"""Characters of a prompt from which on that can be told."""
_HIDDEN = 100_000
"""Tokens that a vendor may add to a prompt, or a model think beyond its limit, unseen."""


def checked_usage(request: Request, answer: ProviderAnswer) -> tuple[Usage, tuple[Remark, ...]]:
    """What can be believed of an answer's usage, and what is to be said about it."""
    usage = answer.usage
    if answer.stop == "refusal":
        # What is turned away may take no tokens.
        return usage, ()
    asked = _length(request.system) + _length(request.prompt)
    if usage.input is not None and not asked / _SPARSE < usage.input <= 4 * asked + _HIDDEN:
        usage = replace(usage, input=None, cached=None, written=None)
    if usage.output is not None and not (
        _length(answer.text) / _SPARSE <= usage.output <= 10 * request.max_tokens + _HIDDEN
    ):
        usage = replace(usage, output=None, reasoning=None)
    if usage.total is None:
        return usage, ("no_usage",)
    # Some servers leave out what they have in their cache, as they have all of a prompt that is asked again.
    first = not (request.key.attempt or request.key.raised)
    counted = sum(number or 0 for number in (usage.input, usage.cached, usage.written))
    return usage, ("prompt_cut",) if first and asked >= _LONG and _DENSE * counted < asked else ()


def _length(text: str) -> int:
    """Characters of a text, without those of an indentation, which a token may have many of."""
    return len(text) - 2 * text.count("  ")
