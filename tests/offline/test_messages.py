"""Messages read well: they fit, name who writes and who reads, and hold their grammar for any province or power."""

import re

import pytest
from offline_prompts import clean, document, opening, positions, prompt

from ai_diplomacy.board.chance import chance
from ai_diplomacy.board.terrain import MAPS, terrain
from ai_diplomacy.board.units import Order
from ai_diplomacy.offline.assessment import assess
from ai_diplomacy.offline.messages import LONGEST, compose
from ai_diplomacy.offline.prompt_reader import read
from ai_diplomacy.offline.temperament import seat, temperament
from ai_diplomacy.offline.wording import cut, doing, listed, number, place, sentences, templates, with_article

STANDARD = terrain()
LONGEST_FIELDS = {
    "third": "Germany",
    "zone": "the Mid-Atlantic Ocean",
    "helper": "fleet in the Western Mediterranean",
    "mover": "fleet in the Eastern Mediterranean",
    "target": "the Norwegian Sea",
    "unit": "fleet in the Western Mediterranean",
    "goes": "supports the fleet in the Mid-Atlantic Ocean",
    "at": "Constantinople and St. Petersburg",
    "count": "eleven",
    "own": "Constantinople",
    "term": "as long as you keep it too",
    "what": "my word on the fleet in the Western Mediterranean",
    "why": "after your last move it cannot stand",
    "order": "A CON S F AEG - GRE",
}


@pytest.mark.parametrize("purpose", [*templates()["proposals"], *templates()["answers"]])
def test_every_purpose_can_be_written_with_the_longest_names(purpose):
    for power in ("AUSTRIA", "GERMANY", "ITALY", "TURKEY"):
        reading = read(prompt(document(opening(power), "negotiate")))
        assert reading is not None
        for seed in range(5):
            text = compose(
                assess(reading), purpose, ["ENGLAND"], LONGEST_FIELDS, chance(seed), "Thank you for your lines."
            )
            assert len(text) <= LONGEST
            assert "{" not in text
            assert "England" in text or "London" in text
            ours = (power.title(), seat(power, STANDARD), STANDARD.adjectives[power])
            assert any(mark in text for mark in ours)


def test_no_broken_grammar_is_written_in_a_game():
    broken = re.compile(
        r"\b(the the|a the|an? [A-Z]\w+ and|1 \w+s|a [AEIO]\w+|an [^aeiouAEIOU]\w*)\b|  |[a-z]\.[A-Z]|\s[.,;!?]"
    )
    for situation in positions("standard", 12, seed=8):
        replies = [clean(situation, "order"), clean(situation, "reflect"), clean(situation, "plan")]
        texts = [replies[0].reasoning, replies[0].intent, replies[0].diary, replies[1].diary, replies[2].directive]
        texts += replies[1].goals
        if situation.kind == "M":
            reply = clean(situation, "negotiate")
            texts += [reply.diary, *(message.text for message in reply.messages)]
        assert not [text for text in texts if broken.search(text)]


@pytest.mark.slow
def test_no_two_powers_write_the_same_and_nobody_writes_the_same_to_two():
    written = {
        power: [
            message for game in range(30) for message in clean(opening(power), "negotiate", game=str(game)).messages
        ]
        for power in STANDARD.powers
    }
    assert any(message.to != ["ALL"] for messages in written.values() for message in messages)
    signed = {power: {message.text for message in messages} for power, messages in written.items()}
    for power, mine in signed.items():
        others = set().union(*(theirs for other, theirs in signed.items() if other != power))
        assert not mine & others


def test_every_power_of_every_map_has_a_seat_and_a_temper():
    for name in MAPS:
        ground = terrain(name)
        seats = [seat(power, ground) for power in ground.powers]
        assert all(seats)
        assert len(set(seats)) == len(seats)
        for power in ground.powers:
            found = temperament(power, "game")
            assert found == temperament(power, "game")
            assert 0 < found.loyalty < 1
    assert seat("AUSTRIA", STANDARD) == "Vienna"
    assert seat("TURKEY", STANDARD) == "Constantinople"


def test_places_units_and_numbers_are_named_as_people_do():
    assert place(STANDARD, "ENG") == "the English Channel"
    assert place(STANDARD, "STP/SC") == "St. Petersburg"
    assert doing(STANDARD, Order("A PAR - GAS")) == "goes to Gascony"
    assert doing(STANDARD, Order("A PAR S F BRE")) == "supports the fleet in Brest"
    assert doing(STANDARD, Order("F NTH C A YOR - NWY")) == "convoys the army in Yorkshire"
    assert doing(STANDARD, Order("A PAR H")) == "stays where it is"
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (number(1), number(12), number(13)) == ("one", "twelve", "13")
    assert (with_article("Austrian"), with_article("Ukrainian")) == ("an Austrian", "a Ukrainian")


def test_a_cut_ends_at_a_sentence_or_a_word():
    assert cut("One two three. Four five six seven.", 20) == "One two three."
    assert cut("One two three four five", 12) == "One two\N{HORIZONTAL ELLIPSIS}"
    assert sentences("the sea. the land") == "The sea. The land"
