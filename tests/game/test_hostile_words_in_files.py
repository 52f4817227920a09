"""A game whose models write what misleads a reader or a program: every file holds it as that kind of file may."""

import base64
import csv
import io
import json
import re
import unicodedata
import zlib

import pytest
from staging import HOLD, SCRIPTED, ScriptedModel, by_step, play, seats

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.files import write_files
from ai_diplomacy.analysis.terminal import show
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.display import GameConsole
from ai_diplomacy.records.cleaning import cleaned
from ai_diplomacy.viewer.export import exported
from ai_diplomacy.viewer.watching import WatchedRun

UNSEEN = "\u061c\u200b\u200d\u200e\u202e\u2066\u2060\ufeff\u009b31m\x1b[2J\U000e0041\U000e007f\u00ad\U000e0101"
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
WORDS = f"=HYPERLINK({UNSEEN}never)"
ANSWERS = by_step(
    **{
        step: "=" + json.dumps(answer)
        for step, answer in {
            "initialize": {"goals": [WORDS], "relationships": {}},
            "negotiate": {"diary": WORDS, "messages": [{"to": [WORDS, "ENGLAND"], "text": WORDS}]},
            "plan": {"directive": WORDS},
            "order": {"orders": [f"A PAR - {WORDS}", f"`{WORDS}`"], "reasoning": WORDS, "intent": WORDS},
            "reflect": {"diary": WORDS, "goals": [f"{WORDS}2"]},
            "consolidate": {"summary": WORDS},
        }.items()
    }
)


def misleading(text: str) -> set[str]:
    """The letters in it that nobody sees, or that a terminal obeys."""
    return {
        letter
        for letter in text
        if letter not in "\n\r\t" and (unicodedata.category(letter) in ("Cc", "Cf", "Cs") or letter == "\U000e0101")
    }


@pytest.fixture
async def run(tmp_path):
    config = GameConfig(
        models=seats(HOLD, FRANCE=SCRIPTED), max_year=1901, rounds=1, planning=True, end_at_phase="F1901M"
    )
    return await play(tmp_path / "run", config, ScriptedModel(ANSWERS))


async def test_the_records_keep_every_word_and_what_people_read_holds_no_letter_that_is_not_seen(run):
    assert json.loads(run.calls[0]["reply"]["text"].removeprefix("="))["goals"] == [WORDS]
    assert run.saved["phases"][0]["state_agents"]["FRANCE"]["directive"] == WORDS.replace("\x1b", "")
    for name in ("powers/FRANCE.md", "powers/ENGLAND.md", "game_manifesto.txt", "general_game.log"):
        assert not misleading((run.path / name).read_text()), name
    assert "~~`A PAR - =HYPERLINK( 31m[2Jnever)`~~" in (run.path / "powers" / "FRANCE.md").read_text()


async def test_the_page_and_its_export_show_none_either(run):
    watched = WatchedRun(run.path)
    told = [await watched.document(), *[await watched.call(line) for line in range(1, len(run.calls) + 1)]]
    for data in told:
        assert b"never" in data
        assert not misleading(data.decode())
    page = exported(run.path)
    (document,) = re.findall(r'data-part="document">(.*?)</script>', page)
    assert not misleading(zlib.decompress(base64.b64decode(document), -15).decode())


async def test_no_cell_of_the_table_of_calls_is_a_formula_and_its_text_can_be_had_back(run):
    written = (run.path / "llm_responses.csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    assert [row["raw_response"].removeprefix("'") for row in rows] == [call["reply"]["text"] for call in run.calls]
    assert not any(cell.startswith(FORMULAS) for row in rows for cell in row.values())


async def test_no_name_of_a_player_misleads_in_an_analysis(run, tmp_path):
    names = {"run": {power: f"={power}{UNSEEN}" for power in run.saved["phases"][0]["orders"]}}
    (tmp_path / "players.json").write_text(json.dumps(names))
    analysis = analyze(tmp_path)
    written = write_files(tmp_path / "out", analysis)
    assert not misleading((tmp_path / "out" / "report.html").read_text())
    for path in written:
        if path.suffix == ".csv":
            cells = [cell for row in csv.reader(path.read_bytes().decode().splitlines(True)) for cell in row]
            assert not any(cell.startswith(FORMULAS) and not number(cell) for cell in cells), path
    screen = io.StringIO()
    show(analysis, GameConsole(file=screen, width=200))
    assert "FRANCE" in screen.getvalue()
    assert not misleading(screen.getvalue())


def number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("begun", ["=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''", "harmless", ""])
def test_a_cell_that_begins_like_a_formula_gets_a_mark_that_its_reader_takes_away(begun):
    cell = cleaned(begun, "table")
    assert not cell.startswith(FORMULAS)
    assert cell.removeprefix("'") == begun


@pytest.mark.parametrize("kind", ["line", "text", "story", "story_code"])
def test_what_is_not_seen_goes_and_every_other_letter_stays(kind):
    assert cleaned(f"Grüße{UNSEEN}, Москва 東京 🇫🇷", kind).replace("\\", "") == "Grüße 31m [2J, Москва 東京 🇫🇷"
