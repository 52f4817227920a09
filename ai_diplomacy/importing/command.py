"""The command ``import``: other programs' games as runs that page, library and analysis read."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..records.cleaning import cleaned
from ..records.errors import ConfigError
from ..records.saying import say

_MOST_TOLD = 20
"""Lines about what could not be read; the runs hold all of them."""


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Make runs of games that other programs wrote: saved games of the diplomacy package, run folders of "
        "AI_Diplomacy, and games of people as lists of phases (docs/importing.md)."
    )
    parser.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="*.json, *.jsonl, either with .gz, or folders of them"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the runs go, a folder each")


def run(flags: argparse.Namespace) -> int:
    """Raises ``argparse.ArgumentError``."""
    from .importing import import_games

    out: Path = flags.out.expanduser()
    try:
        imported = import_games([path.expanduser() for path in flags.paths], out)
    except ConfigError as error:
        raise argparse.ArgumentError(None, str(error)) from None
    problems = [*imported.unreadable, *imported.problems]
    for problem in problems[:_MOST_TOLD]:
        sys.stderr.write(f"{cleaned(problem, 'line')}\n")
    if len(problems) > _MOST_TOLD:
        sys.stderr.write(f"and {len(problems) - _MOST_TOLD} more; the second event of each run holds all of its own\n")
    count = len(imported.runs)
    where = out / next(iter(imported.runs)) if count == 1 else out
    left_out = f", {len(imported.unreadable)} could not be read" if imported.unreadable else ""
    say(
        f"{where}: {count} {'game' if count == 1 else 'games'} imported{left_out}; {imported.phases:,} phases, "
        f"{imported.messages:,} messages"
    )
    missing = (what if number == count else f"{what} in {number}" for what, number in imported.missing.items())
    say(f"missing: {', '.join(missing)}")
    return 0
