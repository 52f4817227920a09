"""How fast the page of a long game is: ``python experiments/benchmark_page.py RUN [RUN ...]``.

Exports each run with the command and opens the file in the system's Chromium. Prints the size of the file, how long the
first view takes to be there, and how long a step to the next phase takes, by view, with layout: the median and the 95th
percentile.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
VIEWS = ("story", "press", "press/FRANCE+GERMANY", "orders", "deeds", "minds/FRANCE", "relations", "centres", "calls")

PAINTED = """() => new Promise(done => {
    const first = performance.getEntriesByName('first-contentful-paint')[0];
    const look = () => {
        if (document.querySelector('.map .unit')) done([first?.startTime ?? null, window.there]);
        else setTimeout(look, 5);
    };
    look();
})"""
WATCH = """new MutationObserver((_, watch) => {
    if (!document.querySelector('.map .unit')) return;
    window.there = performance.now();
    watch.disconnect();
}).observe(document, { childList: true, subtree: true });"""
STEPS = """view => new Promise(done => {
    const took = [];
    const press = key => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    location.hash = location.hash.split('/')[0] + '/' + view;
    setTimeout(() => {
        press('Home');
        let before = null;
        const step = () => {
            const from = performance.now();
            press('ArrowRight');
            document.body.offsetHeight;
            if (location.hash === before) return done(took);
            before = location.hash;
            took.push(performance.now() - from);
            setTimeout(step);
        };
        setTimeout(step, 300);
    }, 300);
})"""


def main(runs: list[Path]) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for run in runs:
            path = Path(folder) / "game.html"
            export = [sys.executable, "-m", "ai_diplomacy", "export", str(run.resolve()), "-o", str(path)]
            subprocess.run(export, check=True, capture_output=True, cwd=ROOT)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(WATCH)
            page.goto(path.as_uri())
            paint, there = page.evaluate(PAINTED)
            page.wait_for_timeout(1500)
            print(f"{run}: {path.stat().st_size / 1e6:.2f} MB, first paint {paint:.0f} ms, map {there:.0f} ms")
            for view in VIEWS:
                took = page.evaluate(STEPS, view)
                most = quantiles(took, n=20)[-1]
                print(f"  {view:22}{len(took):4} steps, median {median(took):5.1f} ms, 95 % {most:5.1f} ms")
            page.close()
        browser.close()


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
