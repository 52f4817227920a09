"""The command ``play``: its flags, the folder it plays in, and what it says, with an exit status, when it ends."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from .flags import add_flags
from .main import one_line

__all__ = ["add_flags", "run"]

_STARTED = time.perf_counter()
"""Before the imports that a game needs, which are part of the setup time."""


def run(flags: argparse.Namespace) -> int:
    """Plays in the folder that is given, or in a new one."""
    try:
        return _left(_placed(flags))
    except KeyboardInterrupt:
        return _left(_say(flags, "stopped", 3))


def _placed(flags: argparse.Namespace) -> int:
    given = flags.fork_to or flags.run_dir
    if given:
        return _played(given.expanduser(), flags)
    if flags.replay or flags.estimate:
        return _played(Path("results"), flags)
    try:
        with _claimed_folder(Path("results")) as path:
            return _played(path, flags)
    except OSError as error:
        return _say(flags, f"cannot make {error.filename!r}: {error.strerror or error}", 2)


def _played(path: Path, flags: argparse.Namespace) -> int:
    import asyncio

    from ..agent.prompts import PromptError
    from ..models.budget import BudgetExceeded
    from ..models.call_log import PromptDiffersError
    from ..models.circuit_breaker import ModelRefused
    from ..records.durable import DiskError
    from ..records.errors import ConfigError
    from ..run.history import is_run
    from ..run.idle_seats import SeatsIdle
    from ..run.replay import ReplayDiffersError
    from .modes import begun, going_on, play

    def kept(more: str = "") -> str:
        if not begun(path):
            return "; nothing was played yet"
        way_on = going_on(flags.prog, path, more, several=not is_run(path))
        return f"; all that was answered is kept. {way_on}"

    try:
        play(path, flags, _STARTED)
    except (ConfigError, PromptError) as error:
        return _say(flags, str(error), 2)
    except PromptDiffersError as error:
        more = "--replay shows the difference, --override lets its answer stand"
        return _say(flags, f"{error}; {more}", 2)
    except ReplayDiffersError as error:
        for line in str(error).splitlines():
            print(one_line(line), file=sys.stderr)
        return 1
    except ModelRefused as error:
        return _say(flags, f"{error}{kept()}", 3) if begun(path) else _say(flags, str(error), 2)
    except BudgetExceeded as error:
        flag = "--max_tokens_total" if error.what == "tokens" else "--max_cost_usd"
        return _say(flags, f"stopped: {error}{kept(f' {flag} MORE')}", 3)
    except SeatsIdle as error:
        more = "with another model: --override --models POWER=ID; as it is: --max_unusable_steps 0"
        return _say(flags, f"stopped: {error}{kept()} ({more})", 3)
    except DiskError as error:
        return _say(flags, f"stopped: {error}{kept()}", 3)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _say(flags, f"stopped{kept()}", 3)
    return 0


@contextmanager
def _claimed_folder(parent: Path) -> Iterator[Path]:
    """An empty folder that no program takes which starts in the same second. It goes again if nothing is played in
    it."""
    name = datetime.now().strftime("%Y%m%d_%H%M%S")
    there_already = parent.exists()
    parent.mkdir(exist_ok=True)
    path = next(path for at in range(1000) if _made(path := parent / (name if at == 0 else f"{name}_{at}")))
    try:
        yield path
    finally:
        with suppress(OSError):
            path.rmdir()
            if not there_already:
                parent.rmdir()


def _made(path: Path) -> bool:
    try:
        path.mkdir()
    except FileExistsError:
        return False
    return True


def _say(flags: argparse.Namespace, message: str, status: int) -> int:
    print(f"{flags.prog}: {one_line(message)}", file=sys.stderr)
    return status


def _left(status: int) -> int:
    """The exit status; but a thread that still waits for an answer, which nobody wants any more, would keep the program
    alive, and is left."""
    from ..run.policies import SEAT_THREADS

    if any(thread.name.startswith(SEAT_THREADS) for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(status)
    return status
