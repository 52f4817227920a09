"""The command ``analyze``: a folder of runs, or two that are compared, as tables, a page and data."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .analyzing import Analysis
    from .comparing import Difference
    from .game_record import GameRecord
    from .labels import Labels, LabelsTemplate
    from .parquet import ParquetTables
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
    flag("--labels", type=Path, metavar="FILE", help="a CSV file of what people say of promises (docs/analysis.md): "
         "how good the rules, and judges, are by it")  # fmt: skip
    flag("--labels_template", type=Path, metavar="FILE", help="write the promises of these games into a new CSV file, "
         "to be labelled")  # fmt: skip


def run(flags: argparse.Namespace) -> int:
    """Reads, prints and writes. Raises ``argparse.ArgumentError``."""
    labels = check(flags)
    from ..records.durable import replace_files
    from ..records.errors import ConfigError
    from ..records.saying import say
    from ..run.signals import STOPPED
    from .comparing import compared_games
    from .course_terminal import show_course
    from .differing import differing
    from .files import write_files
    from .labels import LabelsTemplate
    from .pricing_games import Books
    from .terminal import show, show_comparison, show_note, wide_console

    folder = flags.folder.expanduser()
    out = (flags.out or folder / "analysis").expanduser()
    console = wide_console()
    try:
        books = Books.beside(out)
        to_label = LabelsTemplate() if flags.labels_template else None
        analysis = _analyzed(folder, out if flags.parquet else None, books, flags, labels, to_label)
        other: Analysis | None = None
        differences: Sequence[Difference] = ()
        differ: Sequence[str] = ()
        if flags.other is not None:
            second = out / "second" if flags.parquet else None
            other = _analyzed(flags.other.expanduser(), second, books, flags)
            differ = differing(analysis, other)
            differences = compared_games(analysis.counting, other.counting)
        written = write_files(out, analysis, other, differences, differ)
        if to_label is not None:
            replace_files({flags.labels_template.expanduser(): to_label.text().encode("utf-8", "replace")})
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


def check(flags: argparse.Namespace) -> Labels | None:
    """What is wrong with the flags themselves, before anything is read or asked. Raises ``argparse.ArgumentError``."""
    _check_packages(parquet=flags.parquet)
    if flags.processes < 1:
        raise argparse.ArgumentError(None, f"--processes: {flags.processes} is not a number above 0")
    from ..records.errors import ConfigError
    from .labels import read_labels

    template = flags.labels_template
    if template is not None and template.expanduser().exists():
        raise argparse.ArgumentError(None, f"--labels_template: {str(template)!r} is there already")
    try:
        return read_labels(flags.labels.expanduser()) if flags.labels is not None else None
    except ConfigError as error:
        raise argparse.ArgumentError(None, str(error)) from None


def _analyzed(
    folder: Path,
    parquet: Path | None,
    books: Books,
    flags: argparse.Namespace,
    labels: Labels | None = None,
    to_label: LabelsTemplate | None = None,
) -> Analysis:
    from ..records.saying import say
    from ..run.history import is_run
    from .analyzing import analyze
    from .breaches import breaches
    from .decisions import decisions
    from .pricing_games import price_games
    from .word_by_judges import rows_to_label

    if flags.regret:
        price_games(folder, books.orders, decisions, "order sets", say, processes=flags.processes)
    if flags.regret or is_run(folder):
        price_games(folder, books.breaches, breaches, "breaches", say, processes=flags.processes)
    prices = books.orders if flags.regret else None
    tables: ParquetTables | None = None
    if parquet is not None:
        from .parquet import ParquetTables

        tables = ParquetTables(parquet)

    def each(game: GameRecord) -> None:
        if tables is not None:
            tables.game(game)
        if to_label is not None and game.ending is not None:
            to_label.game(game, rows_to_label(game))

    analysis: Analysis | None = None
    try:
        analysis = analyze(folder, each, prices, labels, breach_prices=books.breaches)
        return analysis
    finally:
        if tables is not None:
            tables.close(analysis.provenance if analysis else None)


def _check_packages(*, parquet: bool) -> None:
    from importlib.util import find_spec

    wanted = {"matplotlib": "analysis", "numpy": "analysis"}
    if parquet:
        wanted["pyarrow"] = "parquet"
    for package, extra in wanted.items():
        if find_spec(package) is None:
            raise argparse.ArgumentError(None, f"{package} is missing: pip install '.[{extra}]'")
