"""The design of a phase: the orders that this power means to issue, bent by what it has promised and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..board.situation import order_for, unit_of
from ..board.tactics import choose_orders
from ..board.terrain import province_of
from ..board.valuation import Valuation
from .aftermath import target_of
from .commitments import Commitments, betrayed_power, reconsidered
from .outlook import Outlook

_FOUND_GOOD = 0.55
"""A supported move is made if its goal is worth this share of the best that the unit could do."""


@dataclass(frozen=True, slots=True)
class Design:
    """Orders for a phase and how they stand to the promises made."""

    orders: tuple[str, ...]
    betrayed: str | None
    """The power whose trust this design breaks."""
    dropped: tuple[str, ...]
    """Pledges not kept for a lesser reason."""
    valuation: Valuation
    """What places are worth once promises count."""

    def breaches(self, agreed: Commitments) -> tuple[str, ...]:
        """What the orders break of what was agreed: pledged orders, and provinces entered."""
        goals = {target_of(order) for order in self.orders}
        pledged = [order for order in agreed.pledges if order not in self.orders]
        entered = [at for provinces in agreed.zones.values() for at in provinces if at in goals]
        return tuple(dict.fromkeys((*pledged, *entered)))

    def order_of(self, unit: str) -> str:
        return order_for(unit, self.orders) or f"{unit} H"


def design(
    outlook: Outlook,
    agreed: Commitments,
    *,
    zones: Iterable[str] = (),
    promised: Sequence[str] = (),
    keep_all: bool = False,
) -> Design:
    """Orders that keep what was agreed, but with a power that is to be betrayed; ``zones`` and ``promised`` are
    provinces and orders about to be promised. With ``keep_all`` nobody is betrayed."""
    reading = outlook.reading
    betrayed = None if keep_all else betrayed_power(outlook)
    dropped = () if keep_all else reconsidered(outlook, agreed)
    kept = [order for order, to in agreed.pledges.items() if set(to) != {betrayed} and order not in dropped]
    shunned = {at for power, provinces in agreed.zones.items() if power != betrayed for at in provinces}
    shunned |= set(zones)
    valuation = _bent(outlook, shunned, betrayed)
    fixed = _without_conflict((*kept, *promised))
    if reading.situation.kind == "M":
        if betrayed in agreed.powers:
            fixed = _without_conflict((*fixed, *_strike(outlook, agreed, str(betrayed))))
        fixed = _with_help(outlook, agreed, valuation, fixed, shunned)
    return Design(
        orders=choose_orders(reading.situation, valuation, reading.chance("orders"), fixed=fixed),
        betrayed=betrayed,
        dropped=dropped,
        valuation=valuation,
    )


def _bent(outlook: Outlook, shunned: set[str], betrayed: str | None) -> Valuation:
    """The valuation with friends' places worth less, those of enemies and of the betrayed more, and zones nothing."""
    reading = outlook.reading
    factors: dict[str, float] = {}
    for power in reading.others:
        stance = reading.stance(power)
        change = 0.6 if power == betrayed else {2: -0.8, 1: -0.45, 0: 0.0, -1: 0.1, -2: 0.25}[stance]
        if power == outlook.leader:
            change += 0.3
        held = {province_of(unit[2:]) for unit in reading.situation.units[power]}
        factors |= dict.fromkeys((*reading.situation.centers[power], *held), change)
    if betrayed is not None and (lure := outlook.lure(betrayed)[0]):
        factors[lure] = 1.2
    factors |= dict.fromkeys(shunned, -2.0)

    def bend(at: str, worth: float) -> float:
        return worth + factors.get(province_of(at), 0.0) * abs(worth)

    valuation = outlook.valuation
    return replace(
        valuation,
        worth={at: bend(at, worth) for at, worth in valuation.worth.items()},
        unit_worth={unit: bend(unit[2:], worth) for unit, worth in valuation.unit_worth.items()},
    )


def _strike(outlook: Outlook, agreed: Commitments, betrayed: str) -> list[str]:
    """Moves to what tempts us away from our word, best by a unit that the betrayed believes to be bound."""
    lure, _ = outlook.lure(betrayed)
    bound = {unit_of(order) for order, to in agreed.pledges.items() if betrayed in to}
    legal = outlook.reading.situation.legal_orders
    moves = [order for orders in legal.values() for order in orders if target_of(order) == lure and " VIA" not in order]
    return sorted(moves, key=lambda order: (unit_of(order) not in bound, order))[:1]


def _without_conflict(orders: Iterable[str]) -> tuple[str, ...]:
    """The orders without those that give a unit a second order, or send a second unit to a province."""
    fixed: list[str] = []
    units: set[str] = set()
    arrivals: dict[str, str] = {}
    for order in orders:
        mover, goal = _arrival(order)
        if unit_of(order) not in units and arrivals.get(goal, mover) == mover:
            fixed.append(order)
            units.add(unit_of(order))
            if goal:
                arrivals[goal] = mover
    return tuple(fixed)


def _arrival(order: str) -> tuple[str, str]:
    """The unit that an order moves, or helps to move, and where to."""
    helped = order.partition(" S ")[2] or order
    return unit_of(helped), target_of(helped) or ""


def _with_help(
    outlook: Outlook, agreed: Commitments, valuation: Valuation, fixed: tuple[str, ...], shunned: set[str]
) -> tuple[str, ...]:
    """Take up support that was promised, where the move is worth it and its giver is trusted."""
    reading = outlook.reading
    for power, order in agreed.help:
        move = supported_move(outlook, order)
        if move is None or reading.stance(power) < 0 or province_of(move.rpartition(" - ")[2]) in shunned:
            continue
        if worthwhile(outlook, valuation, move):
            fixed = _without_conflict((*fixed, move))
    return fixed


def supported_move(outlook: Outlook, support: str) -> str | None:
    """Our own legal move that a support order (``A PAR S A MUN - BUR``) is for."""
    helped = support.partition(" S ")[2]
    unit, _, goal = helped.partition(" - ")
    legal = outlook.reading.situation.legal_orders.get(unit, ())
    return next((order for order in legal if goal and target_of(order) == goal and " VIA" not in order), None)


def worthwhile(outlook: Outlook, valuation: Valuation, move: str) -> bool:
    """Whether a move leads to a place nearly as good as the best that the unit could have."""
    unit, _, goal = move.partition(" - ")
    kind = unit[0]
    options = [valuation.unit_worth.get(f"{kind} {at}", 0.0) for at in outlook.reading.situation.terrain.reach(unit)]
    best = max([*options, valuation.unit_worth.get(unit, 0.0)])
    return valuation.unit_worth.get(f"{kind} {goal}", 0.0) >= _FOUND_GOOD * best
