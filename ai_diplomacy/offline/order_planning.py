"""Order planning: the orders that this power means to issue, bent by what it has promised and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..board.commitments import Commitment
from ..board.tactics import choose_orders
from ..board.terrain import province_of
from ..board.units import Order, Unit, order_for
from ..board.valuation import Valuation
from .assessment import Assessment
from .breaches import broken_by, forbidden_provinces
from .campaign import campaign_weights
from .commitments import Bond, Commitments
from .prompt_reader import ParsedPrompt
from .resolve import Turning, betrayed_power, reconsidered, strike, turning

_FOUND_GOOD = 0.55
"""A supported move is made if its goal is worth this share of the best that the unit could do."""
_ATTEMPTS = 8
"""Orders that are changed one by one until nothing breaks a promise that is to be kept."""


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """Orders for a phase and how they stand to the promises made."""

    orders: tuple[Order, ...]
    betrayed: str | None
    """The power whose trust this plan breaks."""
    turned: Turning | None
    """The power whose trust it breaks for what was learned after the promise."""
    dropped: tuple[Bond, ...]
    """Promises not kept for a lesser reason."""
    valuation: Valuation
    """What places are worth once promises count."""

    def breaches(self, assessment: Assessment, agreed: Commitments) -> tuple[tuple[Bond, Order], ...]:
        """Promises that the orders break, each with the first order that does."""
        situation = assessment.prompt.situation
        found = ((bond, broken_by(bond.commitment, self.orders, situation)) for bond in agreed.bonds)
        return tuple((bond, orders[0]) for bond, orders in found if orders)

    def order_of(self, unit: str) -> Order:
        return order_for(unit, self.orders) or Order(f"{unit} H")


def plan_orders(
    assessment: Assessment,
    agreed: Commitments,
    *,
    promised: Sequence[Commitment] = (),
    negotiating: bool = False,
) -> OrderPlan:
    """Orders that keep what was agreed, but with a power that is to be betrayed; ``promised`` is about to be promised.
    While it is still ``negotiating``, nothing is reconsidered yet."""
    prompt = assessment.prompt
    betrayed = betrayed_power(assessment)
    turned = None if negotiating else turning(assessment, agreed, betrayed)
    dropped = () if negotiating else reconsidered(assessment, agreed)
    faithless = {betrayed, turned.power if turned else None} - {None}
    blow = strike(assessment, betrayed)
    kept = [
        bond.commitment
        for bond in agreed.bonds
        if bond not in dropped and not _freed(bond, betrayed, turned, blow, prompt)
    ]
    binding = [*kept, *(one for one in promised if blow is None or not broken_by(one, (blow,), prompt.situation))]
    shunned = {at for commitment in binding for at in forbidden_provinces(commitment, prompt.situation)}
    valuation = _bent(assessment, shunned, faithless)
    fixed = _without_conflict(
        (*_strikes(assessment, agreed, betrayed, turned, negotiating), *_due(assessment, binding))
    )
    if prompt.situation.kind == "M":
        fixed = _with_help(assessment, agreed, valuation, fixed, shunned)
    orders = _keeping(assessment, valuation, fixed, binding)
    return OrderPlan(orders, betrayed, turned, dropped, valuation)


def _freed(bond: Bond, betrayed: str | None, turned: Turning | None, blow: Order | None, prompt: ParsedPrompt) -> bool:
    """Whether the power does not feel bound: by what the betrayal itself breaks, or by anything to whom it turns on."""
    if turned is not None and bond.owed_only_to((turned.power,)):
        return True
    return betrayed in bond.to and blow is not None and bool(broken_by(bond.commitment, (blow,), prompt.situation))


def _strikes(
    assessment: Assessment, agreed: Commitments, betrayed: str | None, turned: Turning | None, negotiating: bool
) -> Iterable[Order]:
    """The moves for which a promise is broken. While it negotiates, a power that means to betray counts on a trust
    that it does not have yet."""
    if betrayed is not None and (negotiating or betrayed in agreed.powers or _courted(assessment, betrayed)):
        yield from filter(None, [strike(assessment, betrayed)])
    if turned is not None and assessment.prize(turned.power)[0] is not None:
        yield from filter(None, [strike(assessment, turned.power)])


def _courted(assessment: Assessment, power: str) -> bool:
    """Whether the power has an offer of ours before it, though it may not have taken it."""
    mine = (m for m in assessment.press if m.sender == assessment.prompt.me and power in m.message.recipients)
    return any(m.ask in ("zone", "peace", "alliance") for m in mine)


def _due(assessment: Assessment, binding: Iterable[Commitment]) -> Iterable[Order]:
    """The orders among the promises that can be given in this phase."""
    situation = assessment.prompt.situation
    legal = {order for orders in situation.legal_orders.values() for order in orders}
    orders = (commitment.order for commitment in binding)
    found = [order for order in dict.fromkeys(orders) if order is not None and order in legal]
    return found if situation.kind == "M" else found[: abs(situation.due)] if situation.kind == "A" else ()


def _keeping(
    assessment: Assessment, valuation: Valuation, fixed: tuple[Order, ...], binding: Sequence[Commitment]
) -> tuple[Order, ...]:
    """The best orders of which none breaks a promise, as far as ``fixed`` orders allow."""
    situation, luck = assessment.prompt.situation, assessment.prompt.chance
    orders = choose_orders(situation, valuation, luck("orders"), fixed=fixed)
    for _ in range(_ATTEMPTS):
        offences = (order for commitment in binding for order in broken_by(commitment, orders, situation))
        wrong = next((order for order in offences if order not in fixed), None)
        other = _instead(assessment, valuation, wrong, orders, binding) if wrong is not None else None
        if other is None:
            break
        fixed = (*fixed, other)
        orders = choose_orders(situation, valuation, luck("orders"), fixed=fixed)
    return orders


def _instead(
    assessment: Assessment, valuation: Valuation, wrong: Order, orders: Sequence[Order], binding: Sequence[Commitment]
) -> Order | None:
    """Another order for the unit that breaks nothing: a hold if that will do, else the best move or build."""
    situation = assessment.prompt.situation
    taken = {order.target for order in orders if order != wrong}
    at = wrong.unit.province if situation.kind == "A" and situation.due > 0 else wrong.unit
    options = [
        order
        for order in situation.legal_orders.get(at, ())
        if order != wrong
        and order.verb in "-HRB"
        and not order.via
        and (order.target is None or order.target not in taken)
        and not any(broken_by(commitment, (order,), situation) for commitment in binding if commitment.order is None)
    ]
    return max(
        options,
        key=lambda o: (
            o.verb == "H",
            valuation.unit_worth.get(f"{o.unit.kind} {o.location or o.unit.location}", 0.0),
            o,
        ),
        default=None,
    )


def _bent(assessment: Assessment, shunned: set[str], faithless: set[str | None]) -> Valuation:
    """The valuation with friends' places worth less, those of enemies and of the betrayed more, and zones nothing."""
    prompt = assessment.prompt
    factors: dict[str, float] = {}
    for power in prompt.others:
        stance = prompt.stance(power)
        change = 0.6 if power in faithless else {2: -0.8, 1: -0.45, 0: 0.0, -1: 0.1, -2: 0.25}[stance]
        if power == assessment.leader:
            change += 0.3
        held = {unit.province for unit in prompt.situation.units[power]}
        factors |= dict.fromkeys((*prompt.situation.centers[power], *held), change)
    for at, change in campaign_weights(prompt).items():
        factors[at] = factors.get(at, 0.0) + change
    factors |= {lure: 1.2 for power in faithless if power and (lure := assessment.lure(power)[0])}
    factors |= dict.fromkeys(shunned, -2.0)

    def bend(at: str, worth: float) -> float:
        return worth + factors.get(province_of(at), 0.0) * abs(worth)

    valuation = assessment.valuation
    return replace(
        valuation,
        worth={at: bend(at, worth) for at, worth in valuation.worth.items()},
        unit_worth={unit: bend(Unit(unit).location, worth) for unit, worth in valuation.unit_worth.items()},
    )


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
