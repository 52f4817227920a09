"""The recorded games between people that the engine's package holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ai_diplomacy.board.terrain import engine


def recorded_games() -> Iterator[tuple[str, dict[str, Any]]]:
    """``recorded 1`` and so on -> the game in the saved format."""
    for path in sorted((Path(engine().__file__).parent / "tests" / "network").glob("[0-9].json")):
        yield f"recorded {path.stem}", json.loads(path.read_text(encoding="utf-8"))
