"""Answering the messages that came: yes, no, yes but, or a word of thanks, as this power's interest has it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from ..board.commitments import Commitment
from ..board.units import Order, Unit
from .campaign import remembered_campaign
from .commitments import remembered_pacts
from .ending import released
from .intents import UnderstoodMessage
from .joint_moves import JointMove, joint_fields, wish
from .order_planning import supported_move, worthwhile
from .round_plan import PlannedMessage, RoundPlan
from .telling import third_power
from .trust import BROKEN_WORD, broken_words, trust
from .wording import place, places


def waiting(plan: RoundPlan) -> dict[str, UnderstoodMessage]:
    """Power -> the message of it that most wants an answer, of the private ones that have none yet."""
    prompt = plan.prompt
    spoken = {
        power: max((m.round for m in prompt.press if m.sender == prompt.me and power in m.recipients), default=0)
        for power in prompt.others
    }
    found: dict[str, list[UnderstoodMessage]] = {}
    for received in (*plan.assessment.awaiting, *plan.assessment.press):
        message, power = received.message, received.sender
        if power not in spoken or not message.private or prompt.me not in message.recipients:
            continue
        old = message in prompt.awaiting
        if (old and not spoken[power]) or (not old and spoken[power] <= message.round < prompt.round):
            found.setdefault(power, []).append(received)
    return {power: max(messages, key=_urgency) for power, messages in sorted(found.items())}


def _urgency(received: UnderstoodMessage) -> tuple[bool, bool, int]:
    return (received.ask is not None, "warning" in received.intents, received.message.round)


def answer(plan: RoundPlan, received: UnderstoodMessage) -> PlannedMessage:
    """What to say to the sender of this message."""
    luck = plan.prompt.chance("answer", received.sender, plan.prompt.round)
    if received.ask is not None:
        return _ANSWERS[received.ask](plan, received, luck)
    return _reaction(plan, received)


def opening(received: UnderstoodMessage) -> str:
    """How a proposal to the sender begins, when it has to serve as the answer too: a key of ``openings``."""
    if "decline" in received.intents:
        return "regret"
    return "confirm" if received.intents & {"accept", "thanks"} else "chat"


def wants_its_own_answer(received: UnderstoodMessage) -> bool:
    """Whether a proposal with an opening would not do as the answer."""
    return received.ask in ("zone", "alliance", "peace", "coalition") or bool(received.intents & {"odd", "warning"})


def _reaction(plan: RoundPlan, received: UnderstoodMessage) -> PlannedMessage:
    to = (received.sender,)
    third = {"third": _third(plan, received.sender)}
    if "odd" in received.intents:
        return PlannedMessage(to, "plain")
    if "accept" in received.intents:
        zone = plan.agreed.zones.get(received.sender, ())
        if zone and received.zone:
            return PlannedMessage(to, "confirm_zone", {"zone": places(plan.prompt.situation.terrain, zone[:1])})
        return PlannedMessage(to, "confirm")
    if "decline" in received.intents:
        return PlannedMessage(to, "regret")
    if "withdrawn" in received.intents:
        return PlannedMessage(to, "withdrawn")
    if "tip" in received.intents:
        accused = next((p for p in received.powers if p not in (received.sender, plan.prompt.me)), third["third"])
        return PlannedMessage(to, "thanks_tip", {"third": accused.title()})
    if "warning" in received.intents:
        guilty = _guilty(plan, received.sender)
        defiant = plan.prompt.stance(received.sender) < 0 or plan.assessment.nature.nerve > 0.65
        return PlannedMessage(to, ("defiant" if defiant else "excuse") if guilty else "denial", third)
    if "thanks" in received.intents:
        return PlannedMessage(to, "confirm")
    return PlannedMessage(to, "chat", third)


def _guilty(plan: RoundPlan, power: str) -> bool:
    """Whether the power has something to reproach us with."""
    broken = any(o.sender == plan.prompt.me and power in o.recipients and o.broken for o in plan.prompt.pledges)
    return broken or any(event.power == power and event.kind in ("struck", "won") for event in plan.assessment.events)


def _alliance(plan: RoundPlan, received: UnderstoodMessage, luck: random.Random) -> PlannedMessage:
    power, nature = received.sender, plan.assessment.nature
    if (power in plan.agreed.peace and plan.said("alliance", power)) or power in remembered_pacts(plan.prompt):
        return PlannedMessage((power,), "confirm")
    stance, believed = plan.prompt.stance(power), trust(plan.assessment, power)
    allies = sum(plan.prompt.stance(other) == 2 for other in plan.prompt.others if other != power)
    willing = {2: 1.0, 1: 0.9, 0: believed + 0.1, -1: believed - 0.35, -2: 0.05}[stance] - 0.2 * allies
    if plan.bound_against(power):
        return PlannedMessage((power,), "decline_alliance", {"third": _third(plan, power)})
    if _offered(plan, power, "alliance"):
        return PlannedMessage((power,), "accept_alliance")
    campaign = remembered_campaign(plan.prompt)
    willing -= 0.3 if campaign is not None and campaign.victim == power else 0.0
    if luck.random() < willing:
        return PlannedMessage((power,), "accept_alliance")
    zone = plan.free_zone(power)
    if zone and luck.random() < nature.nerve:
        return PlannedMessage((power,), "counter_alliance", _zone_fields(plan, zone), zone=zone)
    return PlannedMessage((power,), "decline_alliance", {"third": _third(plan, power)})


def _peace(plan: RoundPlan, received: UnderstoodMessage, luck: random.Random) -> PlannedMessage:
    if received.sender in plan.agreed.peace:
        return PlannedMessage((received.sender,), "confirm")
    if plan.bound_against(received.sender):
        return PlannedMessage((received.sender,), "decline_peace")
    if _offered(plan, received.sender, "peace"):
        return PlannedMessage((received.sender,), "accept_peace")
    stance = plan.prompt.stance(received.sender)
    willing = {2: 1.0, 1: 1.0, 0: 0.9, -1: 0.6, -2: 0.25}[stance]
    return PlannedMessage((received.sender,), "accept_peace" if luck.random() < willing else "decline_peace")


def _zone(plan: RoundPlan, received: UnderstoodMessage, luck: random.Random) -> PlannedMessage:
    power = received.sender
    zone = tuple(at for at in received.zone if at in plan.assessment.buffers[power])[:2]
    if not zone:
        return _no_zone(plan, received, luck)
    if set(zone) <= set(plan.agreed.zones.get(power, ())):
        return PlannedMessage((power,), "confirm_zone", _zone_fields(plan, zone))
    fields = {**_zone_fields(plan, zone), "own": _nearest_center(plan, zone[0])}
    if _offered(plan, power, "zone", zone):
        return PlannedMessage((power,), "accept_zone", fields, zone=zone)
    wanted = any(order.target in zone for order in plan.order_plan.orders)
    willing = {2: 1.0, 1: 0.95, 0: 0.85, -1: 0.65, -2: 0.3}[plan.prompt.stance(power)]
    willing -= 0.45 * plan.assessment.nature.nerve if wanted else 0.0
    willing -= BROKEN_WORD * broken_words(plan.prompt, power)
    wanted_most = power != plan.order_plan.betrayed and plan.lure in zone
    if not wanted_most and luck.random() < willing and not plan.bound_for(zone):
        return PlannedMessage((power,), "accept_zone", fields, zone=zone)
    return PlannedMessage((power,), "decline_zone", fields)


def _offered(plan: RoundPlan, power: str, kind: str, zone: Sequence[str] = ()) -> bool:
    """Whether we have proposed the same to the power in this phase, so that our letters have crossed."""
    return any(
        own.sender == plan.prompt.me
        and own.ask == kind
        and own.message.recipients == (power,)
        and set(zone) <= set(own.zone)
        for own in plan.assessment.press
    )


def _no_zone(plan: RoundPlan, received: UnderstoodMessage, luck: random.Random) -> PlannedMessage:
    """The sender asks us to leave places that are no ground between us: refuse what is ours, else take it as peace."""
    ours = [at for at in received.zone if at in _own_provinces(plan)]
    if not ours:
        return _peace(plan, received, luck)
    fields = {**_zone_fields(plan, ours[:1]), "own": _nearest_center(plan, ours[0])}
    return PlannedMessage((received.sender,), "decline_zone", fields)


def _support(plan: RoundPlan, received: UnderstoodMessage, luck: random.Random) -> PlannedMessage:
    for order in received.orders:
        if order.supported in plan.prompt.situation.own_units:
            return _help_offered(plan, received, order)
    joint = _help_wanted(plan, received)
    if joint is None:
        return PlannedMessage((received.sender,), "decline_far")
    rivals = plan.bound_for((joint.move.goal,))
    fields = {**joint_fields(plan.assessment, joint), "own": _nearest_center(plan, joint.helper.province)}
    busy = plan.order_plan.order_of(joint.helper)
    goal = busy.target
    costly = goal in plan.prompt.situation.terrain.centers and goal not in plan.prompt.situation.centers[plan.prompt.me]
    willing = {2: 0.95, 1: 0.8, 0: 0.5, -1: 0.15, -2: 0.0}[plan.prompt.stance(received.sender)] - 0.4 * costly
    willing -= BROKEN_WORD * broken_words(plan.prompt, received.sender)
    if luck.random() < willing and not rivals and not plan.forbids(joint.move.goal, for_another=True):
        return PlannedMessage((received.sender,), "accept_support", fields, pledges=(Commitment(joint.support),))
    request = wish(plan.assessment, plan.order_plan, received.sender, plan.taken)
    if request is not None and luck.random() < plan.assessment.nature.nerve:
        asked = joint_fields(plan.assessment, request)
        return PlannedMessage((received.sender,), "counter_support", asked, pledges=(Commitment(request.move),))
    return PlannedMessage((received.sender,), "decline_support", fields)


def _help_offered(plan: RoundPlan, received: UnderstoodMessage, order: Order) -> PlannedMessage:
    """Somebody will support a move of ours; make it, if it leads anywhere."""
    move = supported_move(plan.assessment, order)
    trusted = plan.prompt.stance(received.sender) > -2
    free = move is not None and (move.unit not in plan.taken or move in plan.agreed.pledges)
    usable = move is not None and free and trusted and plan.open_to(move)
    if move is None or not usable or not worthwhile(plan.assessment, plan.order_plan.valuation, move):
        freed = released(plan, received.message.pledges)
        return PlannedMessage((received.sender,), "decline_help", pledges=freed)
    fields = joint_fields(plan.assessment, JointMove(move, order.unit))
    return PlannedMessage((received.sender,), "accept_help", fields, pledges=(Commitment(move),))


def _help_wanted(plan: RoundPlan, received: UnderstoodMessage) -> JointMove | None:
    """The move that the sender wants supported, with a unit of ours that is free to do it."""
    situation = plan.prompt.situation
    theirs, own = situation.units[received.sender], _own_provinces(plan)
    moves = [order for order in received.orders if order.unit in theirs and order.target]
    moves += [
        Order(f"{unit} - {goal}")
        for unit in theirs
        if unit.province in received.provinces
        for goal in received.provinces
        if situation.terrain.touches(unit, goal)
    ]
    for move in moves:
        for legal in situation.legal_orders.values():
            joint = JointMove(move, legal[0].unit)
            if joint.helper not in plan.taken and joint.support in legal and move.target not in own:
                return joint
    return None


def _own_provinces(plan: RoundPlan) -> set[str]:
    situation = plan.prompt.situation
    return {unit.province for unit in situation.own_units} | set(situation.centers[plan.prompt.me])


def _coalition(plan: RoundPlan, received: UnderstoodMessage, luck: random.Random) -> PlannedMessage:
    power, me = received.sender, plan.prompt.me
    accused = next((p for p in received.powers if p not in (power, me) and p in plan.prompt.others), None)
    if accused is None:
        return PlannedMessage((power,), "denial" if me in received.powers else "chat", {"third": _third(plan, power)})
    willing = 0.55 - 0.25 * plan.prompt.stance(accused) + (0.3 if accused == plan.assessment.leader else 0.0)
    purpose = "accept_coalition" if luck.random() < willing else "decline_coalition"
    return PlannedMessage((power,), purpose, {"third": accused.title()})


def _third(plan: RoundPlan, power: str) -> str:
    return third_power(plan.assessment, power).title()


def _zone_fields(plan: RoundPlan, zone: Sequence[str]) -> dict[str, str]:
    return {"zone": places(plan.prompt.situation.terrain, tuple(zone))}


def _nearest_center(plan: RoundPlan, province: str) -> str:
    """The name of our centre that is closest to the province."""
    situation = plan.prompt.situation
    ground = situation.terrain
    away = ground.distances(Unit(f"{'F' if ground.kinds[province] == 'sea' else 'A'} {province}"))
    centers = sorted(situation.centers[plan.prompt.me], key=lambda center: (away.get(center, 99), center))
    return place(ground, centers[0]) if centers else "what is left to me"


_ANSWERS: dict[str, Callable[[RoundPlan, UnderstoodMessage, random.Random], PlannedMessage]] = {
    "alliance": _alliance,
    "coalition": _coalition,
    "peace": _peace,
    "support": _support,
    "zone": _zone,
}
