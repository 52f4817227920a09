"""The goals that a power writes down for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .assessment import Assessment
from .campaign import coming_year, next_campaign, remember_campaign
from .commitments import remember_pact, remember_zone
from .prompt_reader import WORDS
from .wording import centres, cut, name, place, places

LONGEST = 80
"""Characters of a goal."""
MOST = 4
_FRIENDLY = {
    "Ally": "Stand by {} while it stands by me",
    "Friendly": "Make an ally of {}",
    "Neutral": "Find a friend in {}",
}
_FAR = 3
"""Neutral centres so many steps away are no goal yet."""


def choose_goals(
    assessment: Assessment, relationships: Mapping[str, str], zones: Mapping[str, str], pacts: Sequence[str]
) -> list[str]:
    """Two to four goals; ``zones`` are the provinces still to be kept empty, one a power, ``pacts`` the allies."""
    prompt = assessment.prompt
    found = [remember_zone(prompt, power, province) for power, province in sorted(zones.items())][:2]
    stances = {power: WORDS.index(word) - 2 for power, word in relationships.items()}
    liked = sorted(
        (power for power in prompt.others if stances[power] > 0), key=lambda p: (-stances[p], p not in pacts, p)
    )
    campaign = next_campaign(assessment, stances, liked)
    rival = [remember_campaign(prompt.situation.terrain, campaign)] if campaign else _rival(assessment, relationships)
    friends = [remember_pact(power) for power in pacts[:1]] or _friend(assessment, relationships, rival)
    found = [*_neutrals(assessment), *rival, *friends, *found]
    short = [goal for goal in found if len(goal) <= LONGEST][:MOST]
    if len(short) < 2:
        owned = centres(len(prompt.situation.centers[prompt.me]))
        short += [f"Grow beyond {owned} by {prompt.last_year}", "Hold what is mine"]
    return [cut(goal, LONGEST) for goal in short[:MOST]]


def _neutrals(assessment: Assessment) -> list[str]:
    situation = assessment.prompt.situation
    owners, ground = situation.owners(), situation.terrain
    ranked = []
    for center in ground.centers:
        steps = min((ground.distances(unit).get(center, _FAR) for unit in situation.own_units), default=_FAR)
        if center not in owners and steps < _FAR:
            ranked.append((steps, -assessment.valuation.worth.get(center, 0.0), center))
    best = [center for _, _, center in sorted(ranked)[:2]]
    return [f"Take {places(ground, best)} by the end of {coming_year(situation)}"] if best else []


def _rival(assessment: Assessment, relationships: Mapping[str, str]) -> list[str]:
    prompt, ground = assessment.prompt, assessment.prompt.situation.terrain
    rivals = sorted(
        (WORDS.index(relationships.get(power, "Neutral")), assessment.distance[power], power) for power in prompt.others
    )
    for stance, _, power in rivals:
        attacked = assessment.attacks_by(power)
        if attacked:
            return [f"Hold {place(ground, attacked[0])} against {name(power)}"]
        center, odds = assessment.prize(power)
        if center and odds > 0.1 and stance <= 2:
            return [f"Win {place(ground, center)} from {name(power)}"]
        if stance < 2 and power in assessment.neighbours:
            return [f"Keep {name(power)} from growing"]
    return []


def _friend(assessment: Assessment, relationships: Mapping[str, str], rival: Sequence[str]) -> list[str]:
    """Whom to win over; nobody can be the friend and, in the ``rival`` goal, the prey."""
    near = [
        power
        for power in assessment.neighbours
        if power in relationships and not any(name(power) in goal for goal in rival)
    ]
    for word, goal in _FRIENDLY.items():
        if who := [power for power in near if relationships[power] == word]:
            return [goal.format(name(who[0]))]
    return []
