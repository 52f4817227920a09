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

from .situation import Situation, unit_of
from .terrain import province_of
from .valuation import Valuation

# A place is preferred to a better one in half of the cases if both are worth the same, never if it is a fifth worse.
_PLAY_ALTERNATIVE = 0.5
_ALTERNATIVE_WITHIN = 0.2


def choose_orders(
    situation: Situation,
    valuation: Valuation,
    rng: random.Random,
    *,
    fixed: Sequence[str] = (),
) -> tuple[str, ...]:
    """A legal order for every own unit (builds, disbands and retreats too), sorted by place, ``WAIVE`` last.

    ``fixed`` orders are decided already: they are in the answer as given and the rest is planned around them. An own
    unit that they support or convoy does what they help it with. Where they help a foreign unit into a province, no
    own unit goes, and one that stands there leaves if it can.

    Raises ``ValueError`` when a fixed order is not legal, when two are for one unit or when more are given than due.
    """
    _check(situation, fixed)
    orders: Iterable[str]
    if situation.kind == "M":
        orders = _Movement(situation, valuation, rng).plan(fixed)
    elif situation.kind == "R":
        orders = _retreats(situation, valuation, rng, fixed)
    elif situation.due > 0:
        orders = _builds(situation, valuation, rng, fixed)
    else:
        orders = _disbands(situation, valuation, rng, fixed)
    return tuple(sorted(orders, key=lambda order: (order == "WAIVE", unit_of(order)[2:], order)))


def _check(situation: Situation, fixed: Sequence[str]) -> None:
    building = situation.kind == "A" and situation.due > 0
    places: set[str] = set()
    for order in fixed:
        if building and order == "WAIVE":
            continue
        place = province_of(unit_of(order)[2:]) if building else unit_of(order)
        if order not in situation.legal_orders.get(place, ()):
            raise ValueError(f"fixed order {order!r} is not legal for {situation.power} in {situation.phase}")
        if place in places:
            raise ValueError(f"two fixed orders for {place}")
        places.add(place)
    if situation.kind == "A" and len(fixed) > abs(situation.due):
        raise ValueError(f"{len(fixed)} fixed orders in {situation.phase}, but only {abs(situation.due)} due")


def _pick(worths: Mapping[str, float], rng: random.Random) -> str:
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


def _aim(order: str) -> tuple[str, str]:
    """The unit that an order moves, or helps to move, and the province it goes to (empty for a hold)."""
    for verb in (" S ", " C "):
        order = order.partition(verb)[2] or order
    unit, _, destination = order.removesuffix(" VIA").partition(" - ")
    return unit, province_of(destination)


class _Movement:
    """The orders of one movement phase, found one by one."""

    def __init__(self, situation: Situation, valuation: Valuation, rng: random.Random) -> None:
        self.situation = situation
        self.valuation = valuation
        self.rng = rng
        self.orders: dict[str, str] = {}
        """Own unit -> its order."""
        self.standing = {province_of(unit[2:]): unit for unit in situation.own_units}
        """Province -> own unit that is there now."""
        self.foreign = {at for at, (power, _) in situation.occupants().items() if power != situation.power}
        """Provinces in which another power has a unit."""
        self.arrivals: dict[str, str] = {}
        """Province -> the one unit that is to come; a foreign one where a fixed order helps it."""

    def plan(self, fixed: Sequence[str]) -> Iterable[str]:
        for order in fixed:
            self._set(order)
        for order in fixed:
            self._follow(order)
        units = [unit for unit in sorted(self.situation.own_units) if unit not in self.orders]
        self.rng.shuffle(units)
        for unit in units:
            if unit[0] == "A":
                self._convoy(unit)
        for unit in units:
            if unit not in self.orders:
                self._order(unit)
        for unit in units:
            if self.orders[unit] == f"{unit} H":
                self._support_a_neighbour(unit)
        return self.orders.values()

    def _set(self, order: str) -> None:
        self.orders[unit_of(order)] = order
        unit, province = _aim(order)
        # Where an own unit goes, its own order says.
        if province and (unit == unit_of(order) or unit not in self.situation.legal_orders):
            self.arrivals.setdefault(province, unit)

    def _follow(self, order: str) -> None:
        """Order the own unit that a fixed order helps to do what it is helped with, unless others are in its way."""
        unit, province = _aim(order)
        if unit in self.orders or unit not in self.situation.legal_orders:
            return
        if not province:
            self._set(f"{unit} H")
        elif self.arrivals.get(province, unit) == unit and not self._stays(self.standing.get(province, "")):
            if " C " in order:
                places = [f"{province} VIA"]
            else:
                options = self._options(unit)
                places = sorted((at for at in options if province_of(at) == province), key=lambda at: -options[at])
            moves = [move for at in places if (move := f"{unit} - {at}") in self.situation.legal_orders[unit]]
            if moves:
                self._set(moves[0])

    def _worth(self, unit: str, place: str) -> float:
        return self.valuation.of(f"{unit[0]} {place}")

    def _order(self, unit: str, waiting: tuple[str, ...] = ()) -> None:
        """Decide what the unit does; units in the provinces ``waiting`` want to go where it stands, or further on."""
        home = province_of(unit[2:])
        options = self._options(unit, waiting)
        while options:
            place = _pick(options, self.rng)
            province = province_of(place)
            if province == home:
                break
            occupant = self.standing.get(province)
            if occupant is not None and occupant not in self.orders:
                self._order(occupant, (*waiting, home))
            if self._support(unit, province):
                return
            if self._is_free_for(unit, province):
                self._set(f"{unit} - {place}")
                return
            del options[place]
        self._set(f"{unit} H")

    def _options(self, unit: str, waiting: tuple[str, ...] = ()) -> dict[str, float]:
        """Places where the unit might be after this phase, with their worth."""
        home, legal = province_of(unit[2:]), self.situation.legal_orders[unit]
        barred = set(waiting)
        options = {}
        if home in self.arrivals:
            # Fixed orders bring somebody here, and more than one of ours if they disagree: none of them must this unit
            # await or meet halfway.
            coming = (mover for mover, order in self.orders.items() if _aim(order) == (mover, home))
            barred.update(province_of(mover[2:]) for mover in (self.arrivals[home], *coming))
        else:
            options[unit[2:]] = self._worth(unit, unit[2:])
        for place in self.situation.terrain.reach(unit):
            if province_of(place) not in barred and f"{unit} - {place}" in legal:
                options[place] = self._worth(unit, place)
        return options

    def _stays(self, unit: str) -> bool:
        return unit in self.orders and not self.orders[unit].startswith(f"{unit} - ")

    def _may_fail_to_leave(self, unit: str) -> bool:
        """Whether others could keep the unit from where it was ordered to move."""
        return self.valuation.competition[_aim(self.orders[unit])[1]] > 0

    def _is_free_for(self, unit: str, province: str) -> bool:
        """Whether the unit would not meet another of ours, and could one day take the province."""
        occupant = self.standing.get(province)
        if occupant is not None and (self._stays(occupant) or self._may_fail_to_leave(occupant)):
            return False
        return self.arrivals.get(province, unit) == unit and not self._is_hopeless(province)

    def _is_hopeless(self, province: str) -> bool:
        """Whether another power stands there and too few of us are near to drive it out."""
        return province in self.foreign and self.valuation.strength[province] < 2

    def _support(self, unit: str, province: str) -> bool:
        """Support whoever of ours stays in the province or goes there, if there is need; whether that was done."""
        order = self._useful_support(unit, province)
        if order is not None:
            self._set(order)
        return order is not None

    def _useful_support(self, unit: str, province: str) -> str | None:
        """The support that who stays in the province, comes to it or leaves it needs of the unit."""
        rivals = self.valuation.competition[province]
        occupant, mover = self.standing.get(province), self.arrivals.get(province)
        order = None
        if occupant is not None and self._stays(occupant):
            order = f"{unit} S {occupant}" if rivals > 1 else None
        elif mover is not None:
            order = f"{unit} S {mover} - {province}" if rivals > 0 else None
        elif occupant in self.orders and self._may_fail_to_leave(occupant):
            order = f"{unit} S {occupant} - {_aim(self.orders[occupant])[1]}"
        return order if order in self.situation.legal_orders[unit] else None

    def _support_a_neighbour(self, unit: str) -> None:
        """Make a unit that holds support the best place around it that is in need."""
        places = [
            place
            for place in self.situation.terrain.reach(unit)
            if self._useful_support(unit, province_of(place)) is not None
        ]
        if places:
            self._support(unit, province_of(max(places, key=lambda place: self._worth(unit, place))))

    def _convoy(self, army: str) -> None:
        """Ship the army over one sea if nothing by land comes near to the landing, and the fleet gives up less."""
        ground, legal = self.situation.terrain, self.situation.legal_orders
        by_land = max([0.0, *self._options(army).values()])
        landings = []
        for fleet in self.situation.own_units:
            if fleet in self.orders or fleet[2:] in self.arrivals or not ground.touches(fleet, province_of(army[2:])):
                continue
            given_up = max(self._options(fleet).values()) - self._worth(fleet, fleet[2:])
            for order in legal[fleet]:
                mover, province = _aim(order)
                if mover != army or " C " not in order or not ground.touches(fleet, province):
                    continue
                worth = self._worth(army, province)
                better = worth * (1 - _ALTERNATIVE_WITHIN) > by_land and worth - by_land > given_up
                taken = province in self.standing or province in self.arrivals or self._is_hopeless(province)
                if better and not taken:
                    landings.append((worth, f"{army} - {province} VIA", order))
        if landings:
            _, move, convoy = max(landings)
            self._set(move)
            self._set(convoy)


def _retreats(situation: Situation, valuation: Valuation, rng: random.Random, fixed: Sequence[str]) -> Iterable[str]:
    orders = {unit_of(order): order for order in fixed}
    taken = {province_of(place) for order in fixed if (place := order.partition(" R ")[2])}
    units = [unit for unit in sorted(situation.legal_orders) if unit not in orders]
    rng.shuffle(units)
    for unit in units:
        places = {
            place: valuation.of(f"{unit[0]} {place}")
            for order in situation.legal_orders[unit]
            if (place := order.partition(" R ")[2]) and province_of(place) not in taken
        }
        if places:
            place = _pick(places, rng)
            orders[unit] = f"{unit} R {place}"
            taken.add(province_of(place))
        else:
            orders[unit] = f"{unit} D"
    return orders.values()


def _builds(situation: Situation, valuation: Valuation, rng: random.Random, fixed: Sequence[str]) -> Iterable[str]:
    orders = list(fixed)
    used = {province_of(unit_of(order)[2:]) for order in fixed if order != "WAIVE"}
    homes = {home: builds for home, builds in situation.legal_orders.items() if home not in used and builds}
    while homes and len(orders) < situation.due:
        worths = {order: valuation.of(unit_of(order)) for builds in homes.values() for order in builds}
        order = _pick(worths, rng)
        orders.append(order)
        del homes[province_of(unit_of(order)[2:])]
    return orders + ["WAIVE"] * (situation.due - len(orders))


def _disbands(situation: Situation, valuation: Valuation, rng: random.Random, fixed: Sequence[str]) -> Iterable[str]:
    orders = list(fixed)
    worthless = {
        order: -valuation.of(unit)
        for unit, legal in situation.legal_orders.items()
        for order in legal
        if order not in fixed
    }
    while worthless and len(orders) < -situation.due:
        order = _pick(worthless, rng)
        orders.append(order)
        del worthless[order]
    return orders
