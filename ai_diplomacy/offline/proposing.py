"""Writing first: which power to approach in a round, and with what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..board.press import ALL
from .commitments import remembered_pacts
from .offers import gift, joint_slots, third_power, wish
from .outlook import Outlook
from .talks import Desk, Talk
from .wording import number, place, places

Weighted = tuple[float, Talk]


def proposals(desk: Desk) -> list[Talk]:
    """For each power that we could write to, the thing most worth saying; the most pressing first."""
    luck = desk.reading.chance("propose", desk.reading.round)
    ranked: list[tuple[float, str, Talk]] = []
    for power in desk.reading.others:
        if power in desk.written_to():
            continue
        near = 1.0 - 0.15 * desk.outlook.distance[power] if power in desk.outlook.neighbours else 0.2
        options = [(weight * near * luck.uniform(0.5, 1.5), talk) for weight, talk in _ideas(desk, power)]
        if options:
            weight, talk = max(options, key=lambda option: (option[0], option[1].purpose))
            ranked.append((weight, power, talk))
    ranked.sort(key=lambda entry: (-entry[0], entry[1]))
    return [talk for _, _, talk in ranked]


def _ideas(desk: Desk, power: str) -> Iterator[Weighted]:
    yield from _grievances(desk, power)
    yield from _thanks(desk, power)
    yield from _joint_moves(desk, power)
    yield from _agreements(desk, power)
    yield from _small_talk(desk, power)


def _grievances(desk: Desk, power: str) -> Iterator[Weighted]:
    outlook = desk.outlook
    to, nerve, ground = (power,), outlook.nature.nerve, desk.reading.situation.terrain
    if desk.said("warning", power):
        return
    attacked = outlook.attacks_by(power)
    if attacked:
        yield 0.7 + nerve, Talk(to, "warning", {"at": places(ground, attacked[:2])})
    if any(deed.kind == "broke" and deed.power == power for deed in outlook.deeds):
        yield 0.6 + nerve, Talk(to, "betrayed")
    if power == outlook.leader:
        count = len(desk.reading.situation.centers[power])
        yield 0.8 * nerve, Talk(to, "grown", {"count": number(count)})


def _thanks(desk: Desk, power: str) -> Iterator[Weighted]:
    ground = desk.reading.situation.terrain
    for deed in desk.outlook.deeds:
        if deed.power == power and deed.kind == "supported" and not desk.said("thanks", power):
            yield 0.7, Talk((power,), "thanks_help", {"at": place(ground, deed.where)})
        elif deed.power == power and deed.kind == "kept" and not desk.said("thanks", power):
            yield 0.3, Talk((power,), "thanks_word")


def _joint_moves(desk: Desk, power: str) -> Iterator[Weighted]:
    stance = desk.reading.stance(power)
    if stance < 0 or desk.said("support", power):
        return
    help_given = gift(desk.outlook, desk.draft, power, desk.taken)
    if help_given is not None:
        slots = joint_slots(desk.outlook, help_given)
        yield 0.7 + 0.2 * stance, Talk((power,), "offer_support", slots, pledges=(help_given.support,))
    help_asked = wish(desk.outlook, desk.draft, power, desk.taken)
    if help_asked is not None:
        slots = joint_slots(desk.outlook, help_asked)
        yield 0.7 + 0.2 * stance, Talk((power,), "ask_support", slots, pledges=(help_asked.move,))


def _agreements(desk: Desk, power: str) -> Iterator[Weighted]:
    to, stance, ground = (power,), desk.reading.stance(power), desk.reading.situation.terrain
    zone = desk.free_zone(power)
    if stance >= -1 and zone and not desk.said("zone", power):
        yield (0.8 if desk.reading.opening else 0.6), Talk(to, "zone", {"zone": places(ground, zone)}, zone=zone)
    allied = power in desk.agreed.peace | remembered_pacts(desk.reading)
    if stance in (0, 1) and not allied and not desk.said("alliance", power):
        third = third_power(desk.outlook, power)
        yield 0.55, Talk(to, "alliance")
        if third != power and desk.reading.stance(third) <= 0 and third in desk.outlook.neighbours:
            yield 0.55, Talk(to, "alliance_against", {"third": third.title()})
    if stance <= 1 and not desk.said("peace", power):
        yield (0.5 if stance < 0 else 0.35), Talk(to, "peace")


def _small_talk(desk: Desk, power: str) -> Iterator[Weighted]:
    to, third = (power,), third_power(desk.outlook, power)
    silent = power in desk.reading.unanswered and not any(h.sender == power for h in desk.outlook.heard)
    if silent and desk.reading.round > 1:
        yield 0.4, Talk(to, "nudge")
    if third == power:
        return
    slots = {"third": third.title()}
    yield 0.2, Talk(to, "small", slots)
    if any(h.sender == third and h.kinds & {"alliance", "peace"} for h in (*desk.outlook.old, *desk.outlook.heard)):
        yield 0.3, Talk(to, "gossip", slots)


def coalition(desk: Desk) -> Talk | None:
    """A letter to two or three others when somebody is running away with the game."""
    leader, reading = desk.outlook.leader, desk.reading
    if leader is None or reading.stance(leader) == 2 or reading.round > 1:
        return None
    partners = [p for p in reading.others if p != leader and reading.stance(p) > -2]
    partners.sort(key=lambda p: (-reading.stance(p), desk.outlook.distance[p], p))
    if len(partners) < 2 or reading.chance("coalition").random() > 0.3:
        return None
    return Talk(tuple(sorted(partners[:3])), "coalition", _leader_slots(desk.outlook))


def public(desk: Desk) -> Talk | None:
    """Rarely, a word to everybody."""
    reading = desk.reading
    luck = reading.chance("public", reading.round)
    if reading.round > 1 or luck.random() > 0.07:
        return None
    everyone = Talk((ALL,), "public_opening" if reading.opening else "public_calm")
    if desk.outlook.leader is not None and luck.random() < 0.6:
        return replace(everyone, purpose="public_leader", slots=_leader_slots(desk.outlook))
    liars = sorted({deed.power for deed in desk.outlook.deeds if deed.kind == "broke"})
    if liars:
        return replace(everyone, purpose="public_broken", slots={"third": luck.choice(liars).title()})
    return everyone


def _leader_slots(outlook: Outlook) -> dict[str, str]:
    leader = outlook.leader or ""
    return {"third": leader.title(), "count": number(len(outlook.reading.situation.centers[leader]))}
