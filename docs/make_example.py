"""Makes ``docs/example/``: what there is to look at before installing. One offline game as a page, with two of its
stories; the report of a small tournament; and the card of an examination. No key, no network, under two minutes.

The same version makes the same games; what differs from one making to the next are the seconds that things took."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "example"
PLAYED = "python lm_game.py --max_year 1906 --num_negotiation_rounds 2 --models RUSSIA=bot:dumbbot"

INDEX = """# An example

What AI Diplomacy leaves behind, made by `python docs/make_example.py` with the offline model, a rule-based stand-in for
language models. Save the two HTML files and open them in a browser; they need no server and load nothing.

| file | what |
|---|---|
| [story.md](story.md) | the story of one game, as a spectator would tell it |
| [{power}.md]({power}.md) | the same game as {name} lived it, thought by thought |
| [game.html](game.html) | the same game as a page: map, word and deed, press, every prompt and reply |
| [report.html](report.html) | the report of a tournament of eight short games between two players |
| [card.md](card.md) | the card of an examination of 28 positions, with the worst on the map |

The game: `{played}`
"""


def command(folder: Path, *words: str) -> None:
    """A command of AI Diplomacy, run in a folder."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-m", "ai_diplomacy", *words],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def made(folder: Path) -> None:
    """All files, in a folder of their own."""
    game = (
        "--max_year",
        "1906",
        "--num_negotiation_rounds",
        "2",
        "--models",
        "RUSSIA=bot:dumbbot",
        "--display",
        "none",
    )
    command(folder, "play", "--run_dir", "results/example", *game)
    command(folder, "export", "results/example", "-o", "game.html")
    command(
        folder,
        "tournament",
        "--models",
        "offline,bot:dumbbot",
        "--games",
        "8",
        "--max_year",
        "1903",
        "--out",
        "results/games",
    )
    command(folder, "analyze", "results/games", "--out", "analysis")
    command(folder, "exam", "offline", "--positions", "28", "--out", "exam")


def winner(story: str) -> str:
    """The power that stands first in the table of centres."""
    table = story.partition("|---|")[2].splitlines()
    return table[1].split("|")[1].strip().upper()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made(folder)
        story = (folder / "results/example/story.md").read_text(encoding="utf-8")
        power = winner(story)
        card = folder / "exam" / "offline"
        shutil.rmtree(OUT, ignore_errors=True)
        OUT.mkdir()
        for path in (
            folder / "results/example/story.md",
            folder / f"results/example/powers/{power}.md",
            folder / "game.html",
            folder / "analysis/report.html",
            card / "card.md",
            *card.glob("worst_*.svg"),
        ):
            shutil.copyfile(path, OUT / path.name)
    index = INDEX.format(power=power, name=power.title(), played=PLAYED)
    (OUT / "README.md").write_text(index, encoding="utf-8")


if __name__ == "__main__":
    main()
