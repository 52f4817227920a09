"""How fast the library of many games opens and filters, and what readers leave in its server.

    python experiments/benchmark_library.py --games 1000 --readers 2000

One game is played by the offline model; the library holds as many folders of it, each with the names of other players.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aiohttp import ClientSession
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
_AT_A_TIME = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=1000, metavar="N")
    parser.add_argument("--readers", type=int, default=2000, metavar="N", help="who ask for the list")
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        _fill(library, flags.games)
        command = [sys.executable, "-m", "ai_diplomacy", "view", str(library), "--port", "0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        try:
            assert server.stdout is not None
            found = re.match(r"http://\S+", server.stdout.readline())
            assert found is not None
            told = _looked_at(found[0]) | _read_by_many(found[0], server.pid, flags.readers)
        finally:
            server.terminate()
            server.wait()
    print(json.dumps({"games": flags.games, "readers": flags.readers, **told}))


def _fill(library: Path, games: int) -> None:
    played = library / "games" / "0001"
    flags = ("--run_dir", str(played), "--max_year", "1902", "--num_negotiation_rounds", "1", "--display", "none")
    subprocess.run([sys.executable, "lm_game.py", *flags], check=True, cwd=ROOT, capture_output=True)
    names = {}
    for number in range(1, games + 1):
        path = library / "games" / f"{number:04}"
        if number > 1:
            shutil.copytree(played, path)
        powers = json.loads((path / "overview.jsonl").read_text().splitlines()[1])
        names[path.name] = {power: f"player {(number + at) % 12}" for at, power in enumerate(powers)}
    (library / "games" / "players.json").write_text(json.dumps(names))


def _looked_at(url: str) -> dict[str, float]:
    """Seconds until the list stands, first and again; milliseconds of a filter until its rows are laid out."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        # A browser's own start is not the library's.
        page.set_content("<p>A page</p>")
        page.screenshot()
        opened = []
        for _ in range(3):
            began = time.perf_counter()
            page.goto(url)
            page.wait_for_selector("tbody tr")
            opened.append(time.perf_counter() - began)
        filtered = [_filtered(page, hash) for at in range(12) for hash in (f"player=player {at}", f"q=00{at:02}", "")]
        browser.close()
    return {
        "opens_first_s": round(opened[0], 2),
        "opens_again_s": round(min(opened[1:]), 2),
        "filter_median_ms": round(statistics.median(filtered), 1),
        "filter_longest_ms": round(max(filtered), 1),
    }


def _filtered(page: Page, hash: str) -> float:
    return float(
        page.evaluate(
            """hash => new Promise(done => {
                addEventListener("hashchange", () => {
                    document.body.offsetHeight;
                    done(performance.now() - began);
                }, { once: true });
                const began = performance.now();
                location.hash = hash;
                if (!hash) history.replaceState(null, "", "#");
            })""",
            hash,
        )
    )


def _read_by_many(url: str, pid: int, readers: int) -> dict[str, float]:
    async def read() -> None:
        async with ClientSession() as session:

            async def one() -> None:
                async with session.get(url) as response:
                    await response.read()

            for _ in range(0, readers, _AT_A_TIME):
                await asyncio.gather(*(one() for _ in range(_AT_A_TIME)))

    before = _resident(pid)
    asyncio.run(read())
    return {"server_mb": round(before, 1), "grown_mb": round(_resident(pid) - before, 1)}


def _resident(pid: int) -> float:
    """Megabytes that a process has in memory."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    main()
