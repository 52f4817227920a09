"""Where figures come from: versions, settings, prompts, models, seeds, and how many games were counted or left out."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from .game_record import GameRecord
from .prompt_hashes import combined


@dataclass(frozen=True, slots=True)
class Provenance:
    """What stands under every table."""

    analyzed_with: str
    """Version of AI Diplomacy that made the table."""
    versions: tuple[str, ...]
    """Those that played."""
    configs: tuple[tuple[str, int], ...]
    """(hash of the settings but seats, prompts and seed, games)."""
    prompts: tuple[tuple[str, str], ...]
    """(player, hash of its prompts in all seats it had)."""
    models: tuple[tuple[str, tuple[str, ...]], ...]
    """(player, ids of its models)."""
    seeds: tuple[int, ...]
    games: int
    """Finished ones, which are counted."""
    clusters: int
    """Independent observations among them."""
    positions: int
    """Those that they were forked from, where the figures hold for these alone; 0 where they do not."""
    imported: Mapping[str, int]
    """What games were before they were imported -> how many of them."""
    settings: Mapping[str, tuple[str, ...]]
    """Setting -> its values in these games, as JSON."""
    unfinished: tuple[str, ...]
    """Left out."""
    unreadable: tuple[tuple[str, str], ...]
    """(folder, problem), left out."""
    warnings: tuple[str, ...]

    def line(self) -> str:
        """In one line, to stand under a table."""
        several = len(self.configs) > 1
        settings = [f"{digest} ({count})" if several else digest for digest, count in self.configs]
        parts = [
            f"{self.games} games" + (f" in {self.clusters} clusters" if self.clusters != self.games else ""),
            *(f"{count} imported ({what})" for what, count in self.imported.items()),
            *([f"figures hold for {_positions(self.positions)}"] if self.positions else []),
            f"AI Diplomacy {', '.join(self.versions) or self.analyzed_with}",
            f"settings {', '.join(settings) or 'none'}",
            f"prompts {self.prompts_hash or 'none'}",
            f"models {', '.join(sorted({model for _, models in self.models for model in models})) or 'none'}",
            f"seeds {spans(self.seeds) or 'none'}",
        ]
        if self.unfinished or self.unreadable:
            parts.append(f"left out: {len(self.unfinished)} unfinished, {len(self.unreadable)} unreadable")
        return "; ".join(parts)

    @property
    def prompts_hash(self) -> str:
        """Of the prompts of all players together."""
        return combined({(player, ""): digest for player, digest in self.prompts})

    def document(self) -> dict[str, Any]:
        """As plain JSON data."""
        return asdict(self) | {
            "configs": dict(self.configs),
            "prompts": dict(self.prompts),
            "prompts_hash": self.prompts_hash,
            "models": dict(self.models),
            "settings": dict(self.settings),
            "imported": dict(self.imported),
            "unreadable": [{"folder": folder, "problem": problem} for folder, problem in self.unreadable],
        }


class Sources:
    """Collects the provenance, game by game."""

    def __init__(self) -> None:
        self._versions: set[str] = set()
        self._configs: Counter[str] = Counter()
        self._prompts: defaultdict[str, defaultdict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
        self._models: defaultdict[str, set[str]] = defaultdict(set)
        self._seeds: set[int] = set()
        self.maps: set[str] = set()
        self._settings: defaultdict[str, set[str]] = defaultdict(set)
        self._positions: set[tuple[str, str]] = set()
        self._imported: Counter[str] = Counter()
        self._games = 0
        self._unfinished: list[str] = []
        self._unreadable: list[tuple[str, str]] = []

    def unreadable(self, path: Path, problem: str) -> None:
        self._unreadable.append((str(path), problem))

    def game(self, game: GameRecord) -> None:
        if game.ending is None:
            self._unfinished.append(game.name)
            return
        self._games += 1
        self.maps.add(game.map)
        self._positions.add((game.cluster, game.forked_at))
        for name, value in game.settings.items():
            self._settings[name].add(json.dumps(value, sort_keys=True))
        self._versions.update(game.versions)
        self._configs[game.config_hash] += 1
        if game.imported:
            self._imported[game.imported] += 1
        else:
            self._seeds.add(game.seed)
        for power, player in game.players.items():
            self._models[player].update(game.models[power])
        for (power, step), digest in game.prompt_hashes.items():
            self._prompts[game.players[power]][power, step].add(digest)

    def provenance(self, units: Collection[str], *, positions: bool) -> Provenance:
        """``units``: independent observations; ``positions``: whether the figures hold for the positions alone."""
        prompts = {
            player: combined({place: " ".join(sorted(digests)) for place, digests in places.items()})
            for player, places in self._prompts.items()
        }
        return Provenance(
            analyzed_with=__version__,
            versions=tuple(sorted(self._versions)),
            configs=tuple(sorted(self._configs.items())),
            prompts=tuple(sorted(prompts.items())),
            models=tuple((player, tuple(sorted(models))) for player, models in sorted(self._models.items())),
            seeds=tuple(sorted(self._seeds)),
            games=self._games,
            clusters=len(units),
            positions=len(self._positions) if positions else 0,
            imported=dict(sorted(self._imported.items())),
            settings={name: tuple(sorted(values)) for name, values in sorted(self._settings.items())},
            unfinished=tuple(self._unfinished),
            unreadable=tuple(self._unreadable),
            warnings=tuple(self._warnings()),
        )

    def _warnings(self) -> Iterable[str]:
        if len(self._configs) > 1:
            differ = ", ".join(name for name, values in sorted(self._settings.items()) if len(values) > 1)
            yield f"the games were played with {len(self._configs)} different settings ({differ or 'some set in part'})"
        if len(self._versions) > 1:
            yield f"the games were played with {len(self._versions)} versions: {', '.join(sorted(self._versions))}"
        for player, places in sorted(self._prompts.items()):
            if any(len(digests) > 1 for digests in places.values()):
                yield f"{player} was not asked with the same prompts in all games"
        for player, models in sorted(self._models.items()):
            if len(models) > 1 and ", then " not in player:
                yield f"{player} stands for several models: {', '.join(sorted(models))}"


def _positions(count: int) -> str:
    return "the one position that they were forked from" if count == 1 else f"the {count} positions of the forks"


def spans(numbers: Iterable[int]) -> str:
    """``0-9, 12``; only the first few when there is no order in them."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    shown = [str(low) if low == high else f"{low}-{high}" for low, high in found]
    return ", ".join(shown) if len(shown) <= 6 else f"{', '.join(shown[:3])}, ... {shown[-1]} ({len(shown)} spans)"
