"""The command ``bundle``: games given away with everything that others need to check them."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

from ..records.saying import say

_NEEDS = {"numpy": "analysis", "matplotlib": "analysis", "pyarrow": "parquet"}


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.description = "Make a folder that others can check from the games below another one, or check such a folder."
    flag = parser.add_argument
    flag("folder", type=Path, metavar="FOLDER", help="a run, a folder that holds runs, or, with --verify, a bundle")
    flag("--out", type=Path, metavar="DIR", help="the new folder (default: FOLDER-bundle)")
    flag("--title", help="what the data are called (default: the name of FOLDER)")
    flag("--author", action="append", metavar="NAME", help="who made them; give it again for each more")
    flag("--verify", action="store_true", help="check every file, play every game again, make every table anew")


def run(flags: argparse.Namespace) -> int:
    """Raises ``argparse.ArgumentError``."""
    for package, extra in _NEEDS.items():
        if find_spec(package) is None:
            raise argparse.ArgumentError(None, f"{package} is missing: pip install '.[{extra}]'")
    from ..records.errors import ConfigError
    from ..records.log_reader import DamagedLogError

    folder = flags.folder.expanduser().absolute()
    try:
        return _verified(folder) if flags.verify else _made(folder, flags)
    except (ConfigError, DamagedLogError) as error:
        raise argparse.ArgumentError(None, str(error)) from None
    except OSError as error:
        what = f"{error.filename or folder}: {error.strerror or error}"
        raise argparse.ArgumentError(None, what) from None


def _made(folder: Path, flags: argparse.Namespace) -> int:
    from .making import make_bundle

    out = (flags.out or folder.with_name(f"{folder.name}-bundle")).expanduser()
    made = make_bundle(folder, out, flags.title or folder.name, flags.author or ())
    say(f"{made.path}: {made.runs} runs with their tables, templates and settings")
    if made.not_replayable:
        say(f"{made.not_replayable} of them were played by another version or program, and cannot be played again here")
    return _verified(made.path)


def _verified(bundle: Path) -> int:
    from .verifying import verify

    count = 0
    for problem in verify(bundle):
        say(problem)
        count += 1
    say(f"{bundle}: " + (f"{count} differences" if count else "every file, game and table is as it was"))
    return 1 if count else 0
