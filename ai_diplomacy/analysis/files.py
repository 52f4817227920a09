"""The files of an analysis: the page, every table as CSV, and all of them as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from ..records.durable import replace_files
from .analyzing import Analysis
from .comparing import Difference
from .page import page
from .tables import Table, comparison_table, tables

_ORIGIN = ("folder_games", "versions", "configs", "prompts", "models", "seeds")
"""Columns at the end of every CSV file: where the row comes from."""


def write_files(
    out: Path, analysis: Analysis, other: Analysis | None = None, differences: Sequence[Difference] = ()
) -> list[Path]:
    """Writes them all and returns their paths. Raises ``OSError``."""
    out.mkdir(parents=True, exist_ok=True)
    made = {"first" if other is not None else "": tables(analysis)}
    if other is not None:
        made["second"] = tables(other)
        made[""] = [comparison_table(differences, analysis.provenance, other.provenance)]
    written = {"report.html": page(analysis, other, differences)}
    written["analysis.json"] = _json(
        {f"{side}_{table.name}".lstrip("_"): table.document() for side, found in made.items() for table in found}
    )
    for side, found in made.items():
        for table in found:
            written[f"{side}_{table.name}.csv".lstrip("_")] = _csv(table)
    replace_files({out / name: text.encode("utf-8", "replace") for name, text in written.items()})
    return [out / name for name in written]


def _csv(table: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*table.columns, *_ORIGIN])
    origin = [
        " | ".join(parts)
        for parts in zip(
            *(
                (
                    str(p.games),
                    " ".join(p.versions),
                    " ".join(digest for digest, _ in p.configs),
                    p.prompts_hash,
                    " ".join(sorted({model for _, models in p.models for model in models})),
                    " ".join(map(str, p.seeds)),
                )
                for p in table.provenance
            ),
            strict=True,
        )
    ]
    for row in table.rows:
        writer.writerow([*("" if value is None else value for value in row), *origin])
    return text.getvalue()


def _json(document: object) -> str:
    return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
