"""The report in a browser: nothing is wider than the screen, nothing is asked of anybody, dark follows the reader."""

import pytest
from analysis.making import POWERS, config, one_year, write_run
from viewer.browsing import chromium

from ai_diplomacy.command.main import main

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("games")
    names = dict(zip(POWERS, ["a player with a very long name " * 3, "two", "three", "four"] * 2, strict=False))
    for number in range(5):
        write_run(folder / str(number), config("bot:random", seed=number), one_year({"FRANCE": 3 + number, "ITALY": 4}))
    (folder / "players.json").write_text(str({str(n): names for n in range(5)}).replace("'", '"'))
    assert main(["analyze", str(folder)]) == 0
    return folder / "analysis" / "report.html"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen_in_light_and_dark(report, browser, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    letters = page.evaluate(
        "[...document.querySelectorAll('svg text')].map(text => text.getBoundingClientRect().height)"
    )
    assert len(letters) > 20
    assert min(letters) >= 8
    assert said == []
    assert asked == [report.as_uri()]
