"""Error injection: the errors and habits of real models, so that the readers of replies are always tested."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..board.chance import chance
from ..board.situation import Situation, unit_of
from ..board.terrain import Terrain, province_of
from .prompt_reader import ParsedPrompt
from .turn_events import target_of
from .wording import templates

WRONG_ORDER = 0.03
"""Share of the orders of a movement phase that are illegal before anyone complains."""
WRONG_LATER = 0.01
"""The same for retreats, builds and disbands."""
BROKEN_REPLY = 0.02
"""Share of replies that are not quite JSON."""
_OTHER_HAND = 0.12
"""Share of order replies written in another style."""


def with_illegal_order(prompt: ParsedPrompt, orders: Sequence[str]) -> list[str]:
    """The orders with now and then an illegal one among them."""
    luck = prompt.chance("slips")
    slot = _slot_of_error(prompt, len(orders), luck)
    if slot is None:
        return list(orders)
    wrong = _WRONG[prompt.situation.kind](prompt.situation, orders[slot], luck)
    return [wrong if place == slot and wrong else order for place, order in enumerate(orders)]


def _slot_of_error(prompt: ParsedPrompt, count: int, luck: random.Random) -> int | None:
    """Which order goes wrong, if any. In a movement phase it is at most one of all orders on the board: with a lot
    thrown for each order some games would have no error and others far too many."""
    situation = prompt.situation
    if not count:
        return None
    if situation.kind != "M":
        return luck.randrange(count) if luck.random() < WRONG_LATER * count else None
    units = [(power, unit) for power in sorted(situation.units) for unit in situation.units[power]]
    shared = chance(prompt.game, situation.phase, "slip")
    if shared.random() >= WRONG_ORDER * len(units):
        return None
    power, unit = shared.choice(units)
    return situation.own_units.index(unit) % count if power == prompt.me else None


def _wrong_movement(situation: Situation, order: str, luck: random.Random) -> str | None:
    errors: list[Callable[[Situation, str, random.Random], str | None]] = [_far_support, _far_move, _absent_unit]
    luck.shuffle(errors)
    for error in (_no_coast, *errors):
        wrong = error(situation, order, luck)
        if wrong is not None and wrong not in situation.legal_orders.get(unit_of(order), ()):
            return wrong
    return None


def _no_coast(situation: Situation, order: str, luck: random.Random) -> str | None:
    """A fleet sent to a province where it could reach two coasts."""
    ground, goal = situation.terrain, target_of(order)
    reached = [at for at in ground.reach(unit_of(order)) if province_of(at) == goal and "/" in at]
    return f"{unit_of(order)} - {goal}" if len(reached) > 1 and luck.random() < 0.8 else None


def _far_support(situation: Situation, order: str, luck: random.Random) -> str | None:
    """A support for a move that the supporter cannot reach: the commonest error of good models."""
    unit, ground = unit_of(order), situation.terrain
    moves = [
        f"{other} - {province_of(at)}"
        for units in situation.units.values()
        for other in units
        if other != unit
        for at in ground.reach(other)
        if not ground.touches(unit, province_of(at)) and province_of(at) != province_of(unit[2:])
    ]
    near = ground.distances(unit)
    moves = [move for move in moves if near.get(target_of(move) or "", 9) <= 3]
    return f"{unit} S {luck.choice(sorted(set(moves)))}" if moves else None


def _far_move(situation: Situation, order: str, luck: random.Random) -> str | None:
    unit = unit_of(order)
    far = sorted(at for at, steps in situation.terrain.distances(unit).items() if steps == 2)
    return f"{unit} - {luck.choice(far)}" if far and not _may_convoy(situation, unit) else None


def _may_convoy(situation: Situation, unit: str) -> bool:
    return any(" VIA" in order for order in situation.legal_orders.get(unit, ()))


def _absent_unit(situation: Situation, order: str, luck: random.Random) -> str | None:
    """An order for a unit that stands elsewhere."""
    unit = unit_of(order)
    occupied = situation.occupants()
    places = [at for at in situation.terrain.reach(unit) if province_of(at) not in occupied]
    if not places:
        return None
    ghost = f"{unit[0]} {luck.choice(places)}"
    goals = situation.terrain.reach(ghost)
    return f"{ghost} - {luck.choice(goals)}" if goals else f"{ghost} H"


def _wrong_retreat(situation: Situation, order: str, luck: random.Random) -> str | None:
    unit = unit_of(order)
    open_to = situation.dislodged.get(situation.power, {}).get(unit, ())
    closed = [at for at in situation.terrain.reach(unit) if at not in open_to]
    return f"{unit} R {luck.choice(closed)}" if closed else None


def _wrong_adjustment(situation: Situation, order: str, luck: random.Random) -> str | None:
    if order.endswith(" B"):
        abroad = [at for at in situation.centers[situation.power] if at not in situation.homes[situation.power]]
        land = [at for at in abroad if situation.terrain.kinds[at] != "sea"]
        return f"A {luck.choice(land)} B" if land else None
    standing = {province_of(unit[2:]) for unit in situation.own_units}
    empty = [at for at in situation.centers[situation.power] if at not in standing]
    return f"A {luck.choice(empty)} D" if empty and order.endswith(" D") else None


_WRONG: Mapping[str, Callable[[Situation, str, random.Random], str | None]] = {
    "M": _wrong_movement,
    "R": _wrong_retreat,
    "A": _wrong_adjustment,
}


def restyled(prompt: ParsedPrompt, orders: Sequence[str]) -> list[str]:
    """The same orders, sometimes in another hand: lower case, arrows, full names, bullets."""
    luck = prompt.chance("hand")
    if luck.random() >= _OTHER_HAND:
        return list(orders)
    ground = prompt.situation.terrain
    styles: list[Callable[[str], str]] = [
        str.lower,
        lambda order: order.replace(" - ", " -> "),
        lambda order: order.replace(" - ", " \N{RIGHTWARDS ARROW} "),
        lambda order: f"* {order}",
        lambda order: f"{order};",
    ]
    if prompt.situation.kind == "M":
        styles += [lambda order: _spelled_out(order, ground)] * 2
    style = luck.choice(styles)
    return [style(order) for order in orders]


def _spelled_out(order: str, ground: Terrain) -> str:
    """``Army Paris supports Army Munich to Burgundy``; orders with coasts or convoys stay as they are."""
    if "/" in order or " VIA" in order or " C " in order:
        return order
    names = {"A": "Army", "F": "Fleet", "-": "to", "S": "supports", "H": "holds"}
    return " ".join(names.get(word) or ground.names.get(word, word) for word in order.split(" "))


def written(prompt: ParsedPrompt, reply: Mapping[str, Any]) -> str:
    """The reply as text: mostly clean JSON, fenced or bare, sometimes with a sentence before it, rarely broken."""
    luck = prompt.chance("hand", prompt.step, prompt.round, prompt.corrected)
    document = json.dumps(reply, ensure_ascii=False, indent=luck.choice((None, 1, 2)))
    if not prompt.corrected and luck.random() < BROKEN_REPLY:
        return _broken(document, reply, luck)
    if luck.random() < 0.4:
        return document
    fenced = f"```json\n{document}\n```"
    return f"{luck.choice(templates()['replies']['preambles'])}\n\n{fenced}" if luck.random() < 0.4 else fenced


def _broken(document: str, reply: Mapping[str, Any], luck: random.Random) -> str:
    kind = luck.choice(("cut", "cut", "comma", "comma", "prose", "prose", "quotes", "none"))
    if kind == "cut":
        return document[: int(len(document) * luck.uniform(0.3, 0.95))]
    if kind == "comma":
        return f"```json\n{document.rstrip()[:-1].rstrip()},\n}}\n```"
    if kind == "prose":
        return f"{luck.choice(templates()['replies']['preambles'])} {document} That is all for now."
    if kind == "quotes":
        return repr(dict(reply))
    return luck.choice(templates()["replies"]["no_json"])
