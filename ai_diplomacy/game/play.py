"""Plays one configured game of Diplomacy into a new folder."""

from __future__ import annotations

from pathlib import Path

from ..models.layers import OpenModel
from ..records.events import Listener
from ..run.create import create_run
from ..run.history import held
from ..run.session import Played, play_on
from .config import GameConfig
from .diplomacy import DIPLOMACY
from .seats import prompt_books


async def play_game(
    config: GameConfig, path: Path, display: Listener | None = None, *, started: float, open_model: OpenModel
) -> Played:
    """``started``: ``time.perf_counter()`` when the program began; ``open_model`` gives the models. Raises what
    ``play_on`` raises, ``ConfigError`` and ``PromptError`` before anything is written."""
    prompt_books(config)
    create_run(path, config)
    with held(path, DIPLOMACY) as run:
        return await play_on(run, config, DIPLOMACY, display, started=started, open_model=open_model)
