"""Worker processes that answer to nobody but the process that made them, and end with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor


def worker_processes(workers: int, prepare: Callable[[], object]) -> ProcessPoolExecutor:
    """A pool of so many processes, each started when it is first needed; ``prepare`` is what each does first.

    They are spawned, not forked: a process with threads and an event loop cannot be copied safely.
    """
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_settle_in, initargs=(prepare,))


def _settle_in(prepare: Callable[[], object]) -> None:
    """In a worker: signals to the whole group are the parent's to answer, and without a parent there is no work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    prepare()
    parent = multiprocessing.parent_process()

    def leave_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()
