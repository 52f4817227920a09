"""Every template can be filled from the fields that it may use, and its section is one that the code asks for."""

from string import Formatter
from typing import get_args

import pytest

from ai_diplomacy.offline.temperament import Tone
from ai_diplomacy.offline.turn_events import TurnEventKind
from ai_diplomacy.offline.wording import templates

COMMON = frozenset({"me", "our", "seat", "season", "last_season", "y", "term"})
ONE_READER = COMMON | {"you", "your", "a_your", "there"}
JOINT_MOVE = frozenset({"helper", "mover", "target"})
PLEDGED = frozenset({"unit", "goes"})
OWN_FIELDS = {
    "alliance_against": {"third"},
    "zone": {"zone"},
    "zone_pledged": {"zone"} | PLEDGED,
    "offer_support": JOINT_MOVE,
    "ask_support": JOINT_MOVE,
    "peace_pledged": PLEDGED,
    "warning": {"at"},
    "grown": {"count"},
    "thanks_help": {"at"},
    "gossip": {"third"},
    "small": {"third"},
    "coalition": {"third", "count"},
    "public_leader": {"third", "count"},
    "public_broken": {"third", "order"},
    "accept_zone": {"zone"},
    "accept_zone_pledged": {"zone"} | PLEDGED,
    "accept_peace_pledged": PLEDGED,
    "accept_support": JOINT_MOVE,
    "accept_help": JOINT_MOVE,
    "accept_coalition": {"third"},
    "decline_alliance": {"third"},
    "decline_zone": {"zone", "own"},
    "decline_support": JOINT_MOVE | {"own"},
    "decline_coalition": {"third"},
    "counter_alliance": {"zone"},
    "counter_support": JOINT_MOVE,
    "confirm_zone": {"zone"},
    "excuse": {"third"},
    "denial": {"third"},
    "chat": {"third"},
    "tip_attack": {"third", "at"},
    "tip_league": {"third"},
    "report": {"third", "order"},
    "punish": {"third"},
    "rumour": {"third", "at"},
    "withdraw": {"what", "why"},
    "no_fleet": {"at"},
    "build": {"at", "third"},
    "thanks_tip": {"third"},
}
"""Purpose of a message -> the fields that it has beside those of its reader and writer."""
TO_SEVERAL = {"coalition", "public_opening", "public_leader", "public_broken", "public_calm", "group"}
PRIVATE = {
    "openings": set(),
    "diary_received": {"you"},
    "headings": {"me", "you", "seat", "there"},
    "arguments": {"n", "m", "third", "at", "last_season"},
    "betrayal": {"you", "pledged", "prize", "season"},
    "betrayal.lied": {"you", "pledged", "order", "prize", "late"},
    "betrayal.broken": {"you", "pledged", "order", "prize", "late"},
    "betrayal.changed": {"you", "pledged", "order", "why"},
    "betrayal.forced": {"you", "pledged", "order"},
    "betrayal.openings": set(),
    "betrayal.done": {"you"},
    "turning": {"by"},
    "diary_orders": {"at"},
    "diary_orders.quiet": set(),
    "diary_events": {"you", "at"},
    "diary_events.kept": {"you", "order"},
    "diary_events.broke": {"you", "order"},
    "diary_events.nothing": set(),
    "reasoning.gains": {"at"},
    "reasoning.supports": {"unit"},
    "reasoning.approaches": {"unit", "at"},
    "reasoning.holds": {"unit"},
    "reasoning": set(),
    "intent": set(),
    "intent.keeps": {"you", "pledged", "why"},
    "intent.spared": {"you", "pledged"},
    "intent.unbound": {"you", "pledged", "why"},
    "replies": set(),
    "random_style": {"me", "you", "seat", "season"},
}


def fields_of(section: str, purpose: str) -> set[str] | frozenset[str]:
    if section.startswith("proposals") or section == "answers":
        return (COMMON if purpose in TO_SEVERAL else ONE_READER) | OWN_FIELDS.get(purpose, set())
    if section == "diary_messages":
        return OWN_FIELDS.get(purpose, set()) | {"you", "season"}
    return PRIVATE.get(f"{section}.{purpose}", PRIVATE.get(section, set()))


@pytest.mark.parametrize(
    ("section", "purpose"), [(section, key) for section, found in templates().items() for key in found]
)
def test_every_template_can_be_filled(section, purpose):
    wordings = templates()[section][purpose]
    assert wordings
    assert len(set(wordings)) == len(wordings)
    allowed = fields_of(section, purpose)
    for wording in wordings:
        used = {field for _, field, _, _ in Formatter().parse(wording) if field is not None}
        assert used <= allowed, wording
        filled = wording.format_map(dict.fromkeys(allowed, "Ulm"))
        assert "{" not in filled
        assert "}" not in filled


def test_the_sections_are_those_that_are_asked_for():
    toned = {f"proposals_{tone}" for tone in get_args(Tone)}
    known = {"proposals", "answers", "diary_messages", *(section.partition(".")[0] for section in PRIVATE)}
    assert set(templates()) == toned | known
    for section in toned:
        assert set(templates()[section]) <= set(templates()["proposals"])
    assert not set(templates()["proposals"]) & set(templates()["answers"])
    assert set(templates()["diary_messages"]) <= {*templates()["proposals"], *templates()["answers"]}
    assert set(templates()["diary_events"]) == {*get_args(TurnEventKind), "nothing"}
