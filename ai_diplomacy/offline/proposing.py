"""Writing first: which power to approach in a round and with what, and the moves that two powers can make together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..board.press import ALL
from ..board.units import Order, Unit
from .assessment import Assessment
from .commitments import remembered_pacts
from .order_planning import OrderPlan
from .round_plan import PlannedMessage, RoundPlan
from .wording import number, place, places, unit_words

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
    help_given = _gift(plan.assessment, plan.order_plan, power, plan.taken)
    if help_given is not None:
        fields = joint_fields(plan.assessment, help_given)
        yield 0.7 + 0.2 * stance, PlannedMessage((power,), "offer_support", fields, pledges=(help_given.support,))
    help_asked = wish(plan.assessment, plan.order_plan, power, plan.taken)
    if help_asked is not None:
        fields = joint_fields(plan.assessment, help_asked)
        yield 0.7 + 0.2 * stance, PlannedMessage((power,), "ask_support", fields, pledges=(help_asked.move,))


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
    liars = sorted({event.power for event in plan.assessment.events if event.kind == "broke"})
    if liars:
        return replace(everyone, purpose="public_broken", fields={"third": luck.choice(liars).title()})
    return everyone


def _leader_fields(assessment: Assessment) -> dict[str, str]:
    leader = assessment.leader or ""
    return {"third": leader.title(), "count": number(len(assessment.prompt.situation.centers[leader]))}


@dataclass(frozen=True, slots=True)
class JointMove:
    """A move of one power supported by a unit of another."""

    move: Order
    """``A MUN - BUR``"""
    helper: Unit
    """The unit that supports it."""

    @property
    def support(self) -> Order:
        return Order(f"{self.helper} S {self.move.unit} - {self.move.goal}")


def _gift(assessment: Assessment, order_plan: OrderPlan, power: str, taken: frozenset[Unit]) -> JointMove | None:
    """The best support that we could offer the power with a unit that has little else to do."""
    situation = assessment.prompt.situation
    best: tuple[float, str, JointMove] | None = None
    for legal in situation.legal_orders.values():
        supports = [order for order in legal if order.supported in situation.units[power] and order.goal]
        if not supports or supports[0].unit in taken or not _idle(assessment, order_plan, supports[0].unit):
            continue
        for order in supports:
            mover, goal = order.mover, order.goal
            if not situation.terrain.touches(mover, goal):
                continue
            gain = _gain(assessment, power, goal)
            if gain > 0 and (best is None or (-gain, order) < (-best[0], best[1])):
                best = gain, order, JointMove(Order(f"{mover} - {order.location}"), order.unit)
    return best[2] if best else None


def wish(assessment: Assessment, order_plan: OrderPlan, power: str, taken: frozenset[Unit]) -> JointMove | None:
    """The move of ours that most needs a support that the power could give."""
    situation = assessment.prompt.situation
    best: tuple[float, str, JointMove] | None = None
    for order in order_plan.orders:
        goal = order.target
        if goal is None or order.unit in taken or order.via or not _contested(assessment, goal, power):
            continue
        for unit in situation.units[power]:
            if situation.terrain.touches(unit, goal) and unit.province != goal:
                worth = order_plan.valuation.unit_worth.get(f"{order.unit.kind} {order.location}", 0.0)
                if best is None or (-worth, unit) < (-best[0], best[1]):
                    best = worth, unit, JointMove(order, unit)
    return best[2] if best else None


def joint_fields(assessment: Assessment, joint: JointMove) -> dict[str, str]:
    ground = assessment.prompt.situation.terrain
    return {
        "helper": unit_words(ground, joint.helper),
        "mover": unit_words(ground, joint.move.unit),
        "target": place(ground, joint.move.goal),
    }


def third_power(assessment: Assessment, about: str) -> str:
    """A power worth speaking about with the other: the leader, else a bad neighbour of both; itself if alone."""
    prompt = assessment.prompt
    candidates = [power for power in prompt.others if power != about]
    if not candidates:
        return about
    if assessment.leader in candidates:
        return str(assessment.leader)

    def rank(power: str) -> tuple[int, bool, int, str]:
        near = power in assessment.neighbours
        return (prompt.stance(power), not near, assessment.distance[power], power)

    return min(candidates, key=rank)


def _idle(assessment: Assessment, order_plan: OrderPlan, unit: str) -> bool:
    """Whether the unit takes no centre and supports nothing of ours."""
    order = order_plan.order_of(unit)
    goal = order.target
    if goal is not None:
        owner = assessment.prompt.situation.owners().get(goal)
        return goal not in assessment.prompt.situation.terrain.centers or owner == assessment.prompt.me
    return order.supported not in assessment.prompt.situation.own_units


def _gain(assessment: Assessment, power: str, goal: str) -> float:
    """What the province would be to the power, seen from here: nothing of ours or of our friends is given away."""
    situation, prompt = assessment.prompt.situation, assessment.prompt
    owner = situation.owners().get(goal)
    holder = situation.occupants().get(goal, ("", ""))[0]
    if {owner, holder} & {prompt.me, power} or any(prompt.stance(p) > 0 for p in (owner, holder) if p):
        return 0.0
    if goal in situation.terrain.centers:
        return 3.0 if owner is None else 2.0
    return 1.0 if holder else 0.0


def _contested(assessment: Assessment, goal: str, helper: str) -> bool:
    """Whether somebody else than the helper could keep us out of the place."""
    situation = assessment.prompt.situation
    owner, holder = situation.owners().get(goal), situation.occupants().get(goal, ("", ""))[0]
    if helper in (owner, holder) or holder == assessment.prompt.me:
        return False
    return any(
        power not in (helper, assessment.prompt.me) and any(situation.terrain.touches(unit, goal) for unit in units)
        for power, units in situation.units.items()
    )
