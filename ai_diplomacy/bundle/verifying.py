"""A bundle checked by whoever got it: every file, every game played again, every table made anew."""

from __future__ import annotations

import asyncio
import json
import math
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..analysis.analyzing import analyze
from ..analysis.files import write_files
from ..analysis.parquet import COLUMNS, ParquetTables
from ..analysis.read_games import run_folders
from ..game.config import GameConfig
from ..game.diplomacy import DIPLOMACY
from ..models.providers import asks_a_model
from ..records.errors import ConfigError
from ..run.history import read_history
from ..run.replay import ReplayDiffersError, replay
from .manifest import Manifest, differences, read_manifest

_CLOSE = 1e-9
"""Relative: sums may come in another order on another machine."""


def verify(bundle: Path) -> Iterator[str]:
    """What is wrong with a bundle, a line each. Raises ``ConfigError`` for what is none, or ``OSError``."""
    manifest = read_manifest(bundle)
    changed = differences(bundle, manifest)
    yield from changed
    if changed:
        return
    for path in run_folders(bundle / "runs"):
        name = path.relative_to(bundle).as_posix()
        if name not in manifest.not_replayable and (problem := _replayed(bundle, path, manifest)):
            yield f"{name}: {problem}"
    yield from _tables(bundle)


def _replayed(bundle: Path, path: Path, manifest: Manifest) -> str:
    """Why a run cannot be played again as it was; empty if it can."""

    def here(config: GameConfig) -> GameConfig:
        """Its templates are those of the bundle."""
        asked = [power for power, model in config.models.items() if asks_a_model(model)]
        return replace(
            config,
            prompts={power: bundle / config.prompts.get(power, manifest.default_templates) for power in asked},
        )

    try:
        history = read_history(path, DIPLOMACY)
        history.told_as(here)
        asyncio.run(replay(history, DIPLOMACY))
    except (ConfigError, ReplayDiffersError) as error:
        return str(error).partition("\n")[0]
    return ""


def _tables(bundle: Path) -> Iterator[str]:
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        anew = Path(folder)
        tables = ParquetTables(anew / "tables")
        try:
            analysis = analyze(bundle / "runs", tables.game, elsewhere=False)
        finally:
            tables.close()
        write_files(anew / "analysis", analysis)
        for name in COLUMNS:
            kept, made = (pq.read_table(place / "tables" / f"{name}.parquet") for place in (bundle, anew))
            if not kept.equals(made):
                yield f"tables/{name}.parquet is not what the runs tell"
        kept, made = (json.loads((place / "analysis" / "analysis.json").read_text()) for place in (bundle, anew))
        for name in sorted(kept.keys() | made.keys()):
            if not _equal(_figures(kept.get(name)), _figures(made.get(name))):
                yield f"analysis/{name}.csv is not what the runs tell"


def _figures(table: Any) -> Any:
    """A table without where it comes from: other versions may make it."""
    return {name: value for name, value in table.items() if name != "provenance"} if table else None


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)
