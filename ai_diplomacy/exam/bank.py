"""The frozen bank of positions of the examination, which ``experiments/make_exam_bank.py`` has made."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from ..analysis.played import standing
from ..analysis.position_kinds import PositionKind
from ..board.history import last_turn
from ..board.phase import Phase
from ..board.situation import Situation
from ..records.sealing import compact_json
from ..search.position import Position

BANK = "bank.json.gz"
LAST_YEAR = 1910
"""The game of every position ends after this year, whoever is asked."""


@dataclass(frozen=True, eq=False)
class BankPosition:
    """One movement phase as one power sees it, with what looking ahead found there when the bank was made."""

    name: str
    """``P017``."""
    power: str
    kind: PositionKind
    source: str
    """Where it comes from: ``bots`` or ``recorded``."""
    board: Mapping[str, Any]
    """The turn before and the position, in the engine's saved-game format, without what that can do without."""
    others: Sequence[Mapping[str, Sequence[str]]]
    """What the other powers may order: the sample on which orders are priced."""
    orders: Sequence[str]
    """The best reply that was found, on another sample."""
    best: float
    """Its mean value on the sample."""
    stake: float
    """What was at stake, in the same unit."""

    @property
    def phase(self) -> Phase:
        return Phase(self.board["phases"][-1]["name"])

    @cached_property
    def position(self) -> Position:
        """What is on the board."""
        state = self.board["phases"][-1]["state"]
        return Position.of(standing(self.board["map"], self.phase, state["units"], state["centers"]))

    @cached_property
    def situation(self) -> Situation:
        """What the power sees, as it would in a game; made without the engine, which takes long for so many."""
        return replace(self.position.seen_by(self.power), recent=tuple(last_turn(self.board["phases"])))

    def document(self) -> dict[str, Any]:
        """As plain JSON data."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, eq=False)
class Bank:
    """The positions, in an order of which every beginning is a balanced part."""

    version: int
    digest: str
    """SHA-256 of the positions."""
    pricing: int
    """``search.pricing.PRICING`` when its prices were made."""
    positions: Sequence[BankPosition]

    @cached_property
    def named(self) -> Mapping[str, BankPosition]:
        """Name -> position."""
        return {position.name: position for position in self.positions}

    @property
    def name(self) -> str:
        """``1 (3f2a...)``: which bank it is, for records and cards."""
        return f"{self.version} ({self.digest[:12]})"


def digest_of(positions: Sequence[BankPosition]) -> str:
    """SHA-256 of the positions as the bank's file holds them."""
    return hashlib.sha256(compact_json([position.document() for position in positions]).encode()).hexdigest()


@cache
def bank() -> Bank:
    """The bank of this version. Raises ``ValueError`` for a file that is not as it was frozen."""
    document = json.loads(gzip.decompress((files(__package__) / BANK).read_bytes()))
    positions = tuple(BankPosition(**position) for position in document["positions"])
    if digest_of(positions) != document["sha256"]:
        raise ValueError(f"{BANK} is not as it was frozen")
    return Bank(document["version"], document["sha256"], document["pricing"], positions)
