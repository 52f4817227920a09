"""Ctrl-C and its kin: the first one ends the game in good order, the second one at once."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPPED = 3
"""Exit status of a game that was told to end."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable(last_words: str) -> Iterator[None]:
    """While it is open, a signal cancels the current task: what is in flight is given up, what was played is saved. A
    second signal ends the program with ``last_words``; what is on the disk by then is whole."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    told = False

    def stop() -> None:
        nonlocal told
        if told:
            os.write(2, f"{last_words}\n".encode("utf-8", "replace"))
            os._exit(STOPPED)
        told = True
        task.cancel()

    # Who starts the program so that it outlives its terminal has the hang-up ignored.
    handled = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in handled:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
