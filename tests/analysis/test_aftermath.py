"""After a stab: who hits back, who is friendly again, what third powers think and do; and the same without a stab."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from analysis.making import POWERS, acted, message

from ai_diplomacy.agent.events import Initialized, Reflected
from ai_diplomacy.analysis.aftermath import consequences
from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.breaches import breaches
from ai_diplomacy.analysis.dealings import dealings
from ai_diplomacy.analysis.read_games import read_game
from ai_diplomacy.analysis.tallies import tallies

WORD = message("F1901M", "FRANCE", "GERMANY", "I leave Munich alone.", "peace GERMANY")
STAB = {
    "S1901M": {"FRANCE": ["A PAR - BUR"], "GERMANY": ["A MUN - TYR"]},
    "F1901M": {"FRANCE": ["A BUR - MUN"], "GERMANY": ["F KIE - DEN"]},
}


def views(phase: str, power: str, levels: Mapping[str, str], kind=Reflected):
    return kind(power, phase, (), {other: levels.get(other, "Neutral") for other in POWERS if other != power})


def followed(folder, turns, told=(WORD,)):
    game = read_game(acted(folder / "run", STAB | turns, told), folder)
    return consequences(game, list(dealings(game)), list(breaches(game)))


def of_the_stab(found):
    (pair,) = [pair for pair in found.pairs if pair.stabbed]
    assert (pair.phase, pair.power, pair.other) == ("F1901M", "GERMANY", "FRANCE")
    return pair


@pytest.mark.parametrize(
    ("turns", "hit_back", "friendly"),
    [
        ({"S1902M": {"GERMANY": ["A BER - MUN"]}, "F1902M": {"GERMANY": ["A BER - MUN"]}}, True, False),
        ({"S1902M": {"GERMANY": ["A BER - MUN"]}, "F1902M": {}}, True, True),
        ({"S1902M": {"GERMANY": ["A TYR S A MUN"]}, "F1902M": {"GERMANY": ["A BER - MUN"]}}, True, True),
        ({"S1902M": {}, "F1902M": {}}, False, True),
    ],
)
def test_the_victim_hits_back_or_is_friendly_again(tmp_path, turns, hit_back, friendly):
    pair = of_the_stab(followed(tmp_path, turns))
    assert (pair.hit_back, pair.friendly) == (hit_back, friendly)


def test_to_break_ones_word_in_turn_is_to_hit_back(tmp_path):
    said = message("S1902M", "GERMANY", "FRANCE", "I go home.", "A TYR - BOH", number=2)
    pair = of_the_stab(followed(tmp_path, {"S1902M": {"GERMANY": ["A TYR - VIE"]}, "F1902M": {}}, (WORD, said)))
    assert pair.hit_back


def test_without_a_later_phase_nothing_followed(tmp_path):
    found = followed(tmp_path, {})
    assert not [pair for pair in found.pairs if pair.stabbed]


def test_who_was_not_stabbed_is_followed_where_the_other_could_have_attacked(tmp_path):
    found = followed(tmp_path, {"S1902M": {"GERMANY": ["A TYR - VEN"]}, "F1902M": {}})
    rest = {(pair.phase, pair.power, pair.other): pair for pair in found.pairs if not pair.stabbed}
    # Italy's army in Venice stands beside Tyrolia: Germany could have been attacked, and was not.
    assert rest["F1901M", "GERMANY", "ITALY"].hit_back
    assert rest["S1902M", "ITALY", "GERMANY"].hit_back is False
    assert not [key for key in rest if set(key[1:]) == {"ENGLAND", "TURKEY"}]
    assert ("F1901M", "GERMANY", "FRANCE") not in rest


def test_views_are_told_from_before_the_stab_to_behind_the_year(tmp_path):
    told = [
        WORD,
        views("S1901M", "GERMANY", {"FRANCE": "Ally"}, Initialized),
        views("S1901M", "GERMANY", {"FRANCE": "Friendly"}),
        views("S1901M", "ENGLAND", {"FRANCE": "Friendly"}),
        views("F1901M", "GERMANY", {"FRANCE": "Enemy"}),
        views("F1901M", "ENGLAND", {"FRANCE": "Unfriendly"}),
        views("F1901M", "ITALY", {"FRANCE": "Enemy"}),
        views("F1902M", "GERMANY", {"FRANCE": "Unfriendly"}),
    ]
    found = followed(tmp_path, {"S1902M": {}, "F1902M": {}}, told)
    assert of_the_stab(found).warmth == -2, "from Friendly to Unfriendly"
    (stab,) = [one for one in found.reputations if one.stabbed]
    assert (stab.power, stab.phase) == ("FRANCE", "F1901M")
    assert (stab.views, stab.warmth) == (1, -2), (
        "England's; Italy had told of none before, and Germany is no third power"
    )
    calm = [one for one in found.reputations if one.power == "FRANCE" and one.phase == "S1901M"]
    assert [(one.views, one.warmth) for one in calm] == [(1, -1)], "Germany's, from Ally to Friendly"


def test_third_powers_attack_more_or_less_than_before(tmp_path):
    """Italy's army stands beside Marseilles for a year before the stab, and attacks it once in the year behind it."""
    turns = {
        "S1901M": {"ITALY": ["A VEN - PIE"]},
        "S1902M": {"FRANCE": ["A PAR - BUR"], "GERMANY": ["A MUN - KIE", "F KIE - HOL"]},
        "F1902M": {"FRANCE": ["A BUR - MUN"]},
        "S1903M": {"ITALY": ["A PIE - MAR"], "GERMANY": ["A BER - MUN"]},
        "F1903M": {},
    }
    word = message("F1902M", "FRANCE", "GERMANY", "I leave Munich alone.", "peace GERMANY")
    game = read_game(acted(tmp_path / "run", turns, [word]), tmp_path)
    found = consequences(game, list(dealings(game)), list(breaches(game)))
    (stab,) = [one for one in found.reputations if one.stabbed]
    assert (stab.watched, stab.attacks_before, stab.attacks_after) == (2, 0, 1)


def test_the_rates_are_measures_with_games_as_observations(tmp_path):
    hits = {"S1902M": {"GERMANY": ["A BER - MUN"]}, "F1902M": {}}
    players = {power: f"openai:{power.lower()}" for power in POWERS}
    for number, turns in enumerate((hits, {"S1902M": {}, "F1902M": {}}, hits)):
        acted(tmp_path / str(number), STAB | turns, (WORD,), players=players)
    found = analyze(tmp_path)
    names = [measure.name for measure in found.sums["openai:germany"].measures]
    figures = dict(zip(names, found.estimates["openai:germany"], strict=True))
    assert figures["retaliation"].mean == pytest.approx(2 / 3)
    assert figures["retaliation"].clusters == 3
    assert figures["forgiveness"].mean == 1
    assert figures["stabs_suffered"].mean == 1
    assert figures["attacks_unstabbed"].mean < 0.5
    french = dict(zip(names, found.estimates["openai:france"], strict=True))
    assert french["stabs"].mean == 1
    assert french["retaliation"].mean is None


def test_promised_help_that_came_and_open_centres_are_counted(tmp_path):
    turns = {
        "S1901M": {"FRANCE": ["A PAR - BUR"], "GERMANY": ["A MUN - RUH"]},
        "F1901M": {"FRANCE": ["A BUR - BEL"], "GERMANY": ["A RUH S A BUR - BEL"]},
        "S1902M": {"FRANCE": ["A BEL - HOL"], "GERMANY": ["A RUH H"]},
        "F1902M": {"FRANCE": ["A HOL - BEL"]},
    }
    told = [
        message("F1901M", "GERMANY", "FRANCE", "I help you.", "A RUH S A BUR - BEL", number=1),
        message("S1902M", "GERMANY", "FRANCE", "I help you.", "A RUH S A BEL - HOL", number=2),
        message("S1902M", "GERMANY", "FRANCE", "And hold.", "A BER H", number=3),
        message("F1902M", "GERMANY", "FRANCE", "I help you.", "A RUH S A HOL - BEL", number=4),
        message("F1902M", "GERMANY", "FRANCE", "Or I help you there.", "F KIE S A HOL - RUH", number=5),
        message("F1902M", "FRANCE", "GERMANY", "There is no need.", "release A RUH S A HOL - BEL", number=6),
    ]
    game = read_game(acted(tmp_path / "run", turns, told), tmp_path)
    france = tallies(game)["FRANCE"]
    assert (france["relied"], france["relied_came"]) == (2, 1)
    assert (france["helped"], france["helped_used"]) == (1, 1)
    germany = tallies(game)["GERMANY"]
    assert germany["open"] >= germany["open_spared"] > 0
