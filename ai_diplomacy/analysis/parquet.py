"""Games as four tidy tables for other tools: orders, messages, calls and phases, in Apache Parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .games import GameRecord
from .provenance import Provenance

if TYPE_CHECKING:
    import pyarrow.parquet as pq

COLUMNS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "orders": {
        "phase": ("string", "season, year and kind of the phase, such as S1901M"),
        "power": ("string", "who ordered"),
        "order": ("string", "the order that stood, as the engine writes it"),
        "kind": (
            "string",
            "hold, move, support_own, support_other, convoy_own, convoy_other, retreat, disband, build or waive",
        ),
        "default": ("bool", "whether the rules filled it in"),
        "results": ("list<string>", "what went wrong; empty when all went well"),
    },
    "messages": {
        "phase": ("string", "movement phase in which it was sent"),
        "round": ("int32", "round of negotiation, from 1"),
        "sequence": ("int32", "position among all messages of the game"),
        "sender": ("string", "power"),
        "recipients": ("list<string>", "powers, or ALL"),
        "body": ("string", "the text"),
        "pledges": ("list<string>", "orders that the sender promised"),
        "verdicts": (
            "list<string>",
            "what became of each pledge towards its first reader: kept, broken, broken on purpose, voided or retracted",
        ),
        "able": ("list<string>", "recipients of a private message that had the chance to answer"),
        "answered": ("list<string>", "those that did"),
    },
    "calls": {
        "phase": ("string", "phase that the call was for"),
        "power": ("string", "power that asked"),
        "step": ("string", "initialize, negotiate, plan, order, reflect or consolidate"),
        "round": ("int32", "round of negotiation, 0 in other steps"),
        "attempt": ("int32", "1 for a re-ask"),
        "model": ("string", "model id"),
        "status": ("string", "answered, failed, late (after the game had gone on) or lost (sent and never answered)"),
        "latency": ("double", "seconds from sending to the whole reply"),
        "waited": ("double", "seconds of queues, pauses and failed attempts before"),
        "input_tokens": ("int64", "null where nobody says"),
        "output_tokens": ("int64", "reasoning included; null where nobody says"),
        "cached_tokens": ("int64", "those of the input from the provider's cache"),
        "reasoning_tokens": ("int64", "those of the output spent on reasoning"),
        "cost_usd": ("double", "null where the price or the usage is not known"),
    },
    "phases": {
        "phase": ("string", "a phase that was begun"),
        "power": ("string", "one of the powers"),
        "units": ("int32", "on the board when it began, dislodged ones apart"),
        "centers": ("int32", "owned when it began"),
        "final_centers": ("int32", "owned at the end of the game; null when it is not finished"),
    },
}
"""Table -> column -> (Arrow type, what it holds), behind those of ``GAME``."""

GAME: Mapping[str, tuple[str, str]] = {
    "game": ("string", "folder of the run, as seen from the folder that was analysed"),
    "cluster": ("string", "equal for runs that share phases: a run and its forks"),
    "seed": ("int64", "seed of the game"),
    "finished": ("bool", "whether the game has come to its end; only then do the report's figures count it"),
    "player": ("string", "who played the power"),
}
"""Columns of every table."""


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
                    pa.field(column, _type(pa, kind), metadata={"description": text})
                    for column, (kind, text) in {**GAME, **columns}.items()
                ]
            )
            self._writers[name] = pq.ParquetWriter(out / f"{name}.parquet", schema, compression="zstd")

    def game(self, game: GameRecord) -> None:
        """One game's rows."""
        rows = {"orders": _orders(game), "messages": _messages(game), "calls": _calls(game), "phases": _phases(game)}
        for name, found in rows.items():
            if found:
                writer = self._writers[name]
                writer.write_table(self._pa.Table.from_pylist(found, schema=writer.schema))

    def close(self, provenance: Provenance | None = None) -> None:
        """End the files; with ``provenance`` it goes into each of them, under the key ``provenance``."""
        for writer in self._writers.values():
            if provenance is not None:
                writer.add_key_value_metadata({"provenance": json.dumps(provenance.document())})
            writer.close()


def _type(pa: Any, kind: str) -> Any:
    types: Mapping[str, Callable[[], Any]] = {
        "string": pa.string,
        "bool": pa.bool_,
        "int32": pa.int32,
        "int64": pa.int64,
        "double": pa.float64,
        "list<string>": lambda: pa.list_(pa.string()),
    }
    return types[kind]()


def _base(game: GameRecord, power: str) -> dict[str, Any]:
    return {
        "game": game.name,
        "cluster": game.cluster,
        "seed": game.seed,
        "finished": game.ending is not None,
        "player": game.players.get(power, ""),
    }


def _orders(game: GameRecord) -> list[dict[str, Any]]:
    return [
        _base(game, row.power)
        | {name: getattr(row, name) for name in ("phase", "power", "order", "kind", "default")}
        | {"results": list(row.results)}
        for row in game.orders
    ]


def _messages(game: GameRecord) -> list[dict[str, Any]]:
    verdicts = {
        (pledge.phase, pledge.sender, pledge.recipient, pledge.pledged): "broken on purpose"
        if pledge.on_purpose
        else pledge.verdict
        for pledge in game.pledges
    }
    return [
        _base(game, row.sender)
        | {name: getattr(row, name) for name in ("phase", "round", "sequence", "sender")}
        | {"body": row.body.encode("utf-8", "replace").decode()}
        | {name: list(getattr(row, name)) for name in ("recipients", "pledges", "able", "answered")}
        | {"verdicts": [verdicts.get((row.phase, row.sender, row.recipients[0], order)) for order in row.pledges]}
        for row in game.messages
    ]


def _calls(game: GameRecord) -> list[dict[str, Any]]:
    return [_base(game, row.power) | {name: getattr(row, name) for name in COLUMNS["calls"]} for row in game.calls]


def _phases(game: GameRecord) -> list[dict[str, Any]]:
    final = game.ending.centers if game.ending else {}
    return [
        _base(game, row.power)
        | {name: getattr(row, name) for name in ("phase", "power", "units", "centers")}
        | {"final_centers": final.get(row.power)}
        for row in game.phases
    ]
