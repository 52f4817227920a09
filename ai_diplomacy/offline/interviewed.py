"""The answer to a question from outside of the game: what the diary says of those whom it names."""

from __future__ import annotations

import re
from typing import Any

from .reading import Reading
from .wording import name

_MOST_ENTRIES = 4


def interview(reading: Reading) -> dict[str, Any]:
    """Remembers what was noted of the powers in the question, or else what was noted last."""
    meant = [power for power in reading.others if _names(reading.question, power)]
    notes = [entry for entry in (*reading.past, *reading.diary) if any(_names(entry, power) for power in meant)]
    told = (notes or list(reading.diary) or list(reading.past))[-_MOST_ENTRIES:]
    parts = [f"{name(power)} is to me: {reading.relationships[power]}." for power in meant]
    if told:
        parts.append(f"What I wrote down: {' '.join(told)}")
    else:
        parts.append("I have written nothing down yet.")
    if reading.goals:
        parts.append(f"What I want: {'; '.join(reading.goals)}.")
    return {"answer": " ".join(parts)}


def _names(text: str, power: str) -> bool:
    # Austria and Austrian, Turkey and Turkish, France and French.
    return re.search(rf"\b{re.escape(power[:4])}", text, re.IGNORECASE) is not None
