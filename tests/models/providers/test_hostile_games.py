"""Whole games by the command against servers that do what no vendor does: each comes to an end, says why, can be played
again from its folder, and never takes more memory than a game should."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import pytest
from command_runs import ROOT, run
from hostile_bodies import FATAL
from hostile_server import MODES, bomb, hostile_server
from vendor_protocols import PROTOCOLS
from vendor_questions import KEY

pytestmark = pytest.mark.timeout(1200)
MOST_MEGABYTES = 300
AT_ONCE = 12
SHORT = (
    "--end_at_phase", "S1901M", "--num_negotiation_rounds", "1", "--call_deadline", "2", "--display", "none",
    "--phase_deadline", "4",
)  # fmt: skip
_PASSING = [name for name in MODES if name not in FATAL]
TABLES = [(*_PASSING[first : first + 7],) for first in range(0, len(_PASSING), 7)]
"""Games with one mode a seat; fewer than seven are played against good servers."""
ALONE = [
    "bomb_of_gzip", "body_of_200_megabytes", "empty_lists", "endless_chunks", "text_of_a_megabyte", "text_of_nul",
]  # fmt: skip
"""What is hardest on memory, at every seat at once."""
THREADED = ["bomb_of_deflate", "drip", "drip_of_headers", "endless_body", "endless_header", "hang", "text_of_braces"]
"""What is hardest on the blocking twins."""


TOURNAMENT = """\
schedule = "round_robin"
games = 20
last_year = 1901
rounds = 0
concurrency = 20
baselines = ["bot:dumbbot", "bot:random", "bot:hold"]
[players.off]
model = "offline"
[players.hostile]
model = "{model}"
[calls]
deadline = 1
phase_deadline = 2
"""


@dataclass(frozen=True)
class Played:
    """What came of one command."""

    folder: Path
    status: int
    said: str
    megabytes: float


WATCHED = """
import atexit, os, runpy, sys

def note(place):
    with open("/proc/self/status") as status, open(place, "w") as noted:
        noted.write(next(line.split()[1] for line in status if line.startswith("VmHWM")))

def leave(status, place=sys.argv[1], really=os._exit):
    note(place)
    really(status)

atexit.register(note, sys.argv[1])
os._exit = leave
del sys.argv[:2]
if sys.argv[0] == "-m":
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
else:
    runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a command that notes how much memory it has had at the most, also when it leaves threads that still wait behind.
What the system tells of an ended process counts the one as well that it was forked from."""


def command(folder: Path, *arguments: str) -> Played:
    peak = folder.with_suffix(".peak")
    with open(folder.with_suffix(".out"), "wb") as out:
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, str(peak), *arguments],
            stdout=out,
            stderr=out,
            cwd=folder.parent,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
            check=False,
        )
    said = folder.with_suffix(".out").read_text(errors="replace")
    return Played(folder, done.returncode, said, int(peak.read_text()) / 1024)


def seats(url: str, modes: Iterable[str], first: int) -> str:
    """A power for each mode, each in the next protocol; one alone is at every seat."""
    protocols = islice(cycle(PROTOCOLS), first, None)
    return ",".join(
        f"{protocol.provider}:m@{url}/{mode}{'/v1' if 'openai' in protocol.provider else ''}#{KEY}"
        for mode, protocol in zip(modes, protocols, strict=False)
    )


@pytest.fixture(scope="module")
def games(tmp_path_factory) -> dict[tuple[str, ...], Played]:
    """The modes of a game's seats, or the mode of all of them -> what came of it."""
    folder = tmp_path_factory.mktemp("games")
    tables = dict.fromkeys((*TABLES, *((mode,) for mode in (*ALONE, *FATAL))), SHORT)
    tables[tuple(THREADED)] = (*SHORT, "--execution", "threaded")

    async def played() -> list[Played]:
        for window in (15, 31):
            bomb(window)
        room = asyncio.Semaphore(AT_ONCE)
        async with hostile_server() as url:

            async def game(number: int, modes: tuple[str, ...], flags: tuple[str, ...]) -> Played:
                async with room:
                    full = modes if len(modes) == 1 else (*modes, *["fine"] * (7 - len(modes)))
                    place = folder / f"{number}"
                    models = seats(url, full, number)
                    arguments = (str(ROOT / "lm_game.py"), "--run_dir", str(place), "--models", models, *flags)
                    return await asyncio.to_thread(command, place, *arguments)

            playing = (game(number, modes, flags) for number, (modes, flags) in enumerate(tables.items()))
            return await asyncio.gather(*playing)

    return dict(zip(tables, asyncio.run(played()), strict=True))


def sound(played: Played, *statuses: int) -> None:
    assert played.status in statuses, played.said
    assert "Traceback" not in played.said
    assert KEY not in played.said
    assert played.megabytes < MOST_MEGABYTES
    for path in filter(Path.is_file, played.folder.rglob("*")):
        assert KEY.encode() not in path.read_bytes(), path


def test_there_are_enough_ways_to_be_hostile():
    assert len(MODES) >= 60


@pytest.mark.slow
@pytest.mark.parametrize("modes", [*TABLES, *((mode,) for mode in ALONE), tuple(THREADED)], ids=lambda modes: modes[0])
def test_a_table_of_hostile_servers_comes_to_its_end_and_can_be_played_again(games, modes):
    played = games[modes]
    sound(played, 0, 3)
    assert run("--replay", str(played.folder)) == 0


@pytest.mark.slow
def test_a_tournament_in_which_a_player_is_hostile_comes_to_its_end(tmp_path):
    spec, out = tmp_path / "spec.toml", tmp_path / "out"

    async def tournament() -> Played:
        async with hostile_server() as url:
            spec.write_text(TOURNAMENT.format(model=seats(url, ["any"], 0)))
            arguments = ("-m", "ai_diplomacy", "tournament", str(spec), "--out", str(out))
            return await asyncio.to_thread(command, out, *arguments)

    played = asyncio.run(tournament())
    sound(played, 0, 3)
    folders = [folder.parent for folder in (out / "games").glob("*/calls.jsonl")]
    assert len(folders) == 20 or played.status == 3
    for folder in folders:
        assert run("--replay", str(folder)) == 0


@pytest.mark.slow
@pytest.mark.parametrize("mode", FATAL)
def test_what_no_asking_again_will_better_ends_a_game_before_it_begins_in_a_line(games, mode):
    played = games[(mode,)]
    sound(played, 2)
    assert not played.folder.exists()
    (line,) = played.said.splitlines()
    assert "cannot be asked" in line
    assert len(line) < 1000
