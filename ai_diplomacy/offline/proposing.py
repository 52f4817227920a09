"""Writing first: which power to approach in a round, and with what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..board.press import ALL
from .assessment import Assessment
from .commitments import remembered_pacts
from .offers import gift, joint_slots, third_power, wish
from .round_plan import PlannedMessage, RoundPlan
from .wording import number, place, places

Weighted = tuple[float, PlannedMessage]


def proposals(plan: RoundPlan) -> list[PlannedMessage]:
    """For each power that we could write to, the thing most worth saying; the most pressing first."""
    luck = plan.prompt.chance("propose", plan.prompt.round)
    ranked: list[tuple[float, str, PlannedMessage]] = []
    for power in plan.prompt.others:
        if power in plan.written_to():
            continue
        near = 1.0 - 0.15 * plan.assessment.distance[power] if power in plan.assessment.neighbours else 0.2
        options = [(weight * near * luck.uniform(0.5, 1.5), planned) for weight, planned in _ideas(plan, power)]
        if options:
            weight, planned = max(options, key=lambda option: (option[0], option[1].purpose))
            ranked.append((weight, power, planned))
    ranked.sort(key=lambda entry: (-entry[0], entry[1]))
    return [planned for _, _, planned in ranked]


def _ideas(plan: RoundPlan, power: str) -> Iterator[Weighted]:
    yield from _grievances(plan, power)
    yield from _thanks(plan, power)
    yield from _joint_moves(plan, power)
    yield from _agreements(plan, power)
    yield from _small_talk(plan, power)


def _grievances(plan: RoundPlan, power: str) -> Iterator[Weighted]:
    assessment = plan.assessment
    to, nerve, ground = (power,), assessment.nature.nerve, plan.prompt.situation.terrain
    if plan.said("warning", power):
        return
    attacked = assessment.attacks_by(power)
    if attacked:
        yield 0.7 + nerve, PlannedMessage(to, "warning", {"at": places(ground, attacked[:2])})
    if any(event.kind == "broke" and event.power == power for event in assessment.events):
        yield 0.6 + nerve, PlannedMessage(to, "betrayed")
    if power == assessment.leader:
        count = len(plan.prompt.situation.centers[power])
        yield 0.8 * nerve, PlannedMessage(to, "grown", {"count": number(count)})


def _thanks(plan: RoundPlan, power: str) -> Iterator[Weighted]:
    ground = plan.prompt.situation.terrain
    for event in plan.assessment.events:
        if event.power == power and event.kind == "supported" and not plan.said("thanks", power):
            yield 0.7, PlannedMessage((power,), "thanks_help", {"at": place(ground, event.where)})
        elif event.power == power and event.kind == "kept" and not plan.said("thanks", power):
            yield 0.3, PlannedMessage((power,), "thanks_word")


def _joint_moves(plan: RoundPlan, power: str) -> Iterator[Weighted]:
    stance = plan.prompt.stance(power)
    if stance < 0 or plan.said("support", power):
        return
    help_given = gift(plan.assessment, plan.order_plan, power, plan.taken)
    if help_given is not None:
        slots = joint_slots(plan.assessment, help_given)
        yield 0.7 + 0.2 * stance, PlannedMessage((power,), "offer_support", slots, pledges=(help_given.support,))
    help_asked = wish(plan.assessment, plan.order_plan, power, plan.taken)
    if help_asked is not None:
        slots = joint_slots(plan.assessment, help_asked)
        yield 0.7 + 0.2 * stance, PlannedMessage((power,), "ask_support", slots, pledges=(help_asked.move,))


def _agreements(plan: RoundPlan, power: str) -> Iterator[Weighted]:
    to, stance, ground = (power,), plan.prompt.stance(power), plan.prompt.situation.terrain
    zone = plan.free_zone(power)
    if stance >= -1 and zone and not plan.said("zone", power):
        yield (
            (0.8 if plan.prompt.opening else 0.6),
            PlannedMessage(to, "zone", {"zone": places(ground, zone)}, zone=zone),
        )
    allied = power in plan.agreed.peace | remembered_pacts(plan.prompt)
    if stance in (0, 1) and not allied and not plan.said("alliance", power):
        third = third_power(plan.assessment, power)
        yield 0.55, PlannedMessage(to, "alliance")
        if third != power and plan.prompt.stance(third) <= 0 and third in plan.assessment.neighbours:
            yield 0.55, PlannedMessage(to, "alliance_against", {"third": third.title()})
    if stance <= 1 and not plan.said("peace", power):
        yield (0.5 if stance < 0 else 0.35), PlannedMessage(to, "peace")


def _small_talk(plan: RoundPlan, power: str) -> Iterator[Weighted]:
    to, third = (power,), third_power(plan.assessment, power)
    silent = power in plan.prompt.unanswered and not any(m.sender == power for m in plan.assessment.press)
    if silent and plan.prompt.round > 1:
        yield 0.4, PlannedMessage(to, "nudge")
    if third == power:
        return
    slots = {"third": third.title()}
    yield 0.2, PlannedMessage(to, "small", slots)
    if any(
        m.sender == third and m.intents & {"alliance", "peace"}
        for m in (*plan.assessment.awaiting, *plan.assessment.press)
    ):
        yield 0.3, PlannedMessage(to, "gossip", slots)


def coalition(plan: RoundPlan) -> PlannedMessage | None:
    """A message to two or three others when somebody is running away with the game."""
    leader, prompt = plan.assessment.leader, plan.prompt
    if leader is None or prompt.stance(leader) == 2 or prompt.round > 1:
        return None
    partners = [p for p in prompt.others if p != leader and prompt.stance(p) > -2]
    partners.sort(key=lambda p: (-prompt.stance(p), plan.assessment.distance[p], p))
    if len(partners) < 2 or prompt.chance("coalition").random() > 0.3:
        return None
    return PlannedMessage(tuple(sorted(partners[:3])), "coalition", _leader_slots(plan.assessment))


def public(plan: RoundPlan) -> PlannedMessage | None:
    """Rarely, a word to everybody."""
    prompt = plan.prompt
    luck = prompt.chance("public", prompt.round)
    if prompt.round > 1 or luck.random() > 0.07:
        return None
    everyone = PlannedMessage((ALL,), "public_opening" if prompt.opening else "public_calm")
    if plan.assessment.leader is not None and luck.random() < 0.6:
        return replace(everyone, purpose="public_leader", slots=_leader_slots(plan.assessment))
    liars = sorted({event.power for event in plan.assessment.events if event.kind == "broke"})
    if liars:
        return replace(everyone, purpose="public_broken", slots={"third": luck.choice(liars).title()})
    return everyone


def _leader_slots(assessment: Assessment) -> dict[str, str]:
    leader = assessment.leader or ""
    return {"third": leader.title(), "count": number(len(assessment.prompt.situation.centers[leader]))}
