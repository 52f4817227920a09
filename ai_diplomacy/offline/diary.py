"""The private diary: what this power really thinks of what it says, orders and lives through."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from ..board.units import Order
from .assessment import Assessment
from .commitments import Commitments
from .confessing import lies
from .prompt_reader import ParsedPrompt
from .resolve import betrayed_power
from .round_plan import PlannedMessage
from .turn_events import TurnEvent
from .wording import entry, listed, name, place, places, templates, unit_words

LONGEST = 150
"""Characters of an entry."""
LONGEST_AT_FIRST = 110
"""The same for messages of the first phase."""


def of_negotiation(assessment: Assessment, agreed: Commitments, messages: Sequence[PlannedMessage]) -> str:
    """What the messages of this round are for, and which of them are not meant."""
    prompt = assessment.prompt
    luck = prompt.chance("diary", "negotiate", prompt.round)
    lines = [*lies(assessment, agreed, messages)]
    season = "spring" if prompt.situation.season == "S" else "fall"
    betrayed = betrayed_power(assessment) if lines else None
    unused = {purpose: luck.sample(choices, len(choices)) for purpose, choices in templates()["diary_messages"].items()}
    lines += [
        choices.pop().format_map(
            {**planned.fields, "season": season, "you": listed([name(power) for power in planned.to])}
        )
        for planned in sorted(messages, key=lambda planned: planned.purpose != "rumour")
        if planned.to != (betrayed,) and (choices := unused.get(planned.purpose.removesuffix("_pledged")))
    ]
    spoken = {power for planned in messages for power in planned.to}
    fresh = [m for m in assessment.press if m.sender not in spoken | {prompt.me}]
    received = templates()["diary_received"]
    for m in fresh[-2:] if len(lines) < 2 else []:
        lines += [text.format(you=name(m.sender)) for kind, (text,) in received.items() if kind in m.intents][:1]
    return entry(lines, LONGEST_AT_FIRST if prompt.opening else LONGEST)


def of_orders(assessment: Assessment, orders: Sequence[Order], betrayed: str | None) -> str:
    """What the orders just written are hoped to bring."""
    prompt = assessment.prompt
    luck, situation = prompt.chance("diary", "order"), prompt.situation
    gains = gains_of(prompt, orders)
    lines, texts = [], templates()["diary_orders"]
    if betrayed is not None:
        lines.append(luck.choice(templates()["betrayal"]["done"]).format(you=name(betrayed)))
    if gains:
        hopes = texts["hopes_spring" if situation.season == "S" else "hopes_fall"]
        lines.append(luck.choice(hopes).format(at=places(situation.terrain, gains[:2])))
    threats = [at for at in situation.threats() if at in situation.centers[prompt.me]] if situation.kind == "M" else []
    if threats:
        lines.append(luck.choice(texts["fears"]).format(at=place(situation.terrain, luck.choice(threats))))
    if situation.kind == "M" and not lines:
        lines.append(luck.choice(texts["quiet"]))
    return entry(lines, LONGEST)


def gains_of(prompt: ParsedPrompt, orders: Iterable[Order]) -> tuple[str, ...]:
    """Centres of others that the orders move into."""
    situation = prompt.situation
    goals = (order.target for order in orders)
    centers = frozenset(situation.terrain.centers) - frozenset(situation.centers[prompt.me])
    return tuple(dict.fromkeys(goal for goal in goals if goal in centers))


_WEIGHT = ("took", "broke", "won", "attacked", "supported", "struck", "kept", "bounced")


def of_turn(prompt: ParsedPrompt, events: Sequence[TurnEvent]) -> str:
    """What the turn brought."""
    luck, ground = prompt.chance("diary", "reflect"), prompt.situation.terrain
    lines, texts = _own_results(prompt, luck), templates()["diary_events"]
    told: set[tuple[str, str]] = set()
    for event in sorted(events, key=lambda event: _WEIGHT.index(event.kind)):
        if (event.power, event.kind) not in told:
            told.add((event.power, event.kind))
            fields = {"you": name(event.power), "order": event.where, "at": place(ground, event.where)}
            lines.append(luck.choice(texts[event.kind]).format_map(fields))
    if not events:
        lines.append(luck.choice(texts["nothing"]))
    return entry(lines, LONGEST)


def _own_results(prompt: ParsedPrompt, luck: random.Random) -> list[str]:
    situation, lines = prompt.situation, []
    won = [at for result in situation.recent for at, power in result.captures.items() if power == prompt.me]
    if won:
        lines.append(f"{luck.choice(('Took', 'Won', 'Gained'))} {places(situation.terrain, won[:3])}.")
    own = [(order, result.outcome(order)) for result in situation.recent for order in result.orders.get(prompt.me, ())]
    failed = [order.target for order, outcome in own if order.target and "bounce" in outcome]
    if failed:
        lines.append(f"Failed to enter {places(situation.terrain, failed[:2])}.")
    fallen = [order.unit for order, outcome in own if "dislodged" in outcome]
    if fallen:
        lines.append(f"My {unit_words(situation.terrain, fallen[0])} was driven out.")
    return lines
