"""What the offline model promises and what it then does: zones, pledges, supports, betrayals, and what it remembers."""

import re

import pytest
from offline_prompts import after_spring, clean, document, opening, prompt, sent

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.commitments import Commitment
from ai_diplomacy.offline.assessment import assess
from ai_diplomacy.offline.commitments import commitments, remembered_zones
from ai_diplomacy.offline.prompt_reader import read
from ai_diplomacy.offline.resolve import betrayed_power

GAMES = range(40)
CONFESSED = re.compile(r"do not keep|break it|cannot keep")


def assessment(situation, step="order", **more):
    reading = read(prompt(document(situation, step, **more)))
    assert reading is not None
    return assess(reading)


def faithful(situation, **more):
    """Names of games in which nobody is betrayed in this position."""
    return [game for game in map(str, GAMES) if betrayed_power(assessment(situation, game=game, **more)) is None]


def test_buffers_are_found_from_the_map():
    def best(power: str, other: str) -> str:
        return assessment(opening(power)).buffers[other][0]

    assert best("ENGLAND", "FRANCE") == "ENG"
    assert best("AUSTRIA", "RUSSIA") == "GAL"
    assert best("FRANCE", "GERMANY") == "BUR"
    assert best("FRANCE", "ITALY") == "PIE"
    assert set(assessment(opening("TURKEY")).buffers["RUSSIA"]) == {"ARM", "BLA"}
    assert assessment(opening("TURKEY")).buffers["ENGLAND"] == ()


def test_a_zone_that_was_agreed_is_kept_empty():
    situation = opening("FRANCE")
    press = [
        sent("GERMANY", "FRANCE", "Let us leave Burgundy empty, France."),
        sent("FRANCE", "GERMANY", "Agreed, Germany: I stay out of Burgundy this spring.", round=2),
    ]
    free = [clean(situation, "order", game=game) for game in faithful(situation)]
    bound = [clean(situation, "order", game=game, press=press) for game in faithful(situation)]
    assert any(order.endswith(" - BUR") for reply in free for order in reply.orders)
    assert not any(order.endswith(" - BUR") for reply in bound for order in reply.orders)
    assert all("`out of BUR`" in reply.intent for reply in bound)


def test_an_offer_binds_only_when_it_was_accepted():
    offer = sent("FRANCE", "GERMANY", "Let us demilitarise Burgundy. I keep out of it if you do, Germany.")
    no = sent("GERMANY", "FRANCE", "I must decline, France.", round=2)
    yes = sent("GERMANY", "FRANCE", "Agreed, France.", round=2)
    found = [commitments(assessment(opening(), press=[offer, reply])).zones for reply in (no, yes)]
    assert found == [{}, {"GERMANY": ("BUR",)}]


def test_a_pledge_is_mostly_kept_and_the_diary_tells_when_not():
    situation = opening("FRANCE")
    press = [sent("FRANCE", "GERMANY", "Agreed, Germany: peace. My army goes home.", "A PAR - BRE", round=2)]
    replies = [clean(situation, "order", game=str(game), press=press) for game in GAMES]
    kept = [reply for reply in replies if "A PAR - BRE" in reply.orders]
    assert len(kept) >= 0.7 * len(replies)
    for reply in replies:
        if reply not in kept:
            assert CONFESSED.search(reply.intent)
            assert "`A PAR - BRE`" in reply.intent


def test_a_betrayal_is_announced_in_private_before_it_is_done():
    austria = ["F TRI - ALB", "A VIE - BOH", "A BUD - GAL"]
    situation = after_spring({"ITALY": ["A VEN - TYR", "A ROM - VEN"], "AUSTRIA": austria}, "ITALY")
    press = [sent("ITALY", "AUSTRIA", "Agreed, Austria: peace between us this fall.", "A TYR H", round=1)]
    feelings = {"relationships": {"AUSTRIA": "Neutral"}, "last_year": 1901}
    broken = [
        game
        for game in map(str, range(200))
        if betrayed_power(assessment(situation, game=game, press=press, **feelings)) == "AUSTRIA"
    ]
    assert 20 < len(broken) < 180
    taken = confessed = 0
    for game in broken[:20]:
        reply = clean(situation, "order", game=game, press=press, **feelings)
        taken += "A TYR - TRI" in reply.orders
        if "A TYR H" not in reply.orders:
            confessed += "Austria" in reply.intent and CONFESSED.search(reply.intent) is not None
        written = clean(situation, "negotiate", game=game, press=press, round=2, **feelings)
        if ["AUSTRIA"] in [message.to for message in written.messages]:
            assert "Trieste" in written.diary
    assert taken >= 15
    assert 0.8 * taken <= confessed


def test_a_support_that_is_asked_for_by_an_ally_is_pledged_as_a_legal_order():
    situation = after_spring({"FRANCE": ["A PAR - PIC"], "ENGLAND": ["F LON - NTH"]}, "FRANCE")
    press = [sent("ENGLAND", "FRANCE", "Would your army in Picardy support my fleet to Belgium?", "F NTH - BEL")]
    replies = [
        clean(situation, "negotiate", game=str(game), press=press, round=2, relationships={"ENGLAND": "Ally"})
        for game in GAMES
    ]
    answers = [message for reply in replies for message in reply.messages if message.to == ["ENGLAND"]]
    assert len(answers) == len(replies)
    assert sum(message.pledges == ["A PIC S F NTH - BEL"] for message in answers) >= 10


def test_support_that_was_pledged_to_us_is_used():
    situation = after_spring({"FRANCE": ["A PAR - PIC"], "ENGLAND": ["F LON - NTH"]}, "FRANCE")
    press = [sent("ENGLAND", "FRANCE", "Belgium is yours.", "F NTH S A PIC - BEL", round=2)]
    orders = clean(situation, "order", press=press, relationships={"ENGLAND": "Friendly"}, game="3").orders
    assert "A PIC - BEL" in orders


@pytest.mark.slow
def test_nobody_is_promised_two_orders_for_one_unit():
    for power in opening().units:
        for game in GAMES:
            press: list[dict] = []
            for round in (1, 2):
                reply = clean(opening(power), "negotiate", game=str(game), round=round, press=press)
                press += [sent(power, m.to[0], m.text, *m.pledges, round=round) for m in reply.messages]
            promised = [Commitment(pledge) for message in press for pledge in message["pledges"]]
            pledged = {one.order for one in promised if one.order is not None and not one.ends}
            assert len({order.unit for order in pledged}) == len(pledged), press


def test_who_wrote_is_answered():
    senders = ("AUSTRIA", "ENGLAND", "GERMANY", "ITALY", "RUSSIA")
    for count in range(1, 6):
        press = [sent(sender, "FRANCE", "What are your plans, France?") for sender in senders[:count]]
        reply = clean(opening(), "negotiate", round=2, press=press)
        assert {power for message in reply.messages for power in message.to} >= set(senders[:count])
        late = clean(opening(), "negotiate", round=1, awaiting=press)
        assert {power for message in late.messages for power in message.to} >= set(senders[:count])


def test_a_kept_zone_is_remembered_as_a_goal_and_holds_next_turn():
    situation = after_spring({"FRANCE": ["A MAR - SPA"], "GERMANY": ["A MUN - RUH"]}, "FRANCE")
    press = [sent("FRANCE", "GERMANY", "Agreed, Germany: I stay out of Burgundy this spring.")]
    goals = clean(situation, "reflect", press=press, relationships={"GERMANY": "Friendly"}).goals
    assert "Keep Burgundy empty, as agreed with Germany" in goals
    assert remembered_zones(assessment(situation, goals=list(goals)).prompt) == {"GERMANY": ("BUR",)}


def stance(situation, power, before, **more):
    reply = clean(situation, "reflect", relationships={power: before}, **more)
    return ("Enemy", "Unfriendly", "Neutral", "Friendly", "Ally").index(reply.relationships[power]) - 2


def test_an_attack_cools_and_help_warms():
    attacked = after_spring({"GERMANY": ["A MUN - BUR"], "FRANCE": ["A PAR - BUR", "A MAR H"]}, "FRANCE")
    assert stance(attacked, "GERMANY", "Neutral") <= 0
    struck = after_spring({"ITALY": ["A VEN - TRI"], "AUSTRIA": ["F TRI H"]}, "AUSTRIA")
    assert stance(struck, "ITALY", "Neutral") < 0
    helped = after_spring({"GERMANY": ["A MUN S A PAR - BUR"], "FRANCE": ["A PAR - BUR"]}, "FRANCE")
    assert stance(helped, "GERMANY", "Neutral") > 0


def test_a_kept_pledge_warms_and_a_broken_one_cools():
    situation = after_spring({"GERMANY": ["A MUN - RUH"]}, "FRANCE")
    pledge = {"from": "GERMANY", "to": ["FRANCE"], "pledged": "A MUN - RUH", "ordered": "A MUN - RUH", "kept": True}
    broken = {**pledge, "pledged": "A MUN H", "kept": False}
    press = [
        sent("GERMANY", "FRANCE", "Agreed, France: allies."),
        sent("FRANCE", "GERMANY", "Allies, Germany?"),
    ]
    assert stance(situation, "GERMANY", "Neutral", pledges=[pledge], press=press) == 1
    assert stance(situation, "GERMANY", "Neutral", pledges=[broken]) == -1


def test_a_lost_centre_costs_two_steps():
    board = Board()
    board.submit("ITALY", ["A VEN - TYR", "A ROM - VEN"])
    board.submit("AUSTRIA", ["F TRI - ALB", "A VIE H", "A BUD - SER"])
    board.adjudicate()
    board.submit("ITALY", ["A TYR - TRI", "A VEN S A TYR - TRI"])
    board.submit("AUSTRIA", ["F ALB - GRE"])
    while board.phase != "S1902M":
        board.adjudicate()
    broken = {"from": "ITALY", "to": ["AUSTRIA"], "pledged": "A TYR H", "ordered": "A TYR - TRI", "kept": False}
    assert stance(board.situation("AUSTRIA"), "ITALY", "Friendly", pledges=[broken]) == -1


def test_a_draw_is_hardly_ever_wanted_in_the_first_years():
    votes = [
        clean(opening(power), "order", game=str(game), last_year=1901).vote_draw
        for power in opening().units
        for game in range(5)
    ]
    assert not any(votes)
