"""Writing first: which power to approach in a round and with what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..board.commitments import Commitment
from ..board.press import ALL
from ..board.terrain import Terrain
from .assessment import Assessment
from .campaign import remembered_campaign
from .commitments import remembered_pacts
from .ending import endings
from .joint_moves import JointMove, gift, joint_fields, wish
from .round_plan import PlannedMessage, RoundPlan
from .telling import news, third_power
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
    yield from endings(plan, power)
    yield from news(plan, power)
    yield from _grievances(plan, power)
    yield from _thanks(plan, power)
    yield from _joint_moves(plan, power)
    yield from _agreements(plan, power)
    yield from _builds(plan, power)
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
    if help_given is not None and not plan.forbids(help_given.move.goal, for_another=True):
        fields = joint_fields(plan.assessment, help_given)
        yield (
            0.7 + 0.2 * stance,
            PlannedMessage((power,), "offer_support", fields, pledges=(_if_moved(plan, help_given, power),)),
        )
    help_asked = wish(plan.assessment, plan.order_plan, power, plan.taken)
    if help_asked is not None and plan.open_to(help_asked.move):
        fields = joint_fields(plan.assessment, help_asked)
        yield (
            0.7 + 0.2 * stance,
            PlannedMessage((power,), "ask_support", fields, pledges=(Commitment(help_asked.move),)),
        )


def _if_moved(plan: RoundPlan, joint: JointMove, power: str) -> Commitment:
    """The support, in half of the cases on the condition that it is made use of."""
    sure = plan.prompt.chance("sure", power).random() < 0.5
    return Commitment(joint.support if sure else f"{joint.support} if {power}: {joint.move}")


def _agreements(plan: RoundPlan, power: str) -> Iterator[Weighted]:
    to, stance, ground = (power,), plan.prompt.stance(power), plan.prompt.situation.terrain
    zone = plan.free_zone(power)
    if stance >= -1 and zone and not plan.said("zone", power):
        yield (
            (0.8 if plan.prompt.opening else 0.6),
            PlannedMessage(to, "zone", {"zone": places(ground, zone)}, zone=zone),
        )
    allied = power in plan.agreed.peace | remembered_pacts(plan.prompt)
    if plan.bound_against(power):
        return
    if stance in (0, 1) and not allied and not plan.said("alliance", power):
        campaign = remembered_campaign(plan.prompt)
        third = campaign.victim if campaign is not None else third_power(plan.assessment, power)
        yield 0.55, PlannedMessage(to, "alliance")
        if third != power and plan.prompt.stance(third) <= 0 and third in plan.assessment.neighbours:
            wanted = 0.8 if campaign is not None and campaign.partner == power else 0.55
            yield wanted, PlannedMessage(to, "alliance_against", {"third": third.title()})
    if stance <= 1 and not plan.said("peace", power):
        yield (0.5 if stance < 0 else 0.35), PlannedMessage(to, "peace")


def _builds(plan: RoundPlan, power: str) -> Iterator[Weighted]:
    """What the winter brings, told in the fall to whom it touches: no fleet against it, or an army for a common war."""
    situation, stance = plan.prompt.situation, plan.prompt.stance(power)
    if situation.season != "F" or stance < 0 or plan.said("build", power) or power not in plan.assessment.neighbours:
        return
    ground, me = situation.terrain, plan.prompt.me
    homes = [at for at in situation.homes[me] if at in situation.centers[me]]
    ports = [at for at in homes if at in ground.coasts or ground.kinds[at] == "coast"]
    free = [at for at in homes if at not in situation.occupants()]
    campaign = remembered_campaign(plan.prompt)
    if (
        campaign is not None
        and campaign.partner == power
        and free
        and len(situation.centers[me]) > len(situation.own_units)
    ):
        fields = {"at": place(ground, free[0]), "third": campaign.victim.title()}
        yield 0.5, PlannedMessage((power,), "build", fields, pledges=(Commitment(f"A {free[0]} B"),))
    elif ports and any(unit.kind == "F" for unit in situation.units[power]):
        port = plan.prompt.chance("port", power).choice(ports)
        yield (
            0.25,
            PlannedMessage((power,), "no_fleet", {"at": place(ground, port)}, pledges=(_no_fleet(ground, port),)),
        )


def _no_fleet(ground: Terrain, port: str) -> Commitment:
    at = ground.coasts[port][0] if ground.coasts.get(port) else port
    return Commitment(f"not F {at} B")


def _small_talk(plan: RoundPlan, power: str) -> Iterator[Weighted]:
    to, third = (power,), third_power(plan.assessment, power)
    silent = power in plan.prompt.unanswered and not any(m.sender == power for m in plan.assessment.press)
    if silent and plan.prompt.round > 1:
        yield 0.4, PlannedMessage(to, "nudge")
    if third == power:
        return
    fields = {"third": third.title()}
    yield 0.2, PlannedMessage(to, "small", fields)
    if any(
        m.sender == third and m.intents & {"alliance", "peace"}
        for m in (*plan.assessment.awaiting, *plan.assessment.press)
    ):
        yield 0.3, PlannedMessage(to, "gossip", fields)


def coalition(plan: RoundPlan) -> PlannedMessage | None:
    """A message to two or three others when somebody is running away with the game."""
    leader, prompt = plan.assessment.leader, plan.prompt
    if leader is None or prompt.stance(leader) == 2 or prompt.round > 1:
        return None
    partners = [p for p in prompt.others if p != leader and prompt.stance(p) > -2]
    partners.sort(key=lambda p: (-prompt.stance(p), plan.assessment.distance[p], p))
    if len(partners) < 2 or prompt.chance("coalition").random() > 0.3:
        return None
    return PlannedMessage(tuple(sorted(partners[:3])), "coalition", _leader_fields(plan.assessment))


def public(plan: RoundPlan) -> PlannedMessage | None:
    """Rarely, a word to everybody."""
    prompt = plan.prompt
    luck = prompt.chance("public", prompt.round)
    if prompt.round > 1 or luck.random() > 0.07:
        return None
    everyone = PlannedMessage((ALL,), "public_opening" if prompt.opening else "public_calm")
    if plan.assessment.leader is not None and luck.random() < 0.6:
        return replace(everyone, purpose="public_leader", fields=_leader_fields(plan.assessment))
    broken = [event for event in plan.assessment.events if event.kind == "broke"]
    if broken:
        event = luck.choice(broken)
        return replace(everyone, purpose="public_broken", fields={"third": event.power.title(), "order": event.where})
    return everyone


def _leader_fields(assessment: Assessment) -> dict[str, str]:
    leader = assessment.leader or ""
    return {"third": leader.title(), "count": number(len(assessment.prompt.situation.centers[leader]))}
