"""Games as tidy tables for other tools, in Apache Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from .beliefs import BeliefRow
from .game_record import CallRow, GameRecord, MessageRow, OrderRow, PhaseRow
from .minds import MindRow
from .persuasion import PersuasionRow
from .prompt_hashes import combined
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


_PLEDGES: Mapping[str, Column] = {
    "phase": (str, "movement phase in which it was made last"),
    "round": (int, "in which it was made last; 0 where no message is known"),
    "sequence": (int, "of the message that made it; 0 where no message is known"),
    "sender": (str, "who promised"),
    "recipient": (str, "one reader: a power, or ALL"),
    "commitment": (str, "what was promised, with its term and condition"),
    "verdict": (str, "kept, broken, void, retracted, released, condition not met or pending"),
    "decided": (str, "phase whose orders broke it, or in which it ended; empty while it is pending"),
    "ordered": (tuple[str, ...], "orders that broke it; of a promised order that was kept, that order"),
    "by": (str, "of a void one: the power by whose deed; empty if by nobody's"),
    "reason": (str, "of a void one: no unit, no such phase, draw, no decision, ended or announced"),
    "contradictory": (bool, "while it stood, a promise that cannot be kept along with it stood towards somebody else"),
    "source": (str, "pledge (declared), confessed, or judge"),
    "account": (str, "why it was broken: lie, changed, taken back, let off, mistake or unexplained"),
    "where": (str, "where the words of the account stand"),
    "quote": (str, "those words"),
}
_SEATS: Mapping[str, Column] = {
    "power": (str, "one of the powers"),
    "models": (tuple[str, ...], "ids of the models that sat there, in their order"),
    "prompts": (str, "hash of the prompts that it was asked with, without their situations"),
    "settings": (str, "hash of the game's settings but seats, prompts and seed"),
    "outcome": (str, "solo, draw, last_power or limit; null when the game is not finished"),
    "won": (bool, "whether it won or drew; null when the game is not finished"),
    "final_centers": (int, "owned at the end of the game; null when it is not finished"),
    "gone_in": (int, "year in which it lost its last unit and centre; null if it did not"),
    "steps": (int, "in which a model was asked"),
    "defaulted_steps": (int, "those of them that ended without a usable reply"),
}
COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "orders": _columns(OrderRow),
    "messages": _columns(MessageRow),
    "calls": _columns(CallRow),
    "phases": _columns(PhaseRow)
    | {"final_centers": (int, "owned at the end of the game; null when it is not finished")},
    "pledges": _PLEDGES,
    "minds": _columns(MindRow),
    "beliefs": _columns(BeliefRow),
    "persuasion": _columns(PersuasionRow),
    "seats": _SEATS,
}
"""Table -> its columns behind those of ``GAME``."""

_ARROW = {bool: "bool_", bool | None: "bool_", int: "int32", int | None: "int64", float | None: "float64"}
"""Type of a field -> Arrow's, where it is no text."""


class ParquetTables:
    """Writes a file for each table into a folder, game by game."""

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
        self._write(
            "messages", ({**_seat(game, row.sender), **asdict(row), "body": _text(row.body)} for row in game.messages)
        )
        self._write("calls", ({**_seat(game, row.power), **asdict(row)} for row in game.calls))
        final = game.ending.centers if game.ending else {}
        self._write(
            "phases",
            ({**_seat(game, row.power), **asdict(row), "final_centers": final.get(row.power)} for row in game.phases),
        )
        self._write(
            "pledges", ({**_seat(game, row.sender), **asdict(row), "quote": _text(row.quote)} for row in game.promised)
        )
        self._write("minds", ({**_seat(game, row.power), **asdict(row), "text": _text(row.text)} for row in game.minds))
        self._write("beliefs", ({**_seat(game, row.sender), **asdict(row)} for row in game.beliefs))
        self._write("persuasion", ({**_seat(game, row.reader), **asdict(row)} for row in game.persuasion))
        self._write("seats", ({**_seat(game, power), **_ending(game, power)} for power in sorted(game.players)))

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


def _ending(game: GameRecord, power: str) -> dict[str, Any]:
    ending, defaults = game.ending, game.defaults[power]
    return {
        "power": power,
        "models": game.models[power],
        "prompts": combined({place: digest for place, digest in game.prompt_hashes.items() if place[0] == power}),
        "settings": game.config_hash,
        "outcome": ending and ending.outcome,
        "won": ending and power in ending.winners,
        "final_centers": ending and ending.centers[power],
        "gone_in": ending and ending.gone_in.get(power),
        "steps": defaults.steps,
        "defaulted_steps": defaults.defaulted,
    }


def _text(text: str) -> str:
    """Without lone surrogates, which no UTF-8 holds."""
    return text.encode("utf-8", "replace").decode()
