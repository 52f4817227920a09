"""Whatever a record holds, an import says in a line what is wrong, or makes a run that everybody can read."""

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from importing.foreign_games import human_game
from playing import recorded_game

from ai_diplomacy.analysis.read_games import read_game
from ai_diplomacy.importing.importing import import_games
from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.viewer.record import RunRecord


def record() -> dict[str, Any]:
    """Of three kinds of phases, with a mind."""
    document = human_game(recorded_game(3))
    document["phases"] = document["phases"][2:6]
    for phase in document["phases"]:
        phase["messages"] = phase["messages"][:2]
        phase["results"] = {"A PAR": ["bounce"], "F BRE": []}
        phase["state_agents"] = {
            "FRANCE": {
                "model_id": "acme/one",
                "goals": ["Take Spain"],
                "relationships": {"ITALY": "Ally"},
                "full_private_diary": ["[S1902M] Italy lies."],
            }
        }
        phase["state_history_plans"] = {"FRANCE": "Wait."}
    return document


RECORD = record()


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in entries:
        found += paths(below, (*at, key))
    return found


junk = st.sampled_from(
    [
        None, True, -1, 1.5, 10**400, "", "x", "COMPLETED", "FORMING", "S99999M", "W1902A", "A PAR", "*A PAR",
        "F SPA/NC", "A BUR R", "A PAR - BUR",
        "\ud83d", "\x00\x1b[31m", "x" * 5000, "\n# x", "a@http://b#c", "offline", "bot:hold",
        [], {}, [None], [[]], {"": 1}, {"FRANCE": None}, ["A PAR H", "A PAR H"], [1, "WAIVE"], {"france": ["A PAR H"]},
        {"A PAR": {"BUR": 1}}, {"A PAR": None},
    ]
)  # fmt: skip


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_record_is_a_clear_error_or_a_run_that_can_be_read(data: st.DataObject) -> None:
    document = copy.deepcopy(RECORD)
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(paths(document)))
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        if data.draw(st.booleans()):
            place[path[-1]] = data.draw(junk)
        else:
            del place[path[-1]]
        if not paths(document):
            break
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "game.json", Path(folder) / "out"
        file.write_text(json.dumps(document))
        try:
            imported = import_games([file], out)
        except ConfigError:
            assert not out.exists()
            return
        assert list(imported.runs) == ["game"]
        assert read_game(out / "game", out).ending is not None
        page = RunRecord(out / "game")
        page.read()
        page.document()


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b", "x" * 300, "\x1b[31m", "CON:", "é"])
def test_the_name_of_a_run_is_one_that_every_system_takes(name, tmp_path):
    from ai_diplomacy.importing.importing import _free_name

    found = _free_name(name, {})
    assert found.isascii()
    assert 0 < len(found) <= 60
    assert not found.startswith(".")
    assert "/" not in found


def csv_problems(tmp_path: Path, *rows: str) -> list[str]:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "lmvsgame.json").write_text(json.dumps(RECORD))
    head = "model,power,phase,response_type,raw_input,raw_response,success"
    (folder / "llm_responses.csv").write_text("\n".join([head, *rows]))
    found = import_games([folder], tmp_path / "out")
    return [problem for problem in found.runs["run"].problems if "llm_responses.csv" in problem]


def test_rows_that_have_no_place_in_the_game_are_counted_and_told_once(tmp_path):
    odd = ["acme,ATLANTIS,S1902M,order_generation,p,r,Success", "acme,FRANCE,S1999M,order_generation,p,r,Success", "x"]
    good = "acme,FRANCE,S1902M,order_generation,p,r,Success"
    assert csv_problems(tmp_path, good, *odd) == [
        "llm_responses.csv: 3 rows name no phase and power of the game: left out"
    ]


def test_a_cell_that_is_too_long_ends_what_is_read_of_the_table(tmp_path):
    good = "acme,FRANCE,S1902M,order_generation,p,r,Success"
    long = f"acme,FRANCE,S1902M,order_generation,{'p' * 5_000_000},r,Success"
    (problem,) = csv_problems(tmp_path, good, long, good)
    assert problem.endswith("no call behind line 2 is read")
    calls = (tmp_path / "out" / "run" / "calls.jsonl").read_text().splitlines()
    assert len(calls) == 1
