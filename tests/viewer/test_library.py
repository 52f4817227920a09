"""The library as its reader sees it: games in one table, filtered and sorted by its address, cards beside them, and the
same as a folder of files."""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from browsing import ROOT, Visit, chromium, records, viewing, write_records

from ai_diplomacy.viewer.library import Library
from ai_diplomacy.viewer.listed_games import listed_game
from ai_diplomacy.viewer.server import address
from ai_diplomacy.viewer.shelf import Shelf

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def library(offline_run, tmp_path_factory) -> Path:
    """A tournament of two games and its report, a game that was stopped, a fork of other models, an examination."""
    folder = tmp_path_factory.mktemp("library") / "results"
    cup = folder / "cup"
    for number in (1, 2):
        shutil.copytree(offline_run.path, cup / "games" / f"000{number}")
    players = {"FRANCE": HOSTILE, "ITALY": "challenger"}
    (cup / "games" / "players.json").write_text(json.dumps({"0001": players, "0002": players}))
    agreed = {"format": 1, "settings": {"schedule": "round_robin", "players": {HOSTILE: {}}}, "games": [{}, {}, {}]}
    (cup / "tournament.json").write_text(json.dumps(agreed))
    (cup / "analysis").mkdir()
    link = '<link rel="icon" href="data:,"><p>A report</p><a href="../run/games%2F0002/">0002</a>'
    (cup / "analysis" / "report.html").write_text(link)
    stopped = folder / "stopped #1"
    shutil.copytree(offline_run.path, stopped)
    told = records(stopped / "events.jsonl")
    write_records(stopped / "events.jsonl", told[: len(told) // 2])
    (stopped / "overview.jsonl").unlink()
    fork = folder / "forks" / "1"
    shutil.copytree(offline_run.path, fork)
    events = records(fork / "events.jsonl")
    config = events[0]["config"] | {"models": dict(events[0]["config"]["models"], FRANCE="bot:dumbbot")}
    forked = {"type": "run_forked", "time": 0.0, "source": "results/one", "phase": "F1901M"}
    forked["settings"] = [{"after": "", "config": events[0]["config"]}, {"after": "S1901M", "config": config}]
    write_records(fork / "events.jsonl", [events[0], forked, *events[1:]])
    (fork / "overview.jsonl").unlink()
    exam = folder / "exam"
    exam.mkdir()
    start = {
        "type": "run_started",
        "time": 1.0,
        "config": {"exam": {"model": "openai:gpt-4o", "bank": "1", "positions": 9}},
    }
    write_records(exam / "events.jsonl", [start])
    (exam / "card.json").write_text(json.dumps({"regret": {"percent": {"mean": 12.34, "low": 10, "high": 15}}}))
    (exam / "card.md").write_text("# Examination of gpt-4o\n")
    for path in folder.rglob("*.jsonl"):
        os.utime(path, (1e9, 1e9))
    return folder


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def served(library):
    with viewing(library) as url:
        yield url


@pytest.fixture
def visit(browser, served):
    pages = []

    def look(where: str = "", ready: str = "main", **size: int) -> Visit:
        url = where if "://" in where else f"{served.rstrip('/')}/{where.lstrip('/')}"
        pages.append(Visit(browser, url, ready=ready, **size))
        return pages[-1]

    yield look
    for page in pages:
        assert page.said == []
        page.close()


def names(visit: Visit) -> list[str]:
    return visit.page.eval_on_selector_all("tbody tr[data-game]", "rows => rows.map(row => row.dataset.game)")


def test_a_game_is_told_by_its_own_models_and_final_centres(library, offline_run):
    _, game = listed_game(library / "cup" / "games" / "0001")
    ending = records(offline_run.path / "events.jsonl")[-1]
    assert {seat.power: seat.centers for seat in game.seats} == {
        power: len(owned) for power, owned in ending["centers"].items()
    }
    counts = json.loads((offline_run.path / "overview.jsonl").read_text().splitlines()[0])["errors_by_power"]
    assert game.counts["broken_on_purpose"] == sum(row["broken_on_purpose"] for row in counts.values())
    assert (game.state, game.outcome, game.years, game.phase, game.cost) == ("ended", "limit", 2, "W1902A", 0.0)
    most = max(len(owned) for owned in ending["centers"].values())
    assert {len(ending["centers"][power]) for power in game.first} == {most}
    assert {seat.player for seat in game.seats if seat.power == "FRANCE"} == {HOSTILE}


def test_a_fork_names_its_own_models(library):
    _, game = listed_game(library / "forks" / "1")
    assert {seat.power: seat.model for seat in game.seats}["FRANCE"] == "bot:dumbbot"
    assert game.forked == "one"


def test_what_a_stopped_game_never_told_is_unknown(library):
    _, game = listed_game(library / "stopped #1")
    assert (game.state, game.cost, game.defaulted, set(game.counts.values())) == ("stopped", None, None, {None})
    assert sum(seat.centers or 0 for seat in game.seats) >= 22


def test_a_list_is_read_again_only_where_something_changed(library, monkeypatch):
    shelf = Shelf(Library(library))
    before = shelf.document(address, {})
    monkeypatch.setattr("ai_diplomacy.viewer.shelf.listed_game", lambda path: pytest.fail(f"{path} is read again"))
    assert shelf.document(address, {}) == before
    assert [game["name"] for game in before["games"]] == ["cup/games/0001", "cup/games/0002", "forks/1", "stopped #1"]


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_the_list_has_room_at_every_width(visit, width):
    shown = visit(width=width)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    main = shown.page.locator("main").bounding_box()
    table = shown.page.locator(".games").bounding_box()
    assert main
    assert table
    assert table["width"] > 0.9 * main["width"]
    assert table["x"] + table["width"] <= width


def test_seats_show_player_and_centres_and_outside_text_stays_text(visit):
    shown = visit()
    seat = shown.page.locator('[data-game="cup/games/0001"] [data-power="FRANCE"]')
    assert HOSTILE in (seat.get_attribute("title") or "")
    assert re.search(rf"France\s*\d+\s*{re.escape(HOSTILE)}", seat.inner_text())
    assert shown.page.locator("script:not([src])").count() == 0
    assert "unknown" in shown.page.locator('[data-game="stopped #1"] .told-cost').inner_text()


def test_filters_and_order_are_in_the_address(visit):
    shown = visit()
    page = shown.page
    assert len(names(shown)) == 4
    page.get_by_label("State").select_option("stopped")
    assert names(shown) == ["stopped #1"]
    assert page.evaluate("location.hash") == "#state=stopped"
    assert "1 of 4 games" in page.locator("[role=status]").inner_text()
    page.get_by_role("button", name="clear").click()
    page.get_by_label("Player").select_option("challenger")
    page.get_by_label("Power").select_option("FRANCE")
    assert names(shown) == []
    page.get_by_role("button", name="Show all games").click()
    page.get_by_label("Player").select_option("bot:dumbbot")
    assert names(shown) == ["forks/1"]
    page.get_by_role("button", name="clear").click()
    shown.press("/")
    page.keyboard.type("cup 0002")
    assert names(shown) == ["cup/games/0002"]
    assert page.evaluate("location.hash") == "#q=cup+0002"
    page.get_by_role("button", name="clear").click()
    game = page.get_by_role("columnheader", name="Game").get_by_role("button")
    game.focus()
    shown.press("Enter")
    shown.press("Enter")
    assert names(shown)[0] == "stopped #1"
    assert page.get_by_role("columnheader", name="Game").get_attribute("aria-sort") == "descending"
    again = visit("#sort=game&order=down")
    assert names(again) == names(shown)


def test_what_is_not_known_comes_last_in_either_order(visit):
    for order in ("up", "down"):
        shown = names(visit(f"#sort=cost&order={order}"))
        assert set(shown[2:]) == {"forks/1", "stopped #1"}


def test_tournaments_and_examinations_are_cards(visit):
    shown = visit()
    cup = shown.page.locator('[data-tournament="cup"]').inner_text()
    assert "2 of 3 games ended, 1 not begun" in cup
    assert HOSTILE in cup
    assert "12.3 %" in shown.page.locator('[data-exam="exam"]').inner_text()
    shown.page.get_by_role("link", name="its games").click()
    assert sorted(names(shown)) == ["cup/games/0001", "cup/games/0002"]
    for link, text in (("its report", "A report"), ("its card", "Examination of gpt-4o")):
        led = shown.page.get_by_role("link", name=link).evaluate("link => link.href")
        assert text in shown.page.request.get(led).text()


def test_a_game_leads_to_its_neighbours_and_back(visit):
    shown = visit("run/cup%2Fgames%2F0001/", ".map .unit")
    page = shown.page
    assert page.get_by_role("link", name="Previous game").count() == 0
    page.get_by_role("link", name="Next game: cup/games/0002").click()
    page.wait_for_selector(".map .unit")
    assert page.get_by_role("link", name="Previous game: cup/games/0001").count() == 1
    page.get_by_role("link", name="all runs").click()
    page.wait_for_selector(".games")


def test_what_is_not_there_is_said_with_a_way_back(browser, served, library, visit):
    page = browser.new_page()
    for where in ("run/nothing/", "elsewhere", "run/cup/"):
        answer = page.goto(f"{served}{where}")
        assert answer
        assert answer.status == 404
        assert page.get_by_role("heading").inner_text() == "Nothing is here"
        page.get_by_role("link", name="all runs of results").click()
        page.wait_for_selector(".games")
    page.close()
    (library / "new").mkdir()
    (library / "new" / "events.jsonl").touch()
    try:
        shown = visit("run/new/")
        assert "has not begun" in shown.page.get_by_role("heading").inner_text()
        assert shown.page.get_by_role("link", name="all runs").get_attribute("href") == "/"
    finally:
        shutil.rmtree(library / "new")


def test_an_empty_folder_says_what_to_do(browser, tmp_path):
    with viewing(tmp_path) as url:
        shown = Visit(browser, url, ready="main")
        assert "There is no run in this folder yet." in shown.page.locator("main").inner_text()
        assert shown.said == []
        shown.close()


def export(folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ai_diplomacy", "export", str(folder), "-o", str(out)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.fixture(scope="module")
def site(library, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("site") / "pages"
    done = export(library, out)
    assert (done.returncode, done.stderr) == (0, "")
    return out


@pytest.mark.parametrize("hosted", [False, True])
def test_an_exported_folder_is_walked_from_list_to_game_to_report(visit, site, hosted):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        home = f"http://127.0.0.1:{server.server_port}/" if hosted else (site / "index.html").as_uri()
        shown = visit(home)
        page = shown.page
        assert len(names(shown)) == 4
        page.get_by_role("link", name="stopped #1").click()
        page.wait_for_selector(".map .unit")
        page.get_by_role("link", name="Previous game: forks/1").click()
        page.wait_for_selector(".map .unit")
        page.get_by_role("link", name="all runs").click()
        page.wait_for_selector(".games")
        page.get_by_role("link", name="its report").click()
        page.get_by_role("link", name="0002").click()
        page.wait_for_selector(".map .unit")
        assert "cup/games/0002" in page.url
        if hosted:
            assert all(url.startswith((home, "data:")) for url in shown.asked)
    finally:
        server.shutdown()
        server.server_close()


def test_an_export_is_made_again_over_itself_alone(library, site, tmp_path):
    (site / "mine.txt").write_text("mine")
    smaller = tmp_path / "results"
    shutil.copytree(library, smaller, ignore=shutil.ignore_patterns("forks"))
    assert (site / "run" / "forks" / "1" / "index.html").is_file()
    assert export(smaller, site).returncode == 0
    assert not (site / "run" / "forks" / "1" / "index.html").exists()
    assert (site / "mine.txt").read_text() == "mine"
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.tex").write_text("years of work")
    refused = export(library, full)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "is not empty, and no export" in refused.stderr
    assert [path.name for path in full.iterdir()] == ["thesis.tex"]
    inside = export(library, smaller / "stopped #1" / "pages")
    assert (inside.returncode, inside.stderr.count("\n")) == (2, 1)
    nothing = export(full, tmp_path / "new")
    assert (nothing.returncode, (tmp_path / "new").exists()) == (2, False)
