"""The map and what it answers: names that can be read, orders in words, provinces, one power's orders, and the film."""

import pytest
from browsing import Visit, chromium, exported, records
from command_runs import CommandRun, play_by_command
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

READABLE = """() => {
    const shown = text => text.getClientRects().length && getComputedStyle(text).display !== 'none';
    const scale = document.querySelector('.map').getScreenCTM().a;
    const boxes = all => [...document.querySelectorAll(all)].filter(shown).map(each => each.getBoundingClientRect());
    const names = [...document.querySelectorAll('.names text')].filter(shown);
    const sizes = [...document.querySelectorAll('.map text')].filter(shown).map(text => {
        const m = text.getScreenCTM();
        return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(m.a, m.b);
    });
    const units = boxes('.unit .token');
    const covered = names.filter(name => {
        const a = name.getBoundingClientRect();
        const beside = b => a.left >= b.right - 1 || a.right <= b.left + 1;
        return units.some(b => !beside(b) && a.top < b.bottom - 2 && a.bottom > b.top + 2);
    });
    return { least: Math.min(...sizes), names: names.length, covered: covered.map(name => name.textContent), scale };
}"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def game(offline_run: CommandRun, tmp_path_factory) -> str:
    return exported(offline_run.path, tmp_path_factory.mktemp("map") / "game.html")


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


@pytest.mark.parametrize(("width", "height", "fewest"), [(1440, 900, 60), (1024, 768, 45), (390, 844, 25)])
def test_names_can_be_read_and_lie_under_no_unit(visit, game, width, height, fewest):
    page = visit(f"{game}#F1902M/orders", width=width, height=height)
    page.page.wait_for_function("document.querySelector('.names text[x]')")
    seen = page.page.evaluate(READABLE)
    assert seen["least"] >= 9
    assert seen["covered"] == []
    assert seen["names"] >= fewest
    # Nothing but sea lies beyond the outermost units.
    page.page.get_by_role("button", name="Closer").click()
    closer = page.page.evaluate(READABLE)
    assert closer["scale"] > seen["scale"]
    assert closer["least"] >= 9
    assert closer["covered"] == []


def test_an_order_lights_its_arrow_and_the_map_says_it_in_words(visit, game, offline_run):
    page = visit(f"{game}#S1901M/orders")
    told = next(event for event in records(offline_run.path / "events.jsonl") if event["type"] == "phase_adjudicated")
    order = next(order for order in told["orders"]["TURKEY"] if " - " in order)
    page.page.locator(f".panel [data-order='{order}']").hover()
    lit = page.page.locator(".map .order.lit")
    assert lit.evaluate_all("all => all.map(each => each.dataset.order)") == [order]
    unit = " ".join(order.split()[:2])
    page.page.locator(f".map .unit[data-unit='{unit}']").hover()
    assert page.page.locator(".panel .orders li.lit").evaluate_all("all => all.map(each => each.dataset.order)") == [
        order
    ]
    assert page.page.locator(".readout").inner_text().startswith("Turkey\u2019s ")
    assert " moves to " in page.page.locator(".readout").inner_text()


def test_a_province_tells_its_unit_its_orders_and_its_owners(visit, game, offline_run):
    page = visit(f"{game}#W1902A/orders")
    page.page.get_by_role("combobox", name="A province").select_option("BUL")
    card = page.page.get_by_role("region", name="Province")
    expect(card.locator("h3")).to_contain_text("Bulgaria")
    owners: list[tuple[str, str]] = [("S1901M", "nobody")]
    for event in records(offline_run.path / "events.jsonl"):
        if event["type"] == "phase_started":
            owner = next((power for power, centers in event["centers"].items() if "BUL" in centers), "nobody")
            if owner.title() != owners[-1][1].title():
                owners.append((event["phase"], owner))
    shown = card.locator(".owners li").all_inner_texts()
    assert len(shown) == len(owners)
    for line, (phase, owner) in zip(shown, owners, strict=True):
        assert phase in line
        assert owner.lower() in line.lower()
    card.get_by_role("link", name="S1901M").click()
    expect(page.page.locator(".phase-name .code")).to_have_text("S1901M")
    page.page.locator(".map .unit[data-unit='A VIE']").click()
    expect(card.locator("h3")).to_contain_text("Vienna")
    assert "Austria\u2019s army Vienna" in card.inner_text()
    card.get_by_role("button", name="Close").click()
    assert not card.is_visible()


def test_a_seat_leaves_its_orders_alone_on_the_map(visit, game):
    page = visit(f"{game}#S1901M/orders")
    everybody = page.page.locator(".map .order").count()
    page.page.locator(".seats button[data-power=RUSSIA]").click()
    powers = page.page.locator(".map .order").evaluate_all("all => all.map(each => each.dataset.power)")
    assert set(powers) == {"RUSSIA"}
    page.press("ArrowRight")
    powers = page.page.locator(".map .order").evaluate_all("all => all.map(each => each.dataset.power)")
    assert set(powers) <= {"RUSSIA"}
    page.press("ArrowLeft")
    page.page.locator(".seats button[data-power=RUSSIA]").click()
    assert page.page.locator(".map .order").count() == everybody


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_played_the_moves_are_seen_and_said(visit, game, offline_run, motion):
    page = visit(f"{game}#F1901M/orders")
    page.page.emulate_media(reduced_motion=motion)
    told = [event for event in records(offline_run.path / "events.jsonl") if event["type"] == "phase_adjudicated"][1]
    page.page.get_by_role("combobox", name="Speed").select_option("0.5")
    page.page.get_by_role("button", name="Play").click()
    expect(page.page.locator(".deed-caption")).not_to_have_text("")
    moving = page.page.evaluate("document.querySelector('.units').getAnimations({ subtree: true }).length")
    moves = [order for orders in told["orders"].values() for order in orders if " - " in order and " S " not in order]
    if motion == "reduce":
        assert moving == 0
    else:
        assert moving >= len([order for order in moves if " C " not in order])
    page.page.get_by_role("button", name="Pause").click()
    expect(page.page.locator(".deed-caption")).to_have_text("")
    assert page.page.evaluate("document.querySelector('.units').getAnimations({ subtree: true }).length") == 0


def test_a_tap_says_the_order_and_shows_the_province(browser, game):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{game}#S1901M/orders")
    page.locator(".map .unit[data-unit='A VIE']").tap()
    expect(page.get_by_role("region", name="Province").locator("h3")).to_contain_text("Vienna")
    expect(page.locator(".readout")).to_contain_text("Austria\u2019s army Vienna ")
    context.close()


def test_two_fingers_bring_the_map_closer(browser, game):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{game}#S1901M/orders")
    page.wait_for_selector(".map .unit")
    box = page.locator(".map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    device = context.new_cdp_session(page)

    def touch(kind: str, *apart: int) -> None:
        points = [{"x": x + side * far, "y": y, "id": side + 2} for far in apart for side in (-1, 1)]
        device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 30)
    for far in (45, 60, 90):
        touch("touchMove", far)
    touch("touchEnd")
    expect(page.locator(".map.close")).to_have_count(1)
    width = float(page.locator(".map").get_attribute("viewBox").split()[2])
    page.get_by_role("button", name="Whole map").click()
    assert width < 0.5 * float(page.locator(".map").get_attribute("viewBox").split()[2])
    context.close()


def test_no_two_powers_of_a_larger_map_share_a_colour(visit, tmp_path):
    play_by_command(tmp_path / "run", "--map", "modern", "--end_at_phase", "S1994M", "--num_negotiation_rounds", "0")
    page = visit(exported(tmp_path / "run", tmp_path / "game.html"))
    colours = page.page.locator(".seat").evaluate_all("all => all.map(each => each.style.getPropertyValue('--power'))")
    assert len(colours) == len(set(colours)) == 10
