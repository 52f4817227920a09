"""Plays one game of Diplomacy between language models, and says with its exit status how that went."""

from __future__ import annotations

import time

_STARTED = time.perf_counter()  # before the imports, which are part of the setup time

import signal  # noqa: E402

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # While it imports there is nothing to save, and nothing to say.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse  # noqa: E402
import asyncio  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from collections.abc import Iterator, Sequence  # noqa: E402
from contextlib import contextmanager, suppress  # noqa: E402
from datetime import datetime  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import NoReturn  # noqa: E402

from ai_diplomacy.command.flags import parser, without_keys  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    flags = parser().parse_args(arguments)
    try:
        return _placed(flags)
    except KeyboardInterrupt:
        return _say("stopped", 3)


def _placed(flags: argparse.Namespace) -> int:
    """Runs it in the folder that is given, or in a new one."""
    given = flags.fork_to or flags.run_dir
    if given:
        return _run(given.expanduser(), flags)
    if flags.replay or flags.estimate:
        return _run(Path("results"), flags)
    try:
        with _claimed_folder(Path("results")) as path:
            return _run(path, flags)
    except OSError as error:
        return _say(f"cannot make {error.filename!r}: {error.strerror or error}", 2)


def _run(path: Path, flags: argparse.Namespace) -> int:
    from ai_diplomacy.agent.prompts import PromptError
    from ai_diplomacy.command.play import begun, going_on, run
    from ai_diplomacy.models.budget import BudgetExceeded
    from ai_diplomacy.models.call_log import PromptDiffersError
    from ai_diplomacy.models.circuit_breaker import ModelRefused
    from ai_diplomacy.records.cleaning import cleaned
    from ai_diplomacy.records.durable import DiskError
    from ai_diplomacy.records.errors import ConfigError
    from ai_diplomacy.run.history import is_run
    from ai_diplomacy.run.replay import ReplayDiffersError

    def kept(more: str = "") -> str:
        return (
            f"; all that was answered is kept. {going_on(path, more, several=not is_run(path))}"
            if begun(path)
            else "; nothing was played yet"
        )

    try:
        run(path, flags, _STARTED)
    except (ConfigError, PromptError) as error:
        return _say(str(error), 2)
    except PromptDiffersError as error:
        return _say(f"{error}; --replay shows the difference, --override lets its answer stand", 2)
    except ReplayDiffersError as error:
        for line in str(error).splitlines():
            print(without_keys(cleaned(line, "line")), file=sys.stderr)
        return 1
    except ModelRefused as error:
        return _say(f"{error}{kept()}", 3) if begun(path) else _say(str(error), 2)
    except BudgetExceeded as error:
        flag = "--max_tokens_total" if error.what == "tokens" else "--max_cost_usd"
        return _say(f"stopped: {error}{kept(f' {flag} MORE')}", 3)
    except DiskError as error:
        return _say(f"stopped: {error}{kept()}", 3)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _say(f"stopped{kept()}", 3)
    finally:
        _silence_a_closed_terminal()
    return 0


def _silence_a_closed_terminal() -> None:
    """What could not be printed would be tried once more, and complained of, when the interpreter ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


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


def _say(message: str, status: int) -> int:
    print(f"lm_game.py: {without_keys(' '.join(message.split()))}", file=sys.stderr)
    return status


def _leave(status: int) -> NoReturn:
    """A thread that still waits for an answer, which nobody wants any more, would keep the program alive."""
    from ai_diplomacy.run.policies import SEAT_THREADS

    if any(thread.name.startswith(SEAT_THREADS) for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    _leave(main())
