"""The terminal of a command: it may be closed, go away meanwhile, or be unable to show a letter; the work is done all
the same."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def usable_streams() -> Iterator[None]:
    """While a command runs."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # It was closed. The file that is opened next takes its number, and would get what others print.
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - it stays open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        yield
    finally:
        try:
            sys.stdout.flush()
        except OSError:
            # What could not be printed would be tried once more, and complained of, when the interpreter ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
