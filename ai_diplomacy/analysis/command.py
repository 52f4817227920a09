"""The command ``analyze``: a folder of runs, or two that are compared, as tables, a page and data."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .analyzing import Analysis
    from .comparing import Difference
    from .pricing_games import Books


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.description = "Tell what the games below a folder say of their players. Games are only read."
    flag = parser.add_argument
    flag("folder", type=Path, metavar="FOLDER", help="a run, or a folder that holds runs, at any depth")
    flag("other", type=Path, nargs="?", metavar="FOLDER2", help="a second one, to be compared with the first")
    flag(
        "--out",
        type=Path,
        metavar="DIR",
        help="where report.html, the tables and analysis.json go (default: FOLDER/analysis)",
    )
    flag(
        "--regret",
        action="store_true",
        help="price every movement order set too (docs/strength.md), and every breach (of a single run it always is): "
        "about 10 s a game to 1910 and core; what is priced is kept in --out",
    )
    flag("--processes", type=int, default=1, metavar="N", help="with --regret: on so many cores (default: 1)")
    flag("--parquet", action="store_true", help="write all rows as Parquet as well (pip install '.[parquet]')")


def run(flags: argparse.Namespace) -> int:
    """Reads, prints and writes. Raises ``argparse.ArgumentError``."""
    _check_packages(parquet=flags.parquet)
    if flags.processes < 1:
        raise argparse.ArgumentError(None, f"--processes: {flags.processes} is not a number above 0")
    from ..records.errors import ConfigError
    from ..records.saying import say
    from ..run.signals import STOPPED
    from .comparing import compared_games
    from .course_terminal import show_course
    from .differing import differing
    from .files import write_files
    from .pricing_games import Books
    from .terminal import show, show_comparison, show_note, wide_console

    folder = flags.folder.expanduser()
    out = (flags.out or folder / "analysis").expanduser()
    console = wide_console()
    try:
        books = Books.beside(out)
        analysis = _analyzed(folder, out if flags.parquet else None, books, flags)
        other: Analysis | None = None
        differences: Sequence[Difference] = ()
        differ: Sequence[str] = ()
        if flags.other is not None:
            second = out / "second" if flags.parquet else None
            other = _analyzed(flags.other.expanduser(), second, books, flags)
            differ = differing(analysis, other)
            differences = compared_games(analysis.counting, other.counting)
        written = write_files(out, analysis, other, differences, differ)
    except KeyboardInterrupt:
        if not flags.regret:
            raise
        say(f"stopped; {len(books.orders):,} order sets are priced and kept. The same command goes on")
        return STOPPED
    except ConfigError as error:
        raise argparse.ArgumentError(None, str(error)) from None
    except OSError as error:
        raise argparse.ArgumentError(None, f"cannot write {error.filename or out}: {error.strerror or error}") from None
    for line in differ:
        show_note(line, console)
    show(analysis, console)
    if len(analysis.courses) == 1:
        show_course(analysis.courses[0], console)
    if other is not None:
        show(other, console)
        show_comparison(differences, console)
    console.print(f"report: {written[0]}", soft_wrap=True, markup=False)
    return 0


def _analyzed(folder: Path, parquet: Path | None, books: Books, flags: argparse.Namespace) -> Analysis:
    from ..records.saying import say
    from ..run.history import is_run
    from .analyzing import analyze
    from .breaches import breaches
    from .decisions import decisions
    from .pricing_games import price_games

    if flags.regret:
        price_games(folder, books.orders, decisions, "order sets", say, processes=flags.processes)
    if flags.regret or is_run(folder):
        price_games(folder, books.breaches, breaches, "breaches", say, processes=flags.processes)
    prices = books.orders if flags.regret else None
    if parquet is None:
        return analyze(folder, prices=prices, breach_prices=books.breaches)
    from .parquet import ParquetTables

    tables = ParquetTables(parquet)
    analysis: Analysis | None = None
    try:
        analysis = analyze(folder, tables.game, prices, breach_prices=books.breaches)
        return analysis
    finally:
        tables.close(analysis.provenance if analysis else None)


def _check_packages(*, parquet: bool) -> None:
    from importlib.util import find_spec

    wanted = {"matplotlib": "analysis", "numpy": "analysis"}
    if parquet:
        wanted["pyarrow"] = "parquet"
    for package, extra in wanted.items():
        if find_spec(package) is None:
            raise argparse.ArgumentError(None, f"{package} is missing: pip install '.[{extra}]'")
