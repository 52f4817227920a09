"""The front door: ``ai-diplomacy COMMAND``, which is also ``python -m ai_diplomacy COMMAND``.

Each command's module is loaded only when it is called, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import errno
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn, Protocol

from ..records.cleaning import cleaned
from .interrupts import raise_at_interrupt
from .streams import usable_streams

COMMANDS: Mapping[str, str] = {
    "play": "one game between language models; goes on with a run, forks it, plays it again",
    "view": "the page of a run, finished or still played, or of a folder of runs",
    "export": "a run as one page that opens without a server",
    "import": "games that other programs wrote, as runs",
    "ask": "a question to an agent of a run, with the memory that it had then",
    "tournament": "many games by a specification: fair seats, several processes or a cluster",
    "exam": "models asked a bank of positions: how strong they are, for the price of one call a position",
    "analyze": "what many games tell of their players, with error bars; two folders compared",
    "bundle": "games given away with all that others need to check them",
    "serve": "a local server that speaks the providers' protocols: no key, no bill",
}
"""Command -> what it is for."""


_LONGEST_NAME = 64
"""Of what is made below a folder that is given."""


class Command(Protocol):
    """What a command's module offers."""

    def add_flags(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, flags: argparse.Namespace) -> int:
        """Returns the exit status. ``flags.prog``: how the command was called. Raises ``argparse.ArgumentError`` with
        one sentence for flags that do not fit."""


def main(arguments: Sequence[str] | None = None, prog: str = "python -m ai_diplomacy") -> int:
    """Runs one command and returns its exit status. ``prog``: how the front door was called."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = _chosen(given[:1], prog)
    return run_command(name, given[1:], f"{prog} {name}")


def run_command(name: str, given: Sequence[str], prog: str) -> int:
    """Runs a command with its own flags."""
    with usable_streams():
        return _run(name, given, prog)


def _run(name: str, given: Sequence[str], prog: str) -> int:
    parser = _OneLineParser(prog=prog, allow_abbrev=False)
    try:
        command = _command(name)
        command.add_flags(parser)
        flags = parser.parse_args(given, argparse.Namespace(prog=prog))
        _check_lengths(flags)
        _check_own(name, flags)
        raise_at_interrupt()
        return command.run(flags)
    except argparse.ArgumentError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(3, f"{prog}: stopped\n")


def _check_lengths(flags: argparse.Namespace) -> None:
    """Refuses a path that is too long for the system, with room for the names that come below it."""
    for path in vars(flags).values():
        if isinstance(path, Path):
            try:
                os.lstat(path.expanduser().absolute() / ("x" * _LONGEST_NAME))
            except OSError as error:
                if error.errno == errno.ENAMETOOLONG:
                    raise argparse.ArgumentError(None, f"{str(path)[:60]}...: the path is too long") from None


def _check_own(name: str, flags: argparse.Namespace) -> None:
    """Refuses another program's game where a run is wanted, and says how it becomes one."""
    if name not in ("view", "export", "analyze", "ask", "bundle"):
        return
    from ..importing.source_files import foreign

    for path in (getattr(flags, given, None) for given in ("folder", "other", "run")):
        if isinstance(path, Path) and foreign(path.expanduser()):
            front, _, _ = flags.prog.rpartition(" ")
            raise argparse.ArgumentError(
                None, f"{path} holds a game of another program; make a run of it: {front} import {path} --out DIR"
            )


def one_line(message: str) -> str:
    """A message as the terminal may have it. A flag that is refused may hold a model id, and that a key."""
    return re.sub(r"#[^\s,'\"]+", "#...", cleaned(message, "line"))


def _command(name: str) -> Command:
    command: Command
    match name:
        case "play":
            from . import play as command
        case "view":
            from ..viewer import view as command
        case "export":
            from ..viewer import export as command
        case "import":
            from ..importing import command
        case "ask":
            from . import ask as command
        case "tournament":
            from ..tournament import command
        case "exam":
            from . import exam as command
        case "analyze":
            from . import analyze as command
        case "bundle":
            from ..bundle import command
        case _:
            from ..offline.server import serve as command
    return command


class _OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {one_line(message)}\n")


def _chosen(given: Sequence[str], prog: str) -> str:
    width = max(map(len, COMMANDS))
    lines = (f"  {name:<{width}}  {summary}" for name, summary in COMMANDS.items())
    parser = _OneLineParser(
        prog=prog,
        description="Language models play Diplomacy against each other.",
        epilog="commands:\n" + "\n".join(lines) + "\n\nCOMMAND --help lists the flags of one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s COMMAND ...",
        allow_abbrev=False,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="one of the commands below")
    chosen: str = parser.parse_args(given).command
    return chosen
