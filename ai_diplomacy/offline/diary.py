"""The private diary: what this power really thinks of what it says, orders and lives through."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from ..board.situation import PhaseResult, unit_of
from .aftermath import Deed, target_of
from .outlook import Outlook
from .reading import Reading
from .talks import Talk
from .wording import listed, name, place, places, sentences, templates, unit_words, with_article

LONGEST = 220
"""Characters of an entry."""
LONGEST_AT_FIRST = 130
"""The same for letters of the first phase."""


def of_negotiation(outlook: Outlook, talks: Sequence[Talk], betrayed: str | None) -> str:
    """What the letters of this round are for."""
    reading = outlook.reading
    luck = reading.chance("diary", "negotiate", reading.round)
    lines = []
    if betrayed in {power for talk in talks for power in talk.to}:
        planned = luck.choice(templates()["diary_betrayal"]["planned"])
        lines.append(planned.format_map(traitor_slots(outlook, str(betrayed))))
    unused = {purpose: luck.sample(choices, len(choices)) for purpose, choices in templates()["diary_messages"].items()}
    lines += [
        choices.pop().format_map({**talk.slots, "you": listed([name(power) for power in talk.to])})
        for talk in talks
        if talk.to != (betrayed,) and (choices := unused.get(talk.purpose.removesuffix("_pledged")))
    ]
    spoken = {power for talk in talks for power in talk.to}
    fresh = [h for h in outlook.heard if h.sender not in spoken | {reading.me}]
    received = templates()["diary_received"]
    for h in fresh[-2:] if len(lines) < 2 else []:
        lines += [text.format(you=name(h.sender)) for kind, (text,) in received.items() if kind in h.kinds][:1]
    return entry(lines, LONGEST_AT_FIRST if reading.opening else LONGEST)


def traitor_slots(outlook: Outlook, power: str) -> dict[str, str]:
    reading = outlook.reading
    ground = reading.situation.terrain
    lure, _ = outlook.lure(power)
    return {
        "you": name(power),
        "prize": place(ground, lure) if lure else f"{with_article(ground.adjectives[power])} centre",
        "season": "spring" if reading.situation.season == "S" else "fall",
    }


def entry(lines: Iterable[str], longest: int = LONGEST) -> str:
    """As many of the sentences as fit."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 1 <= longest:
            text = f"{text} {line}".strip()
    return sentences(text)


def of_orders(outlook: Outlook, orders: Sequence[str], betrayed: str | None) -> str:
    """What the orders just written are hoped to bring."""
    reading = outlook.reading
    luck, situation = reading.chance("diary", "order"), reading.situation
    gains = gains_of(reading, orders)
    lines, texts = [], templates()["diary_orders"]
    if betrayed is not None:
        lines.append(luck.choice(templates()["diary_betrayal"]["done"]).format(you=name(betrayed)))
    if gains:
        hopes = texts["hopes_spring" if situation.season == "S" else "hopes_fall"]
        lines.append(luck.choice(hopes).format(at=places(situation.terrain, gains[:2])))
    threats = [at for at in situation.threats() if at in situation.centers[reading.me]] if situation.kind == "M" else []
    if threats:
        lines.append(luck.choice(texts["fears"]).format(at=place(situation.terrain, luck.choice(threats))))
    if situation.kind == "M" and not lines:
        lines.append(luck.choice(texts["quiet"]))
    return entry(lines)


def gains_of(reading: Reading, orders: Iterable[str]) -> tuple[str, ...]:
    """Centres of others that the orders move into."""
    situation = reading.situation
    goals = (target_of(order) for order in orders)
    centers = frozenset(situation.terrain.centers) - frozenset(situation.centers[reading.me])
    return tuple(dict.fromkeys(goal for goal in goals if goal in centers))


_WEIGHT = ("took", "broke", "won", "attacked", "supported", "struck", "kept", "bounced")


def of_turn(reading: Reading, deeds: Sequence[Deed]) -> str:
    """What the turn brought."""
    luck, ground = reading.chance("diary", "reflect"), reading.situation.terrain
    lines, texts = _own_results(reading, luck), templates()["diary_events"]
    told: set[tuple[str, str]] = set()
    for deed in sorted(deeds, key=lambda deed: _WEIGHT.index(deed.kind)):
        if (deed.power, deed.kind) not in told:
            told.add((deed.power, deed.kind))
            pledge = deed.kind in ("kept", "broke")
            slots = {"you": name(deed.power), "order": deed.where, "at": "" if pledge else place(ground, deed.where)}
            lines.append(luck.choice(texts[deed.kind]).format_map(slots))
    if not deeds:
        lines.append(luck.choice(texts["nothing"]))
    return entry(lines)


def _own_results(reading: Reading, luck: random.Random) -> list[str]:
    situation, lines = reading.situation, []
    won = [at for result in situation.recent for at, power in result.captures.items() if power == reading.me]
    if won:
        lines.append(f"{luck.choice(('Took', 'Won', 'Gained'))} {places(situation.terrain, won[:3])}.")
    failed = [goal for result in situation.recent for goal in _failed_moves(reading, result)]
    if failed:
        lines.append(f"Failed to enter {places(situation.terrain, failed[:2])}.")
    fallen = [
        unit_of(order)
        for result in situation.recent
        for order in result.orders.get(reading.me, ())
        if "dislodged" in result.outcome(order)
    ]
    if fallen:
        lines.append(f"My {unit_words(situation.terrain, fallen[0])} was driven out.")
    return lines


def _failed_moves(reading: Reading, result: PhaseResult) -> list[str]:
    return [
        goal
        for order in result.orders.get(reading.me, ())
        if (goal := target_of(order)) and "bounce" in result.outcome(order)
    ]
