"""Requests that a vendor's filter stops with an error status: an answer of sorts, which no retry will better."""

from __future__ import annotations

import re
from typing import Any

from .bodies import part, spoken

_FILTERED = re.compile(
    r"content_filter|content filtering policy|content_policy_violation|responsibleaipolicyviolation"
    r"|flagged as potentially violating",
    re.IGNORECASE,
)


def is_moderated(status: int, body: Any) -> bool:
    """Whether an error says that a filter stopped the prompt or the reply (OpenAI, Azure, Anthropic, OpenRouter)."""
    if status == 403:
        return "flagged_input" in part(part(body, "error"), "metadata")
    return status == 400 and _FILTERED.search(spoken(body)) is not None
