"""A table of an analysis, for a file or another program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .provenance import Provenance

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class DataTable:
    """Rows for a file or another program. ``None`` is what is not known, or what there is none of."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    provenance: tuple[Provenance, ...]
    """Of one folder, or of two that are compared."""

    def document(self) -> dict[str, Any]:
        """As plain JSON data."""
        return {
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "provenance": [origin.document() for origin in self.provenance],
        }
