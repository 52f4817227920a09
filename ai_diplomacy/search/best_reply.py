"""The plan of one power that does best, in the mean, against samples of what the others may order.

Candidates are tried on all samples; the best one is then changed unit by unit and pair by pair (``candidates``) as long
as that makes it better: hill climbing, in which a change that gains nothing on the first half of the samples is not
tried on the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from .candidates import Force, Plan
from .geography import HOLDS, Code, Piece
from .movement import resolve
from .position import Position
from .value import Outlook, Pull

JointPlan = list[Code]
"""The codes of all units of a position, beside ``position.units``."""


def joined(position: Position, plans: Mapping[int, Plan]) -> JointPlan:
    """The plans of all powers (those of powers that are missing: to hold) beside ``position.units``."""
    left = {power: iter(plan) for power, plan in plans.items()}
    return [next(left[piece[0]]) if piece[0] in left else HOLDS for piece in position.units]


def moved(position: Position, codes: Sequence[Code]) -> tuple[list[Piece], list[int]]:
    """The pieces that stand after a movement phase, and power -> how many of its pieces are dislodged."""
    outcome = resolve(position, codes)
    driven_out = [0] * len(position.geography.powers)
    if not outcome.dislodged:
        return [(who, kind, end) for (who, kind, _), end in zip(position.units, outcome.ends, strict=True)], driven_out
    pieces = []
    for index, ((who, kind, _), end) in enumerate(zip(position.units, outcome.ends, strict=True)):
        if index in outcome.dislodged:
            driven_out[who] += 1
        else:
            pieces.append((who, kind, end))
    return pieces, driven_out


class Trials:
    """The worth of a power's plans against samples of the others' orders. No plan is tried twice on one sample."""

    def __init__(self, force: Force, samples: Sequence[JointPlan], pull: Pull | None = None) -> None:
        """``samples``: what all units do; what the power's own do in them does not matter. ``pull``: what places are
        worth to a unit besides; ``None`` for what DumbBot's valuation says."""
        self.force = force
        self._pull = force.pull if pull is None else pull
        self._outlook = Outlook.behind(force.position)
        self._samples = [(sample[: force.first], sample[force.first + force.size :]) for sample in samples]
        self._half = (len(samples) + 1) // 2
        self._worths: dict[Plan, list[int]] = {}

    def worths(self, plan: Plan, count: int | None = None) -> list[int]:
        """The plan's worth, in thousandths of a centre, on each of the samples, or on the first so many."""
        found = self._worths.setdefault(plan, [])
        force = self.force
        for before, behind in self._samples[len(found) : count]:
            pieces, driven_out = moved(force.position, [*before, *plan, *behind])
            found.append(self._outlook.worth(force.power, pieces, self._pull, driven_out[force.power]))
        return found[:count]

    def total(self, plan: Plan) -> int:
        """The sum of the plan's worths on all samples."""
        return sum(self.worths(plan))

    def ranked(self) -> list[Plan]:
        """The plans that were tried on all samples, the best first; of equally good ones those tried first."""
        tried = [plan for plan, worths in self._worths.items() if len(worths) == len(self._samples)]
        return sorted(tried, key=self.total, reverse=True)

    def beats(self, plan: Plan, best: Plan) -> bool:
        """Whether the plan is better in the mean, as far as it is worth the while to find out."""
        half = self._half
        if sum(self.worths(plan, half)) <= sum(self.worths(best, half)):
            return False
        return self.total(plan) > self.total(best)


def climbed(trials: Trials, start: Plan, passes: int = 1, allowed: Callable[[Plan], bool] | None = None) -> Plan:
    """The plan that changes of single units and of pairs lead to; at most so many passes over all units. ``allowed``:
    which plans may be tried at all; ``None`` for all."""
    best = start
    for _ in range(passes):
        before = best
        for unit in range(trials.force.size):
            here = best
            for changed in trials.force.changes(here, unit):
                if (allowed is None or allowed(changed)) and trials.beats(changed, best):
                    best = changed
        if best == before:
            break
    return best


def best_reply(trials: Trials, candidates: Iterable[Plan], passes: int = 1) -> Plan:
    """The best of the candidates, improved. The first of those that are equally good."""
    start = max(dict.fromkeys(candidates), key=trials.total)
    return climbed(trials, start, passes)
