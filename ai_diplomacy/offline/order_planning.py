"""Order planning: the orders that this power means to issue, bent by what it has promised and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..board.tactics import choose_orders
from ..board.terrain import province_of
from ..board.units import Order, Unit, order_for
from ..board.valuation import Valuation
from .assessment import Assessment
from .commitments import Commitments, betrayed_power, reconsidered

_FOUND_GOOD = 0.55
"""A supported move is made if its goal is worth this share of the best that the unit could do."""


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """Orders for a phase and how they stand to the promises made."""

    orders: tuple[Order, ...]
    betrayed: str | None
    """The power whose trust this plan breaks."""
    dropped: tuple[Order, ...]
    """Pledges not kept for a lesser reason."""
    valuation: Valuation
    """What places are worth once promises count."""

    def breaches(self, agreed: Commitments) -> tuple[str, ...]:
        """What the orders break of what was agreed: pledged orders, and provinces entered."""
        goals = {order.target for order in self.orders}
        pledged = [order for order in agreed.pledges if order not in self.orders]
        entered = [at for provinces in agreed.zones.values() for at in provinces if at in goals]
        return tuple(dict.fromkeys((*pledged, *entered)))

    def order_of(self, unit: str) -> Order:
        return order_for(unit, self.orders) or Order(f"{unit} H")


def plan_orders(
    assessment: Assessment,
    agreed: Commitments,
    *,
    zones: Iterable[str] = (),
    promised: Sequence[Order] = (),
    keep_all: bool = False,
) -> OrderPlan:
    """Orders that keep what was agreed, but with a power that is to be betrayed; ``zones`` and ``promised`` are
    provinces and orders about to be promised. With ``keep_all`` nobody is betrayed."""
    prompt = assessment.prompt
    betrayed = None if keep_all else betrayed_power(assessment)
    dropped = () if keep_all else reconsidered(assessment, agreed)
    kept = [order for order, to in agreed.pledges.items() if set(to) != {betrayed} and order not in dropped]
    shunned = {at for power, provinces in agreed.zones.items() if power != betrayed for at in provinces}
    shunned |= set(zones)
    valuation = _bent(assessment, shunned, betrayed)
    fixed = _without_conflict((*kept, *promised))
    if prompt.situation.kind == "M":
        if betrayed in agreed.powers:
            fixed = _without_conflict((*fixed, *_strike(assessment, agreed, str(betrayed))))
        fixed = _with_help(assessment, agreed, valuation, fixed, shunned)
    return OrderPlan(
        orders=choose_orders(prompt.situation, valuation, prompt.chance("orders"), fixed=fixed),
        betrayed=betrayed,
        dropped=dropped,
        valuation=valuation,
    )


def _bent(assessment: Assessment, shunned: set[str], betrayed: str | None) -> Valuation:
    """The valuation with friends' places worth less, those of enemies and of the betrayed more, and zones nothing."""
    prompt = assessment.prompt
    factors: dict[str, float] = {}
    for power in prompt.others:
        stance = prompt.stance(power)
        change = 0.6 if power == betrayed else {2: -0.8, 1: -0.45, 0: 0.0, -1: 0.1, -2: 0.25}[stance]
        if power == assessment.leader:
            change += 0.3
        held = {unit.province for unit in prompt.situation.units[power]}
        factors |= dict.fromkeys((*prompt.situation.centers[power], *held), change)
    if betrayed is not None and (lure := assessment.lure(betrayed)[0]):
        factors[lure] = 1.2
    factors |= dict.fromkeys(shunned, -2.0)

    def bend(at: str, worth: float) -> float:
        return worth + factors.get(province_of(at), 0.0) * abs(worth)

    valuation = assessment.valuation
    return replace(
        valuation,
        worth={at: bend(at, worth) for at, worth in valuation.worth.items()},
        unit_worth={unit: bend(Unit(unit).location, worth) for unit, worth in valuation.unit_worth.items()},
    )


def _strike(assessment: Assessment, agreed: Commitments, betrayed: str) -> list[Order]:
    """Moves to what tempts us away from our word, best by a unit that the betrayed believes to be bound."""
    lure, _ = assessment.lure(betrayed)
    bound = {order.unit for order, to in agreed.pledges.items() if betrayed in to}
    legal = assessment.prompt.situation.legal_orders
    moves = [order for orders in legal.values() for order in orders if order.target == lure and not order.via]
    return sorted(moves, key=lambda order: (order.unit not in bound, order))[:1]


def _without_conflict(orders: Iterable[Order]) -> tuple[Order, ...]:
    """The orders without those that give a unit a second order, or send a second unit to a province."""
    fixed: list[Order] = []
    units: set[Unit] = set()
    arrivals: dict[str, Unit] = {}
    for order in orders:
        mover, goal = (order.supported, order.goal) if order.supported else (order.unit, order.target or "")
        if order.unit not in units and arrivals.get(goal, mover) == mover:
            fixed.append(order)
            units.add(order.unit)
            if goal:
                arrivals[goal] = mover
    return tuple(fixed)


def _with_help(
    assessment: Assessment, agreed: Commitments, valuation: Valuation, fixed: tuple[Order, ...], shunned: set[str]
) -> tuple[Order, ...]:
    """Take up support that was promised, where the move is worth it and its giver is trusted."""
    prompt = assessment.prompt
    for power, order in agreed.help:
        move = supported_move(assessment, order)
        if move is None or prompt.stance(power) < 0 or move.goal in shunned:
            continue
        if worthwhile(assessment, valuation, move):
            fixed = _without_conflict((*fixed, move))
    return fixed


def supported_move(assessment: Assessment, support: Order) -> Order | None:
    """Our own legal move that a support order (``A PAR S A MUN - BUR``) is for."""
    legal = assessment.prompt.situation.legal_orders.get(support.supported or "", ())
    return next((order for order in legal if order.target == support.goal and not order.via), None)


def worthwhile(assessment: Assessment, valuation: Valuation, move: Order) -> bool:
    """Whether a move leads to a place nearly as good as the best that the unit could have."""
    unit, kind = move.unit, move.unit.kind
    options = [valuation.unit_worth.get(f"{kind} {at}", 0.0) for at in assessment.prompt.situation.terrain.reach(unit)]
    best = max([*options, valuation.unit_worth.get(unit, 0.0)])
    return valuation.unit_worth.get(f"{kind} {move.location}", 0.0) >= _FOUND_GOOD * best
