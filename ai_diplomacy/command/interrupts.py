"""Ctrl-C while a program still imports: there is nothing to save yet, and nothing to say."""

from __future__ import annotations

import signal


def end_at_interrupt() -> None:
    """From now on the program ends at Ctrl-C without a word."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def raise_at_interrupt() -> None:
    """From now on it raises ``KeyboardInterrupt`` again."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
