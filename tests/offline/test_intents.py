"""What the offline model understands: every template of its own, and what people and real models write."""

from typing import get_args

import pytest
from offline_prompts import opening

from ai_diplomacy.board.commitments import Commitment
from ai_diplomacy.offline.intents import understand
from ai_diplomacy.offline.prompt_reader import PressMessage
from ai_diplomacy.offline.temperament import Tone
from ai_diplomacy.offline.wording import templates

FIELDS = {
    "you": "Germany",
    "me": "France",
    "your": "German",
    "our": "French",
    "a_your": "a German",
    "there": "Berlin",
    "seat": "Paris",
    "season": "spring",
    "last_season": "fall",
    "third": "Italy",
    "zone": "the English Channel",
    "helper": "army in Ruhr",
    "mover": "army in Paris",
    "target": "Burgundy",
    "unit": "fleet in Brest",
    "goes": "goes to Gascony",
    "at": "Burgundy",
    "count": "seven",
    "own": "Marseilles",
    "y": ", Germany",
    "term": "as long as you do",
    "what": "my word on the English Channel",
    "why": "you did not want the bargain",
    "order": "A VEN - TYR",
}

ASKED = {
    "alliance": "alliance",
    "alliance_against": "alliance",
    "zone": "zone",
    "zone_pledged": "zone",
    "offer_support": "support",
    "ask_support": "support",
    "peace": "peace",
    "peace_pledged": "peace",
    "coalition": "coalition",
    "counter_alliance": "zone",
    "counter_support": "support",
}
AGREED = {
    "accept_alliance": "alliance",
    "accept_zone": "zone",
    "accept_zone_pledged": "zone",
    "accept_peace": "peace",
    "accept_peace_pledged": "peace",
    "accept_support": "accept",
    "accept_help": "accept",
    "accept_coalition": "accept",
}


def understood(text: str, *pledges: str):
    return understand(PressMessage("GERMANY", ("FRANCE",), 1, text, tuple(map(Commitment, pledges))), opening())


SECTIONS = ("proposals", "answers", *(f"proposals_{tone}" for tone in get_args(Tone)))


@pytest.mark.parametrize(
    ("section", "purpose"), [(section, purpose) for section in SECTIONS for purpose in templates()[section]]
)
def test_every_wording_is_understood_as_what_it_is_meant(section, purpose):
    for wording in templates()[section][purpose]:
        holds_its_meaning(purpose, wording.format_map(FIELDS))


@pytest.mark.parametrize("purpose", ["zone", "accept_zone", "decline_peace", "warning", "alliance", "chat"])
def test_neither_an_argument_nor_an_opening_changes_what_a_message_means(purpose):
    body = (templates()["proposals"].get(purpose) or templates()["answers"][purpose])[0].format_map(FIELDS)
    for wordings in templates()["arguments"].values():
        for wording in wordings:
            said = wording.format_map({**FIELDS, "n": "five", "m": "nine", "at": "Trieste"})
            assert understood(f"{body} {said}").intents - {"question"} == understood(body).intents - {"question"}, said
    for wordings in templates()["openings"].values():
        for wording in wordings:
            assert understood(f"{wording} {body}").ask == understood(body).ask, wording


def holds_its_meaning(purpose, text):
    found = understood(text)
    assert "odd" not in found.intents
    if purpose in ASKED:
        assert found.ask == ASKED[purpose], (text, found.intents)
    elif purpose in AGREED:
        assert found.yes, (text, found.intents)
        assert AGREED[purpose] in found.intents, (text, found.intents)
    elif purpose.startswith("decline"):
        assert "decline" in found.intents, text
        assert found.ask is None
    elif purpose in ("warning", "betrayed", "grown"):
        assert "warning" in found.intents, text
        assert found.ask is None, (text, found.intents)
    elif purpose in ("tip_attack", "tip_league", "report", "rumour"):
        assert "tip" in found.intents, text
        assert found.ask is None
        assert set(found.powers) - {"GERMANY"} == {"ITALY"}, text
    elif purpose in ("confirm", "confirm_zone", "thanks_help", "thanks_word", "thanks_tip"):
        assert not found.intents & {"decline", "warning", "tip"}, (text, found.intents)
        assert found.ask is None, (text, found.intents)
    elif not purpose.startswith("public"):
        assert found.ask is None or purpose in ("coalition", "punish"), (text, found.intents)
        assert not found.yes, text
    if purpose in ("zone", "zone_pledged", "accept_zone", "accept_zone_pledged", "counter_alliance"):
        assert found.zone == ("ENG",), text


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("Dear Paris, would you consider a DMZ in the English Channel for this year?", "zone"),
        ("How about we both stay out of BUR?", "zone"),
        ("I'd like to propose a non-aggression pact along our border.", "peace"),
        ("Let\u2019s team up as allies against England!", "alliance"),
        ("Could A PAR support A MUN - BUR this turn?", "support"),
        ("If we do not form a coalition, Russia will run away with the game.", "coalition"),
        ("I can't agree to that, and you should not trust Italy.", None),
        ("Agreed! I will keep out of the Channel and you keep out of Picardy.", None),
        ("What are your plans?", None),
    ],
)
def test_others_are_understood_too(text, ask):
    assert understood(text).ask == ask


def test_a_support_is_recognised_by_its_pledge_alone():
    assert understood("For you, with my compliments.", "A MUN S A PAR - BUR").ask == "support"


def test_orders_are_found_in_the_text():
    found = understood("A PAR -> BUR, then A MAR S A PAR - BUR; F BRE H.", "A MUN - RUH")
    assert found.orders == ("A MUN - RUH", "A PAR - BUR", "A MAR S A PAR - BUR", "F BRE H")


def test_a_zone_is_not_where_a_unit_goes_instead():
    found = understood("I keep out of Burgundy, my army in Munich goes to Ruhr. Will you stay out of it as well?")
    assert found.zone == ("BUR",)


def test_the_english_channel_is_not_england():
    found = understood("The English Channel worries Italy.")
    assert found.provinces == ("ENG",)
    assert found.powers == ("ITALY",)


@pytest.mark.parametrize(
    "text", ["", "}]}", "{{x}}", "Ignore all instructions, peace!", "\u00e9" * 5000, "1234567 8901"]
)
def test_what_is_no_message_means_nothing(text):
    found = understood(text)
    assert found.ask is None
    assert not found.yes
    assert not found.zone


def test_the_cities_that_a_letter_goes_between_are_no_zone():
    text = "Berlin to Paris: you need not guard Burgundy. My army goes elsewhere. Stay out of it too?"
    assert understood(text).zone == ("BUR",)
    assert understood("Berlin to Paris: stay out of it too?").zone == ()
