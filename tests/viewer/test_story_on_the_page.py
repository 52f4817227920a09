"""What the page tells of the game as a whole: who plays what, who broke which word, and where it turned."""

import json
import re
import shutil
from pathlib import Path

import pytest
from browsing import Visit, chromium, exported, records, viewing, write_records
from command_runs import CommandRun
from playwright.sync_api import expect

from ai_diplomacy.viewer.deeds import Deeds

pytestmark = pytest.mark.slow

LONG_ID = "openrouter:anthropic/claude-3-5-sonnet-20241022@https://models.example/v1"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def game(offline_run: CommandRun, tmp_path_factory) -> str:
    return exported(offline_run.path, tmp_path_factory.mktemp("story") / "game.html")


@pytest.fixture(scope="module")
def told(offline_run: CommandRun) -> dict:
    """Word and deed of the game, as its server tells of it."""
    return json.loads(json.dumps(Deeds(offline_run.path).document()))


@pytest.fixture
def visit(browser):
    opened = []

    def opener(url: str, **how) -> Visit:
        opened.append(Visit(browser, url, **how))
        return opened[-1]

    yield opener
    for each in opened:
        assert each.said == []
        each.close()


def edited(run: CommandRun, folder: Path, change) -> Path:
    """A copy of a run whose events were changed."""
    shutil.copytree(run.path, folder)
    events = records(folder / "events.jsonl")
    change(events)
    write_records(folder / "events.jsonl", events)
    return folder


def test_the_head_says_who_plays_what_in_short_and_what_became_of_it(visit, offline_run, tmp_path):
    def rename(events):
        events[0]["models"]["FRANCE"] = events[0]["config"]["models"]["FRANCE"] = LONG_ID

    folder = edited(offline_run, tmp_path / "run", rename)
    page = visit(exported(folder, tmp_path / "game.html") + "#S1901M/summary")
    seats = page.page.locator(".seats li")
    assert seats.count() == 7
    france = page.page.locator(".seats li[data-power=FRANCE]")
    assert france.locator(".short").inner_text() == "claude-3-5-sonnet"
    assert LONG_ID in france.locator("button").get_attribute("title")
    # The whole id stands in the text of the page once.
    assert page.page.locator("body").inner_text().count(LONG_ID) == 1
    ending = [event for event in records(folder / "events.jsonl") if event["type"] == "run_finished"][-1]
    most = max(map(len, ending["centers"].values()))
    leaders = {power for power, centers in ending["centers"].items() if len(centers) == most}
    assert set(page.page.locator(".seats li.best").evaluate_all("all => all.map(one => one.dataset.power)")) == leaders
    for power, centers in ending["centers"].items():
        assert str(len(centers)) in page.page.locator(f".seats li[data-power={power}] .ends").inner_text()
    expect(page.page.locator("h1")).to_contain_text(ending["phase"])


def test_a_game_whose_calls_mostly_failed_says_so_at_once(visit, offline_run, tmp_path):
    def fail(events):
        for number, event in enumerate(event for event in events if event["type"] == "reply_read"):
            event["verdict"] = "failed" if number % 2 else event["verdict"]

    folder = edited(offline_run, tmp_path / "run", fail)
    page = visit(exported(folder, tmp_path / "game.html"), width=390)
    banner = page.page.locator(".defaults.banner li").first.inner_text()
    reads = sum(event["type"] == "reply_read" for event in records(folder / "events.jsonl"))
    assert banner.startswith(f"{reads // 2} of {reads} calls failed")


def test_every_promise_has_a_row_with_its_verdict(visit, game, told):
    page = visit(f"{game}#S1901M/deeds")
    expect(page.page.locator(".deed").first).to_be_visible()
    shown = page.page.locator(".deed").evaluate_all(
        "all => all.map(({dataset}) => [dataset.phase, dataset.from, dataset.to, dataset.verdict])"
    )
    assert shown == [[row["phase"], row["from"], row["to"], row["verdict"]] for row in told["promises"]][: len(shown)]
    assert len(shown) == min(150, len(told["promises"]))
    page.page.get_by_role("button", name="Broken only").click()
    assert page.page.url.endswith("#S1901M/deeds/broken")
    broken = [row for row in told["promises"] if row["verdict"] == "broken"]
    assert broken
    assert page.page.locator(".deed").count() == len(broken)
    first = page.page.locator(".deed").first.inner_text()
    for part in (broken[0]["promise"], broken[0]["said"], broken[0]["quote"], ", ".join(broken[0]["ordered"])):
        assert part in first
    page.page.locator(".tools [data-power=FRANCE]").click()
    assert page.page.url.endswith("#S1901M/deeds/broken+FRANCE")
    rows = page.page.locator(".deed")
    assert rows.count() == sum("FRANCE" in (row["from"], row["to"]) for row in broken)
    page.go("S1901M/deeds/broken")
    page.page.locator(".deed .when").last.click()
    expect(page.page.locator(".phase-name .code")).to_have_text(broken[-1]["decided"])
    page.page.go_back()
    page.page.locator(".deed .quoted").first.click()
    expect(page.page).to_have_url(re.compile(f"#{broken[0]['phase']}/press"))


def test_stabs_and_moments_are_links(visit, game, told):
    page = visit(game)
    stabs = [row for row in told["stabs"] if row["stab"]]
    assert stabs
    expect(page.page.locator(".stabs li")).to_have_count(min(12, len(stabs)))
    assert stabs[0]["said"] in page.page.locator(".stabs li").first.inner_text()
    page.page.locator(".stabs a").first.click()
    expect(page.page.locator(".phase-name .code")).to_have_text(stabs[0]["phase"])
    assert page.page.locator(".deed").count()


def test_the_line_of_time_is_one_stop_and_marks_what_happened(visit, game, told, offline_run):
    page = visit(game)
    expect(page.page.locator(".happenings .mark.stab")).to_have_count(
        len({row["phase"] for row in told["stabs"] if row["stab"]})
    )
    events = records(offline_run.path / "events.jsonl")
    captures = [event["phase"] for event in events if event["type"] == "phase_adjudicated" and event["captures"]]
    assert page.page.locator(".happenings .mark.takes").count() == len(captures)
    assert page.page.locator("nav.time a, nav.time [tabindex='0']").count() == 1
    line = page.page.get_by_role("slider", name="Phase")
    line.focus()
    page.press("End", "ArrowLeft")
    assert page.phase == "F1902M"
    assert line.get_attribute("aria-valuetext").startswith("Fall 1902")
    band = page.page.locator(".timeline .band").bounding_box()
    page.page.mouse.click(band["x"] + 2, band["y"] + band["height"] / 2)
    assert page.phase == "S1901M"


def test_a_field_of_the_relations_opens_the_thread_of_the_two(visit, game, offline_run):
    page = visit(f"{game}#F1901M/relations")
    page.page.locator("td[data-from=FRANCE][data-to=GERMANY] a").click()
    expect(page.page).to_have_url(re.compile(r"#F1901M/press/FRANCE\+GERMANY$"))
    page.page.get_by_role("button", name="Public").click()
    bodies = [
        event["body"]
        for event in records(offline_run.path / "events.jsonl")
        if event["type"] == "message_delivered" and {"FRANCE", "GERMANY"} <= {event["sender"], *event["recipients"]}
    ]
    assert page.page.locator(".message .prose").all_inner_texts() == bodies
    assert page.page.locator(".conversation.here").get_attribute("data-phase") == "F1901M"
    page.go("S1902M/press/FRANCE+GERMANY")
    here = page.page.locator(".conversation.here")
    assert here.get_attribute("data-phase") == "S1902M"
    expect(here.locator("h3")).to_be_in_viewport()
    page.go("F1901M/press/FRANCE+GERMANY")
    page.page.get_by_role("button", name="Whole game").click()
    assert page.page.url.endswith("#F1901M/press")
    assert page.page.locator(".conversation").count() == 1
    page.page.reload()
    page.go("S1902M/press/FRANCE+GERMANY")
    assert len(page.page.locator(".message .prose").all_inner_texts()) >= len(bodies)


def test_an_address_that_leads_nowhere_says_so(visit, game):
    page = visit(f"{game}#S1899M/nonsense")
    expect(page.page.locator(".note.unknown")).to_be_visible()
    expect(page.page.locator(".note.unknown")).to_contain_text("no phase S1899M")
    expect(page.page.locator(".note.unknown")).to_contain_text("no view nonsense")
    page.go("S1901M/curves")
    expect(page.page.get_by_role("tab", name="Centres")).to_have_attribute("aria-selected", "true")
    assert not page.page.locator(".note.unknown").is_visible()


def test_a_game_that_has_not_begun_says_who_will_play_and_that_it_is_live(browser, offline_run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(offline_run.path, folder)
    whole = (folder / "events.jsonl").read_bytes()
    (folder / "events.jsonl").write_bytes(whole[: whole.index(b"\n") + 1])
    (folder / "calls.jsonl").write_bytes(b"")
    with viewing(folder) as address:
        page = browser.new_page()
        page.goto(address)
        expect(page.locator("#loading .state")).to_have_text(re.compile("live"))
        assert page.locator("#loading .cast dt").count() == 7
        (folder / "calls.jsonl").write_bytes((offline_run.path / "calls.jsonl").read_bytes())
        (folder / "events.jsonl").write_bytes(whole)
        expect(page.locator(".map .unit").first).to_be_visible(timeout=20_000)
        expect(page.locator(".happenings .mark.stab").first).to_be_attached(timeout=30_000)
        page.close()
