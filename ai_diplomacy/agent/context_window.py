"""What a model's context window leaves room for: how many characters a prompt may have, and what is left out first.

Nobody but the model knows its tokens: three characters are counted as one until its own usage has told how many it
makes of a prompt. Only what the same power was answered before, step by step, is counted, so that a prompt is the same
whichever seat is faster. A window that nobody gave and a refusal tells holds to the end of the year: whoever plays the
run by then may have started the server with a larger one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..models.model import Reply, Request
from ..records.sealing import compact_json

CAUTIOUS_RATIO = 3.0
"""Characters a token."""
_SMALLEST_PROMPT = 400
"""Characters; what is shorter tells nothing about the ratio."""
_BELIEVABLE = (1.0, 6.0)

LEFT_OUT: tuple[tuple[str, int], ...] = (
    ("earlier_press", 0),
    ("earlier_turns", 0),
    ("nearby", 0),
    ("diary", 6),
    ("awaiting", 0),
    ("past", 0),
    ("diary", 3),
    ("threats", 0),
    ("pledges", 0),
    ("last_turn", 0),
    ("diary", 0),
    ("unanswered", 0),
    ("returned", 0),
    ("standing", 0),
    ("relationships", 0),
    ("goals", 0),
    ("press", 0),
)
"""Parts in the order in which they go, and how many of their last entries stay. Press goes message by message, the
oldest first. The board, the legal orders and the question itself never go."""


@dataclass(slots=True)
class ContextWindow:
    """One power's room for prompts."""

    given: int | None = None
    """Tokens of prompt and reply together, as the owner says; ``None``: nobody does."""
    _told: tuple[int, int] | None = field(default=None, init=False)
    """The year, and the tokens that a refusal named in it."""
    _ratio: float = field(default=0.0, init=False)

    def tokens(self, year: int) -> int | None:
        """Of prompt and reply together; ``None``: not known, so that everything fits."""
        return self._told[1] if self._told and self._told[0] == year else self.given

    def characters(self, tokens: int, max_tokens: int, *, background: bool) -> int:
        """How many a system prompt and a prompt may have together in a window of so many tokens. ``background``:
        others of the power's calls are under way, so that what they tell does not count."""
        ratio = CAUTIOUS_RATIO if background or not self._ratio else self._ratio
        # A limit of tokens is often as large as a window, and no reply needs so many.
        return int((tokens - min(max_tokens, tokens // 2)) * ratio)

    def refused(self, tokens: int, year: int, *, background: bool) -> None:
        """A refusal in that year has named the window."""
        if not background:
            self._told = year, tokens

    def learn(self, request: Request, reply: Reply, *, background: bool) -> None:
        """The fewest characters a token that were seen count."""
        characters, tokens = len(request.system) + len(request.prompt), reply.usage.input
        if tokens and characters >= _SMALLEST_PROMPT and not background:
            ratio = characters / tokens
            if _BELIEVABLE[0] <= ratio <= _BELIEVABLE[1]:
                self._ratio = min(ratio, self._ratio or ratio)


def shortened(document: Mapping[str, Any], excess: int) -> tuple[dict[str, Any], dict[str, int]]:
    """The document with so many characters less, if it has them to give, and what was left out: part -> entries."""
    kept, gone = dict(document), dict[str, int]()
    for part, stay in LEFT_OUT:
        for rest, entries in _without(kept.get(part), part, stay):
            if excess <= 0:
                return kept, gone
            excess -= len(_json(kept[part])) - (len(_json(rest)) if rest else -len(part) - 4)
            kept[part] = rest
            gone[part] = gone.get(part, 0) + entries
            if not rest:
                del kept[part]
    return kept, gone


def _without(value: Any, part: str, stay: int) -> Iterator[tuple[Any, int]]:
    """What is left of a part, step by step, and how many entries each step takes."""
    if not value:
        return
    if part == "press":
        rounds = {at: list(messages) for at, messages in value.items()}
        while rounds:
            first = min(rounds, key=int)
            rounds[first] = rounds[first][1:]
            rounds = {at: messages for at, messages in rounds.items() if messages}
            yield dict(rounds), 1
    elif part == "diary":
        while len(value) > stay:
            value = value[1:]
            yield value, 1
    else:
        yield None, 1


def _json(value: Any) -> str:
    return value if isinstance(value, str) else compact_json(value)
