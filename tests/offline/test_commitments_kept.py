"""What becomes of commitments of every kind: kept where they bind, taken back, released, and confessed where broken."""

import re

import pytest
from offline_prompts import after_spring, clean, document, opening, prompt, sent

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.commitments import Commitment
from ai_diplomacy.board.units import Order
from ai_diplomacy.offline.assessment import assess
from ai_diplomacy.offline.breaches import broken_by
from ai_diplomacy.offline.commitments import commitments
from ai_diplomacy.offline.prompt_reader import read
from ai_diplomacy.offline.resolve import betrayed_power, turning

CONFESSED = re.compile(r"do not keep|break it|cannot keep")
GAMES = tuple(map(str, range(40)))


def assessment(situation, step="order", **more):
    reading = read(prompt(document(situation, step, **more)))
    assert reading is not None
    return assess(reading)


def held(*pledged, sender="FRANCE", to="GERMANY"):
    return [{"from": sender, "to": [to], "pledged": text} for text in pledged]


def faithful(situation, **more):
    """Games in which the power has no reason to break its word in this position."""

    def tempted(game):
        found = assessment(situation, game=game, **more)
        betrayed = betrayed_power(found)
        return betrayed or turning(found, commitments(found), betrayed)

    return [game for game in GAMES if not tempted(game)]


@pytest.mark.parametrize(
    ("pledged", "breaks"),
    [
        ("out of BUR until F1901", r"A (PAR|MAR) (- BUR|S A \w+ - BUR)"),
        ("A PAR stays", r"A PAR - .*"),
        ("not A PAR - BUR", r"A PAR - BUR"),
        ("A PAR - PIC", r"A PAR (?!- PIC).*"),
        ("out of BUR while kept", r"A (PAR|MAR) (- BUR|S A \w+ - BUR)"),
    ],
)
def test_a_promise_of_an_earlier_turn_is_kept_and_written_down_as_kept(pledged, breaks):
    situation = opening("FRANCE")
    games = faithful(situation, standing=held(pledged))
    assert len(games) > 20
    broken_without = 0
    for game in games:
        reply = clean(situation, "order", game=game, standing=held(pledged))
        assert not [order for order in reply.orders if re.fullmatch(breaks, order)]
        assert f"`{Commitment(pledged).promise}`" in reply.intent
        broken_without += any(re.fullmatch(breaks, order) for order in clean(situation, "order", game=game).orders)
    assert broken_without


def test_peace_that_stands_holds_back_an_attack():
    moves = {"ITALY": ["A VEN - TYR", "A ROM - VEN"], "AUSTRIA": ["F TRI - ALB", "A VIE - GAL", "A BUD - SER"]}
    situation = after_spring(moves, "ITALY")
    peace = held("peace AUSTRIA while kept", sender="ITALY", to="AUSTRIA")
    games = faithful(situation, standing=peace)
    assert len(games) > 5
    attacks = re.compile(r"A \w+ (- |S A \w+ - )(TRI|VIE|BUD)")
    free = [order for game in games for order in clean(situation, "order", game=game).orders]
    bound = [order for game in games for order in clean(situation, "order", game=game, standing=peace).orders]
    assert any(map(attacks.fullmatch, free))
    assert not any(map(attacks.fullmatch, bound))


def winter():
    board = Board()
    board.submit("FRANCE", ["F BRE - MAO", "A MAR - SPA", "A PAR - PIC"])
    board.adjudicate()
    board.submit("FRANCE", ["F MAO - POR", "A SPA H", "A PIC - BEL"])
    board.adjudicate()
    assert board.phase == "W1901A"
    return board.situation("FRANCE")


@pytest.mark.parametrize(("pledged", "built"), [("F BRE B", True), ("not F BRE B", False)])
def test_a_build_is_as_it_was_promised(pledged, built):
    pledges = held(pledged, to="ENGLAND")
    for game in GAMES[:20]:
        orders = clean(winter(), "order", game=game, standing=pledges).orders
        assert ("F BRE B" in orders) == built or betrayed_power(assessment(winter(), game=game)) == "ENGLAND"


def test_an_offer_that_was_refused_is_taken_back_by_the_honest_before_the_orders():
    press = [
        sent("FRANCE", "GERMANY", "I stay out of Burgundy this spring.", "out of BUR"),
        sent("GERMANY", "FRANCE", "I must decline, France.", round=1),
        sent("FRANCE", "GERMANY", "Think it over.", round=1),
        sent("GERMANY", "FRANCE", "I must decline, France, for good.", round=2),
    ]
    replies = [clean(opening(), "negotiate", game=game, press=press, round=3) for game in GAMES]
    ended = [
        (message, reply.diary)
        for reply in replies
        for message in reply.messages
        if message.pledges == ["withdraw out of BUR"]
    ]
    assert 3 <= len(ended) <= 35
    assert all(message.to == ["GERMANY"] and "Burgundy" in message.text for message, _ in ended)
    assert any("ook back" in diary or "take back" in diary for _, diary in ended)


def test_what_was_withdrawn_or_released_binds_no_more():
    def bonds(*more):
        press = [sent("FRANCE", "GERMANY", "I stay out of Burgundy.", "out of BUR"), *more]
        return commitments(assessment(opening(), press=press)).zones

    assert bonds() == {"GERMANY": ("BUR",)}
    assert bonds(sent("FRANCE", "GERMANY", "No more of it.", "withdraw out of BUR", round=2)) == {}
    assert bonds(sent("FRANCE", "GERMANY", "No more of it.", "withdraw all", round=2)) == {}
    assert bonds(sent("GERMANY", "FRANCE", "You are free.", "release out of BUR", round=2)) == {}
    assert bonds(sent("ITALY", "FRANCE", "You are free.", "release out of BUR", round=2)) == {"GERMANY": ("BUR",)}


def test_a_helper_that_is_not_wanted_is_released():
    situation = after_spring({"FRANCE": ["A PAR - PIC"], "GERMANY": ["A MUN - RUH"]}, "FRANCE")
    press = [sent("GERMANY", "FRANCE", "My army supports you into Belgium.", "A RUH S A PIC - BEL")]
    enemy = {"relationships": {"GERMANY": "Enemy"}}
    replies = [clean(situation, "negotiate", game=game, press=press, round=2, **enemy) for game in GAMES[:10]]
    answers = [message for reply in replies for message in reply.messages if message.to == ["GERMANY"]]
    assert answers
    assert all(message.pledges == ["release A RUH S A PIC - BEL"] for message in answers)


def test_a_mind_is_changed_by_what_another_announces_and_says_so():
    situation = after_spring({"FRANCE": ["A PAR - BUR"], "GERMANY": ["A MUN - RUH"]}, "FRANCE")
    press = [
        sent("FRANCE", "GERMANY", "Agreed, Germany: peace.", "A MAR H"),
        sent("GERMANY", "ITALY", "I take Burgundy.", "A RUH - BUR", round=2),
        sent("GERMANY", "FRANCE", "As you see, I attack you.", "A RUH - BUR", round=2),
    ]
    found = [clean(situation, "order", game=game, press=press).intent for game in GAMES]
    changed = [intent for intent in found if "`A RUH - BUR`" in intent]
    assert len(changed) >= 10
    assert all("Germany" in intent for intent in changed)
    assert sum(CONFESSED.search(intent) is not None and "`A MAR H`" in intent for intent in changed) >= 5


def test_whoever_helps_a_unit_of_the_power_attacks_nothing_of_it():
    situation = after_spring({"GERMANY": ["A MUN - BUR"], "FRANCE": ["A PAR - PIC"]}, "FRANCE")
    peace = Commitment("peace GERMANY")
    assert not broken_by(peace, (Order("A MAR S A BUR - MUN"),), situation)
    assert broken_by(peace, (Order("A MAR - BUR"),), situation)
    assert broken_by(peace, (Order("A MAR S A PIC - BUR"),), situation)
