"""Makes the README's pictures from one offline game: the terminal while it is played (``game.svg``), and the page of
the finished run (``page.png``, which needs Chromium)."""

from __future__ import annotations

import asyncio
import io
import random
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from rich.console import RenderableType
from rich.terminal_theme import DIMMED_MONOKAI

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.display import GameConsole
from ai_diplomacy.game.events import PhaseStarted
from ai_diplomacy.game.live_display import LiveDisplay
from ai_diplomacy.game.model_factory import ModelFactory
from ai_diplomacy.game.play import play_game
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.layers import OpenedModel, OpenModel
from ai_diplomacy.models.model import Model, Reply, Request
from ai_diplomacy.records.events import Event
from ai_diplomacy.run.events import StepFinished
from ai_diplomacy.viewer.export import exported

HERE = Path(__file__).parent
SHOWN, VIEW = "F1902M", "F1902M/deeds/broken"

# The exporter's frame fetches its font from the network; a page of documentation should load nothing.
FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


@dataclass(frozen=True)
class Thinking:
    """A model that takes its time, so that there is something to see."""

    inner: Model

    @property
    def name(self) -> str:
        return self.inner.name

    async def generate(self, request: Request) -> Reply:
        await asyncio.sleep(random.Random(str(request.key)).uniform(0.1, 0.9))
        return await self.inner.generate(request)


class Watched(LiveDisplay):
    """A display that is drawn at one moment of a phase: some powers have given their orders, and some have not."""

    picture = ""

    async def __aenter__(self) -> Watched:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def _print(self, line: RenderableType, *, wrapped: bool = False) -> None:
        self._console.print(line, soft_wrap=wrapped)

    def event(self, event: Event) -> None:
        if isinstance(event, PhaseStarted) and event.phase == SHOWN:
            self._console.export_text(clear=True)
        super().event(event)
        decided = isinstance(event, StepFinished) and event.phase == SHOWN and event.step == "order"
        if decided and not self.picture and self._state.ready()[0] == 3:
            self._console.print(self.panel(time.monotonic()))
            drawn = self._console.export_svg(
                title="python lm_game.py --max_year 1905", theme=DIMMED_MONOKAI, unique_id="game", clear=False
            )
            self.picture = FONT_FACE.sub("", drawn).replace("Fira Code", "DejaVu Sans Mono")


def thinking(open_model: OpenModel) -> OpenModel:
    def opened(model_id: ModelId) -> OpenedModel:
        found = open_model(model_id)
        return replace(found, model=Thinking(found.model))

    return opened


async def played(folder: Path) -> str:
    """Plays a game into a folder and returns its picture."""
    models = dict.fromkeys(terrain().powers, ModelId("offline", ""))
    config = GameConfig(models=models, max_year=1905, rounds=1)
    console = GameConsole(
        record=True, width=118, height=60, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    display = Watched(console, config)
    models = thinking(ModelFactory({}, config.calls, {}).open)
    await play_game(config, folder, display, started=time.perf_counter(), open_model=models)
    return display.picture


def photographed(page: Path, picture: Path) -> None:
    """The page in the browser, in few colours."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            shown = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
            shown.goto(f"{page.as_uri()}#{VIEW}")
            shown.wait_for_selector(".deed")
            shown.evaluate("document.fonts.ready")
            image = Image.open(io.BytesIO(shown.screenshot(animations="disabled"))).convert("RGB")
        finally:
            browser.close()
    # The usual way of choosing few colours would merge those of the powers.
    few = image.quantize(255, kmeans=4, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "1905-offline"
        (HERE / "game.svg").write_text(asyncio.run(played(run)), encoding="utf-8")
        page = Path(folder) / "game.html"
        page.write_text(exported(run), encoding="utf-8")
        photographed(page, HERE / "page.png")


if __name__ == "__main__":
    main()
