"""The documents of a bundle: who was asked with which settings on what software, a data card and how to cite it."""

from __future__ import annotations

import json
import platform
import subprocess
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from .. import __version__
from ..analysis.game_record import GameRecord
from ..analysis.parquet import COLUMNS, GAME

_ROOT = Path(__file__).resolve().parents[2]
_LIBRARIES = (
    "diplomacy", "openai", "anthropic", "google-genai", "aiohttp", "pydantic", "jinja2", "orjson", "genai-prices",
    "numpy", "pyarrow",
)  # fmt: skip
_ROWS: Mapping[str, str] = {
    "orders": "an order that stood in an adjudicated phase",
    "messages": "a message that was delivered",
    "calls": "a call to a model",
    "phases": "one power at the start of a phase",
    "pledges": "a promise to one reader",
    "minds": "one thing that one power held in private at one step",
    "beliefs": "a message once a reader, where its sender or the reader said in private what it held of it",
    "persuasion": "one unit before and after a round of press, where both orders are known",
    "seats": "one power of one game",
}
"""Table -> what a row of it is."""


@dataclass(slots=True)
class Contents:
    """Collects what the documents tell, game by game."""

    title: str
    authors: Sequence[str]
    settings: dict[str, Any] = field(default_factory=dict)
    """Run -> its settings, oldest first."""
    games: Counter[str] = field(default_factory=Counter)
    """``finished`` and ``unfinished`` -> count."""
    seats: Counter[str] = field(default_factory=Counter)
    """Player -> seats."""
    served: defaultdict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    """Model id -> (model served, fingerprint) -> answers."""
    seeds: set[int] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)
    cost_usd: float | None = 0.0

    def game(self, game: GameRecord) -> None:
        self.games["unfinished" if game.ending is None else "finished"] += 1
        self.seats.update(game.players.values())
        self.seeds.add(game.seed)
        self.versions.update(game.versions)
        for call in game.calls:
            if call.status in ("answered", "late"):
                self.served[call.model][call.served, call.fingerprint] += 1
            if self.cost_usd is not None:
                self.cost_usd = None if call.cost_usd is None else self.cost_usd + call.cost_usd

    def documents(self) -> dict[str, str]:
        """File -> text."""
        return {
            "environment.json": _json(environment() | {"played_with": sorted(self.versions)}),
            "models.json": _json(
                {
                    model: [
                        {"served": served, "fingerprint": fingerprint, "answers": count}
                        for (served, fingerprint), count in sorted(counts.items())
                    ]
                    for model, counts in sorted(self.served.items())
                }
            ),
            "settings.json": _json(self.settings),
            "DATA_CARD.md": self._card(),
            "CITATION.cff": self._citation(),
        }

    def _card(self) -> str:
        environment = Environment(
            loader=PackageLoader(__package__, "."), undefined=StrictUndefined, trim_blocks=True, autoescape=False
        )
        tables = {name: {**GAME, **columns} for name, columns in COLUMNS.items()}
        return environment.get_template("data_card.md.j2").render(bundle=self, tables=tables, rows=_ROWS) + "\n"

    def _citation(self) -> str:
        quoted = [json.dumps(author, ensure_ascii=False) for author in self.authors or ("unknown",)]
        authors = "\n".join(f"  - name: {author}" for author in quoted)
        return f"""cff-version: 1.2.0
message: Please cite this data, and the software that made it.
type: dataset
title: {json.dumps(self.title, ensure_ascii=False)}
authors:
{authors}
date-released: "{datetime.now(UTC):%Y-%m-%d}"
references:
  - type: software
    title: AI Diplomacy
    version: {json.dumps(__version__)}
    license: AGPL-3.0-or-later
    authors:
      - name: The authors of AI Diplomacy
"""


def environment() -> dict[str, Any]:
    """The software that makes a bundle."""
    named = {str(found.metadata["Name"]).lower() for found in distributions()}
    return {
        "ai_diplomacy": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "libraries": {name: version(name) for name in _LIBRARIES if name in named},
    }


def _commit() -> str | None:
    """Of the checkout that this program runs from; ``None`` when it is none."""
    try:
        if (_ROOT / ".git").exists():
            command = ["git", "-C", str(_ROOT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude", "*"]
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        pass
    return None


def _json(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
