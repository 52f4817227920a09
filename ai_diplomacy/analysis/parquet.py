"""Games as four tidy tables for other tools: orders, messages, calls and phases, in Apache Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from .game_record import CallRow, GameRecord, MessageRow, OrderRow, PhaseRow
from .provenance import Provenance

if TYPE_CHECKING:
    import pyarrow.parquet as pq

Column = tuple[Any, str]
"""(type, what it holds)."""

GAME: Mapping[str, Column] = {
    "game": (str, "folder of the run, as seen from the folder that was analysed"),
    "cluster": (str, "equal for runs that share phases: a run and its forks"),
    "seed": (int | None, "seed of the game"),
    "finished": (bool, "whether the game has come to its end; only then do the report's figures count it"),
    "player": (str, "who played the power"),
}
"""Columns of every table."""


def _columns(rows: type) -> dict[str, Column]:
    """The fields of a row, each with what it says of itself."""
    hints = get_type_hints(rows, include_extras=True)
    return {name: get_args(hint)[:2] for name, hint in hints.items() if get_origin(hint) is Annotated}


_VERDICTS = "what became of each pledge towards its first reader: kept, broken, broken on purpose, voided or retracted"
COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "orders": _columns(OrderRow),
    "messages": _columns(MessageRow) | {"verdicts": (tuple[str, ...], _VERDICTS)},
    "calls": _columns(CallRow),
    "phases": _columns(PhaseRow)
    | {"final_centers": (int, "owned at the end of the game; null when it is not finished")},
}
"""Table -> its columns behind those of ``GAME``."""

_ARROW = {bool: "bool_", int: "int32", int | None: "int64", float | None: "float64"}
"""Type of a field -> Arrow's, where it is no text."""


class ParquetTables:
    """Writes four files into a folder, game by game."""

    def __init__(self, out: Path) -> None:
        """Raises ``OSError``; ``ImportError`` without the package."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa = pa
        out.mkdir(parents=True, exist_ok=True)
        self._writers: dict[str, pq.ParquetWriter] = {}
        for name, columns in COLUMNS.items():
            schema = pa.schema(
                [
                    pa.field(column, _arrow(pa, kind), metadata={"description": text})
                    for column, (kind, text) in {**GAME, **columns}.items()
                ]
            )
            self._writers[name] = pq.ParquetWriter(out / f"{name}.parquet", schema, compression="zstd")

    def game(self, game: GameRecord) -> None:
        """One game's rows."""
        self._write("orders", ({**_seat(game, row.power), **asdict(row)} for row in game.orders))
        self._write("messages", _messages(game))
        self._write("calls", ({**_seat(game, row.power), **asdict(row)} for row in game.calls))
        final = game.ending.centers if game.ending else {}
        self._write(
            "phases",
            ({**_seat(game, row.power), **asdict(row), "final_centers": final.get(row.power)} for row in game.phases),
        )

    def close(self, provenance: Provenance | None = None) -> None:
        """End the files; with ``provenance`` it goes into each of them, under the key ``provenance``."""
        for writer in self._writers.values():
            if provenance is not None:
                writer.add_key_value_metadata({"provenance": json.dumps(provenance.document())})
            writer.close()

    def _write(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        writer = self._writers[name]
        if found := list(rows):
            writer.write_table(self._pa.Table.from_pylist(found, schema=writer.schema))


def _arrow(pa: Any, kind: Any) -> Any:
    if get_origin(kind) is tuple:
        return pa.list_(pa.string())
    return getattr(pa, _ARROW.get(kind, "string"))()


def _seat(game: GameRecord, power: str) -> dict[str, Any]:
    return {
        "game": game.name,
        "cluster": game.cluster,
        "seed": game.seed,
        "finished": game.ending is not None,
        "player": game.players.get(power, ""),
    }


def _messages(game: GameRecord) -> Iterable[dict[str, Any]]:
    verdicts: dict[tuple[str, ...], str] = {
        (pledge.phase, pledge.sender, pledge.recipient, pledge.pledged): "broken on purpose"
        if pledge.on_purpose
        else pledge.verdict
        for pledge in game.pledges
    }
    for row in game.messages:
        told = [verdicts.get((row.phase, row.sender, row.recipients[0], order)) for order in row.pledges]
        body = row.body.encode("utf-8", "replace").decode()
        yield {**_seat(game, row.sender), **asdict(row), "body": body, "verdicts": told}
