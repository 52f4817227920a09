"""What a power orders in any phase once it has looked ahead.

Movement: hill climbing finds every power's best replies to draws of DumbBot. They and the draws themselves are the
powers' candidates, and regret matching between all of them tells how likely each is to be chosen by who looks ahead.
The orders are the best reply to others of whom half order by these strategies and half as DumbBot draws: each half
alone loses to the kind of player that it does not know.

Retreats and adjustments: DumbBot's orders, changed unit by unit while the position behind them becomes better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..board.chance import chance
from ..board.tactics import choose_orders
from ..board.units import Order
from ..board.valuation import evaluate
from .best_reply import JointPlan, Trials, best_reply, joined
from .candidates import Force, Plan
from .lookahead import after
from .position import Position
from .regret_matching import average_strategies, drawn_from
from .value import Outlook, pull

SAMPLES = 8
"""Joint draws of what the others may order."""
_FEWEST, _MOST = 4, 16
"""Candidates of a power, however few samples there are, and however many."""
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
    drawn = {force.power: force.draws(samples, seed, own.power) for force in forces if force.size}
    simple = [joined(position, {who: plans[at] for who, plans in drawn.items()}) for at in range(samples)]
    candidates = {force.power: _candidates(force, drawn[force.power], simple) for force in forces if force.size}
    rng = chance(seed, position.phase, own.power, "regret matching")
    strategies = average_strategies(forces, candidates, _ITERATIONS * samples, rng)
    thoughtful = [
        joined(position, {who: plans[drawn_from(strategies[who], rng)] for who, plans in candidates.items()})
        for _ in range(samples)
    ]
    return best_reply(Trials(own, [*thoughtful, *simple]), candidates[own.power])


def _candidates(force: Force, drawn: Sequence[Plan], expected: Sequence[JointPlan]) -> list[Plan]:
    """The best replies to what is expected of the others, and draws, half of each."""
    trials = Trials(force, expected)
    best_reply(trials, drawn)
    count = min(max(_FEWEST, len(drawn)), _MOST)
    return list(dict.fromkeys([*trials.ranked()[: (count + 1) // 2], *drawn]))[:count]


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
    index = position.geography.power[power]
    legal, pulls = situations[index].legal_orders, pull(position.geography, evaluate(situations[index]))

    def worth(orders: Sequence[Order]) -> int:
        ends = (
            after(position, {who: plans[at] for who, plans in drawn.items()} | {power: orders}) for at in range(samples)
        )
        return sum(Outlook.now(end).worth(index, end.units, pulls) for end in ends)

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
