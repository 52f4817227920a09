"""Arguments: a sentence from the board that backs what a message asks for or warns of."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from .assessment import Assessment
from .wording import name, number, place, templates

_FITTING = {
    "leader": {
        "alliance",
        "peace",
        "coalition",
        "zone",
        "chat",
        "small",
        "punish",
        "accept_coalition",
        "decline_peace",
    },
    "small": {"alliance", "peace", "zone", "decline_coalition", "denial", "excuse", "regret"},
    "border": {"zone", "peace", "warning", "decline_alliance", "decline_zone", "decline_peace", "nudge", "regret"},
    "took": {"alliance_against", "gossip", "chat", "small", "coalition", "punish", "thanks_tip"},
    "bounced": {"alliance_against", "chat", "small", "ask_support"},
    "late": {"alliance", "peace", "coalition", "decline_alliance", "regret", "defiant"},
}
"""Kind of an argument -> purposes of messages that it backs."""
_OFTEN = 0.2


def argument(assessment: Assessment, purpose: str, to: Sequence[str], rng: random.Random, third: str = "") -> str:
    """A sentence, or nothing: true as the situation has it, and fit to stand behind a message of this purpose, which
    may speak of a third power."""
    if len(to) != 1 or to[0] not in assessment.distance or assessment.prompt.opening or rng.random() > _OFTEN:
        return ""
    facts = _facts(assessment, to[0])
    found = [(kind, fields) for kind, fields in facts if purpose in _FITTING[kind] and _about(fields, third)]
    if not found:
        return ""
    kind, fields = rng.choice(found)
    return rng.choice(templates()["arguments"][kind]).format_map(fields)


def _about(fields: Mapping[str, str], third: str) -> bool:
    return not third or fields.get("third", third) == third


def _facts(assessment: Assessment, power: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Kind of an argument -> its fields."""
    prompt = assessment.prompt
    situation, ground = prompt.situation, prompt.situation.terrain
    counts = {other: len(owned) for other, owned in situation.centers.items()}
    mine, theirs = counts[prompt.me], counts[power]
    season = {"last_season": "fall" if situation.season == "S" else "spring"}
    leader = max(sorted(prompt.others), key=lambda other: counts[other])
    if leader != power and counts[leader] > max(mine, theirs) and counts[leader] > 4:
        yield "leader", {"third": name(leader), "n": number(counts[leader]), "m": number(mine + theirs)}
    if mine < theirs and mine > 1:
        yield "small", {"n": number(mine), "m": number(theirs)}
    near = sum(
        any(ground.touches(unit, at) for at in situation.centers[prompt.me]) for unit in situation.units.get(power, ())
    )
    if near > 1:
        yield "border", {"n": number(near)}
    for result in situation.recent:
        for at, taker in result.captures.items():
            if taker not in (power, prompt.me) and {taker, power} <= set(assessment.neighbours):
                yield "took", {"third": name(taker), "at": place(ground, at), **season}
    for event in assessment.events:
        if event.kind == "bounced" and event.power != power:
            yield "bounced", {"third": name(event.power), "at": place(ground, event.where), **season}
    if assessment.final:
        yield "late", {}
