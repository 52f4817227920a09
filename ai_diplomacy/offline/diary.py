"""The private diary: what this power really thinks of what it says, orders and lives through."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

from ..board.situation import PhaseResult, unit_of
from .aftermath import Deed, target_of
from .letters import listed, name, place, places, sentences, unit_words, with_article
from .outlook import Outlook
from .reading import Reading
from .talks import Talk

LONGEST = 220
"""Characters of an entry."""
LONGEST_AT_FIRST = 130
"""The same for letters of the first phase."""

_TALKED: Mapping[str, tuple[str, ...]] = {
    "alliance": (
        "Offered {you} an alliance: I need one quiet border.",
        "Asked {you} to be my ally; it costs nothing to ask.",
        "I court {you}. Alone I shall not go far.",
    ),
    "alliance_against": (
        "Asked {you} to join me against {third}.",
        "Sounded out {you} about {third}. Two fronts would break it.",
    ),
    "zone": (
        "Asked {you} to keep out of {zone}.",
        "If {you} leaves {zone} alone, I can use my units elsewhere.",
        "{zone} must not be in the hands of {you}; I proposed to leave it empty.",
    ),
    "offer_support": (
        "Offered {you} support into {target}: cheap for me, and it owes me one.",
        "{you} may have {target} with my help; let it owe me that.",
    ),
    "ask_support": (
        "Asked {you} to support me into {target}; alone I may bounce.",
        "Without help from {you} I may not get into {target}. I asked.",
    ),
    "peace": ("Asked {you} for peace; I cannot watch every border.", "A truce with {you} would suit me. I offered it."),
    "warning": (
        "Warned {you} over {at}. If it comes again I must turn on it.",
        "{you} came at {at}; I told it to stop.",
    ),
    "betrayed": ("Told {you} what I think of its broken pledge.", "{you} lied to me. I let it know that I noticed."),
    "grown": ("{you} grows too fast; I said so.",),
    "coalition": ("Called {you} together against {third}. Somebody has to.",),
    "nudge": ("No answer from {you}. I asked again, and keep a unit near.",),
    "thanks_help": ("{you} helped me at {at}; thanked it, and I mean it.",),
    "thanks_word": ("{you} kept its word. Worth a line of thanks.",),
    "gossip": ("Told {you} to beware of {third}; let them watch each other.",),
    "accept_alliance": ("Said yes to an alliance with {you}.", "{you} and I are allies, for now on paper."),
    "accept_zone": ("Agreed with {you} to stay out of {zone}.", "{zone} stays empty if {you} keeps its word."),
    "accept_peace": ("Agreed to peace with {you}; it frees my hands.",),
    "accept_support": ("Promised {you} my support into {target}.",),
    "accept_help": ("{you} will support me into {target}, it says. I go.",),
    "accept_coalition": ("Joined {you} against {third}.",),
    "decline_alliance": ("Put {you} off: I do not trust its offer yet.",),
    "decline_zone": ("Would not promise {you} to stay out of {zone}; I need it.",),
    "decline_peace": ("{you} wants a truce now. Too late.",),
    "decline_support": ("Refused {you} support into {target}; I have better use for the unit.",),
    "decline_help": ("Declined the support that {you} offered; it would lead me the wrong way.",),
    "decline_coalition": ("Refused to march against {third} for {you}.",),
    "counter_alliance": ("{you} wants an alliance. I asked for {zone} first.",),
    "counter_support": ("Asked {you} for support into {target} before I give any.",),
    "excuse": ("Soothed {you}; it has reason to complain of me.",),
    "defiant": ("{you} complains. Let it.",),
    "denial": ("{you} accuses me of things I have not done. Nervous?",),
    "plain": ("A strange letter from {you}, as if it spoke to a machine. I ignore what it asks.",),
    "regret": ("{you} refused me. I note it.",),
}
_TRAITOR = (
    "Whatever I write to {you}, {prize} is within reach and I mean to take it.",
    "{you} may believe me this {season}; it should not. {prize} tempts me too much.",
    "I shall not keep faith with {you} this {season}: {prize} is worth more.",
)
_HEARD: Mapping[str, str] = {
    "alliance": "{you} courts me with an alliance.",
    "warning": "{you} threatens me.",
    "decline": "{you} has refused me.",
    "accept": "{you} says yes.",
}


def of_negotiation(outlook: Outlook, talks: Sequence[Talk], betrayed: str | None) -> str:
    """What the letters of this round are for."""
    reading = outlook.reading
    luck = reading.chance("diary", "negotiate", reading.round)
    lines = []
    if betrayed in {power for talk in talks for power in talk.to}:
        lines.append(luck.choice(_TRAITOR).format_map(traitor_slots(outlook, str(betrayed))))
    unused = {purpose: luck.sample(choices, len(choices)) for purpose, choices in _TALKED.items()}
    lines += [
        choices.pop().format_map({**talk.slots, "you": listed([name(power) for power in talk.to])})
        for talk in talks
        if talk.to != (betrayed,) and (choices := unused.get(talk.purpose.removesuffix("_pledged")))
    ]
    spoken = {power for talk in talks for power in talk.to}
    fresh = [h for h in outlook.heard if h.sender not in spoken | {reading.me}]
    for h in fresh[-2:] if len(lines) < 2 else []:
        lines += [_HEARD[kind].format(you=name(h.sender)) for kind in _HEARD if kind in h.kinds][:1]
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
    lines = []
    if betrayed is not None:
        lines.append(luck.choice(_BROKEN).format(name(betrayed)))
    if gains:
        choices = _HOPES_SPRING if situation.season == "S" else _HOPES_FALL
        lines.append(luck.choice(choices).format(places(situation.terrain, gains[:2])))
    threats = [at for at in situation.threats() if at in situation.centers[reading.me]] if situation.kind == "M" else []
    if threats:
        lines.append(luck.choice(_FEARS).format(place(situation.terrain, luck.choice(threats))))
    if situation.kind == "M" and not lines:
        lines.append(luck.choice(_QUIET))
    return entry(lines)


_BROKEN = (
    "Tonight {} learns what my word was worth.",
    "{} will be furious, and with reason.",
    "I have lied to {}; may it pay.",
)
_HOPES_SPRING = (
    "I want to stand in {} before the others do.",
    "If I get into {} now, the fall takes care of itself.",
    "Everything this year turns on {}.",
)
_HOPES_FALL = ("I count on {} by winter.", "Now or never: {}.", "If nobody interferes I build for {} this winter.")
_FEARS = (
    "I am uneasy about {}.",
    "Too many foreign units look at {}.",
    "If somebody tries {} now, I am too thin there.",
)
_QUIET = (
    "A quiet phase, I hope.",
    "Positions first, centres later.",
    "No risks for now.",
    "I wait for somebody to err.",
)


def gains_of(reading: Reading, orders: Iterable[str]) -> tuple[str, ...]:
    """Centres of others that the orders move into."""
    situation = reading.situation
    goals = (target_of(order) for order in orders)
    centers = frozenset(situation.terrain.centers) - frozenset(situation.centers[reading.me])
    return tuple(dict.fromkeys(goal for goal in goals if goal in centers))


_DEEDS: Mapping[str, tuple[str, ...]] = {
    "took": ("{you} took {at} from me.", "I lost {at} to {you}."),
    "attacked": ("{you} came at {at}.", "{you} moved on {at}, as if nothing had been said."),
    "supported": ("{you} gave me its support at {at}.", "The help of {you} at {at} was real."),
    "bounced": ("Bounced with {you} in {at}.", "{you} and I wanted {at} at the same time."),
    "kept": ("{you} did as it had pledged ({order}).", "{order}: {you} kept its word."),
    "broke": ("{you} pledged {order} and did otherwise.", "{you} broke its word ({order})."),
    "struck": ("I went for {at}, and {you} knows it.", "My move on {at} cost me the trust of {you}."),
    "won": ("I hold {at} now; {you} will not forgive it.",),
}
_WEIGHT = ("took", "broke", "won", "attacked", "supported", "struck", "kept", "bounced")


def of_turn(reading: Reading, deeds: Sequence[Deed]) -> str:
    """What the turn brought."""
    luck, ground = reading.chance("diary", "reflect"), reading.situation.terrain
    lines = _own_results(reading, luck)
    told: set[tuple[str, str]] = set()
    for deed in sorted(deeds, key=lambda deed: _WEIGHT.index(deed.kind)):
        if (deed.power, deed.kind) not in told:
            told.add((deed.power, deed.kind))
            pledge = deed.kind in ("kept", "broke")
            slots = {"you": name(deed.power), "order": deed.where, "at": "" if pledge else place(ground, deed.where)}
            lines.append(luck.choice(_DEEDS[deed.kind]).format_map(slots))
    if not deeds:
        lines.append(luck.choice(("Nobody crossed my path.", "No one troubled me.", "No quarrels yet.")))
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
