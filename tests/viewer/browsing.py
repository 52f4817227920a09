"""Runs for the page's tests, and the browser that looks at them."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from ai_diplomacy.records.sealing import sealed, unsealed

ROOT = Path(__file__).parents[2]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium. A machine without it skips the test; a machine that runs the whole check fails it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "Chromium is not installed (on Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A page that is looked at, and all that it says and asks for meanwhile."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        ready: str = ".map .unit",
    ) -> None:
        """``ready``: what is waited for."""
        self.page: Page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", self._request)
        self.page.goto(url)
        self.page.wait_for_selector(ready)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def go(self, where: str) -> None:
        """To another place on the page, such as ``F1901M/orders``, by its address."""
        self.page.evaluate(
            """where => new Promise(done => {
                if (location.hash === '#' + where) return done();
                addEventListener('hashchange', () => done(), { once: true });
                location.hash = where;
            })""",
            where,
        )

    @property
    def phase(self) -> str:
        return self.page.locator(".phase-name .code").inner_text()

    def units(self) -> dict[str, list[str]]:
        """Power -> units as the map shows them, a dislodged one with a star before it."""
        shown = self.page.eval_on_selector_all(
            ".map .unit",
            "units => units.map(unit => ({...unit.dataset, letter: unit.querySelector('text').textContent}))",
        )
        units: dict[str, list[str]] = {}
        for unit in shown:
            assert unit["letter"] == unit["power"][0]
            units.setdefault(unit["power"], []).append(("*" if unit["dislodged"] == "true" else "") + unit["unit"])
        return {power: sorted(names) for power, names in units.items()}

    def owners(self) -> dict[str, list[str]]:
        """Power -> centres as the map shows them."""
        shown = self.page.eval_on_selector_all(
            ".map .province[data-owner]", "shapes => shapes.map(shape => [shape.dataset.owner, shape.dataset.province])"
        )
        owners: dict[str, list[str]] = {}
        for power, center in shown:
            owners.setdefault(power, []).append(center)
        return {power: sorted(names) for power, names in owners.items()}

    def close(self) -> None:
        self.page.close()


@contextmanager
def viewing(folder: Path, *flags: str) -> Iterator[str]:
    """``python -m ai_diplomacy view``, and its address."""
    command = [sys.executable, "-m", "ai_diplomacy", "view", str(folder), "--port", "0", *flags]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        address = re.match(r"http://\S+", line)
        assert address, line
        yield address[0]
    finally:
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=20)
    assert (server.returncode, errors) == (0, "")


def exported(folder: Path, page: Path) -> str:
    """The address of a run's exported page."""
    command = [sys.executable, "-m", "ai_diplomacy", "export", str(folder), "-o", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return page.as_uri()


def records(path: Path) -> list[dict[str, Any]]:
    return [unsealed(line, number) for number, line in enumerate(path.read_bytes().splitlines(), 1)]


def write_records(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_bytes(b"".join(sealed(line, number) for number, line in enumerate(lines, 1)))


def run_of(game: Mapping[str, Any], folder: Path, config: dict[str, Any]) -> None:
    """A run folder that tells of a game in the saved format; ``config``: settings of some run."""
    folder.mkdir()
    (folder / "calls.jsonl").write_bytes(b"")
    started = {"type": "run_started", "time": 0.0, "format": 2, "version": "0", "config": config}
    events: list[dict[str, Any]] = [started | {"models": config["models"]}]
    phases = [phase for phase in game["phases"] if phase["name"] != "COMPLETED"]
    for at, phase in enumerate(phases):
        state = phase["state"]
        events.append(
            {
                "type": "phase_started",
                "time": 0.0,
                "phase": phase["name"],
                "units": {power: [unit for unit in units if unit[0] != "*"] for power, units in state["units"].items()},
                "centers": state["centers"],
            }
        )
        after = game["phases"][at + 1]["state"] if at + 1 < len(game["phases"]) else state
        orders = {power: orders or [] for power, orders in phase["orders"].items()}
        events.append(
            {
                "type": "phase_adjudicated",
                "time": 0.0,
                "phase": phase["name"],
                "orders": orders,
                "results": {unit: found for unit, found in phase["results"].items() if found and found != [""]},
                "captures": {},
                "dislodged": {
                    power: [unit[1:] for unit in units if unit[0] == "*"] for power, units in after["units"].items()
                },
                "centers": after["centers"],
                "units": {power: [unit for unit in units if unit[0] != "*"] for power, units in after["units"].items()},
            }
        )
    write_records(folder / "events.jsonl", events)
