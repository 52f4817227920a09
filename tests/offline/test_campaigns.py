"""Plans of two years: written down as a goal, read again, followed in orders and letters, and revised."""

from offline_prompts import after_spring, clean, document, opening, prompt

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.offline.campaign import Campaign, campaign_weights, remember_campaign, remembered_campaign
from ai_diplomacy.offline.prompt_reader import read

GROUND = terrain()
PLAN = Campaign("GERMANY", "ENGLAND", 1902, ("MUN", "KIE"))
GAMES = tuple(map(str, range(20)))


def reading(situation, step="order", **more):
    found = read(prompt(document(situation, step, **more)))
    assert found is not None
    return found


def test_a_campaign_survives_the_goal_that_keeps_it():
    for plan in (PLAN, Campaign("GERMANY", None, 1903, ("MUN",))):
        goal = remember_campaign(GROUND, plan)
        assert len(goal) <= 80
        assert remembered_campaign(reading(opening(), goals=["Win", goal])) == plan
    assert remembered_campaign(reading(opening(), goals=["Against Spain until 1903: Madrid", "Win"])) is None


def test_the_first_target_counts_for_more_than_the_next():
    weights = campaign_weights(reading(opening(), goals=[remember_campaign(GROUND, PLAN)]))
    assert weights["MUN"] > weights["KIE"] > 0


def test_most_powers_begin_with_a_plan_for_two_years():
    plans = [
        remembered_campaign(reading(opening(power), goals=list(clean(opening(power), "initialize", game=game).goals)))
        for power in GROUND.powers
        for game in GAMES[:5]
    ]
    found = [plan for plan in plans if plan is not None]
    assert len(found) > len(plans) / 2
    assert {len(plan.targets) for plan in found} >= {2}
    assert all(plan.until == 1902 for plan in found)


def test_a_plan_is_kept_until_it_is_reached_or_the_victim_has_become_a_friend():
    situation = after_spring({"FRANCE": ["A PAR - BUR"]}, "FRANCE")
    goal = remember_campaign(GROUND, PLAN)
    kept = [clean(situation, "reflect", goals=[goal], game=game).goals for game in GAMES]
    assert all(any(line.startswith("With England against Germany until 1902") for line in goals) for goals in kept)
    friends = {"relationships": {"GERMANY": "Ally"}}
    dropped = [clean(situation, "reflect", goals=[goal], game=game, **friends).goals for game in GAMES]
    assert not any("against Germany" in line for goals in dropped for line in goals)
    reached = Campaign("GERMANY", None, 1902, ("PAR",))
    renewed = clean(situation, "reflect", goals=[remember_campaign(GROUND, reached)]).goals
    assert remember_campaign(GROUND, reached) not in renewed


def test_the_partner_is_asked_for_an_alliance_against_the_victim():
    goal = remember_campaign(GROUND, PLAN)
    neutral = {"relationships": {"ENGLAND": "Friendly", "GERMANY": "Unfriendly"}}

    def asked(**more):
        replies = [clean(opening(), "negotiate", game=game, **more, **neutral) for game in GAMES]
        letters = [m.text for reply in replies for m in reply.messages if m.to == ["ENGLAND"]]
        return sum("Germany" in text for text in letters)

    assert asked(goals=[goal]) > asked()
