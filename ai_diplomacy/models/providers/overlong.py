"""Refusals for length: how servers say that a request is longer than the context window of their model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..model import Overlong
from .bodies import count, part

_NUMBER = r"(\d[\d,_]{0,12})"
_SAID = re.compile(
    r"context_length_exceeded|exceed_context_size|(maximum|max) (context|prompt|model|sequence) ?(length|len)"
    r"|context (window|size|limit)|prompt is too long|input token count|exceeds? (the )?context|request too large"
    r"|context length (is|of)|than the context length|`inputs` tokens \+",
    re.IGNORECASE,
)
_WINDOWS = tuple(
    re.compile(text, re.IGNORECASE)
    for text in (
        rf"context limit: {_NUMBER} \+ {_NUMBER} > {_NUMBER}",
        rf"(?:context|prompt|sequence|model) (?:length|size|window|limit)(?: of| is|:| \()(?: only)? ?{_NUMBER}",
        rf"{_NUMBER} maximum context length",
        rf"> {_NUMBER} maximum",
        rf"maximum number of tokens(?: allowed)? \(?{_NUMBER}",
        rf"exceeds? (?:the )?maximum(?: of)? \(?{_NUMBER}",
        rf"must be <= {_NUMBER}",
        rf"limit:? {_NUMBER}, ?requested",
    )
)
"""The window is the last number of each."""
_PROMPTS = tuple(
    re.compile(text, re.IGNORECASE)
    for text in (
        rf"\({_NUMBER} (?:in the messages|of text input|in the prompt)",
        rf"messages resulted in {_NUMBER} tokens",
        rf"(?<!at least )(?<!\d){_NUMBER} input tokens",
        rf"prompt is too long: {_NUMBER}",
        rf"context limit: {_NUMBER} \+",
        rf"input token count\D{{1,4}}{_NUMBER}",
        rf"prompt contains {_NUMBER}",
        rf"given: {_NUMBER} `inputs`",
        rf"keep the first {_NUMBER}",
        rf"request contains {_NUMBER}",
        rf"requested tokens \({_NUMBER}",
        rf"prompt \(length {_NUMBER}",
    )
)
"""OpenAI, its followers, vLLM, Anthropic, Google, Mistral, Hugging Face, LM Studio, xAI, and OpenAI's tokens a
minute. vLLM's "at least" is where it stopped counting."""


def overlong_of(said: str, body: Any) -> Overlong | None:
    """What an error tells of the length of its request; ``None`` when it is about something else. ``said``: all that
    the vendor says in it."""
    if not _SAID.search(said):
        return None
    # llama.cpp tells the numbers in fields.
    error = part(body, "error") or (body if isinstance(body, Mapping) else {})
    return Overlong(
        count(error, "n_ctx") or _first(_WINDOWS, said), count(error, "n_prompt_tokens") or _first(_PROMPTS, said)
    )


def _first(patterns: tuple[re.Pattern[str], ...], said: str) -> int | None:
    for pattern in patterns:
        if found := pattern.search(said):
            return int(re.sub(r"\D", "", found[found.re.groups])) or None
    return None
