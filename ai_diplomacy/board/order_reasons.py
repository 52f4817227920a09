"""Why an order does not stand: one sentence for its writer, with what could be written instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .order_lexicon import close_to
from .order_match import Field
from .order_text import Mention, Written
from .terrain import province_of
from .units import Order, Unit, Verb

_PHASES = {"M": "a movement phase", "R": "a retreat phase", "A": "an adjustment phase"}
_AFTER_MOVES = {"D": "units disband after a defeat or in winter", "R": "retreats follow the moves"}
_ASKED = {
    ("no verb", ""): "say what it is to do",
    ("no object", "S"): "say which unit it supports",
    ("no object", "C"): "say which army it convoys, and where to",
    ("no object", "-"): "say where it goes",
    ("verb first", "S"): "name the unit that supports first",
    ("verb first", "C"): "name the unit that convoys first",
}
_TYPES = {"A": "army", "F": "fleet", "": "unit"}
_MOST_LISTED = 12
_MOST_SUPPORTS = 6


def reason(written: Written, field: Field, fits: Sequence[Order]) -> str:
    """Why the order is none, or which of several it could be. ``fits``: the legal orders that it may mean."""
    kind = field.situation.kind
    if kind not in _PHASES:
        return "the game is over; no orders are taken"
    if written.trouble:
        return _trouble(written, field)
    sentence = (
        _ambiguous(written, field, fits)
        or _nothing_to_order(field)
        or _wrong_phase(written, field)
        or (_build(written, field) if kind == "A" and field.situation.due > 0 else "")
        or _unit(written, field)
        or _specific(written, field)
    )
    return f"{shown(written, field)}: {sentence}"


def shown(written: Written, field: Field) -> str:
    """The order as it was understood."""
    if written.verb == "WAIVE" or written.unit is None:
        return written.verb
    words = [_noted(written.unit, field.acting(written.unit))]
    if written.target:
        words += [written.verb, _noted(written.target, field.seen(written.target))]
    elif written.verb != "-":
        words.append(written.verb)
    if written.path:
        words += ["" if written.verb == "R" else "-", " - ".join(map(_place, written.path))]
    if written.via and written.verb == "-":
        words.append("VIA")
    return " ".join(filter(None, words))


def conflict(order: Order, given: Sequence[Order], field: Field) -> str | None:
    """Why a legal order does not stand beside those given before it; ``None`` if it does."""
    if order.unit and any(order.unit.province == other.unit.province for other in given):
        what = f"build in {field.name(order.unit.location)}" if order.verb == "B" else f"order for {order.unit}"
        return f"{order}: second {what}; the first stands"
    due = field.situation.due
    if field.situation.kind == "A" and len(given) == abs(due):
        verb = "is" if abs(due) == 1 else "are"
        return f"{order}: {_count(due)} {verb} due and the orders before this one use them up"
    return None


def _trouble(written: Written, field: Field) -> str:
    if written.trouble == "too long":
        return f"{len(written.text)} characters are too long for an order; write one order a line"
    if nothing := _nothing_to_order(field):
        return nothing
    example = f"write an order such as {_example(written, field)}"
    if written.trouble == "nothing":
        return f"nothing is written; {example}"
    if written.trouble == "left over" or (written.word and not written.word[0].isalnum() and written.word not in "-"):
        rest = "write one order alone" if written.verb else example
        return f"{shown(written, field)}: {_quoted(written.word)} is not understood; {rest}"
    text = _quoted(written.text)
    if written.trouble == "unknown place":
        alike = [f"{at} ({field.name(at)})" for at in close_to(written.word, field.ground.name)]
        hint = f"did you mean {_either(alike)}?" if alike else example
        return f"{text}: {written.word[:24]} is no province of this map; {hint}"
    return f"{text}: {_ASKED.get((written.trouble, written.word), 'not understood')}; {example}"


def _example(written: Written, field: Field) -> str:
    """A legal order, if possible of the unit that was named and of the kind that was begun."""
    orders = [order for orders in field.situation.legal_orders.values() for order in orders]
    named = {province_of(at) for at in written.unit.locations} if written.unit else set()
    others = field.seen(written.target)
    usual = "R" if field.situation.kind == "R" else "-"
    begun = written.word if written.trouble in ("no object", "verb first") else usual

    def rank(order: Order) -> tuple[bool, bool, bool, bool]:
        helping = order.verb == begun and order.helped in others
        return order.unit.province not in named, not helping, order.verb != begun, order.verb == "H"

    return min(orders, key=rank)


def _nothing_to_order(field: Field) -> str:
    situation = field.situation
    if situation.kind == "A" and not situation.due:
        return "you have nothing to build or disband; no order is needed"
    if situation.legal_orders:
        return ""
    if situation.kind == "R":
        return "none of your units was dislodged; no order is needed"
    return "you have no units left; no order is needed"


def _wrong_phase(written: Written, field: Field) -> str:
    situation, verb = field.situation, written.verb
    phase = _PHASES[situation.kind]
    if situation.kind == "A":
        if verb in (("B", "WAIVE") if situation.due > 0 else ("D",)):
            return ""
        return f"this is {phase} with {_count(situation.due)} due; write an order such as {_example(written, field)}"
    if verb in ("B", "WAIVE"):
        return f"builds come in winter; this is {phase}"
    if situation.kind == "M" and verb in _AFTER_MOVES:
        return f"{_AFTER_MOVES[verb]}; this is {phase}"
    if situation.kind == "R" and verb in ("H", "S", "C") and field.acting(written.unit):
        return f"this is {phase}; {_offers(field.acting(written.unit)[0], field)}"
    return ""


def _ambiguous(written: Written, field: Field, fits: Sequence[Order]) -> str:
    mentions = [mention for mention in (written.unit, written.target, *written.path) if mention]
    for mention in mentions:
        provinces = sorted({province_of(at) for at in mention.locations})
        if len(provinces) > 1:
            choices = _either(f"{field.name(at)} ({at})" for at in provinces)
            return f"{mention.word} may be {choices}; write which one"
    if len(fits) < 2:
        return ""
    if len({order.unit.kind for order in fits}) > 1:
        return f"write {_either(fits)}"
    place = fits[0].goal or fits[0].unit.province
    ways = fits if written.verb == "B" else [order.location for order in fits]
    return f"{field.name(place)} has two coasts; write {_either(ways)}"


def _unit(written: Written, field: Field) -> str:
    """The unit that was named is not there, or not one to be ordered."""
    if written.unit is None or field.acting(written.unit):
        return ""
    province = province_of(written.unit.locations[0])
    power, unit = field.standing.get(province, ("", ""))
    units = ", ".join(list(field.own.values())[:_MOST_LISTED])
    if field.situation.kind == "R":
        if power == field.situation.power:
            return f"{unit} was not dislodged and takes no order now; dislodged: {units}"
        return f"you have no dislodged unit in {field.name(province)}; dislodged: {units}"
    if power:
        return f"{unit} belongs to {power.title()}; your units are {units}"
    return f"{_nobody(written.unit, field)}; your units are {units}"


def _specific(written: Written, field: Field) -> str:
    helps = {"S": _support, "C": _convoy}
    explain = _retreat if field.situation.kind == "R" else helps.get(written.verb, _move)
    return explain(written, field.acting(written.unit)[0], field)


def _move(written: Written, unit: Unit, field: Field) -> str:
    here, there = unit.province, province_of(written.path[-1].locations[0])
    if here == there and len(written.path) == 1:
        return f"it stands there already; write {unit} H to hold"
    return f"{_no_way(written, unit, here, there, field)}; {_moves_of(unit, field)}"


def _no_way(written: Written, unit: Unit, here: str, there: str, field: Field) -> str:
    kinds = field.ground.kinds
    if written.via and unit.kind == "F":
        return "a fleet cannot be convoyed"
    if len(written.path) > 1:
        return "one step only"
    ashore = [at for carrier in written.carriers for at in carrier.locations if kinds.get(province_of(at)) != "sea"]
    if ashore:
        return f"{field.name(ashore[0])} is not at sea; only a fleet at sea convoys"
    if there not in kinds:
        return f"no unit can enter {field.name(there)}"
    if unit.kind == "A" and kinds[there] == "sea":
        return "an army cannot go to sea"
    if unit.kind == "F" and kinds[there] == "land":
        return "a fleet cannot go inland"
    if (
        unit.kind == "F"
        and unit.location != here
        and any(
            province_of(step) == there for coast in field.ground.coasts[here] for step in field.ground.fleets[coast]
        )
    ):
        return f"{field.name(there)} is not next to {field.name(unit.location)}, where the fleet stands"
    if unit.kind == "F" and there in field.ground.armies.get(here, ()):
        return f"{field.name(here)} and {field.name(there)} share no coast"
    apart = f"{field.name(there)} is not next to {field.name(here)}"
    if unit.kind == "A" and (written.via or kinds[here] == kinds[there] == "coast"):
        return f"{apart} and no fleets at sea can convoy it there"
    return apart


def _support(written: Written, unit: Unit, field: Field) -> str:
    seen = field.seen(written.target)
    hold = f"{unit} S {seen[0]}" if seen else ""
    if hold in field.legal(unit) and _goals(written) == {seen[0].province}:
        return f"{seen[0]} stands there already; write {hold} to support it holding"
    return f"{_no_help(written, unit, seen, field)}; {_supports_of(written, unit, field)}"


def _no_help(written: Written, unit: Unit, seen: Sequence[Unit], field: Field) -> str:
    if written.target and not seen:
        named = written.path or written.target.kind
        return _nobody(written.target, field) + ("" if named else "; name the unit that you support")
    other = seen[0]
    if other == unit:
        return "a unit cannot support itself"
    if len(written.path) > 1:
        return "one step only"
    there = min(_goals(written), default=other.province)
    if there == unit.province:
        return "a unit cannot support a move to where it stands"
    if not field.ground.touches(unit, there):
        return f"{unit} cannot move to {field.name(there)} itself, so cannot support there"
    if unit.kind == "F" and other.kind == "A" and _carried(other, there, field):
        return f"{other} gets to {field.name(there)} only by a convoy of {unit} itself"
    return f"{other} cannot move to {field.name(there)}"


def _carried(army: Unit, there: str, field: Field, without: Unit | None = None) -> bool:
    """Whether a chain of fleets at sea joins the army's coast to another one."""
    standing = [unit for _, unit in field.standing.values() if unit != without]
    fleets = [unit for unit in standing if unit.kind == "F" and field.ground.kinds[unit.province] == "sea"]
    chain = [fleet for fleet in fleets if field.ground.touches(fleet, army.province)]
    for fleet in chain:
        chain += [other for other in fleets if other not in chain and field.ground.touches(fleet, other.province)]
    return any(field.ground.touches(fleet, there) for fleet in chain)


def _goals(written: Written) -> set[str]:
    return {province_of(at) for at in written.path[-1].locations} if written.path else set()


def _convoy(written: Written, unit: Unit, field: Field) -> str:
    if unit.kind == "A" or field.ground.kinds[unit.province] != "sea":
        return "only a fleet at sea can convoy"
    seen = field.seen(written.target)
    if written.target and not seen:
        return _nobody(written.target, field)
    other = seen[0]
    if other.kind == "F":
        return f"{other} is a fleet; only an army is convoyed"
    if len(written.path) > 1:
        return "one army from coast to coast, without the steps between"
    there = written.path[-1].locations[0] if written.path else ""
    for place in (other.province, province_of(there)):
        if field.ground.kinds.get(place) != "coast":
            return f"an army is convoyed from coast to coast, and {field.name(place)} is none"
    carried = _choices(unit, "C", field, lambda order: (order.helped != other, order))
    choices = f"; it can convoy {_listed(carried, _MOST_SUPPORTS)}" if carried else ""
    if other.province == province_of(there):
        return f"{other} stands there already{choices}"
    if _carried(other, province_of(there), field, without=unit):
        return f"other fleets can carry {other} to {field.name(there)}, and the way does not need {unit}{choices}"
    return f"no fleets at sea can carry {other} through {field.name(unit.location)} to {field.name(there)}{choices}"


def _retreat(written: Written, unit: Unit, field: Field) -> str:
    if not written.path:
        problem = "say where it goes"
    elif len(written.path) > 1:
        problem = "one step only"
    else:
        problem = f"{field.name(province_of(written.path[0].locations[0]))} is not open to it"
    return f"{problem}; {_offers(unit, field)}"


def _build(written: Written, field: Field) -> str:
    situation = field.situation
    if written.unit is None or written.verb != "B":
        return ""
    place = province_of(written.unit.locations[0])
    legal = situation.legal_orders.get(place, ())
    if legal:
        return f"no {_TYPES[written.unit.kind]} can be built in {field.name(place)}; write {_either(legal)}"
    free = f"you can build in {', '.join(situation.legal_orders)}"
    if place not in situation.homes[situation.power]:
        return f"{field.name(place)} is no home centre of yours; {free}"
    if place in field.standing:
        return f"{field.name(place)} is occupied by {field.standing[place][1]}; {free}"
    return f"{field.name(place)} is not yours now; {free}"


def _moves_of(unit: Unit, field: Field) -> str:
    moves = [order for order in field.legal(unit) if order.verb == "-"]
    steps = [move.location for move in moves if not move.via]
    carried = [move.location for move in moves if move.via and move.location not in steps]
    ways = [f"{how}to {_listed(places)}" for how, places in (("", steps), ("by convoy ", carried)) if places]
    return f"it can move {' or '.join(ways)}" if ways else "it cannot move"


def _supports_of(written: Written, unit: Unit, field: Field) -> str:
    """What the unit can support; first the unit that was meant, then moves to the place that was meant, then own."""
    others = field.seen(written.target)
    goal = province_of(written.path[-1].locations[0]) if written.path else ""

    def rank(order: Order) -> tuple[bool, bool, bool, str]:
        return order.helped not in others, order.location != goal, order.helped not in field.own.values(), order

    choices = _choices(unit, "S", field, rank)
    return f"it can support {_listed(choices, _MOST_SUPPORTS)}" if choices else "it can support no unit now"


def _offers(unit: Unit, field: Field) -> str:
    places = _choices(unit, "R", field)
    if not places:
        return f"it can only disband: {unit} D"
    return f"it can retreat to {_listed(places)}, or disband: {unit} D"


def _choices(
    unit: Unit, verb: Verb, field: Field, rank: Callable[[Order], tuple[Any, ...]] = lambda order: (order,)
) -> list[str]:
    """What may stand behind the verb in a legal order of the unit, best first."""
    orders = sorted((order for order in field.legal(unit) if order.verb == verb), key=rank)
    return [order.removeprefix(f"{unit} {verb} ") for order in orders]


def _nobody(mention: Mention, field: Field) -> str:
    return f"no {_TYPES[mention.kind]} stands in {field.name(province_of(mention.locations[0]))}"


def _noted(mention: Mention, units: Sequence[Unit]) -> str:
    """The unit that the mention means or, where that is not clear, the mention."""
    return units[0] if len(units) == 1 else f"{mention.kind} {_place(mention)}".lstrip()


def _place(mention: Mention) -> str:
    return mention.locations[0] if len(mention.locations) == 1 else mention.word


def _count(due: int) -> str:
    return f"{abs(due)} {'build' if due > 0 else 'disband'}{'' if abs(due) == 1 else 's'}"


def _quoted(text: str) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in text[:200]).split())
    return f"{plain[:60]!r}" if len(plain) <= 60 else f"{plain[:57] + '...'!r}"


def _listed(words: Sequence[str], most: int = _MOST_LISTED) -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def _either(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
