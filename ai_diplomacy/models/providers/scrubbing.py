"""No key in any text: what a vendor says is cleaned of the key, whole or in part, before anyone may read it."""

from __future__ import annotations

import re

_PIECE = 8
"""A run of this many characters of a key gives it away."""
_MASK = "[key]"
_WORD = re.compile(r"\S+")
_STARS = "***"
"""What a vendor puts in the middle of a key that it shows."""
_MOST = 4000
"""Characters that are looked at; no more than a line of them is ever shown."""


def scrubbed(text: str, key: str) -> str:
    """The beginning of a text with every run of the key's characters masked; a key shorter than a piece only as a
    whole."""
    text = _WORD.sub(lambda word: _MASK if _STARS in word[0] else word[0], text[:_MOST])
    if not key:
        return text
    size = min(_PIECE, len(key))
    pieces = {key[start : start + size] for start in range(len(key) - size + 1)}
    kept: list[str] = []
    position = masked_until = 0
    while position < len(text):
        if text[position : position + size] in pieces:
            if not kept or kept[-1] != _MASK:
                kept.append(_MASK)
            masked_until = position + size
        elif position >= masked_until:
            kept.append(text[position])
        position += 1
    return "".join(kept)


def one_line(text: str, limit: int = 300) -> str:
    """The text without line breaks and control characters, cut to the limit."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
