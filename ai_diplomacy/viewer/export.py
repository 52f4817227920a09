"""The command ``export``: one game as one file that opens without a server, or in the ancestor's files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..records.durable import replace_files
from ..records.errors import ConfigError
from ..records.saying import say
from ..web.geometry import geometry
from .ancestors_files import export_for_ancestor
from .bundle import single_file
from .deeds import Deeds
from .record import RunRecord


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.description = "Write one run as one self-contained page."
    parser.add_argument("run", type=Path, help="folder of the run, such as results/RUN")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="the page, such as game.html; or the folder"
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
        page = exported(flags.run.expanduser()).encode()
        replace_files({output: page})
    except ConfigError as error:
        raise argparse.ArgumentError(None, str(error)) from None
    except OSError as error:
        raise argparse.ArgumentError(None, f"cannot write {output}: {error.strerror or error}") from None
    say(f"{output}: {len(page) / 1e6:.1f} MB")
    return 0


def exported(path: Path) -> str:
    """A run as an HTML page. Raises ``ConfigError``."""
    record = RunRecord(path)
    record.read()
    document = record.document()
    return single_file(f"{document['run']['name']} · AI Diplomacy", _parts(record, document))


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
