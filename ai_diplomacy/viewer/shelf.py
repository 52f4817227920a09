"""A library as one JSON document: its games, tournaments and examinations, read again where something changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..run.glance import Glance
from .library import AGREED, CARD, Library
from .listed_games import ListedGame, game_stamp, listed_game

_LONGEST = 2**24
"""Bytes of a tournament's agreement or an examination's card."""


class Shelf:
    """Not to be used from two threads at once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._read: dict[str, tuple[tuple[int, ...], dict[str, Any] | None]] = {}
        """Run -> its stamp, and its row as it was then; ``None`` for what cannot be read."""
        self._agreed: dict[str, tuple[int, dict[str, Any]]] = {}

    def document(self, address: Callable[[str], str], reports: Mapping[str, str]) -> dict[str, Any]:
        """``name``, ``games``, ``tournaments``, ``exams`` and ``reports``. ``address``: of a run, by its name;
        ``reports``: folder -> the address of its report (empty: of the library itself)."""
        found = self._library.found()
        rows = {}
        for name, path in found.runs.items():
            if (row := self._row(name, path)) is not None:
                rows[name] = row
        self._read = {name: self._read[name] for name in found.runs}
        return {
            "name": self._library.name,
            "games": [row | {"address": address(name)} for name, row in rows.items() if "exam" not in row],
            "tournaments": [self._tournament(name, path) for name, path in found.tournaments.items()],
            "exams": [row | {"address": address(name)} for name, row in rows.items() if "exam" in row],
            "reports": dict(reports),
        }

    def _below(self, path: Path) -> str:
        return "" if path == self._library.root else str(path.relative_to(self._library.root))

    def _row(self, name: str, path: Path) -> dict[str, Any] | None:
        stamp = game_stamp(path)
        known = self._read.get(name)
        # Whether nobody plays it any longer, time alone tells.
        if known is None or known[0] != stamp or (known[1] or {}).get("state") == "playing":
            try:
                known = (stamp, {"name": name} | _told(path, *listed_game(path)))
            except OSError:
                known = (stamp, None)
            self._read[name] = known
        return known[1]

    def _tournament(self, name: str, path: Path) -> dict[str, Any]:
        stamp = (path / AGREED).stat().st_mtime_ns
        if name not in self._agreed or self._agreed[name][0] != stamp:
            told = _document(path / AGREED)
            games, settings = told.get("games"), told.get("settings")
            settings = settings if isinstance(settings, dict) else {}
            players = settings.get("players")
            self._agreed[name] = (
                stamp,
                {
                    "name": name,
                    "below": self._below(path),
                    "games": len(games) if isinstance(games, list) else None,
                    "schedule": str(settings.get("schedule", "")),
                    "players": list(map(str, players)) if isinstance(players, dict) else [],
                },
            )
        return self._agreed[name][1]


def neighbours(games: Sequence[Mapping[str, Any]], name: str, list_at: str) -> dict[str, str]:
    """Attributes of the page of a game: where its list lies, and the games before and after it there."""
    at = next((number for number, game in enumerate(games) if game["name"] == name), None)
    near = {} if at is None else {"before": games[at - 1] if at else None, "next": dict(enumerate(games)).get(at + 1)}
    told = {"data-list": list_at}
    for word, game in near.items():
        if game is not None:
            told |= {f"data-{word}": game["address"], f"data-{word}-name": game["name"]}
    return told


def _told(path: Path, told: Glance, game: ListedGame) -> dict[str, Any]:
    if not isinstance(told.config.get("exam"), dict):
        return game.document()
    exam, card = told.config["exam"], _document(path / CARD)
    regret = card.get("regret")
    percent = regret.get("percent") if isinstance(regret, dict) else None
    spent = card.get("spent")
    return {
        "exam": str(exam.get("model", "")),
        "begun": told.begun,
        "state": game.state,
        "bank": str(exam.get("bank", "")),
        "positions": exam.get("positions"),
        "regret": percent if isinstance(percent, dict) else None,
        "legal": card.get("legal_first"),
        "unusable": card.get("unusable"),
        "cost": spent.get("cost_usd") if isinstance(spent, dict) else None,
        "card": (path / "card.md").is_file(),
    }


def _document(path: Path) -> dict[str, Any]:
    """An empty one for what is not there or cannot be read."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_LONGEST))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
