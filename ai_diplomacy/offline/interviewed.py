"""The answer to a question from outside of the game: what the diary says of those whom it names."""

from __future__ import annotations

import re
from typing import Any

from .prompt_reader import ParsedPrompt
from .wording import name

_MOST_ENTRIES = 4


def interview(prompt: ParsedPrompt) -> dict[str, Any]:
    """Remembers what was noted of the powers in the question, or else what was noted last."""
    meant = [power for power in prompt.others if _names(prompt.question, power)]
    notes = [entry for entry in (*prompt.past, *prompt.diary) if any(_names(entry, power) for power in meant)]
    told = (notes or list(prompt.diary) or list(prompt.past))[-_MOST_ENTRIES:]
    parts = [f"{name(power)} is to me: {prompt.relationships[power]}." for power in meant]
    if told:
        parts.append(f"What I wrote down: {' '.join(told)}")
    else:
        parts.append("I have written nothing down yet.")
    if prompt.goals:
        parts.append(f"What I want: {'; '.join(prompt.goals)}.")
    return {"answer": " ".join(parts)}


def _names(text: str, power: str) -> bool:
    # Austria and Austrian, Turkey and Turkish, France and French.
    return re.search(rf"\b{re.escape(power[:4])}", text, re.IGNORECASE) is not None
