"""Error injection: the errors and habits of real models, so that the readers of replies are always tested."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..board.chance import chance
from ..board.situation import Situation
from ..board.terrain import Terrain, province_of
from ..board.units import Order, Unit
from .prompt_reader import ParsedPrompt
from .wording import templates

WRONG_ORDER = 0.03
"""Share of the orders of a movement phase that are illegal before anyone complains."""
WRONG_LATER = 0.01
"""The same for retreats, builds and disbands."""
BROKEN_REPLY = 0.02
"""Share of replies that are not quite JSON."""
_OTHER_HAND = 0.12
"""Share of order replies written in another style."""


def with_illegal_order(prompt: ParsedPrompt, orders: Sequence[Order]) -> list[str]:
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


def _wrong_movement(situation: Situation, order: Order, luck: random.Random) -> str | None:
    errors: list[Callable[[Situation, Order, random.Random], str | None]] = [_far_support, _far_move, _absent_unit]
    luck.shuffle(errors)
    for error in (_no_coast, *errors):
        wrong = error(situation, order, luck)
        if wrong is not None and wrong not in situation.legal_orders.get(order.unit, ()):
            return wrong
    return None


def _no_coast(situation: Situation, order: Order, luck: random.Random) -> str | None:
    """A fleet sent to a province where it could reach two coasts."""
    reached = [at for at in situation.terrain.reach(order.unit) if province_of(at) == order.target and "/" in at]
    return f"{order.unit} - {order.goal}" if len(reached) > 1 and luck.random() < 0.8 else None


def _far_support(situation: Situation, order: Order, luck: random.Random) -> str | None:
    """A support for a move that the supporter cannot reach: the commonest error of good models."""
    unit, ground = order.unit, situation.terrain
    near = ground.distances(unit)
    moves = {
        f"{other} - {goal}"
        for units in situation.units.values()
        for other in units
        if other != unit
        for goal in map(province_of, ground.reach(other))
        if not ground.touches(unit, goal) and goal != unit.province and near.get(goal, 9) <= 3
    }
    return f"{unit} S {luck.choice(sorted(moves))}" if moves else None


def _far_move(situation: Situation, order: Order, luck: random.Random) -> str | None:
    unit = order.unit
    convoyed = any(order.via for order in situation.legal_orders.get(unit, ()))
    far = sorted(at for at, steps in situation.terrain.distances(unit).items() if steps == 2)
    return f"{unit} - {luck.choice(far)}" if far and not convoyed else None


def _absent_unit(situation: Situation, order: Order, luck: random.Random) -> str | None:
    """An order for a unit that stands elsewhere."""
    unit = order.unit
    occupied = situation.occupants()
    places = [at for at in situation.terrain.reach(unit) if province_of(at) not in occupied]
    if not places:
        return None
    ghost = Unit(f"{unit.kind} {luck.choice(places)}")
    goals = situation.terrain.reach(ghost)
    return f"{ghost} - {luck.choice(goals)}" if goals else f"{ghost} H"


def _wrong_retreat(situation: Situation, order: Order, luck: random.Random) -> str | None:
    unit = order.unit
    open_to = situation.dislodged.get(situation.power, {}).get(unit, ())
    closed = [at for at in situation.terrain.reach(unit) if at not in open_to]
    return f"{unit} R {luck.choice(closed)}" if closed else None


def _wrong_adjustment(situation: Situation, order: Order, luck: random.Random) -> str | None:
    if order.verb == "B":
        abroad = [at for at in situation.centers[situation.power] if at not in situation.homes[situation.power]]
        land = [at for at in abroad if situation.terrain.kinds[at] != "sea"]
        return f"A {luck.choice(land)} B" if land else None
    standing = {unit.province for unit in situation.own_units}
    empty = [at for at in situation.centers[situation.power] if at not in standing]
    return f"A {luck.choice(empty)} D" if empty and order.verb == "D" else None


_WRONG: Mapping[str, Callable[[Situation, Order, random.Random], str | None]] = {
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
