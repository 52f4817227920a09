"""Telling whoever started a program what it does."""

from __future__ import annotations

import sys
from contextlib import suppress

from .cleaning import cleaned


def say(text: str) -> None:
    """Prints a line at once. Nobody may be there to read it any more: what is being done is done all the same."""
    with suppress(OSError):
        sys.stdout.write(f"{cleaned(text, 'text')}\n")
        sys.stdout.flush()
