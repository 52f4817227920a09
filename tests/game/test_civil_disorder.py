"""Whom a power loses that disbands too few: by its home centres or by those it owns, the same in every kind of play."""

import json
import shutil
from dataclasses import replace

import pytest
from board.playing import position
from staging import SCRIPTED, Run, ScriptedModel, by_step, play, seats
from test_going_on import go_on

from ai_diplomacy.board.board import Board
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.run.create import fork_run
from ai_diplomacy.run.history import read_history
from ai_diplomacy.run.replay import replay

MARCH = by_step(
    order='{"orders": ["A MAR - SPA", "A PAR - PIC", "F BRE - MAO", "F MAO - POR", "A PIC H", "A SPA H", "F POR H"]}'
)
"""France goes to Iberia and leaves its home to others: it owns Spain and Portugal when it has a unit too many."""
GAME = GameConfig(models=seats(ModelId("bot", "dumbbot"), FRANCE=SCRIPTED), max_year=1903, rounds=0, seed=1)
LOST = {"home": ["F POR D"], "owned": ["A PIC D"]}


async def played(path, rule) -> Run:
    return await play(path, replace(GAME, civil_disorder=rule), ScriptedModel(MARCH))


def lost(run) -> list[str]:
    return run.orders()["W1903A"]["FRANCE"]


@pytest.mark.parametrize("rule", LOST)
async def test_played_gone_on_with_forked_and_played_again_the_rule_is_the_same(tmp_path, rule):
    run = await played(tmp_path / "run", rule)
    assert lost(run) == LOST[rule]
    history = read_history(run.path, DIPLOMACY)
    assert history.settings.first.civil_disorder == rule
    assert (await replay(history, DIPLOMACY)).ended
    broken = shutil.copytree(run.path, tmp_path / "broken")
    lines = (broken / "events.jsonl").read_bytes().splitlines(keepends=True)
    winter = next(at for at, line in enumerate(lines) if b'"W1903A"' in line)
    (broken / "events.jsonl").write_bytes(b"".join(lines[:winter]))
    assert lost(await go_on(broken, model=ScriptedModel(MARCH))) == LOST[rule]
    fork_run(history, "F1902M", tmp_path / "fork", history.settings.first)
    assert lost(await go_on(tmp_path / "fork", model=ScriptedModel(MARCH))) == LOST[rule]


async def test_a_run_from_before_there_was_a_choice_has_the_engines_rule(tmp_path):
    run = await played(tmp_path / "run", "home")
    document = json.loads((run.path / "events.jsonl").read_text().splitlines()[0])["config"]
    assert document.pop("civil_disorder") == "home"
    assert GameConfig.from_document(document).civil_disorder == "home"
    with pytest.raises(ConfigError, match="civil_disorder cannot be 'newest'"):
        GameConfig.from_document(document | {"civil_disorder": "newest"})


def test_the_farthest_from_an_owned_centre_goes_fleets_first_then_by_name():
    saved = position(
        {"RUSSIA": ["A MOS", "A SYR", "F EAS", "A SMY"], "TURKEY": ["A ANK"]},
        centers={"RUSSIA": ["SMY"], "TURKEY": ["ANK"]},
        phase="W1901A",
    ).to_saved_game()
    home, owned = (Board.from_saved_game(saved, civil_disorder=rule) for rule in ("home", "owned"))
    assert home.situation("RUSSIA").disband_order == ("F EAS", "A SMY", "A SYR", "A MOS")
    assert owned.situation("RUSSIA").disband_order == ("A MOS", "F EAS", "A SYR", "A SMY")
    owned.adjudicate()
    assert owned.units["RUSSIA"] == ("A SMY",)


def test_whoever_owns_no_centre_loses_fleets_first_then_by_name():
    saved = position(
        {"RUSSIA": ["A MOS", "A WAR", "F SEV"], "TURKEY": ["A ANK"]}, centers={"TURKEY": ["ANK"]}, phase="W1901A"
    ).to_saved_game()
    board = Board.from_saved_game(saved, civil_disorder="owned")
    assert board.situation("RUSSIA").disband_order == ("F SEV", "A MOS", "A WAR")
