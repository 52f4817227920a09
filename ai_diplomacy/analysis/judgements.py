"""What a judge read in the words of a game, and the file beside the game's record that keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from ..board.commitments import Commitment
from ..board.phase import Phase
from ..records.errors import ConfigError

JUDGES = "judge"
"""The folder in a run's that holds one for each judge."""
JUDGEMENTS = "judgements.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class FoundCommitment:
    """A promise in prose that no pledge declares."""

    phase: Phase
    sender: str
    recipient: str
    commitment: Commitment
    sequence: int
    """Of the message that makes it."""
    quote: str


@dataclass(frozen=True, slots=True)
class FoundIntent:
    """What a power wrote to itself about a promise of its own."""

    phase: Phase
    sender: str
    recipient: str
    commitment: Commitment
    stance: Literal["keep", "break"]
    where: str
    """``negotiate 1``, ``plan``, ``order`` or ``intent``."""
    quote: str


@dataclass(frozen=True, slots=True)
class FoundEnding:
    """A message that takes a promise back, or frees its reader from one, in free words."""

    phase: Phase
    kind: Literal["withdrawal", "release"]
    sender: str
    """Of the message."""
    recipient: str
    commitment: Commitment | None
    """``None``: all that were made between the two."""
    sequence: int
    quote: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that one judge read in one game."""

    judge: str
    """The id of the model; of one that judged the same game again ``ID (2)``."""
    model: str
    """Its id alone."""
    asked: int
    """Phases of one power each that it is to read."""
    unanswered: tuple[tuple[str, str], ...]
    """(phase, power) of those of which it gave no usable answer, or none yet."""
    refused: tuple[str, ...]
    """Of entries that could not stand: the phase, the power and why."""
    commitments: tuple[FoundCommitment, ...]
    intents: tuple[FoundIntent, ...]
    endings: tuple[FoundEnding, ...]

    def text(self) -> str:
        """The file that keeps it."""
        return json.dumps({"format": FORMAT} | asdict(self), indent=1, ensure_ascii=False) + "\n"


def judgements(run: Path) -> list[Judgement]:
    """Those that lie beside the record of a run, sorted by judge. Raises ``ConfigError``."""
    return sorted(map(_read, run.glob(f"{JUDGES}/*/{JUDGEMENTS}")), key=lambda found: found.judge)


def _read(path: Path) -> Judgement:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.pop("format") != FORMAT:
            raise ConfigError(f"{str(path)!r} has a format that this version does not know")
        lists = {"commitments": FoundCommitment, "intents": FoundIntent, "endings": FoundEnding}
        found = {name: tuple(_entry(row, kind) for row in document.pop(name)) for name, kind in lists.items()}
        left = tuple((str(phase), str(power)) for phase, power in document.pop("unanswered"))
        return Judgement(**document | found | {"unanswered": left, "refused": tuple(document["refused"])})
    except OSError as error:
        raise ConfigError(f"cannot read {str(path)!r}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(f"{str(path)!r} is not what a judge wrote") from None


E_ = TypeVar("E_", FoundCommitment, FoundIntent, FoundEnding)


def _entry(row: Mapping[str, Any], kind: type[E_]) -> E_:
    if row.keys() != {field.name for field in fields(kind)}:
        raise ValueError(row)
    commitment = None if row["commitment"] is None else Commitment(row["commitment"])
    return kind(**{**row, "phase": Phase(row["phase"]), "commitment": commitment})
