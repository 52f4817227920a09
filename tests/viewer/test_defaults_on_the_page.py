"""The page's head, and the list of runs, say who did not play; nothing that a model answered becomes an element."""

import re
import shutil

import pytest
from browsing import Visit, chromium, exported, records, viewing, write_records

pytestmark = pytest.mark.slow

WHY = "<img src=x onerror=\"window.hit = 'image'\"> is no JSON"


@pytest.fixture(scope="module")
def idle(offline_run, tmp_path_factory):
    """A run in which France did nothing, and Italy failed once."""
    folder = tmp_path_factory.mktemp("runs") / "idle"
    shutil.copytree(offline_run.path, folder)
    events = []
    for event in records(folder / "events.jsonl"):
        events.append(event)
        bad = event.get("power") == "FRANCE" or (event.get("power"), event.get("step")) == ("ITALY", "initialize")
        if event["type"] == "reply_read" and bad and not event["attempt"]:
            place = {name: event[name] for name in ("time", "power", "phase", "step", "round", "model")}
            events.append({"type": "step_defaulted", **place, "reason": WHY})
    write_records(folder / "events.jsonl", events)
    return folder


@pytest.mark.parametrize("dark", [False, True])
def test_the_head_says_who_did_not_play_and_why(idle, tmp_path, dark):
    with chromium() as browser:
        page = Visit(browser, exported(idle, tmp_path / "game.html"), width=390, dark=dark)
        told = page.page.locator(".defaults.banner li").all_inner_texts()
        assert [text.partition(":")[0] for text in told] == ["France (offline) did not play", "Italy (offline)"]
        assert all(text.endswith(f"most often: {WHY}") for text in told)
        assert " 1 of " in told[1]
        assert page.page.evaluate("window.hit") is None
        assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.said == []
        page.close()


def test_a_run_without_defaults_has_no_such_lines(offline_run, tmp_path):
    with chromium() as browser:
        page = Visit(browser, exported(offline_run.path, tmp_path / "game.html"))
        assert page.page.locator(".defaults li").count() == 0
        page.close()


def test_the_list_of_runs_says_how_many_steps_were_played_on_defaults(offline_run, tmp_path):
    run = tmp_path / "runs" / "run"
    shutil.copytree(offline_run.path, run)
    overview = run / "overview.jsonl"
    first, _, rest = overview.read_text().partition("\n")
    overview.write_text(first.replace('"defaulted_steps": 0', '"defaulted_steps": 1000') + "\n" + rest)
    shutil.copytree(offline_run.path, tmp_path / "runs" / "broken")
    (tmp_path / "runs" / "broken" / "overview.jsonl").write_text("[]")
    with viewing(tmp_path / "runs") as address, chromium() as browser:
        page = browser.new_page()
        page.goto(address)
        texts = [row.inner_text() for row in page.locator("tbody tr").all()]
        assert sum("did not play" in text for text in texts) == 1
        assert any(re.search(r"7,000\s+of \d+ steps", text) for text in texts)
        page.close()
