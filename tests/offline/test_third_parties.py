"""What one power tells another of a third: warnings, broken words, rumours, and how they are taken."""

import pytest
from offline_prompts import after_spring, clean, document, opening, prompt, sent

from ai_diplomacy.offline.assessment import assess
from ai_diplomacy.offline.prompt_reader import read
from ai_diplomacy.offline.trust import broken_words, trust

GAMES = tuple(map(str, range(60)))
BROKEN = {"from": "ITALY", "to": ["FRANCE"], "pledged": "A VEN H", "ordered": "A VEN - PIE", "kept": False}


def written(situation, to, games=GAMES, **more):
    """Text, pledges and diary of the messages to the power."""
    for game in games:
        reply = clean(situation, "negotiate", game=game, **more)
        yield from ((message, reply.diary) for message in reply.messages if message.to == [to])


def assessment(situation, **more):
    reading = read(prompt(document(situation, "negotiate", **more)))
    assert reading is not None
    return assess(reading)


def test_a_friend_is_told_who_asked_for_help_against_it():
    situation = after_spring({"FRANCE": ["A PAR - BUR"], "ITALY": ["A VEN - TYR"]}, "FRANCE")
    press = [sent("ITALY", "FRANCE", "Would your army in Burgundy support my army to Munich?", "A TYR - MUN")]
    friend = {"relationships": {"GERMANY": "Friendly", "ITALY": "Unfriendly"}, "press": press, "round": 2}
    told = [message.text for message, _ in written(situation, "GERMANY", **friend) if "Munich" in message.text]
    assert len(told) >= 20
    assert all("Italy" in text for text in told)
    cool = {"relationships": {"GERMANY": "Enemy", "ITALY": "Friendly"}, "press": press, "round": 2}
    assert not [m for m, _ in written(situation, "GERMANY", **cool) if "Italy" in m.text and "Munich" in m.text]


def test_a_league_is_passed_on_to_the_one_it_is_made_against():
    press = [sent("ITALY", "FRANCE", "Let us join forces against Germany, France.")]
    friend = {"relationships": {"GERMANY": "Friendly", "ITALY": "Neutral"}, "press": press, "round": 2}
    told = [(m.text, diary) for m, diary in written(opening(), "GERMANY", **friend) if "Italy" in m.text]
    assert len(told) >= 15
    assert any("against you" in text or "march on you" in text for text, _ in told)


@pytest.mark.parametrize("reader", ["GERMANY", "ENGLAND"])
def test_a_broken_word_is_told_to_others_with_what_was_promised(reader):
    situation = after_spring({"ITALY": ["A VEN - PIE"]}, "FRANCE")
    told = [m.text for m, _ in written(situation, reader, pledges=[BROKEN]) if "Italy" in m.text]
    assert [text for text in told if "broke its word" in text and "`A VEN H`" in text]
    assert not [m.text for m, _ in written(situation, reader) if "broke its word" in m.text]


def test_a_rumour_is_made_up_now_and_then_and_the_diary_says_so():
    situation = after_spring({"FRANCE": ["F BRE - ENG"]}, "GERMANY")
    games = tuple(map(str, range(200)))
    found = written(situation, "ENGLAND", games, relationships={"FRANCE": "Enemy"})
    rumours = [diary for message, diary in found if "France means to" in message.text]
    assert 2 <= len(rumours) <= 40
    # There may be worse to confess in the same few lines.
    assert sum("made it up" in diary or "invented" in diary for diary in rumours) >= 0.8 * len(rumours)


def test_a_warning_is_thanked_for():
    press = [sent("GERMANY", "FRANCE", "Italy asked me to join it against you, France.")]
    answers = [message.text for message, _ in written(opening(), "GERMANY", GAMES[:10], press=press, round=2)]
    assert len(answers) == 10
    assert all("Italy" in text for text in answers)


def test_a_word_that_was_broken_is_remembered_and_costs_trust():
    situation = after_spring({"ITALY": ["A VEN - PIE"]}, "FRANCE")
    fresh = assessment(situation)
    seen = assessment(situation, pledges=[BROKEN])
    noted = assessment(situation, diary=["S1901M: Italy broke its word (`A VEN H`)."])
    heard = assessment(situation, pledges=[{**BROKEN, "to": ["FRANCE", "AUSTRIA"]}])
    assert [broken_words(one.prompt, "ITALY") for one in (fresh, seen, noted, heard)] == [0, 1, 1, 1]
    assert trust(seen, "ITALY") < trust(fresh, "ITALY") == trust(seen, "GERMANY")
    reply = clean(situation, "reflect", pledges=[BROKEN])
    assert "Italy broke its word" in reply.diary


def test_a_liar_finds_fewer_allies():
    press = [sent("ITALY", "FRANCE", "Shall we be allies, France?")]
    situation = after_spring({"ITALY": ["A VEN - PIE"]}, "FRANCE")

    def accepted(**more):
        found = written(situation, "ITALY", press=press, round=2, **more)
        texts = [message.text.lower() for message, _ in found]
        return sum(("decline" not in text and "peace ITALY" in str(text)) or "agreed" in text for text in texts)

    assert accepted(pledges=[BROKEN]) < accepted()
