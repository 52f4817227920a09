"""Answering the letters that came: yes, no, yes but, or a word of thanks, as this power's interest has it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from ..board.situation import unit_of
from ..board.terrain import province_of
from .aftermath import target_of
from .commitments import remembered_pacts
from .design import supported_move, worthwhile
from .hearing import Heard
from .offers import JointMove, joint_slots, third_power, wish
from .talks import Desk, Talk
from .wording import place, places


def waiting(desk: Desk) -> dict[str, Heard]:
    """Power -> the letter of it that most wants an answer, of the private ones that have none yet."""
    reading = desk.reading
    spoken = {
        power: max((m.round for m in reading.press if m.sender == reading.me and power in m.recipients), default=0)
        for power in reading.others
    }
    found: dict[str, list[Heard]] = {}
    for heard in (*desk.outlook.old, *desk.outlook.heard):
        letter, power = heard.letter, heard.sender
        if power not in spoken or not letter.private or reading.me not in letter.recipients:
            continue
        old = letter in reading.awaiting
        if (old and not spoken[power]) or (not old and spoken[power] <= letter.round < reading.round):
            found.setdefault(power, []).append(heard)
    return {power: max(letters, key=_urgency) for power, letters in sorted(found.items())}


def _urgency(heard: Heard) -> tuple[bool, bool, int]:
    return (heard.ask is not None, "warning" in heard.kinds, heard.letter.round)


def answer(desk: Desk, heard: Heard) -> Talk:
    """What to say to the sender of this letter."""
    luck = desk.reading.chance("answer", heard.sender, desk.reading.round)
    if heard.ask is not None:
        return _ANSWERS[heard.ask](desk, heard, luck)
    return _reaction(desk, heard)


def opening(heard: Heard) -> str:
    """How a proposal to the sender begins, when it has to serve as the answer too: a key of ``openings``."""
    if "decline" in heard.kinds:
        return "regret"
    return "confirm" if heard.kinds & {"accept", "thanks"} else "chat"


def wants_its_own_answer(heard: Heard) -> bool:
    """Whether a proposal with an opening would not do as the answer."""
    return heard.ask in ("zone", "alliance", "peace", "coalition") or bool(heard.kinds & {"odd", "warning"})


def _reaction(desk: Desk, heard: Heard) -> Talk:
    to = (heard.sender,)
    third = {"third": third_power(desk.outlook, heard.sender).title()}
    if "odd" in heard.kinds:
        return Talk(to, "plain")
    if "accept" in heard.kinds:
        zone = desk.agreed.zones.get(heard.sender, ())
        if zone and heard.zone:
            return Talk(to, "confirm_zone", {"zone": places(desk.reading.situation.terrain, zone[:1])})
        return Talk(to, "confirm")
    if "decline" in heard.kinds:
        return Talk(to, "regret")
    if "warning" in heard.kinds:
        guilty = _guilty(desk, heard.sender)
        defiant = desk.reading.stance(heard.sender) < 0 or desk.outlook.nature.nerve > 0.65
        return Talk(to, ("defiant" if defiant else "excuse") if guilty else "denial", third)
    if "thanks" in heard.kinds:
        return Talk(to, "confirm")
    return Talk(to, "chat", third)


def _guilty(desk: Desk, power: str) -> bool:
    """Whether the power has something to reproach us with."""
    broken = any(o.sender == desk.reading.me and power in o.recipients and not o.kept for o in desk.reading.pledges)
    return broken or any(deed.power == power and deed.kind in ("struck", "won") for deed in desk.outlook.deeds)


def _alliance(desk: Desk, heard: Heard, luck: random.Random) -> Talk:
    power, nature = heard.sender, desk.outlook.nature
    if (power in desk.agreed.peace and desk.said("alliance", power)) or power in remembered_pacts(desk.reading):
        return Talk((power,), "confirm")
    stance = desk.reading.stance(power)
    allies = sum(desk.reading.stance(other) == 2 for other in desk.reading.others if other != power)
    willing = {2: 1.0, 1: 0.9, 0: nature.trust + 0.1, -1: nature.trust - 0.35, -2: 0.05}[stance] - 0.2 * allies
    if luck.random() < willing:
        return Talk((power,), "accept_alliance")
    zone = desk.free_zone(power)
    if zone and luck.random() < nature.nerve:
        return Talk((power,), "counter_alliance", _zone_slots(desk, zone), zone=zone)
    return Talk((power,), "decline_alliance", {"third": third_power(desk.outlook, power).title()})


def _peace(desk: Desk, heard: Heard, luck: random.Random) -> Talk:
    if heard.sender in desk.agreed.peace:
        return Talk((heard.sender,), "confirm")
    stance = desk.reading.stance(heard.sender)
    willing = {2: 1.0, 1: 1.0, 0: 0.9, -1: 0.6, -2: 0.25}[stance]
    return Talk((heard.sender,), "accept_peace" if luck.random() < willing else "decline_peace")


def _zone(desk: Desk, heard: Heard, luck: random.Random) -> Talk:
    power = heard.sender
    zone = tuple(at for at in heard.zone if at in desk.outlook.buffers[power])[:2]
    if not zone:
        return _no_zone(desk, heard, luck)
    if set(zone) <= set(desk.agreed.zones.get(power, ())):
        return Talk((power,), "confirm_zone", _zone_slots(desk, zone))
    slots = {**_zone_slots(desk, zone), "own": _nearest_center(desk, zone[0])}
    wanted = any(target_of(order) in zone for order in desk.draft.orders)
    willing = {2: 1.0, 1: 0.95, 0: 0.85, -1: 0.65, -2: 0.3}[desk.reading.stance(power)]
    willing -= 0.45 * desk.outlook.nature.nerve if wanted else 0.0
    if luck.random() < willing and not desk.bound_for(zone):
        return Talk((power,), "accept_zone", slots, zone=zone)
    return Talk((power,), "decline_zone", slots)


def _no_zone(desk: Desk, heard: Heard, luck: random.Random) -> Talk:
    """The sender asks us to leave places that are no ground between us: refuse what is ours, else take it as peace."""
    situation = desk.reading.situation
    own = {province_of(unit[2:]) for unit in situation.own_units} | set(situation.centers[desk.reading.me])
    ours = [at for at in heard.zone if at in own]
    if not ours:
        return _peace(desk, heard, luck)
    slots = {**_zone_slots(desk, ours[:1]), "own": _nearest_center(desk, ours[0])}
    return Talk((heard.sender,), "decline_zone", slots)


def _support(desk: Desk, heard: Heard, luck: random.Random) -> Talk:
    for order in heard.orders:
        if unit_of(order.partition(" S ")[2]) in desk.reading.situation.own_units:
            return _help_offered(desk, heard, order)
    joint = _help_wanted(desk, heard)
    if joint is None:
        return Talk((heard.sender,), "decline_far")
    rivals = desk.bound_for((target_of(joint.move) or "",))
    slots = {**joint_slots(desk.outlook, joint), "own": _nearest_center(desk, province_of(joint.helper[2:]))}
    busy = desk.draft.order_of(joint.helper)
    goal = target_of(busy)
    costly = (
        goal in desk.reading.situation.terrain.centers and goal not in desk.reading.situation.centers[desk.reading.me]
    )
    willing = {2: 0.95, 1: 0.8, 0: 0.5, -1: 0.15, -2: 0.0}[desk.reading.stance(heard.sender)] - 0.4 * costly
    if luck.random() < willing and not rivals:
        return Talk((heard.sender,), "accept_support", slots, pledges=(joint.support,))
    request = wish(desk.outlook, desk.draft, heard.sender, desk.taken)
    if request is not None and luck.random() < desk.outlook.nature.nerve:
        asked = joint_slots(desk.outlook, request)
        return Talk((heard.sender,), "counter_support", asked, pledges=(request.move,))
    return Talk((heard.sender,), "decline_support", slots)


def _help_offered(desk: Desk, heard: Heard, order: str) -> Talk:
    """Somebody will support a move of ours; make it, if it leads anywhere."""
    move = supported_move(desk.outlook, order)
    trusted = desk.reading.stance(heard.sender) > -2
    free = move is not None and (unit_of(move) not in desk.taken or move in desk.agreed.pledges)
    if move is None or not free or not trusted or not worthwhile(desk.outlook, desk.draft.valuation, move):
        return Talk((heard.sender,), "decline_help")
    joint = JointMove(move, unit_of(order))
    return Talk((heard.sender,), "accept_help", joint_slots(desk.outlook, joint), pledges=(move,))


def _help_wanted(desk: Desk, heard: Heard) -> JointMove | None:
    """The move that the sender wants supported, with a unit of ours that is free to do it."""
    situation = desk.reading.situation
    theirs = situation.units[heard.sender]
    moves = [order for order in heard.orders if unit_of(order) in theirs and target_of(order)]
    moves += [
        f"{unit} - {goal}"
        for unit in theirs
        if province_of(unit[2:]) in heard.provinces
        for goal in heard.provinces
        if situation.terrain.touches(unit, goal)
    ]
    for move in moves:
        for unit, legal in situation.legal_orders.items():
            joint = JointMove(move, unit)
            if unit not in desk.taken and joint.support in legal and not _against_us(desk, joint):
                return joint
    return None


def _against_us(desk: Desk, joint: JointMove) -> bool:
    goal, situation = target_of(joint.move), desk.reading.situation
    mine = {province_of(unit[2:]) for unit in situation.own_units} | set(situation.centers[desk.reading.me])
    return goal in mine


def _coalition(desk: Desk, heard: Heard, luck: random.Random) -> Talk:
    power, me = heard.sender, desk.reading.me
    accused = next((p for p in heard.powers if p not in (power, me) and p in desk.reading.others), None)
    if accused is None:
        return Talk((power,), "denial" if me in heard.powers else "chat", {"third": _third(desk, power)})
    willing = 0.55 - 0.25 * desk.reading.stance(accused) + (0.3 if accused == desk.outlook.leader else 0.0)
    purpose = "accept_coalition" if luck.random() < willing else "decline_coalition"
    return Talk((power,), purpose, {"third": accused.title()})


def _third(desk: Desk, power: str) -> str:
    return third_power(desk.outlook, power).title()


def _zone_slots(desk: Desk, zone: Sequence[str]) -> dict[str, str]:
    return {"zone": places(desk.reading.situation.terrain, tuple(zone))}


def _nearest_center(desk: Desk, province: str) -> str:
    """The name of our centre that is closest to the province."""
    situation = desk.reading.situation
    ground = situation.terrain
    away = ground.distances(f"A {province}") if ground.kinds[province] != "sea" else ground.distances(f"F {province}")
    centers = sorted(situation.centers[desk.reading.me], key=lambda center: (away.get(center, 99), center))
    return place(ground, centers[0]) if centers else "what is left to me"


_ANSWERS: dict[str, Callable[[Desk, Heard, random.Random], Talk]] = {
    "alliance": _alliance,
    "coalition": _coalition,
    "peace": _peace,
    "support": _support,
    "zone": _zone,
}
