"""What powers order who all expect the others to choose well: regret matching over their candidates.

After Gray, Lerer, Bakhtin and Brown, "Human-Level Performance in No-Press Diplomacy via Equilibrium Search" (2020),
with draws of DumbBot in place of a network's proposals and a rule in place of its values. In each iteration every power
draws a plan by its strategy, and regrets of each other candidate what it would have been worth more against what the
others drew; a strategy is in proportion to the positive part of the regrets summed so far (Hart and Mas-Colell, "A
Simple Adaptive Procedure Leading to Correlated Equilibrium", 2000). Later iterations weigh more, in proportion to their
number (linear averaging: Brown and Sandholm, "Solving Imperfect-Information Games via Discounted Regret Minimization",
2019).
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import fsum

from .best_reply import joined, moved
from .candidates import Force, Plan
from .value import Outlook

Strategy = tuple[float, ...]
"""How likely each candidate of a power is; the sum is 1."""


def average_strategies(
    forces: Sequence[Force], candidates: Mapping[int, Sequence[Plan]], iterations: int, rng: random.Random
) -> dict[int, Strategy]:
    """Power -> its strategy in the mean of the iterations. ``forces``: those of all powers, in their order.

    One iteration asks for the outcome of as many joint plans as there are candidates, those that came up before not
    again. Powers without candidates hold.
    """
    worths = _Worths(forces, candidates)
    regrets = {power: [0] * len(plans) for power, plans in candidates.items()}
    played = {power: [0.0] * len(plans) for power, plans in candidates.items()}
    for number in range(1, iterations + 1):
        strategies = {power: _matched(own) for power, own in regrets.items()}
        drawn = {power: drawn_from(strategy, rng) for power, strategy in strategies.items()}
        for power, plans in candidates.items():
            outcomes = [worths.of(power, {**drawn, power: choice}) for choice in range(len(plans))]
            for choice, worth in enumerate(outcomes):
                regrets[power][choice] += number * (worth - outcomes[drawn[power]])
                played[power][choice] += number * strategies[power][choice]
    return {power: tuple(weight / fsum(own) for weight in own) for power, own in played.items()}


def drawn_from(strategy: Sequence[float], rng: random.Random) -> int:
    """A candidate by its likelihood."""
    reached = list(accumulate(strategy))
    return bisect(reached, rng.random() * reached[-1], 0, len(reached) - 1)


def _matched(regrets: Sequence[int]) -> Strategy:
    positive = [max(0, regret) for regret in regrets]
    total = sum(positive)
    return tuple(regret / total for regret in positive) if total else (1 / len(regrets),) * len(regrets)


class _Worths:
    """What joint choices are worth, each adjudicated once."""

    def __init__(self, forces: Sequence[Force], candidates: Mapping[int, Sequence[Plan]]) -> None:
        self._position = forces[0].position
        self._pulls = [force.pull for force in forces]
        self._candidates = candidates
        self._outlook = Outlook.behind(self._position)
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}

    def of(self, power: int, choices: Mapping[int, int]) -> int:
        key = power, tuple(choices.values())
        if key not in self._known:
            plans = {who: self._candidates[who][choice] for who, choice in choices.items()}
            pieces, driven_out = moved(self._position, joined(self._position, plans))
            self._known[key] = self._outlook.worth(power, pieces, self._pulls[power], driven_out[power])
        return self._known[key]
