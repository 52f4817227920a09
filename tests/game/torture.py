"""Kills a game at random instants and goes on with it, again and again, against the local server with latency and
faults. The short form is a test; the long form is run by hand:

    python tests/game/torture.py --kills 50
    python tests/game/torture.py --cut_every 1
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from ai_diplomacy.board.terrain import terrain  # noqa: E402
from ai_diplomacy.game.config import GameConfig  # noqa: E402
from ai_diplomacy.game.diplomacy import DIPLOMACY  # noqa: E402
from ai_diplomacy.game.play import play_game  # noqa: E402
from ai_diplomacy.models.ids import ModelId  # noqa: E402
from ai_diplomacy.models.layers import OpenedModel  # noqa: E402
from ai_diplomacy.offline.model import OfflineModel  # noqa: E402
from ai_diplomacy.offline.server.local import LocalServer  # noqa: E402
from ai_diplomacy.offline.server.options import ServerOptions  # noqa: E402
from ai_diplomacy.run.history import held, read_history  # noqa: E402
from ai_diplomacy.run.session import play_on  # noqa: E402

FAULTS = {"429": 0.03, "529": 0.02, "cut": 0.01, "html": 0.01, "garbage": 0.01}


@dataclass
class Figures:
    """What came of it."""

    kills: int = 0
    in_play: int = 0
    """Kills that met the game with at least one call of its own answered, or in flight."""
    requests: int = 0
    """That reached the server, faults included."""
    repeated: int = 0
    """Requests for a call that an earlier sitting had sent already: in flight, or answered and not yet journaled, when
    the program was killed."""
    asked_again: list[str] = field(default_factory=list)
    """Requests for a call that was in the journal. There must be none."""
    calls: int = 0
    """In the journal at the end."""
    torn: int = 0
    """Logs whose last line was torn."""


class Watch:
    """Sees every request that the server gets."""

    def __init__(self) -> None:
        self.figures = Figures()
        self.journaled: set[str] = set()
        self.sent: Counter[str] = Counter()
        self.now: set[str] = set()
        self.arrived = asyncio.Event()
        """Set by every request."""

    def record(self, _: str, body: Mapping[str, Any]) -> None:
        system, prompt = (message["content"] for message in body["messages"])
        digest = hashlib.sha256(f"{system}\0{prompt}".encode()).hexdigest()
        self.figures.requests += 1
        self.arrived.set()
        if digest in self.journaled:
            self.figures.asked_again.append(prompt[:200])
        elif digest in self.sent and digest not in self.now:
            self.figures.repeated += 1
        self.now.add(digest)
        self.sent[digest] += 1

    async def moment(self, rng: random.Random, most: int, latency: float) -> None:
        """A random instant of a program's life: while it starts, or a while after one of its requests."""
        count = rng.randint(0, most)
        if count == 0:
            await asyncio.sleep(rng.uniform(0, 3))
            return
        goal = self.figures.requests + count
        while self.figures.requests < goal:
            self.arrived.clear()
            await self.arrived.wait()
        await asyncio.sleep(rng.uniform(0, 2 * latency))


async def torture(
    folder: Path, *, kills: int, seed: int, max_year: int, latency: float, most: int, faults: bool = True
) -> Figures:
    """Plays one game whole and one that is killed so often, each time somewhere between its start and ``most``
    requests; raises ``AssertionError`` when they differ, when a file cannot be read in between, or when a call of the
    journal is asked again."""
    rng, watch = random.Random(seed), Watch()
    flags = ("--max_year", str(max_year), "--seed", str(seed), "--call_deadline", "10")
    options = ServerOptions(latency=latency, sigma=0.5, seed=seed, faults=FAULTS if faults else {}, retry_after=0.1)
    async with LocalServer(options, record=watch.record) as server:
        flags += ("--models", f"openai:local@{server.url}/v1")
        whole = await started(folder / "whole", flags)
        assert await whole.wait() == 0
        watch.sent.clear()
        watch.figures.requests = 0
        path = folder / "killed"
        while watch.figures.kills < kills:
            watch.now.clear()
            game = await started(path, flags)
            await asyncio.wait(
                (
                    ended := asyncio.create_task(game.wait()),
                    moment := asyncio.create_task(watch.moment(rng, most, latency)),
                ),
                return_when=asyncio.FIRST_COMPLETED,
            )
            assert not ended.done(), f"the game ended after {watch.figures.kills} kills; make it longer"
            game.send_signal(signal.SIGKILL)
            await ended
            moment.cancel()
            watch.figures.kills += 1
            watch.figures.in_play += bool(watch.now)
            if path.exists():
                watch.journaled = readable(path, watch.figures)
        watch.now.clear()
        last = await started(path, flags)
        assert await last.wait() == 0
    assert not watch.figures.asked_again, watch.figures.asked_again[0]
    watch.figures.calls = len(read_history(path, DIPLOMACY).calls)
    compare(folder / "whole", path)
    return watch.figures


async def started(path: Path, flags: tuple[str, ...]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "lm_game.py"),
        "--run_dir",
        str(path),
        *flags,
        stdout=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
    )


def readable(path: Path, figures: Figures) -> set[str]:
    """Reads every file of a run that was killed. Returns the digests of the calls in its journal."""
    past = read_history(path, DIPLOMACY)
    figures.torn += len(past.torn)
    for name in ("lmvsgame.json", "timing.json", "trace.json"):
        if (path / name).exists():
            json.loads((path / name).read_bytes())
    if (path / "overview.jsonl").exists():
        assert len([json.loads(line) for line in (path / "overview.jsonl").read_text().splitlines()]) == 3
    if (path / "llm_responses.csv").exists():
        csv.field_size_limit(10**9)
        with (path / "llm_responses.csv").open(newline="") as file:
            assert next(csv.reader(file))[0] == "model"
            list(csv.reader(file))
    for story in (path / "powers").iterdir():
        story.read_text(encoding="utf-8")
    return {call.digest for call in past.calls}


async def cut(folder: Path, every: int) -> int:
    """Cuts the journal of a finished game at every so-manieth of its last 2,000 bytes, as if the program had died
    there, and goes on. Returns how often; raises ``AssertionError`` when a game differs."""
    config = GameConfig(models=dict.fromkeys(terrain().powers, ModelId("offline", "")), max_year=1901, rounds=0)

    def open_model(model: ModelId) -> OpenedModel:
        return OpenedModel(OfflineModel(model))

    whole = folder / "whole"
    await play_game(config, whole, started=0.0, open_model=open_model)
    journal = (whole / "calls.jsonl").read_bytes()
    sizes = range(len(journal) - 2000, len(journal), every)
    for size in sizes:
        path = folder / str(size)
        path.mkdir()
        (path / "powers").mkdir()
        # What died with the journal cannot have been told before it.
        lines = (whole / "events.jsonl").read_bytes().splitlines(keepends=True)
        (path / "events.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]))
        (path / "calls.jsonl").write_bytes(journal[:size])
        with held(path, DIPLOMACY) as run:
            await play_on(run, config, DIPLOMACY, started=0.0, open_model=open_model)
        compare(whole, path)
        shutil.rmtree(path)
    return len(sizes)


def compare(whole: Path, killed: Path) -> None:
    """The two runs are the same game, and tell the same stories of it."""
    games = [json.loads((path / "lmvsgame.json").read_bytes()) for path in (whole, killed)]
    for game in games:
        for phase in game["phases"]:
            del phase["state"]["timestamp"]
    assert games[0] == games[1]
    for story in sorted((whole / "powers").iterdir()):
        assert story.read_bytes() == (killed / "powers" / story.name).read_bytes(), story.name
    calls = [{call.key: call.digest for call in read_history(path, DIPLOMACY).calls} for path in (whole, killed)]
    assert calls[0] == calls[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument(
        "--cut_every", type=int, metavar="N", help="cut the journal at every N-th of its last bytes instead"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--max_year", type=int, default=1904)
    parser.add_argument("--latency", type=float, default=0.5, help="median seconds of an answer")
    parser.add_argument("--most", type=int, default=14, help="requests after which a program is killed at the latest")
    flags = parser.parse_args()
    if flags.cut_every:
        with tempfile.TemporaryDirectory() as folder:
            count = asyncio.run(cut(Path(folder), flags.cut_every))
        print(f"{count} journals, each cut at another byte: each game went on and ended as it would have")
        return
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(
            torture(
                Path(folder),
                kills=flags.kills,
                seed=flags.seed,
                max_year=flags.max_year,
                latency=flags.latency,
                most=flags.most,
            )
        )
    print(
        f"{figures.kills} kills, {figures.in_play} of them with calls sent; {figures.calls} calls in the journal, "
        f"{figures.requests} requests (faults included); sent again because they were in flight: {figures.repeated}; "
        f"asked again although journaled: {len(figures.asked_again)}; torn last lines: {figures.torn}"
    )
    print("the game is the one that was played without a break, and so are the stories")


if __name__ == "__main__":
    main()
