"""Trust: what a power's word is worth, from the broken words that this power has seen, heard of and written down."""

from __future__ import annotations

import re
from functools import lru_cache

from .assessment import Assessment
from .prompt_reader import ParsedPrompt

_BROKE = re.compile(r"\b([A-Z][a-z]+) broke its word")
BROKEN_WORD = 0.2
"""What one broken word takes off the trust in a power."""


@lru_cache(64)
def _noted(memories: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(found.upper() for text in memories for found in _BROKE.findall(text))


def broken_words(prompt: ParsedPrompt, power: str) -> int:
    """How often the power broke its word, as the verdicts of the turn before and our own notes of earlier ones say."""
    seen = sum(pledge.sender == power and pledge.broken for pledge in prompt.pledges)
    return min(3, seen + _noted((prompt.past, *prompt.diary)).count(power))


def wronged_by(prompt: ParsedPrompt, power: str) -> bool:
    """Whether it broke its word to us in the turn before."""
    return any(p.sender == power and prompt.me in p.recipients and p.broken for p in prompt.pledges)


def trust(assessment: Assessment, power: str) -> float:
    """From 0 to 1: how readily its offers are believed."""
    nature, prompt = assessment.nature, assessment.prompt
    return max(0.0, nature.trust - BROKEN_WORD * broken_words(prompt, power))
