"""Human labels of promises, read from a CSV file and written as a template of one."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, get_args

from ..board.commitments import Commitment
from ..board.phase import Phase
from ..board.press import ALL
from ..promises.promised import Promised, PromiseVerdict
from ..records.cleaning import cleaned
from ..records.errors import ConfigError
from .game_record import GameRecord

COLUMNS = ("game", "phase", "sender", "recipient", "commitment", "verdict", "on_purpose", "retracted")
"""The first five say which promise it is; of the others an empty one says nothing."""
_ANSWERS = {"yes": True, "no": False, "": None}


class PromiseKey(NamedTuple):
    """Which promise it is."""

    game: str
    phase: str
    """In which it was made last."""
    sender: str
    recipient: str
    promise: str
    """Without term and condition."""

    @classmethod
    def of(cls, game: str, row: Promised) -> PromiseKey:
        return cls(game, row.phase, row.sender, row.recipient, str(row.commitment.promise))


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of one promise."""

    key: PromiseKey
    line: int
    verdict: str
    on_purpose: bool | None
    retracted: bool | None
    """In words or by a pledge, whatever became of it."""


class Labels:
    """All of one file."""

    def __init__(self, path: Path, labels: Iterable[Label]) -> None:
        self._path = path
        self._labels = {label.key: label for label in labels}

    def of(self, game: GameRecord) -> dict[PromiseKey, Label]:
        """Those of a game. Raises ``ConfigError`` for a phase or a power that it has not."""
        found = {key: label for key, label in self._labels.items() if key.game == game.name}
        phases = {turn.phase for turn in game.turns}
        for key, label in found.items():
            if key.phase not in phases:
                raise self._wrong(label.line, f"{game.name} has no movement phase {key.phase}")
            for power in {key.sender, key.recipient} - {*game.players, ALL}:
                raise self._wrong(label.line, f"{game.name} has no power {power}")
        return found

    def check_names(self, games: Collection[str]) -> None:
        """Raises ``ConfigError`` for a label of a game that is not among the finished ones."""
        for key, label in self._labels.items():
            if key.game not in games:
                raise self._wrong(label.line, f"there is no finished game {key.game!r} in the folder")

    def _wrong(self, line: int, why: str) -> ConfigError:
        return ConfigError(f"{self._path}, line {line}: {why}")


def read_labels(path: Path) -> Labels:
    """Raises ``ConfigError``, which names the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot read {str(path)!r}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is no text in UTF-8") from None
    rows = csv.DictReader(io.StringIO(text, newline=""), restkey="more", restval="")
    labels: dict[PromiseKey, Label] = {}
    try:
        if missing := [name for name in COLUMNS[:5] if name not in (rows.fieldnames or ())]:
            raise ConfigError(f"{path}, line 1: the columns {', '.join(missing)} are missing")
        for row in rows:
            label = _label(row, rows.line_num)
            if label.key in labels:
                raise ValueError(f"the same promise as in line {labels[label.key].line}")
            labels[label.key] = label
    except (ValueError, csv.Error) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"{path}, line {rows.line_num}: {error}") from None
    return Labels(path, labels.values())


def _label(row: dict[str, str], line: int) -> Label:
    if "more" in row:
        raise ValueError("it has more fields than the first line")
    told = {name: (row.get(name) or "").strip() for name in COLUMNS}
    commitment = Commitment(" ".join(told["commitment"].split()))
    if commitment.promise is None or commitment.ends is not None:
        raise ValueError(f"{told['commitment'][:60]!r} promises nothing")
    if told["verdict"] not in ("", *get_args(PromiseVerdict)):
        raise ValueError(f"verdict {told['verdict'][:40]!r} is none of {', '.join(get_args(PromiseVerdict))}")
    for name in ("on_purpose", "retracted"):
        if told[name].lower() not in _ANSWERS:
            raise ValueError(f"{name} is {told[name][:40]!r}, and neither yes nor no nor empty")
    phase = Phase(told["phase"].upper())
    if phase.kind != "M":
        raise ValueError(f"{phase} is no movement phase")
    people = told["sender"].upper(), told["recipient"].upper()
    key = PromiseKey(told["game"], phase, *people, str(commitment.promise))
    return Label(key, line, told["verdict"], _ANSWERS[told["on_purpose"].lower()], _ANSWERS[told["retracted"].lower()])


class LabelsTemplate:
    """Rows to be labelled: every promise that is known of, with the words of its message beside it."""

    def __init__(self) -> None:
        self._text = io.StringIO()
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._writer.writerow([*COLUMNS, "message"])

    def game(self, game: GameRecord, rows: Iterable[Promised]) -> None:
        bodies = {message.sequence: message.body for turn in game.turns for message in turn.messages}
        told = {PromiseKey.of(game.name, row): row for row in rows}
        for key, row in told.items():
            cells = (*key[:4], row.commitment, "", "", "", bodies.get(row.sequence, ""))
            self._writer.writerow([cleaned(cell, "table") for cell in cells])

    def text(self) -> str:
        return self._text.getvalue()
