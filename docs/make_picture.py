"""Makes the README's picture of the terminal: the last year of an offline game, as ``docs/game.svg``."""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.display import Display
from ai_diplomacy.game.play import play_game
from ai_diplomacy.game.vendors import Vendors
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.records.events import Event, PhaseStarted

FIRST_SHOWN = "F1902M"

# The exporter's frame fetches its font from the network; a page of documentation should load nothing.
FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


class _FromPhase(Display):
    """A display that forgets all that it printed before a phase."""

    console: Console

    def event(self, event: Event) -> None:
        if isinstance(event, PhaseStarted) and event.phase == FIRST_SHOWN:
            self.console.export_text(clear=True)
        super().event(event)


async def picture() -> str:
    ground = terrain()
    models = dict.fromkeys(ground.powers, ModelId("offline", ""))
    console = Console(record=True, width=118, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    display = _FromPhase(console, ground, {power: str(model) for power, model in models.items()})
    display.console = console
    with tempfile.TemporaryDirectory() as folder:
        config = GameConfig(models=models, max_year=1902, rounds=1)
        opener = Vendors({}, config.calls, {}).open
        played = await play_game(config, Path(folder) / "run", display, started=time.perf_counter(), opener=opener)
    display.finished(played.finished, played.folder.statistics, [])
    drawn = console.export_svg(title="python lm_game.py --max_year 1902", theme=DIMMED_MONOKAI, unique_id="game")
    return FONT_FACE.sub("", drawn).replace("Fira Code", "DejaVu Sans Mono")


if __name__ == "__main__":
    Path(__file__).with_name("game.svg").write_text(asyncio.run(picture()), encoding="utf-8")
