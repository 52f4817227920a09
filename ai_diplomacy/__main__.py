"""The project's commands beside the game itself: ``python -m ai_diplomacy COMMAND``.

Each command's module is loaded only when it is called, so that ``--help`` answers at once.
"""

from __future__ import annotations

import signal

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # While it imports there is nothing to save, and nothing to say.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol


class Command(Protocol):
    """What a command's module offers."""

    def add_flags(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, flags: argparse.Namespace) -> int:
        """Returns the exit status. Raises ``argparse.ArgumentError`` with one sentence for flags that do not fit."""


def _analyze() -> Command:
    from .analysis import command

    return command


def _tournament() -> Command:
    from .tournament import command

    return command


def _serve() -> Command:
    from .offline.server import serve

    return serve


def _ask() -> Command:
    from .command import ask

    return ask


def _view() -> Command:
    from .viewer import view

    return view


def _export() -> Command:
    from .viewer import export

    return export


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list of commands."""

    summary: str
    load: Callable[[], Command]


COMMANDS: Mapping[str, Entry] = {
    "view": Entry("the page of a run, finished or still played, or of a folder of runs", _view),
    "export": Entry("a run as one page that opens without a server", _export),
    "ask": Entry("a question to an agent of a run, with the memory that it had then", _ask),
    "tournament": Entry("many games by a specification: fair seats, several processes or a cluster", _tournament),
    "analyze": Entry("what many games tell of their players, with error bars; two folders compared", _analyze),
    "serve": Entry("a local server that speaks the providers' protocols: no key, no bill", _serve),
}


class _OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {' '.join(message.split())}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = _chosen(given[:1])
    parser = _OneLineParser(prog=f"python -m ai_diplomacy {name}", allow_abbrev=False)
    try:
        return _run(COMMANDS[name].load(), parser, given[1:])
    except KeyboardInterrupt:
        parser.exit(3, f"{parser.prog}: stopped\n")


def _run(command: Command, parser: argparse.ArgumentParser, given: Sequence[str]) -> int:
    command.add_flags(parser)
    flags = parser.parse_args(given)
    try:
        return command.run(flags)
    except argparse.ArgumentError as error:
        parser.error(str(error))


def _chosen(given: Sequence[str]) -> str:
    width = max(map(len, COMMANDS))
    lines = (f"  {name:<{width}}  {entry.summary}" for name, entry in COMMANDS.items())
    parser = _OneLineParser(
        prog="python -m ai_diplomacy",
        description="The project's commands beside the game itself, which lm_game.py plays.",
        epilog="commands:\n" + "\n".join(lines) + "\n\nCOMMAND --help lists the flags of one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s COMMAND ...",
        allow_abbrev=False,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="one of the commands below")
    chosen: str = parser.parse_args(given).command
    return chosen


if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
