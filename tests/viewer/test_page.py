"""The page in a real browser: it shows the run's truth, runs nothing that a model wrote, and asks nobody else."""

import json
import shutil
from pathlib import Path

import pytest
from browsing import Visit, chromium, exported, records, run_of, viewing, write_records
from command_runs import CommandRun, play_by_command
from playing import recorded_game
from playwright.sync_api import expect

from ai_diplomacy.analysis.read_games import read_game
from ai_diplomacy.analysis.scores import scores

pytestmark = pytest.mark.slow

HOSTILE = (
    "<script>window.hit = 'script'</script><img src=x onerror=\"window.hit = 'image'\">"
    "<a href=\"javascript:window.hit = 'link'\">x</a><svg onload=\"window.hit = 'svg'\"></svg></script>"
    "<!-- `${window.hit = 'template'}`"
)
LONG = "y" * 100_000


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def game(offline_run: CommandRun, tmp_path_factory) -> str:
    """The address of the exported offline game."""
    return exported(offline_run.path, tmp_path_factory.mktemp("page") / "game.html")


@pytest.fixture(scope="module")
def hostile(offline_run: CommandRun, tmp_path_factory) -> Path:
    """A run in which everything that a model may write is an attack."""
    folder = tmp_path_factory.mktemp("runs") / "<b>hostile"
    shutil.copytree(offline_run.path, folder)
    events = records(folder / "events.jsonl")
    events[0]["models"]["FRANCE"] = events[0]["config"]["models"]["FRANCE"] = f"openai:{HOSTILE}"
    for number, event in enumerate(events):
        for field in ("body", "text", "reasoning", "intent", "directive", "summary"):
            if field in event:
                event[field] = f"{HOSTILE} {number} {LONG if number in (45, 46) else ''}"
        if "goals" in event:
            event["goals"] = [HOSTILE]
        if event.get("power") == "FRANCE" and "model" in event:
            event["model"] = f"openai:{HOSTILE}"
        if event["type"] == "reply_read":
            event["problems"] = [HOSTILE]
        if event["type"] == "orders_submitted":
            event["illegal_first"] = [{"text": HOSTILE, "reason": HOSTILE}]
    write_records(folder / "events.jsonl", events)
    calls = records(folder / "calls.jsonl")
    for call in calls:
        call["model"] = f"openai:{HOSTILE}"
        call["request"]["prompt"] = call["request"]["system"] = call["reply"]["text"] = HOSTILE
    write_records(folder / "calls.jsonl", calls)
    return folder


@pytest.fixture
def visit(browser):
    opened = []

    def opener(url: str, **how) -> Visit:
        opened.append(Visit(browser, url, **how))
        return opened[-1]

    yield opener
    for each in opened:
        each.close()


def comes_to(visit: Visit, phase: str) -> None:
    expect(visit.page.locator(".phase-name .code")).to_have_text(phase)


def at_ease(visit: Visit) -> None:
    assert visit.said == []


def test_every_phase_shows_what_the_run_tells(visit, game, offline_run):
    page = visit(game)
    phases = [event for event in records(offline_run.path / "events.jsonl") if event["type"] == "phase_started"]
    for number, told in enumerate(phases):
        assert page.phase == told["phase"]
        assert page.units() == {power: sorted(units) for power, units in told["units"].items() if units}
        assert page.owners() == {power: sorted(centers) for power, centers in told["centers"].items() if centers}
        page.press("ArrowRight")
        assert (page.phase == told["phase"]) == (number == len(phases) - 1)
    at_ease(page)
    assert page.asked == [game]


def test_orders_are_drawn_and_failures_are_marked(visit, game, offline_run):
    page = visit(game)
    told = [event for event in records(offline_run.path / "events.jsonl") if event["type"] == "phase_adjudicated"]
    failures = 0
    for event in told:
        page.go(f"{event['phase']}/orders")
        orders = [order for orders in event["orders"].values() for order in orders]
        drawn = page.page.eval_on_selector_all(".map .order", "all => all.map(each => each.dataset.order)")
        assert sorted(drawn) == sorted(order for order in orders if order.split()[-1] not in ("D", "WAIVE"))
        assert page.page.locator(".panel .orders li").count() == len(orders)
        failed = page.page.eval_on_selector_all(".map .order.failed", "all => all.map(each => each.dataset.order)")
        assert {" ".join(order.split()[:2]) for order in failed} == set(event["results"])
        failures += len(failed)
    assert failures


def test_a_message_is_found_and_its_prompt_is_one_click_away(visit, game, offline_run):
    events = records(offline_run.path / "events.jsonl")
    message = [event for event in events if event["type"] == "message_delivered" and event["phase"] == "F1901M"][5]
    page = visit(f"{game}#S1901M/press")
    page.page.get_by_role("searchbox").fill(message["body"])
    found = page.page.locator(".message").first
    assert message["body"] in found.inner_text()
    found.get_by_role("link").click()
    comes_to(page, "F1901M")
    found.get_by_role("button", name="prompt & reply").click()
    call = next(
        call
        for call in records(offline_run.path / "calls.jsonl")
        if (call["key"]["phase"], call["key"]["power"], call["key"]["step"], call["key"]["round"])
        == (message["phase"], message["sender"], "negotiate", message["round"])
    )
    expect(page.page.locator("dialog .prompt pre")).to_have_text(call["request"]["prompt"], use_inner_text=False)
    assert page.page.locator("dialog .prompt pre").text_content() == call["request"]["prompt"]
    assert page.page.locator("dialog .reply pre").text_content() == call["reply"]["text"]
    assert page.page.locator("dialog .system pre").text_content() == call["request"]["system"]
    page.press("Escape")
    assert not page.page.locator("dialog").is_visible()
    at_ease(page)


def test_the_prompt_behind_an_order(visit, game, offline_run):
    page = visit(f"{game}#S1902M/orders")
    page.page.locator(".card[data-power=TURKEY]").get_by_role("button", name="prompt").first.click()
    page.page.locator("dialog .prompt").wait_for()
    asked = [
        call["request"]["prompt"]
        for call in records(offline_run.path / "calls.jsonl")
        if (call["key"]["phase"], call["key"]["power"], call["key"]["step"]) == ("S1902M", "TURKEY", "order")
    ]
    assert page.page.locator("dialog .prompt pre").text_content() == asked[0]


def test_calls_say_how_they_were_read_or_that_they_failed_or_came_too_late(visit, offline_run, tmp_path):
    shutil.copytree(offline_run.path, tmp_path / "run")
    events, calls = (records(tmp_path / "run" / name) for name in ("events.jsonl", "calls.jsonl"))
    late = json.loads(json.dumps(calls[3])) | {"late": True}
    del calls[3]["reply"]
    calls[3]["failure"] = {"kind": "late", "message": "no answer before the phase's deadline"}
    write_records(tmp_path / "run" / "calls.jsonl", [*calls, late])
    read = next(
        event for event in events if event["type"] == "reply_read" and event["power"] == calls[5]["key"]["power"]
    )
    read |= {"verdict": "repaired", "problems": ["a comma too many"]}
    write_records(tmp_path / "run" / "events.jsonl", events)
    assert read["step"] == calls[5]["key"]["step"]
    page = visit(f"{exported(tmp_path / 'run', tmp_path / 'game.html')}#{calls[3]['key']['phase']}/calls")

    def row(line: int) -> list[str]:
        button = page.page.locator(f"button[data-call='{line}']")
        return page.page.locator("tr", has=button).locator("td").all_inner_texts()

    assert row(4)[1:3] == ["failed", "no answer before the phase's deadline"]
    assert row(len(calls) + 1)[1] == "too late"
    assert row(6)[1] == "repaired"
    assert row(7)[1] == "ok"
    page.page.locator("tr", has=page.page.locator("button[data-call='6']")).locator("td").nth(2).click()
    assert page.page.locator("dialog .problems").inner_text() == "a comma too many"
    at_ease(page)


def test_messages_between_two_powers(visit, game, offline_run):
    page = visit(f"{game}#F1901M/press")
    for power in ("FRANCE", "GERMANY"):
        page.page.locator(f".tools [data-power={power}]").click()
    page.page.get_by_role("button", name="Public").click()
    told = [
        event["body"]
        for event in records(offline_run.path / "events.jsonl")
        if event["type"] == "message_delivered"
        and event["phase"] == "F1901M"
        and {"FRANCE", "GERMANY"} <= {event["sender"], *event["recipients"]}
    ]
    shown = page.page.locator(".message .prose").all_inner_texts()
    assert told
    assert sorted(shown) == sorted(told)
    assert page.page.locator(".tools [aria-pressed=true]").count() == 2


def test_a_message_that_was_edited_is_shown_with_what_was_written(visit, offline_run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(offline_run.path, folder)
    events = records(folder / "events.jsonl")
    at, sent = next((at, event) for at, event in enumerate(events) if event["type"] == "message_delivered")
    place = {name: sent[name] for name in ("time", "phase", "round", "sender", "recipients")}
    edits = [{"before": "Old words", "after": sent["body"]}, {"before": "Never sent", "after": None}]
    told = [{"type": "message_edited", **place, **edit, "edit": "", "problem": ""} for edit in edits]
    write_records(folder / "events.jsonl", [*events[:at], *told, *events[at:]])
    page = visit(exported(folder, tmp_path / "game.html") + f"#{sent['phase']}/press")
    page.page.locator("details.edited summary").click()
    expect(page.page.locator("details.edited .prose")).to_have_text("Old words")
    expect(page.page.locator(".message.back")).to_contain_text("dropped in this fork")
    expect(page.page.locator(".message.back .prose")).to_have_text("Never sent")
    at_ease(page)


def test_pledges_are_shown_as_they_were_judged(visit, game, offline_run):
    page = visit(game)
    judged = [event for event in records(offline_run.path / "events.jsonl") if event["type"] == "pledge_judged"]
    assert {event["kept"] for event in judged} == {True, False}
    classes = {"kept": "kept", "broken": "broken"}
    for phase in sorted({event["phase"] for event in judged}):
        page.go(f"{phase}/press")
        shown = page.page.eval_on_selector_all(
            ".pledges li", "all => all.map(each => [each.querySelector('code').textContent, each.className])"
        )
        told = [[each["pledged"], classes.get(each["verdict"], "ended")] for each in judged if each["phase"] == phase]
        assert sorted(shown) == sorted(told)


def test_the_matrix_follows_the_phase(visit, game, offline_run):
    page = visit(f"{game}#S1901M/relations")
    held: dict = {}
    phases = iter(["S1901M", "F1901M", "W1901A", "S1902M"])
    for event in records(offline_run.path / "events.jsonl"):
        if event["type"] in ("initialized", "reflected") and event["phase"] in ("S1901M", "F1901M", "W1901A"):
            held[event["type"], event["phase"], event["power"]] = event["relationships"]
    now = {power: held["initialized", "S1901M", power] for power in {key[2] for key in held}}
    reflected: dict = {}
    for phase in phases:
        if phase.endswith("M"):
            # What was thought while the winter was played counts from the next turn on.
            now |= reflected
        shown = page.page.eval_on_selector_all(
            ".matrix td.feeling", "all => all.map(each => [each.dataset.from, each.dataset.to, each.dataset.feeling])"
        )
        assert page.phase == phase
        assert {tuple(cell) for cell in shown} == {
            (power, other, word) for power, words in now.items() for other, word in words.items()
        }
        reflected |= {power: held["reflected", phase, power] for power in now if ("reflected", phase, power) in held}
        page.press("ArrowRight")


def test_counts_equal_the_files(visit, game, offline_run):
    page = visit(f"{game}#S1901M/summary")
    counts, _, _ = [json.loads(line) for line in (offline_run.path / "overview.jsonl").read_text().splitlines()]
    text = page.page.locator(".panel").inner_text()
    scored = scores(read_game(offline_run.path, offline_run.path))

    def cells(table: str, power: str) -> list[str]:
        rows = page.page.get_by_role("region", name=table).locator("tbody tr", has_text=power.title())
        return rows.locator("td").all_inner_texts()

    centers = {power: score.centers for power, score in scored.items()}
    for power, figures in counts["errors_by_power"].items():
        row = cells("Results", power)
        assert row[0] == str(1 + sum(count > centers[power] for count in centers.values()))
        assert row[3:5] == [f"{scored[power].draw_size:.3f}", f"{scored[power].sum_of_squares:.3f}"]
        assert row[5] == f"{figures['input_tokens'] + figures['output_tokens']:,}"
        promised = figures["pledges_kept"] + figures["pledges_broken"]
        kept = f"{figures['pledges_kept']} of {promised}" if promised else "\u2013"
        assert cells("Words and orders", power)[:2] == [str(figures["messages_sent"]), kept]
    assert f"{counts['spending']['total']['calls']}" in text
    assert f"{counts['spending']['total']['input_tokens']:,}" in text


def test_the_keyboard_is_enough(visit, game):
    page = visit(game)
    page.press("End")
    assert page.phase == "W1902A"
    page.press("Home", "5")
    assert page.page.get_by_role("tab", name="Minds").get_attribute("aria-selected") == "true"
    page.page.get_by_role("tab", name="Minds").focus()
    page.press("ArrowRight")
    assert page.page.get_by_role("tab", name="Relations").get_attribute("aria-selected") == "true"
    assert page.phase == "S1901M"
    page.page.get_by_role("slider", name="Phase").focus()
    page.press("ArrowRight", "ArrowRight", "ArrowRight")
    comes_to(page, "S1902M")
    assert page.page.url.endswith("#S1902M/relations")
    page.page.evaluate("document.activeElement.blur()")
    page.press(" ")
    comes_to(page, "F1902M")
    page.press(" ")
    assert page.page.get_by_role("button", name="Play").count() == 1


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wider_than_a_phone(visit, game, dark):
    page = visit(game, width=390, height=844, dark=dark)
    for key in "123456789":
        page.press(key)
        assert page.page.evaluate("document.documentElement.scrollWidth") == 390
    at_ease(page)


def test_the_map_equals_the_engines_positions(visit, offline_run, tmp_path):
    """All positions of a recorded human game, 50 and more."""
    recorded = recorded_game(1)
    config = records(offline_run.path / "events.jsonl")[0]["config"]
    run_of(recorded, tmp_path / "run", config)
    page = visit(exported(tmp_path / "run", tmp_path / "game.html"))
    page.press("Home")
    compared = dislodged = 0
    for phase in recorded["phases"]:
        if phase["name"] == "COMPLETED":
            break
        state = phase["state"]
        assert page.phase == phase["name"]
        assert page.units() == {power: sorted(units) for power, units in state["units"].items() if units}
        assert page.owners() == {power: sorted(centers) for power, centers in state["centers"].items() if centers}
        compared += 1
        dislodged += any(unit[0] == "*" for units in state["units"].values() for unit in units)
        page.press("ArrowRight")
    assert compared >= 50
    assert dislodged
    at_ease(page)


def untouched(page: Visit) -> None:
    """Looks at everything of a hostile run."""
    for phase in ("S1901M", "F1901M"):
        for tab in (
            *("story", "press", "press/FRANCE+GERMANY", "orders", "deeds", "minds/FRANCE"),
            *("relations", "curves", "calls", "summary"),
        ):
            page.go(f"{phase}/{tab}")
            comes_to(page, phase)
    page.go("S1901M/press")
    page.page.get_by_role("button", name="All", exact=True).click()
    expect(page.page.locator(".message .prose").first).to_contain_text(HOSTILE)
    more = page.page.get_by_role("button", name="show all").first
    more.click()
    expect(page.page.locator(".messages")).to_contain_text(LONG)
    page.page.locator(".message").get_by_role("button", name="prompt").first.click()
    assert page.page.locator("dialog .reply pre").text_content() == HOSTILE
    assert HOSTILE[:30] in page.page.locator("dialog").inner_text()
    assert page.page.evaluate("window.hit") is None
    # Nothing that was written has become an element.
    assert page.page.locator("img, iframe, a[href^=javascript]").count() == 0
    assert page.page.locator("svg[onload]").count() == 0


def test_what_models_write_is_text_in_an_exported_page(visit, hostile, tmp_path):
    page = visit(exported(hostile, tmp_path / "game.html"))
    untouched(page)
    at_ease(page)
    assert {url.partition("#")[0] for url in page.asked} == {(tmp_path / "game.html").as_uri()}


def test_what_models_write_is_text_on_the_served_page(visit, hostile):
    with viewing(hostile.parent) as address:
        page = visit(f"{address}run/%3Cb%3Ehostile/")
        untouched(page)
        at_ease(page)
        assert all(url.startswith(address) for url in page.asked)
        # The policy would stop a script even if one came into the page.
        page.page.evaluate(
            "() => { const script = document.createElement('script'); script.textContent = 'window.hit = 2';"
            " document.body.append(script); }"
        )
        assert page.page.evaluate("window.hit") is None
        assert any("Content Security Policy" in text for text in page.said)
        page.page.goto(address)
        assert page.page.get_by_role("link").all_inner_texts() == ["<b>hostile"]
        page.close()


def test_a_live_game_goes_on_without_a_reload(visit, tmp_path):
    play_by_command(tmp_path / "run", "--end_at_phase", "S1901M", "--num_negotiation_rounds", "1")
    with viewing(tmp_path / "run") as address:
        page, other = visit(address), visit(address)
        assert page.phase == "S1901M"
        page.page.evaluate("window.marked = true")
        play_by_command(tmp_path / "run", "--end_at_phase", "F1901M", "--override")
        for each in (page, other):
            comes_to(each, "F1901M")
        expect(page.page.locator(".outcome")).to_contain_text("The game ends after F1901M")
        assert page.page.evaluate("window.marked")
        adjudicated = [
            each for each in records(tmp_path / "run" / "events.jsonl") if each["type"] == "phase_adjudicated"
        ]
        assert page.page.locator(".map .order").count() == sum(map(len, adjudicated[-1]["orders"].values()))
        at_ease(page)
        page.close()
        other.close()


@pytest.mark.parametrize("dark", [False, True])
def test_light_and_dark_follow_the_system_and_the_button(visit, game, dark):
    page = visit(game, dark=dark)

    def look() -> tuple[str, str]:
        return tuple(
            page.page.evaluate(
                "() => { const style = getComputedStyle(document.body); return [style.backgroundColor, style.color] }"
            )
        )

    light, night = ("rgb(244, 239, 228)", "rgb(34, 40, 45)"), ("rgb(20, 25, 29)", "rgb(232, 227, 216)")
    assert look() == (night if dark else light)
    page.page.get_by_role("button", name="Light or dark").click()
    assert look() == (light if dark else night)
    page.page.reload()
    page.page.wait_for_selector(".map .unit")
    assert look() == (light if dark else night)
    page.page.get_by_role("button", name="Light or dark").click()
    assert look() == (night if dark else light)
    at_ease(page)
