"""What a power orders in any phase once it has looked ahead.

Movement: the others' candidates are draws of DumbBot, its own are what hill climbing passes on its way to the best
reply to them; regret matching between all of them tells how likely the others are to choose each, and its orders are
the best reply to that. Retreats and adjustments: DumbBot's orders, changed unit by unit while the position behind them
becomes better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..board.chance import chance
from ..board.tactics import choose_orders
from ..board.units import Order
from ..board.valuation import evaluate
from .best_reply import Trials, best_reply, joined
from .candidates import Force, Plan
from .lookahead import after
from .position import Position
from .regret_matching import average_strategies, drawn_from
from .value import Outlook

SAMPLES = 8
"""Joint draws of what the others may order."""
_OWN_DRAWS = 2
"""Draws of its own orders for each of them."""
_ITERATIONS = 4
"""Iterations of regret matching for each of them."""


def decided(position: Position, power: str, samples: int, seed: int) -> tuple[Order, ...]:
    """Legal orders for all units of the power; builds and disbands as many as are due. They depend on these four
    alone. The time that it takes grows with ``samples``."""
    if position.phase.kind != "M":
        return _settled(position, power, samples, seed)
    forces = [Force(position, index) for index in range(len(position.geography.powers))]
    own = forces[position.geography.power[power]]
    return own.orders(_moves(forces, own, samples, seed)) if own.size else ()


def _moves(forces: Sequence[Force], own: Force, samples: int, seed: int) -> Plan:
    position = own.position
    drawn = {force.power: force.draws(samples, seed) for force in forces if force.size and force is not own}
    mine = own.draws(_OWN_DRAWS * samples, seed, "candidates")
    expected = Trials(
        own, [joined(position, {who: plans[at] for who, plans in drawn.items()}) for at in range(samples)]
    )
    best_reply(expected, mine)
    candidates = {who: list(dict.fromkeys(plans)) for who, plans in drawn.items()}
    candidates[own.power] = expected.ranked()[:samples]
    rng = chance(seed, position.phase, own.power, "regret matching")
    strategies = average_strategies(position, candidates, _ITERATIONS * samples, rng)
    joint = [
        joined(position, {who: plans[drawn_from(strategies[who], rng)] for who, plans in candidates.items()})
        for _ in range(samples)
    ]
    return best_reply(Trials(own, joint), candidates[own.power])


def _settled(position: Position, power: str, samples: int, seed: int) -> tuple[Order, ...]:
    """Retreats, builds or disbands."""
    situations = [position.seen_by(name) for name in position.geography.powers]
    drawn = {
        seen.power: [
            choose_orders(seen, evaluate(seen), chance(seed, seen.phase, seen.power, power, at))
            for at in range(samples)
        ]
        for seen in situations
        if seen.legal_orders
    }
    legal = situations[position.geography.power[power]].legal_orders

    def worth(orders: Sequence[Order]) -> int:
        ends = (
            after(position, {who: plans[at] for who, plans in drawn.items()} | {power: orders}) for at in range(samples)
        )
        return sum(Outlook.now(end).worth(position.geography.power[power], end.units) for end in ends)

    best = drawn.get(power, [()])[0]
    highest = worth(best)
    for at in range(len(best)):
        for order in _alternatives(best, at, legal):
            changed = (*best[:at], order, *best[at + 1 :])
            if (found := worth(changed)) > highest:
                best, highest = changed, found
    return best


def _alternatives(orders: Sequence[Order], at: int, legal: Mapping[str, Iterable[Order]]) -> Iterable[Order]:
    """What could stand in place of one of the orders, beside the rest of them."""
    rest = [*orders[:at], *orders[at + 1 :]]
    used = {order.unit.province for order in rest}
    goals = {order.goal for order in rest if order.goal}
    for own in legal.values():
        yield from (order for order in own if order.unit.province not in used and order.goal not in goals)
