"""The report for its readers: the answer first, numbers two clicks from a game, tables and figures for papers."""

import csv
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
from analysis.making import POWERS, call, config, one_year, write_run
from viewer.browsing import chromium, viewing

from ai_diplomacy.command.main import main

NASTY = r"openai:5%_of$x & y^{2}~\\end{document}#|<b>`*"


class Links(HTMLParser):
    """Links and ids, where the rows of tables are, and what is the first paragraph."""

    def __init__(self, html):
        super().__init__()
        self.links, self.ids, self.rows, self.tags = [], set(), [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.tags.append((tag, told))
        self.ids |= {told["id"]} if "id" in told else set()
        if tag == "tr":
            self.rows.append([])
        if tag == "a":
            self.links.append(told["href"])
            if self.rows:
                self.rows[-1].append(told["href"])


def held(folder, player="openai:some", count=4):
    """Games of two players, of which one sits in every second power."""
    for number in range(count):
        seats = {power: player if (at + number) % 2 else "bot:random" for at, power in enumerate(POWERS)}
        centers = {"FRANCE": 5 + number, "ITALY": 4, "TURKEY": 3}
        calls = [call(power) for power, model in seats.items() if model == player]
        write_run(folder / "games" / f"{number:04}", config(seats, seed=number), one_year(centers), calls)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = held(tmp_path_factory.mktemp("report") / "tournament")
    assert main(["analyze", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def html(folder):
    return (folder / "analysis" / "report.html").read_text()


def test_the_answer_comes_first(html):
    first = re.search(r"<p.*?</p>", html[html.index("<main>") :], re.DOTALL)
    text = re.sub(r"<[^>]*>", "", first[0])
    assert re.fullmatch(r"(Nobody leads for certain: )?\S+ (is|leads) .* in 4 games.*\.", text)


def test_from_any_row_of_figures_two_clicks_lead_to_a_game(html):
    found = Links(html)
    ids = [link[1:] for link in found.links if link.startswith("#")]
    assert set(ids) <= found.ids
    games = {f"../run/games%2F{number:04}/" for number in range(4)}
    assert games == {link for link in found.links if not link.startswith("#")}
    behind = html[html.index('id="first-behind"') :]
    for anchor in (link[1:] for link in found.links if link.startswith("#first-player")):
        after = behind[behind.index(f'id="{anchor}"') :]
        assert re.search(r'href="\.\./run/', after)
    shown = [row for row in found.rows if row]
    assert len(shown) > 10


def test_every_table_has_a_name_and_can_be_reached_by_keyboard(html):
    regions = [told for tag, told in Links(html).tags if told.get("class") == "scroll"]
    assert len(regions) == html.count("<table>") > 5
    assert all(told["aria-label"] and told["tabindex"] == "0" for told in regions)
    assert html.count("<main>") == 1


def test_of_two_folders_every_region_has_a_name_of_its_own(folder, tmp_path):
    assert main(["analyze", str(folder), str(folder), "--out", str(tmp_path)]) == 0
    tags = Links((tmp_path / "report.html").read_text()).tags
    names = [told["aria-label"] for _, told in tags if "aria-label" in told]
    assert len(names) == len(set(names)) > 20


def test_no_row_says_nothing(html):
    body = html[html.index("<tbody>") :]
    for row in re.findall(r"<tr class=.*?</tr>", body, re.DOTALL):
        figures = re.findall(r'<td class=""[^>]*>(.*?)</td>', row, re.DOTALL)
        plain = [re.sub("<small>.*?</small>", "", figure) for figure in figures]
        assert not plain or any(re.search("[1-9a-z]", figure) for figure in plain), row


def test_figures_are_legible_in_one_column(folder):
    pictures = sorted((folder / "analysis" / "figures").glob("*.svg"))
    assert {"ratings", "places", "player_by_power", "centers_by_year", "cost_against_score"} <= {
        p.stem for p in pictures
    }
    for path in pictures:
        picture = ElementTree.parse(path).getroot()
        assert float(picture.get("width").removesuffix("pt")) <= 3.35 * 72
        sizes = [float(size) for size in re.findall(r"font: ([\d.]+)px", path.read_text())]
        assert min(sizes, default=7) >= 7
        image = path.with_suffix(".png").read_bytes()
        assert image.startswith(b"\x89PNG")
        assert int.from_bytes(image[16:20], "big") == 990


def test_tables_for_people_hold_what_the_page_holds(folder, html):
    names = {path.stem for path in (folder / "analysis" / "tables").glob("*.md")}
    assert names == {path.stem for path in (folder / "analysis" / "tables").glob("*.tex")}
    assert {"ratings", "player_by_power", "head_to_head", "places", "score", "games"} <= names
    markdown = (folder / "analysis" / "tables" / "places.md").read_text().splitlines()
    widths = {line.count("|") for line in markdown if line.startswith("|")}
    assert len(widths) == 1
    rows = list(csv.DictReader((folder / "analysis" / "games.csv").read_text().splitlines()))
    assert len(rows) == 4 * 7
    assert {row["player"] for row in rows} == {"openai:some", "bot:random"}


@pytest.mark.slow
def test_latex_compiles_whatever_players_are_called(tmp_path):
    latex = shutil.which("pdflatex")
    if latex is None:
        pytest.skip("no LaTeX (on Debian: apt-get install texlive-latex-recommended)")
    held(tmp_path / "t", NASTY)
    assert main(["analyze", str(tmp_path / "t")]) == 0
    tables = tmp_path / "t" / "analysis" / "tables"
    inputs = "\n".join(rf"\input{{{path.name}}}" for path in sorted(tables.glob("*.tex")))
    document = rf"""\documentclass{{article}}
\usepackage[utf8]{{inputenc}}\usepackage[T1]{{fontenc}}\usepackage{{textcomp}}\usepackage{{booktabs}}
\begin{{document}}
{inputs}
\end{{document}}"""
    (tables / "paper.latex").write_text(document)
    made = subprocess.run(
        [latex, "-interaction=nonstopmode", "-halt-on-error", "paper.latex"], cwd=tables, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stdout[-3000:]


@pytest.mark.slow
def test_in_the_library_a_number_leads_to_its_game(folder):
    with chromium() as browser, viewing(folder) as url:
        page = browser.new_page()
        said = []
        page.on("console", lambda told: said.append(told.text))
        page.goto(f"{url}analysis/report.html")
        assert page.evaluate("getComputedStyle(document.querySelector('main table')).borderCollapse") == "collapse"
        page.click("table a >> nth=0")
        assert page.evaluate("document.querySelector(':target').tagName") == "H3"
        page.click(":target + dl a >> nth=0")
        page.wait_for_selector(".map .unit")
        assert "/run/games%2F0" in page.url
        assert said == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1024, "dark"), (390, "light")])
def test_no_letter_is_small_and_nothing_leaves_the_screen(folder, width, scheme):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto((folder / "analysis" / "report.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        sizes = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(one => !one.closest('svg') && one.innerText?.trim())"
            ".map(one => parseFloat(getComputedStyle(one).fontSize))"
        )
        assert min(sizes) >= 9
        drawn = page.evaluate(
            "[...document.querySelectorAll('svg text')].map(one => one.getBoundingClientRect().height)"
        )
        assert min(drawn) >= 9


@pytest.mark.slow
def test_below_a_library_of_folders_it_leads_there_too(folder):
    with chromium() as browser, viewing(folder.parent) as url:
        page = browser.new_page()
        page.goto(url)
        page.click(f"text=Report of {folder.name}")
        page.wait_for_url(f"{url}in/{folder.name}/analysis/report.html")
        page.click("table a >> nth=0")
        page.click(":target + dl a >> nth=0")
        page.wait_for_selector(".map .unit")
        assert f"/run/{folder.name}%2Fgames%2F0" in page.url
