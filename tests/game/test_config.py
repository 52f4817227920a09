"""Settings: who plays whom, which phases are played, and one clear line for everything that cannot be."""

import argparse
import json
from pathlib import Path

import pytest

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.command.flags import add_flags
from ai_diplomacy.game import config
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.models.call_settings import CallSettings
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.records.settings import declared

POWERS = terrain().powers
OFFLINE = ModelId("offline", "")


def test_one_id_is_for_all_and_none_is_the_offline_model():
    assert config.checked_models(None, POWERS) == dict.fromkeys(POWERS, OFFLINE)
    assert config.checked_models("bot:dumbbot", POWERS) == dict.fromkeys(POWERS, ModelId("bot", "dumbbot"))


def test_seven_ids_go_by_the_alphabet_and_names_win_over_order():
    ids = "offline,bot:hold,offline,offline:random,offline,offline,bot:random"
    by_order = config.checked_models(ids, POWERS)
    assert by_order["ENGLAND"] == ModelId("bot", "hold")
    assert by_order["GERMANY"] == ModelId("offline", "random")
    by_name = config.checked_models(" turkey = bot:hold , FRANCE=bot:random", POWERS)
    assert by_name["TURKEY"] == ModelId("bot", "hold")
    assert by_name["AUSTRIA"] == OFFLINE


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("offline," * 5 + "offline", "6 values for 7 powers"),
        ("SPAIN=offline", "unknown power 'SPAIN'"),
        ("FRANCE=offline,FRANCE=bot:hold", "FRANCE is given twice"),
        ("FRANCE=offline,bot:hold", "give every entry as POWER=value, or none"),
        ("FRANCE=", "is empty"),
        ("gpt", "unknown provider"),
        ("offline:clever", "unknown model 'offline:clever'"),
        ("bot:", "names no model"),
        ("bot:deep", "unknown model 'bot:deep'"),
    ],
)
def test_seats_that_make_no_sense_are_refused_in_one_line(text, problem):
    with pytest.raises(ConfigError, match="--models: ") as refused:
        config.checked_models(text, POWERS)
    assert problem in str(refused.value)
    assert "\n" not in str(refused.value)


def test_limits_of_the_game():
    game = GameConfig(models=dict.fromkeys(POWERS, OFFLINE), max_year=1902, end_at_phase="F1902M")
    assert game.is_within_limits("S1901M")
    assert game.is_within_limits("F1902M")
    assert not game.is_within_limits("F1902R")
    assert not game.is_within_limits("W1902A")
    assert GameConfig(models={}, max_year=1902).is_within_limits("W1902A")
    assert not GameConfig(models={}, max_year=1902).is_within_limits("S1903M")


@pytest.mark.parametrize("text", ["F1901", "X1901M", "S1901A", "W1901M", "S1900M", "F1903M", "s01m", ""])
def test_phases_that_cannot_occur_are_refused(text):
    with pytest.raises(ConfigError, match="--end_at_phase: "):
        config.checked_end_phase(text, terrain(), 1902)


def test_the_year_is_counted_from_the_map():
    assert config.checked_max_year(None, terrain()) == 1910
    assert config.checked_max_year(None, terrain("modern")) == 2003
    with pytest.raises(ConfigError, match="1900 is before 1901"):
        config.checked_max_year(1900, terrain())


def test_token_limits_and_prompt_folders_go_by_seat_too():
    limits = config.checked_counts("--max_tokens_per_model", "tokens", "1,2,3,4,5,6,7", POWERS)
    assert limits["ENGLAND"] == 2
    with pytest.raises(ConfigError, match="'many' is not a number of tokens"):
        config.checked_counts("--max_tokens_per_model", "tokens", "many", POWERS)
    folders = config.checked_prompts("ITALY=/tmp/p", POWERS)
    assert folders["ITALY"] == Path("/tmp/p")
    assert folders["FRANCE"].name == "prompts"


def test_the_document_of_a_configuration_shows_no_key():
    secret = ModelId("offline", "", None, "secret-key")
    document = GameConfig(models=dict.fromkeys(POWERS, secret), max_year=1901).document()
    assert "secret-key" not in str(document)


EVERYTHING = GameConfig(
    models=dict.fromkeys(POWERS, OFFLINE),
    max_year=1903,
    seed=4,
    rounds=1,
    planning=True,
    truth_tags=True,
    provisional_orders=True,
    civil_disorder="owned",
    reflect="beside",
    end_at_phase="F1902M",
    prompts={"ITALY": Path("/tmp/p")},
    max_tokens=dict.fromkeys(POWERS, 77),
    constrain=dict.fromkeys(POWERS, "orders"),
    memory={"ITALY": 3},
    edits=("drop S1902M 1 FRANCE>ITALY",),
    context_window=4096,
    temperature=0.5,
    max_messages=3,
    max_message_characters=99,
    calls=CallSettings(
        5,
        hedge=True,
        max_cost_usd=1.5,
        max_tokens_total=10_000,
        deadline=20.0,
        phase_deadline=60.0,
        max_unusable_steps=7,
    ),
)


def test_all_settings_survive_their_document():
    written = json.loads(json.dumps(EVERYTHING.document()))
    assert GameConfig.from_document(written) == EVERYTHING
    default = GameConfig(models=dict.fromkeys(POWERS, OFFLINE), max_year=1910).document()
    assert all(written[key] != default[key] for key in written.keys() - {"map", "models"})


def test_every_setting_has_a_flag():
    parser = argparse.ArgumentParser()
    add_flags(parser)
    flags = vars(parser.parse_args([]))
    for setting in (*declared(GameConfig).values(), *declared(CallSettings).values()):
        assert flags[setting.flag] is None


SINCE = {
    "truth_tags": False,
    "provisional_orders": False,
    "civil_disorder": "home",
    "max_unusable_steps": 0,
    "reflect": "before",
    "constrain": dict.fromkeys(POWERS, "shape"),
    "memory": {},
    "context_window": None,
    "edits": [],
}
"""Settings that the first runs did not have -> how those were played."""


@pytest.mark.parametrize("key", SINCE)
def test_a_document_from_before_there_was_a_setting_means_what_was_done_then(key):
    document = EVERYTHING.document()
    del document[key]
    assert GameConfig.from_document(document).document() == EVERYTHING.document() | {key: SINCE[key]}


@pytest.mark.parametrize("key", sorted(EVERYTHING.document().keys() - SINCE))
def test_a_document_without_a_setting_is_refused_in_one_line(key):
    document = EVERYTHING.document()
    del document[key]
    with pytest.raises(ConfigError, match=f"^the settings of the run do not name '{key}'$"):
        GameConfig.from_document(document)


@pytest.mark.parametrize(
    ("key", "value"), [("max_year", "soon"), ("num_negotiation_rounds", -1), ("deadline", None), ("max_tokens", 5)]
)
def test_a_document_with_a_value_that_cannot_be_is_refused_in_one_line(key, value):
    with pytest.raises(ConfigError, match=f"^the settings of the run: {key} cannot be {value!r}$"):
        GameConfig.from_document(EVERYTHING.document() | {key: value})
