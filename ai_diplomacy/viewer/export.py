"""The command ``export``: one game as one file that opens without a server, or many as a folder; or other files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..records.durable import replace_files
from ..records.errors import ConfigError
from ..records.saying import say
from ..run.history import is_run
from ..web.geometry import geometry
from .ancestors_files import export_for_ancestor
from .bundle import single_file
from .deeds import Deeds
from .record import RunRecord
from .static_export import export_library


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.description = "Write a run as one self-contained page, or a folder of runs as a folder of pages with a list."
    parser.add_argument(
        "run", type=Path, help="folder of a run, such as results/RUN, or of runs, such as a tournament's"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help="the page, such as game.html; of a folder of runs a new folder, which any static host serves",
    )
    parser.add_argument(
        "--format",
        choices=("page", "ancestor"),
        default="page",
        help="ancestor: a new folder with the files that the tools of AI_Diplomacy read, in its vocabulary",
    )


def run(flags: argparse.Namespace) -> int:
    output: Path = flags.output.expanduser()
    try:
        if flags.format == "ancestor":
            say(f"{output}: {export_for_ancestor(flags.run.expanduser(), output)} rows")
            return 0
        source: Path = flags.run.expanduser()
        if source.is_dir() and not is_run(source):
            return _library(source, output)
        page = exported(source).encode()
        replace_files({output: page})
    except ConfigError as error:
        raise argparse.ArgumentError(None, str(error)) from None
    except OSError as error:
        raise argparse.ArgumentError(None, f"cannot write {output}: {error.strerror or error}") from None
    say(f"{output}: {len(page) / 1e6:.1f} MB")
    return 0


def _library(folder: Path, output: Path) -> int:
    made = export_library(folder, output, exported)
    say(f"{output}: {made.games} games, {made.size / 1e6:.1f} MB")
    for problem in made.problems:
        say(f"without a page: {problem}")
    return 0


def exported(path: Path, around: Mapping[str, str] = {}) -> str:
    """A run as an HTML page, which links to what lies ``around`` it. Raises ``ConfigError``."""
    record = RunRecord(path)
    record.read()
    document = record.document()
    return single_file(f"{document['run']['name']} · AI Diplomacy", _parts(record, document), around)


def _parts(record: RunRecord, document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "document", document
    yield "map", geometry(record.map)
    yield "deeds", Deeds(record.path).document()
    # The texts of each phase apart, so that a reader's browser unpacks only what is looked at; those of one power and
    # step beside each other, because they are most alike.
    phases: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for line, phase, texts in record.calls():
        phases.setdefault(phase, []).append((line, texts))
    for phase, calls in phases.items():
        systems = list(dict.fromkeys(texts["system"] for _, texts in calls))
        yield (
            f"calls-{phase}",
            {
                "systems": systems,
                "calls": {
                    str(line): [systems.index(texts["system"]), texts["prompt"], texts["reply"]]
                    for line, texts in sorted(calls, key=lambda call: (call[1]["system"], call[0]))
                },
            },
        )
