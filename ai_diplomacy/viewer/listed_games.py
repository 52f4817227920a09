"""What the list of a library tells of one game: from the two ends of its events, and the counts that a run writes."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..game.config import GameConfig
from ..records.errors import ConfigError
from ..run.defaulted_steps import Defaults
from ..run.glance import EVENTS, Glance, glance

OVERVIEW, NAMES = "overview.jsonl", "players.json"
_LONGEST = 2**22
"""Bytes of a line that holds a run's counts, and of the names of a tournament's players."""
_PATIENCE = 600.0
"""Seconds after which a game that tells of nothing is taken for one that nobody plays on."""
_COUNTED = ("pledges_broken", "broken_on_purpose", "confessed_breaches", "calls", "failed_calls", "illegal_orders")


@dataclass(frozen=True, slots=True)
class ListedSeat:
    power: str
    player: str
    """As a tournament calls it, or the model's id."""
    model: str
    """Its whole id."""
    centers: int | None


@dataclass(frozen=True, slots=True)
class ListedGame:
    """``None`` stands for what is not known."""

    begun: float | None
    """Seconds since 1970."""
    seats: tuple[ListedSeat, ...]
    state: str
    """``playing``, ``stopped``, ``ended`` or ``imported``."""
    outcome: str
    """``solo``, ``draw``, ``last_power`` or ``limit``; empty while it is played."""
    first: tuple[str, ...]
    """The winners; where nobody has won, whoever has most centres."""
    phase: str
    years: int | None
    counts: Mapping[str, int | None]
    """Of all seats together; those of ``overview.jsonl``."""
    steps: int | None
    """Asked of a model."""
    defaulted: int | None
    """Those of them that were played on defaults."""
    idle: tuple[str, ...]
    """Powers that did not play."""
    cost: float | None
    """Dollars."""
    forked: str
    """The name of the run that it was forked from, or empty."""

    def document(self) -> dict[str, Any]:
        """Itself as JSON data."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return told | {"seats": [{name: getattr(seat, name) for name in seat.__slots__} for seat in self.seats]}


def game_stamp(path: Path) -> tuple[int, ...]:
    """Another one whenever the game may have another row."""
    return (*_stamp(path / EVENTS), *_stamp(path / OVERVIEW), *_stamp(path.parent / NAMES))


def listed_game(path: Path) -> tuple[Glance, ListedGame]:
    """Raises ``OSError``."""
    told = glance(path, "centers")
    counts, bill, config = _overview(path)
    models = _players(config or told.config)
    names = _names(path.parent, _stamp(path.parent / NAMES)).get(path.name, {})
    centers = _centers(told.last.get("centers"))
    powers = sorted({*models, *centers})
    seats = tuple(
        ListedSeat(power, names.get(power) or models.get(power, ""), models.get(power, ""), centers.get(power))
        for power in powers
    )
    defaults = _defaults(counts)
    most = max(centers.values(), default=0)
    winners = told.last.get("winners") if told.finished else ()
    first = tuple(map(str, winners)) if isinstance(winners, list) and winners else ()
    return told, ListedGame(
        begun=told.begun,
        seats=seats,
        state=_state(path, told),
        outcome=told.outcome,
        first=first or tuple(power for power in powers if most and centers.get(power) == most),
        phase=told.phase,
        years=_years(told.first, told.phase),
        counts={name: _sum(counts, name) for name in _COUNTED},
        steps=sum(seat.steps for seat in defaults.values()) if defaults else None,
        defaulted=sum(seat.defaulted for seat in defaults.values()) if defaults else None,
        idle=tuple(power for power, seat in defaults.items() if seat.mostly),
        cost=bill,
        forked=Path(told.source).name,
    )


def _state(path: Path, told: Glance) -> str:
    if told.imported:
        return "imported"
    if told.finished:
        return "ended"
    try:
        written = max(told.written, (path / "calls.jsonl").stat().st_mtime)
    except OSError:
        written = told.written
    return "playing" if time.time() - written < _PATIENCE else "stopped"


def _overview(path: Path) -> tuple[dict[str, Any], float | None, dict[str, Any]]:
    """Counts by power, the bill in dollars, and the settings that hold now: by the file that a run writes after each
    phase."""
    try:
        with (path / OVERVIEW).open("rb") as file:
            first, _, third = (json.loads(file.readline(_LONGEST)) for _ in range(3))
        counts = first["errors_by_power"]
        bill = first["spending"]["total"]["total_usd"]
    except (OSError, ValueError, LookupError, TypeError):
        return {}, None, {}
    known = isinstance(bill, int | float) and not isinstance(bill, bool)
    return counts if isinstance(counts, dict) else {}, bill if known else None, third if isinstance(third, dict) else {}


def _players(config: Mapping[str, Any]) -> dict[str, str]:
    """Power -> model, with its mark. Settings of an earlier version may lack something."""
    try:
        return GameConfig.from_document(config).marked_names()
    except (ConfigError, ValueError, LookupError, TypeError, AttributeError):
        return _texts(config.get("models"))


def _defaults(counts: Mapping[str, Any]) -> dict[str, Defaults]:
    try:
        return {power: Defaults(row["calls"] - row["reasked"], row["defaulted_steps"]) for power, row in counts.items()}
    except (LookupError, TypeError):
        return {}


def _sum(counts: Mapping[str, Any], name: str) -> int | None:
    """Over all seats. A run of an earlier version does not tell every figure."""
    found = [row.get(name) if isinstance(row, dict) else None for row in counts.values()]
    whole = [value for value in found if isinstance(value, int)]
    return sum(whole) if found and len(whole) == len(found) else None


@lru_cache(maxsize=16)
def _names(folder: Path, _: tuple[int, int]) -> dict[str, dict[str, str]]:
    """Game -> power -> player, of the games of a tournament; read once for all of them while the file has one stamp."""
    try:
        with (folder / NAMES).open("rb") as file:
            told = json.loads(file.read(_LONGEST))
    except (OSError, ValueError):
        return {}
    return {str(game): _texts(seats) for game, seats in told.items()} if isinstance(told, dict) else {}


def _texts(value: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else {}


def _centers(value: object) -> dict[str, int]:
    if not isinstance(value, dict):
        return {}
    return {str(power): len(owned) for power, owned in value.items() if isinstance(owned, list)}


def _years(first: str, last: str) -> int | None:
    years = first[1:-1], last[1:-1]
    return int(years[1]) - int(years[0]) + 1 if all(year.isdecimal() and len(year) < 6 for year in years) else None


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return found.st_mtime_ns, found.st_size
