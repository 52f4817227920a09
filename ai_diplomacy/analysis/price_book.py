"""Prices that are known, by what they are the prices of: a file beside an analysis, so that nothing is priced twice."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ..board.situation import Situation
from ..records.sealing import compact_json, json_bytes

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    P = TypeVar("P", bound=DataclassInstance)
else:
    P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)


class Priceable(Protocol[P_co]):
    """What can be priced, in a movement phase."""

    @property
    def situation(self) -> Situation: ...

    @property
    def key(self) -> str:
        """Equal for what has the same price: a digest of everything that it depends on (``price_key``)."""

    def priced(self) -> P_co:
        """The price, the same wherever it is asked."""


def price_key(parts: list[Any]) -> str:
    """A digest of what a price depends on."""
    return hashlib.sha256(compact_json(parts).encode()).hexdigest()[:32]


class PriceBook(Generic[P]):
    """Prices of one kind by their keys. Each is on the disk before ``add`` returns; a torn line counts as missing."""

    def __init__(self, path: Path, kind: type[P]) -> None:
        """Raises ``OSError``."""
        self._path = path
        self._prices: dict[str, P] = {}
        self._torn = False
        if path.exists():
            lines = path.read_bytes().split(b"\n")
            self._torn = bool(lines.pop())
            for line in lines:
                with suppress(ValueError, TypeError, KeyError):
                    record = json.loads(line)
                    key = record.pop("key")
                    self._prices[key] = kind(**record)

    def __contains__(self, key: str) -> bool:
        return key in self._prices

    def __len__(self) -> int:
        return len(self._prices)

    def get(self, key: str) -> P | None:
        return self._prices.get(key)

    def add(self, prices: Mapping[str, P]) -> None:
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
