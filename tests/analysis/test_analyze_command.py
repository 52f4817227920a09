"""The command: what it prints and writes, that it escapes, shows baselines and provenance, and what it refuses."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
from analysis.making import POWERS, call, config, one_year, write_run

from ai_diplomacy.command.main import main

NASTY = "openai:<script>alert(1)</script>&"


def run(*flags):
    try:
        return main(["analyze", *map(str, flags)])
    except SystemExit as stopped:
        return int(stopped.code or 0)


def games(folder, count=6, player="openai:some", centers=5):
    seats = dict.fromkeys(POWERS, "bot:random") | {"FRANCE": player}
    for number in range(count):
        ended = one_year({"FRANCE": centers + number % 3, "ITALY": 4, "TURKEY": 3})
        write_run(folder / str(number), config(seats, seed=number), ended, [call(cost=None if number == 2 else 0.5)])
    return folder


class Checker(HTMLParser):
    """Well-formed enough: what is opened is closed, in order."""

    VOID = ("meta", "br")

    def __init__(self):
        super().__init__()
        self.open = []
        self.tags = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.slow
def test_the_files_of_a_folder(tmp_path, capsys):
    games(tmp_path / "games")
    assert run(tmp_path / "games") == 0
    said = capsys.readouterr().out
    out = tmp_path / "games" / "analysis"
    assert f"report: {out / 'report.html'}" in said.replace("\n", "")
    assert "openai:some" in said
    assert "bot:random" in said
    # A bot that did not play has no row anywhere.
    assert "bot:hold" not in said + (out / "report.html").read_text()
    assert "unknown" in said
    document = json.loads((out / "analysis.json").read_text())
    assert document["measures"]["provenance"][0]["games"] == 6
    for table in document:
        name = out / f"{table}.csv"
        rows = list(csv.DictReader(name.read_text().splitlines()))
        assert len(rows) == len(document[table]["rows"])
        assert all(row["versions"] and row["configs"] and row["seeds"] == "0 1 2 3 4 5" for row in rows)
    rows = {
        (row["player"], row["measure"]): row for row in csv.DictReader((out / "measures.csv").read_text().splitlines())
    }
    assert float(rows["openai:some", "centers"]["mean"]) == pytest.approx(6)
    assert rows["openai:some", "cost"]["mean"] == ""
    assert rows["openai:some", "cost"]["unknown"] == "1"
    assert rows["bot:random", "centers"]["baseline"] == "1"


@pytest.mark.slow
def test_on_the_terminal_the_answer_comes_first_and_no_line_is_over_100_columns(tmp_path, capsys):
    games(tmp_path / "games", player="openai:a-model-whose-name-is-much-longer-than-a-column-of-a-table")
    assert run(tmp_path / "games") == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.match(r"(Nobody leads for certain: )?openai:a-model", lines[0])
    assert max(map(len, lines[:-1])) <= 100
    assert lines[-1].startswith("report: ")


@pytest.mark.slow
def test_the_same_games_make_the_same_files(tmp_path):
    games(tmp_path / "games")
    for out in ("one", "two"):
        assert run(tmp_path / "games", "--out", tmp_path / out) == 0
    files = [file.relative_to(tmp_path / "one") for file in (tmp_path / "one").rglob("*.*")]
    assert len(files) > 40
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_page_is_one_file_escaped_with_its_pictures_inside(tmp_path):
    games(tmp_path / "games", player=NASTY)
    assert run(tmp_path / "games") == 0
    page = (tmp_path / "games" / "analysis" / "report.html").read_text()
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    assert "script" not in checker.tags
    assert "&lt;script&gt;" in page
    assert set(re.findall(r'(?:src|href)="(?!#)([^"]*)', page)) == {f"../run/{number}/" for number in range(6)}
    assert "prefers-color-scheme: dark" in page
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) >= 3
    for picture in pictures:
        ElementTree.fromstring(picture)
        assert "currentColor" in picture
    assert page.count('class="from"') == 1


def test_ids_in_the_pictures_do_not_collide(tmp_path):
    games(tmp_path / "games")
    assert run(tmp_path / "games") == 0
    page = (tmp_path / "games" / "analysis" / "report.html").read_text()
    pictures = [set(re.findall(r' id="([^"]+)"', picture)) for picture in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    used = [set(re.findall(r'(?:href="#|url\(#)([^")]+)', p)) for p in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    assert sum(map(len, pictures)) == len(set().union(*pictures))
    assert all(wanted <= ids for wanted, ids in zip(used, pictures, strict=True))


@pytest.mark.slow
def test_two_folders_are_compared(tmp_path, capsys):
    games(tmp_path / "one", count=30)
    games(tmp_path / "two", count=30, centers=9)
    assert run(tmp_path / "one", tmp_path / "two", "--out", tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "Holm" in said
    document = json.loads((tmp_path / "out" / "analysis.json").read_text())
    table = document["comparison"]
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    found = {(row["player"], row["measure"]) for row in rows if row["p_holm"] < 0.05}
    assert ("openai:some", "centers") in found
    assert not any(player == "bot:random" and measure.startswith(("kept", "legal")) for player, measure in found)
    assert all(row["measure"] != "cost" for row in rows if row["player"] == "openai:some")
    assert [origin["games"] for origin in table["provenance"]] == [30, 30]
    assert (tmp_path / "out" / "comparison.csv").is_file()


@pytest.mark.slow
def test_parquet_tables_hold_every_row_under_documented_columns(offline_run, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra: pip install '.[parquet]'")
    from ai_diplomacy.analysis.read_games import read_game

    assert run(offline_run.path, "--out", tmp_path / "out", "--parquet") == 0
    game = read_game(offline_run.path, offline_run.path)
    for name, rows in (
        ("orders", game.orders),
        ("messages", game.messages),
        ("calls", game.calls),
        ("phases", game.phases),
        ("pledges", game.promised),
        ("minds", game.minds),
        ("seats", game.players),
    ):
        table = parquet.read_table(tmp_path / "out" / f"{name}.parquet")
        assert table.num_rows == len(rows)
        assert all(b"description" in field.metadata for field in table.schema)
        assert (
            json.loads(parquet.read_metadata(tmp_path / "out" / f"{name}.parquet").metadata[b"provenance"])["games"]
            == 1
        )
    calls = parquet.read_table(tmp_path / "out" / "calls.parquet").to_pylist()
    assert sum(row["input_tokens"] for row in calls) == sum(row.input_tokens for row in game.calls)
    notes = parquet.read_table(tmp_path / "out" / "minds.parquet").to_pylist()
    assert {"goal", "relationship", "diary", "intent"} <= {row["note"] for row in notes}
    story = (offline_run.path / "powers" / "FRANCE.md").read_text()
    assert all(row["text"] in story for row in notes if (row["note"], row["power"]) == ("goal", "FRANCE"))
    seats = parquet.read_table(tmp_path / "out" / "seats.parquet").to_pylist()
    assert sum(row["final_centers"] for row in seats) == sum(game.ending.centers.values())


def test_the_columns_are_described_in_the_documentation():
    from pathlib import Path

    from ai_diplomacy.analysis.parquet import COLUMNS, GAME

    text = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text()
    for columns in (GAME, *COLUMNS.values()):
        assert all(f"`{name}`" in text for name in columns)


@pytest.mark.parametrize(
    ("given", "problem"), [(["nowhere"], "'nowhere' is not a folder"), ([], "required"), (["."], "no run was found")]
)
def test_bad_input_is_one_line_and_exit_2(tmp_path, monkeypatch, capsys, given, problem):
    monkeypatch.chdir(tmp_path)
    assert run(*given) == 2
    said = capsys.readouterr().err
    assert problem in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_narrow_terminal_folds_figures_and_leaves_nothing_out():
    from ai_diplomacy.analysis.terminal import grid_of
    from ai_diplomacy.game.display import GameConsole

    written = io.StringIO()
    grid = grid_of("Scores", ("player",), ("sum-of-squares score", "survival", "positions to tell"))
    grid.add_row("openai:some-long-name", "0.143 ± 0.008\n[-1148.25, 1122.75]†", "100.0 %", "101,189")
    GameConsole(file=written, width=40).print(grid)
    shown = [[cell.strip() for cell in line[1:-1].split("│")] for line in written.getvalue().splitlines()]
    columns = ["".join(cells) for cells in zip(*(row for row in shown if len(row) == 4), strict=True)]
    assert "…" not in written.getvalue()
    assert columns == ["openai:some-long-name", "0.143 ±0.008[-1148.25,1122.75]†", "100.0%", "101,189"]
