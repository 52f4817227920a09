"""Text from outside on its way into a file: what is taken out of it, or marked as plain text, for each kind of file."""

from __future__ import annotations

import re
from typing import Literal

FileKind = Literal["line", "text", "story", "story_code", "table"]
"""``line``: one line on a terminal or in a log; ``text``: several lines for a reader, on a page, in a report or a text
file; ``story``: prose in Markdown; ``story_code``: between backticks in Markdown; ``table``: a cell of a CSV file.

The records of a run (its two logs, ``lmvsgame.json``) keep every text as it is, escaped as JSON."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")
"""What a terminal obeys. A line break and a tab are the rule's own affair."""
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
"""What nobody sees, and what changes the order of what is seen: a reader would not read what the model wrote. The
zero-width joiner goes too, so that an emoji that is joined of several is shown as those."""
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_MARKUP = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|~"})
"""What Markdown or HTML would take for its own."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""With which a cell begins that a spreadsheet would compute; and the mark that keeps it from doing so."""


def cleaned(text: str, kind: FileKind) -> str:
    """A message, or any other text that a model, a vendor or a person gave, as a kind of file may hold it."""
    match kind:
        case "line":
            return " ".join(cleaned(text, "text").split())
        case "text":
            if text.isascii() and text.isprintable():
                return text
            return _SURROGATES.sub("\ufffd", _UNSEEN.sub("", _CONTROLS.sub(" ", text)))
        case "story":
            return cleaned(text, "line").translate(_MARKUP)
        case "story_code":
            return cleaned(text, "line").replace("`", "'")
        case "table":
            # The reader of a table has no use for NUL, and many refuse it.
            whole = text.replace("\0", "\ufffd")
            return f"'{whole}" if whole.startswith(_FORMULA) else whole
