"""How a tournament stands while it is played: the players by the games that are finished, and what is under way."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..run.glance import EVENTS, glance
from .folder import TournamentFolder
from .schedule import Match

_END = 65536
"""Bytes at the end of a log in which its last event stands."""


@dataclass(frozen=True, slots=True)
class PlayerStanding:
    """One player over the finished games."""

    player: str
    seats: int
    centers: float
    """Mean at the end."""
    first: int
    """Seats with more centres than any other of their games."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A game that is being played."""

    number: int
    name: str
    phase: str
    """Empty before the first."""
    cost_usd: float | None
    """``None`` where the price of a call is not known."""
    calls: int
    seconds: float
    """Since it was handed out."""


class LiveStanding:
    """Knows both, from the folders of the games."""

    def __init__(self, folder: TournamentFolder) -> None:
        self._folder = folder
        self._seats: defaultdict[str, list[tuple[int, bool]]] = defaultdict(list)
        self._begun: dict[int, tuple[Match, float]] = {}
        self._costs: dict[int, _Costs] = {}

    def begun(self, match: Match) -> None:
        """It was handed out."""
        self._begun[match.number] = match, time.monotonic()
        self._costs[match.number] = _Costs(self._folder.game(match) / "calls.jsonl")

    def ended(self, number: int) -> None:
        """It came to its end, or stopped."""
        match, _ = self._begun.pop(number, (None, 0.0))
        self._costs.pop(number, None)
        if match is not None:
            self.count(match)

    def count(self, match: Match) -> None:
        """The seats of a game, if it is finished."""
        owned = _final_centers(self._folder.game(match))
        most = sorted(owned.values())[-2:]
        for power, player in match.seats.items() if owned else ():
            alone = owned.get(power, 0) == most[-1] and most[0] != most[-1]
            self._seats[player].append((owned.get(power, 0), alone))

    def players(self) -> list[PlayerStanding]:
        """Who has most centres comes first."""
        found = [
            PlayerStanding(
                player, len(seats), sum(count for count, _ in seats) / len(seats), sum(alone for _, alone in seats)
            )
            for player, seats in self._seats.items()
        ]
        return sorted(found, key=lambda one: (-one.centers, one.player))

    def under_way(self) -> list[UnderWay]:
        """Reads what the logs tell anew, so it may take a moment."""
        return [self._looked_at(*begun) for begun in list(self._begun.values())]

    def _looked_at(self, match: Match, since: float) -> UnderWay:
        try:
            phase = glance(self._folder.game(match)).phase
        except OSError:
            phase = ""
        cost, calls = self._costs[match.number].read() if match.number in self._costs else (0.0, 0)
        return UnderWay(match.number, match.name, phase, cost, calls, time.monotonic() - since)


class _Costs:
    """What the calls of a journal cost that grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0
        self._cost: float | None = 0.0
        self._calls = 0

    def read(self) -> tuple[float | None, int]:
        """Cost and calls so far."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self._at += len(line)
                    self._count(_record(line))
        except OSError:
            pass
        return self._cost, self._calls

    def _count(self, call: dict[str, Any]) -> None:
        reply = call.get("reply")
        if not isinstance(reply, dict) or reply.get("inherited"):
            return
        self._calls += 1
        cost = reply.get("cost_usd")
        self._cost = None if self._cost is None or not isinstance(cost, int | float) else self._cost + cost


def _final_centers(path: Path) -> dict[str, int]:
    """Empty for a game that is not finished."""
    try:
        with (path / EVENTS).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _END))
            last = _record(_last(file))
    except OSError:
        return {}
    centers = last.get("centers") if last.get("type") == "run_finished" else None
    return {str(power): len(owned) for power, owned in centers.items()} if isinstance(centers, dict) else {}


def _last(lines: Iterable[bytes]) -> bytes:
    found = b""
    for line in lines:
        found = line
    return found


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
