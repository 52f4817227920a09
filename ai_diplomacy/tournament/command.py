"""The command ``tournament``: many games by a specification, rated and reported."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import spec_of_flags

_EPILOG = """\
exit status: 0 all games were played; 2 the specification or a flag cannot be used; 3 stopped early with everything
saved: the same command goes on; 1 a fault of the program"""


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Play the games of a specification, and tell what they say. The same command goes on with them."
    )
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    flag = parser.add_argument
    flag("spec", type=Path, nargs="?", metavar="SPEC", help="a TOML file, see docs/tournaments.md")
    spec_of_flags.add_flags(parser)
    flag("--out", type=Path, metavar="DIR", help="folder of the tournament (default: results/ and the file's name, or "
         "the models')")  # fmt: skip
    flag("--cluster", metavar="ADDRESS", help="play on a Ray cluster: auto, or its address "
         "(pip install '.[cluster]')")  # fmt: skip
    flag("--dry-run", action="store_true", help="print the schedule, the calls and the cost to expect; play nothing")


def run(flags: argparse.Namespace) -> int:
    """Plays, prints and reports. Raises ``argparse.ArgumentError``."""
    from ..records.errors import ConfigError
    from .run_tournament import run_tournament

    try:
        return run_tournament(flags)
    except ConfigError as error:
        raise argparse.ArgumentError(None, str(error)) from None
