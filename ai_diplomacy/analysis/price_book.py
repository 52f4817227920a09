"""The prices of orders that are known: a file beside an analysis, so that no order set is priced twice."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ..records.sealing import json_bytes
from .decisions import DecisionPrice, decisions
from .game_record import GameRecord

PRICES = "prices.jsonl"


@dataclass(frozen=True, slots=True)
class PricedDecision:
    """One order set of a game."""

    phase: str
    power: str
    price: DecisionPrice


class PriceBook:
    """Prices by ``Decision.key``. Each is on the disk before ``add`` returns; a torn line counts as missing."""

    def __init__(self, path: Path) -> None:
        """Raises ``OSError``."""
        self._path = path
        self._prices: dict[str, DecisionPrice] = {}
        self._torn = False
        if path.exists():
            lines = path.read_bytes().split(b"\n")
            self._torn = bool(lines.pop())
            for line in lines:
                with suppress(ValueError, TypeError, KeyError):
                    record = json.loads(line)
                    key = record.pop("key")
                    self._prices[key] = DecisionPrice(**record)

    def __contains__(self, key: str) -> bool:
        return key in self._prices

    def __len__(self) -> int:
        return len(self._prices)

    def add(self, prices: Mapping[str, DecisionPrice]) -> None:
        """``prices``: key -> price. Raises ``OSError``."""
        lines = [json_bytes({"key": key, **asdict(price)}) + b"\n" for key, price in prices.items()]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            # In one piece, so that two programs may write at once.
            file.write((b"\n" if self._torn else b"") + b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
        self._torn = False
        self._prices.update(prices)

    def of(self, game: GameRecord) -> Sequence[PricedDecision]:
        """Those of the game's order sets that have a price, in the order of play."""
        known = ((decision, self._prices.get(decision.key)) for decision in decisions(game))
        return [
            PricedDecision(str(decision.situation.phase), decision.power, price)
            for decision, price in known
            if price is not None
        ]
