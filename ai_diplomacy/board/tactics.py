"""From a valuation to a complete set of orders, after David Norman's DumbBot.

Units are taken in random order, and each wants the best place that it can reach or, now and then, one nearly as good.
Where an own unit stays, or goes already, the next one supports it if others compete for the place and looks elsewhere
if not. Units left to hold support a neighbour. ``valuation`` names the sources; the code is our own.

Where it differs from the original:
- Two own units never try to change places.
- A unit follows another only into a place that is sure to become free; if it is not, it supports the one ahead.
- A unit does not attack where another power stands and no second own unit could help.
- An army for which a landing one sea away is much better than all it reaches by land is convoyed there.
- For disbands the second choice has to be nearly as worthless; the original took it in half of all cases.
- ``fixed`` orders are planned around.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from .situation import Situation
from .terrain import province_of
from .units import Order, Unit, sorted_orders
from .valuation import Valuation

# A place is preferred to a better one in half of the cases if both are worth the same, never if it is a fifth worse.
_PLAY_ALTERNATIVE = 0.5
_ALTERNATIVE_WITHIN = 0.2

S = TypeVar("S", bound=str)


def choose_orders(
    situation: Situation,
    valuation: Valuation,
    rng: random.Random,
    *,
    fixed: Sequence[Order] = (),
) -> tuple[Order, ...]:
    """A legal order for every own unit (builds, disbands and retreats too), sorted by place, ``WAIVE`` last.

    ``fixed`` orders are decided already: they are in the answer as given and the rest is planned around them. An own
    unit that they support or convoy does what they help it with. Where they help a foreign unit into a province, no
    own unit goes, and one that stands there leaves if it can.

    Raises ``ValueError`` when a fixed order is not legal, when two are for one unit or when more are given than due.
    """
    _check(situation, fixed)
    orders: Iterable[Order]
    if situation.kind == "M":
        orders = _Movement(situation, valuation, rng).plan(fixed)
    elif situation.kind == "R":
        orders = _retreats(situation, valuation, rng, fixed)
    else:
        orders = _adjustments(situation, valuation, rng, fixed)
    return sorted_orders(orders)


def _check(situation: Situation, fixed: Sequence[Order]) -> None:
    building = situation.kind == "A" and situation.due > 0
    places: set[str] = set()
    for order in fixed:
        if building and order == "WAIVE":
            continue
        place = order.unit.province if building else order.unit
        if order not in situation.legal_orders.get(place, ()):
            raise ValueError(f"fixed order {order!r} is not legal for {situation.power} in {situation.phase}")
        if place in places:
            raise ValueError(f"two fixed orders for {place}")
        places.add(place)
    if situation.kind == "A" and len(fixed) > abs(situation.due):
        raise ValueError(f"{len(fixed)} fixed orders in {situation.phase}, but only {abs(situation.due)} due")


def _pick(worths: Mapping[S, float], rng: random.Random) -> S:
    """The name that is worth most or, by chance, one nearly as good."""
    ranked = sorted(worths, key=lambda name: (-worths[name], name))
    chosen = ranked[0]
    for following in ranked[1:]:
        margin = abs(worths[chosen]) * _ALTERNATIVE_WITHIN
        behind = (worths[chosen] - worths[following]) / margin if margin else 0.0
        if rng.random() >= _PLAY_ALTERNATIVE * (1 - behind):
            break
        chosen = following
    return chosen


class _Movement:
    """The orders of one movement phase, found one by one."""

    def __init__(self, situation: Situation, valuation: Valuation, rng: random.Random) -> None:
        self.situation = situation
        self.valuation = valuation
        self.rng = rng
        self.orders: dict[Unit, Order] = {}
        """Own unit -> its order."""
        self.standing = {unit.province: unit for unit in situation.own_units}
        """Province -> own unit that is there now."""
        self.foreign = {at for at, (power, _) in situation.occupants().items() if power != situation.power}
        """Provinces in which another power has a unit."""
        self.arrivals: dict[str, Unit] = {}
        """Province -> the one unit that is to come; a foreign one where a fixed order helps it."""

    def plan(self, fixed: Sequence[Order]) -> Iterable[Order]:
        for order in fixed:
            self._set(order)
        for order in fixed:
            self._follow(order)
        units = [unit for unit in sorted(self.situation.own_units) if unit not in self.orders]
        self.rng.shuffle(units)
        for unit in units:
            if unit.kind == "A":
                self._convoy(unit)
        for unit in units:
            if unit not in self.orders:
                self._order(unit)
        for unit in units:
            if self.orders[unit].verb == "H":
                self._support_a_neighbour(unit)
        return self.orders.values()

    def _set(self, order: Order) -> None:
        self.orders[order.unit] = order
        # Where an own unit goes, its own order says.
        if order.goal and (order.mover == order.unit or order.mover not in self.situation.legal_orders):
            self.arrivals.setdefault(order.goal, order.mover)

    def _hold(self, unit: Unit) -> None:
        self._set(Order(f"{unit} H"))

    def _follow(self, order: Order) -> None:
        """Order the own unit that a fixed order helps to do what it is helped with, unless others are in its way."""
        unit, province = order.mover, order.goal
        if unit in self.orders or unit not in self.situation.legal_orders:
            return
        if not province:
            self._hold(unit)
        elif self.arrivals.get(province, unit) == unit and not self._stays(self.standing.get(province)):
            options = self._options(unit)
            moves = [
                move
                for move in self.situation.legal_orders[unit]
                if move.target == province
                and move.via == (order.verb == "C")
                and (move.via or move.location in options)
            ]
            if moves:
                self._set(min(moves, key=lambda move: -options.get(move.location, 0.0)))

    def _worth(self, unit: Unit, place: str) -> float:
        return self.valuation.of(f"{unit.kind} {place}")

    def _order(self, unit: Unit, waiting: tuple[str, ...] = ()) -> None:
        """Decide what the unit does; units in the provinces ``waiting`` want to go where it stands, or further on."""
        home = unit.province
        options = self._options(unit, waiting)
        while options:
            place = _pick(options, self.rng)
            province = province_of(place)
            if province == home:
                break
            occupant = self.standing.get(province)
            if occupant is not None and occupant not in self.orders:
                self._order(occupant, (*waiting, home))
            support = self._useful_support(unit, province)
            if support is not None:
                self._set(support)
                return
            if self._is_free_for(unit, province):
                self._set(Order(f"{unit} - {place}"))
                return
            del options[place]
        self._hold(unit)

    def _options(self, unit: Unit, waiting: tuple[str, ...] = ()) -> dict[str, float]:
        """Places where the unit might be after this phase, with their worth."""
        home, legal = unit.province, self.situation.legal_orders[unit]
        barred = set(waiting)
        options = {}
        if home in self.arrivals:
            # Fixed orders bring somebody here, and more than one of ours if they disagree: none of them must this unit
            # await or meet halfway.
            coming = (mover for mover, order in self.orders.items() if order.target == home)
            barred.update(mover.province for mover in (self.arrivals[home], *coming))
        else:
            options[unit.location] = self._worth(unit, unit.location)
        for place in self.situation.terrain.reach(unit):
            if province_of(place) not in barred and f"{unit} - {place}" in legal:
                options[place] = self._worth(unit, place)
        return options

    def _stays(self, unit: Unit | None) -> bool:
        return unit in self.orders and self.orders[unit].verb != "-"

    def _may_fail_to_leave(self, unit: Unit) -> bool:
        """Whether others could keep the unit from where it was ordered to move."""
        return self.valuation.competition[self.orders[unit].goal] > 0

    def _is_free_for(self, unit: Unit, province: str) -> bool:
        """Whether the unit would not meet another of ours, and could one day take the province."""
        occupant = self.standing.get(province)
        if occupant is not None and (self._stays(occupant) or self._may_fail_to_leave(occupant)):
            return False
        return self.arrivals.get(province, unit) == unit and not self._is_hopeless(province)

    def _is_hopeless(self, province: str) -> bool:
        """Whether another power stands there and too few of us are near to drive it out."""
        return province in self.foreign and self.valuation.strength[province] < 2

    def _useful_support(self, unit: Unit, province: str) -> Order | None:
        """The support that who stays in the province, comes to it or leaves it needs of the unit."""
        rivals = self.valuation.competition[province]
        occupant, mover = self.standing.get(province), self.arrivals.get(province)
        if occupant is not None and self._stays(occupant):
            needed, helped = rivals > 1, str(occupant)
        elif mover is not None:
            needed, helped = rivals > 0, f"{mover} - {province}"
        elif occupant in self.orders and self._may_fail_to_leave(occupant):
            needed, helped = True, f"{occupant} - {self.orders[occupant].goal}"
        else:
            return None
        order = f"{unit} S {helped}"
        return Order(order) if needed and order in self.situation.legal_orders[unit] else None

    def _support_a_neighbour(self, unit: Unit) -> None:
        """Make a unit that holds support the best place around it that is in need."""
        around = {place: self._useful_support(unit, province_of(place)) for place in self.situation.terrain.reach(unit)}
        supports = {place: order for place, order in around.items() if order is not None}
        if supports:
            self._set(supports[max(supports, key=lambda place: self._worth(unit, place))])

    def _convoy(self, army: Unit) -> None:
        """Ship the army over one sea if nothing by land comes near to the landing, and the fleet gives up less."""
        ground, legal = self.situation.terrain, self.situation.legal_orders
        by_land = max([0.0, *self._options(army).values()])
        landings = []
        for fleet in self.situation.own_units:
            if fleet in self.orders or fleet.location in self.arrivals or not ground.touches(fleet, army.province):
                continue
            given_up = max(self._options(fleet).values()) - self._worth(fleet, fleet.location)
            for order in legal[fleet]:
                province = order.goal
                if order.verb != "C" or order.helped != army or not ground.touches(fleet, province):
                    continue
                worth = self._worth(army, province)
                better = worth * (1 - _ALTERNATIVE_WITHIN) > by_land and worth - by_land > given_up
                taken = province in self.standing or province in self.arrivals or self._is_hopeless(province)
                if better and not taken:
                    landings.append((worth, Order(f"{army} - {province} VIA"), order))
        if landings:
            _, move, convoy = max(landings)
            self._set(move)
            self._set(convoy)


def _retreats(
    situation: Situation, valuation: Valuation, rng: random.Random, fixed: Sequence[Order]
) -> Iterable[Order]:
    orders = {order.unit: order for order in fixed}
    taken = {order.goal for order in fixed if order.goal}
    units = [unit for unit in sorted(map(Unit, situation.legal_orders)) if unit not in orders]
    rng.shuffle(units)
    for unit in units:
        places = {
            order.location: valuation.of(f"{unit.kind} {order.location}")
            for order in situation.legal_orders[unit]
            if order.verb == "R" and order.goal not in taken
        }
        if places:
            orders[unit] = Order(f"{unit} R {_pick(places, rng)}")
            taken.add(orders[unit].goal)
        else:
            orders[unit] = Order(f"{unit} D")
    return orders.values()


def _adjustments(
    situation: Situation, valuation: Valuation, rng: random.Random, fixed: Sequence[Order]
) -> Iterable[Order]:
    """The builds that are worth most, or the disbands that are worth least."""
    due, orders = situation.due, list(fixed)
    sign = 1 if due > 0 else -1
    while len(orders) < abs(due):
        used = {order.unit.province for order in orders}
        possible = (order for legal in situation.legal_orders.values() for order in legal)
        left = {order: sign * valuation.of(order.unit) for order in possible if order.unit.province not in used}
        if not left:
            break
        orders.append(_pick(left, rng))
    return orders + [Order("WAIVE")] * (due - len(orders))
