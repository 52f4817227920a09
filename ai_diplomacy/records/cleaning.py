"""Text from outside on its way into a file: what is taken out of it, or marked as plain text, for each kind of file."""

from __future__ import annotations

import re
from typing import Literal

FileKind = Literal["line", "story", "story_code", "table"]
"""``line``: one line on a terminal or in a log; ``story``: prose in Markdown; ``story_code``: between backticks in
Markdown; ``table``: a cell of a table."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""Characters that control how a text is shown and are no part of it."""
_MARKUP = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|~"})
"""What Markdown or HTML would take for its own."""


def cleaned(text: str, kind: FileKind) -> str:
    """A message, or any other text that a model, a vendor or a person gave, as a kind of file may hold it."""
    match kind:
        case "line":
            return " ".join(_UNSEEN.sub(" ", text).split())
        case "story":
            return cleaned(text, "line").translate(_MARKUP)
        case "story_code":
            return " ".join(text.split()).replace("`", "'")
        case "table":
            # The reader of a table has no use for NUL, and many refuse it.
            return text.replace("\0", "\ufffd")
