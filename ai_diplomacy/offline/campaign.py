"""The campaign: a war planned for two years, which the goals keep in mind: against whom, with whom, what first, what
next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..board.situation import Situation
from ..board.terrain import Terrain
from .assessment import Assessment
from .prompt_reader import ParsedPrompt
from .wording import name, place

YEARS = 2
_PLAN = re.compile(r"(?:With (\w+) against|Against) (\w+) until (\d+): (.+?)(?:, then (.+))?")
_NOW, _NEXT = 0.35, 0.15
"""How much more than usual the first and the second target are worth."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a power means to win in this year and the next."""

    victim: str
    partner: str | None
    until: int
    """The last year of the plan."""
    targets: tuple[str, ...]
    """Centres, the first one first."""


def remember_campaign(ground: Terrain, campaign: Campaign) -> str:
    """A goal that keeps the campaign in mind; ``remembered_campaign`` reads it."""
    ally = f"With {name(campaign.partner)} against" if campaign.partner else "Against"
    targets = ", then ".join(place(ground, at) for at in campaign.targets)
    return f"{ally} {name(campaign.victim)} until {campaign.until}: {targets}"


def remembered_campaign(prompt: ParsedPrompt) -> Campaign | None:
    ground = prompt.situation.terrain
    codes = {place(ground, at): at for at in ground.centers}
    for goal in prompt.goals:
        if found := _PLAN.fullmatch(goal):
            partner, victim = (found[1] or "").upper(), found[2].upper()
            targets = tuple(codes[said] for said in (found[4], found[5]) if said in codes)
            if victim in prompt.others and targets:
                return Campaign(victim, partner if partner in prompt.others else None, int(found[3]), targets)
    return None


def campaign_weights(prompt: ParsedPrompt) -> Mapping[str, float]:
    """Province -> how much more it is worth for being a target."""
    campaign = remembered_campaign(prompt)
    if campaign is None:
        return {}
    open_targets = [at for at in campaign.targets if at not in prompt.situation.centers[prompt.me]]
    return dict(zip(open_targets, (_NOW, _NEXT), strict=False))


def coming_year(situation: Situation) -> int:
    """The year of the next moves."""
    return situation.year + (situation.kind == "A" or (situation.kind == "R" and situation.season == "F"))


def next_campaign(assessment: Assessment, stances: Mapping[str, int], friends: Sequence[str]) -> Campaign | None:
    """The old plan while it can still be followed, else a new one; ``stances`` are those from now on."""
    prompt = assessment.prompt
    old = remembered_campaign(prompt)
    owned = set(prompt.situation.centers[prompt.me])
    if old is not None and old.until >= coming_year(prompt.situation) and stances.get(old.victim, 0) < 1:
        left = tuple(at for at in old.targets if at not in owned)
        partner = old.partner if old.partner and stances.get(old.partner, 0) >= 0 else None
        if left and set(left) <= set(prompt.situation.centers[old.victim]):
            return Campaign(old.victim, partner, old.until, left)
    return _new(assessment, stances, friends)


def _new(assessment: Assessment, stances: Mapping[str, int], friends: Sequence[str]) -> Campaign | None:
    prompt = assessment.prompt
    situation, ground = prompt.situation, prompt.situation.terrain
    best: tuple[float, str, tuple[str, ...]] | None = None
    for power in assessment.neighbours:
        if stances.get(power, 0) > 0:
            continue
        steps = {
            at: min((ground.distances(unit).get(at, 9) for unit in situation.own_units), default=9)
            for at in situation.centers[power]
        }
        near = sorted((away, at) for at, away in steps.items() if away <= 3)[:2]
        if near:
            ease = sum(4 - away for away, _ in near) - 0.5 * len(situation.units[power]) - 0.8 * stances.get(power, 0)
            ease += prompt.chance("campaign", power).uniform(0, 1.5)
            if best is None or (ease, power) > (best[0], best[1]):
                best = ease, power, tuple(at for _, at in near)
    if best is None:
        return None
    _, victim, targets = best
    partner = next((power for power in friends if power != victim), None)
    return Campaign(victim, partner, min(prompt.last_year, coming_year(situation) + YEARS - 1), targets)
