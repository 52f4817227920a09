"""The assessment: what the position means to one power, its last turn and its messages included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..board.terrain import Terrain, province_of
from ..board.units import Unit
from ..board.valuation import Valuation, evaluate
from .intents import UnderstoodMessage, understand
from .prompt_reader import ParsedPrompt
from .temperament import Temperament, temperament
from .turn_events import TurnEvent, turn_events

NEAR = 3
"""Steps within which another power is a neighbour."""
_EVEN = 0.4
"""What an attack by as many units as defend is rated at."""
_FOOTHOLD = 0.2
"""What a province that leads to the centres of another power is rated at."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the position means to ``prompt.me``."""

    prompt: ParsedPrompt
    nature: Temperament
    valuation: Valuation
    distance: Mapping[str, int]
    """Other power -> steps between its units and our centres, or ours and its."""
    buffers: Mapping[str, tuple[str, ...]]
    """Other power -> empty provinces without a centre that both could enter now, the best first."""
    events: tuple[TurnEvent, ...]
    awaiting: tuple[UnderstoodMessage, ...]
    """Messages of the last turn that wait for an answer."""
    press: tuple[UnderstoodMessage, ...]
    """The press of the phase, or of the turn that ended."""
    leader: str | None
    """Another power that is running away with the game."""

    @property
    def neighbours(self) -> tuple[str, ...]:
        """Powers close by, nearest first."""
        near = sorted((steps, power) for power, steps in self.distance.items() if steps <= NEAR)
        return tuple(power for _, power in near) or tuple(self.prompt.others)

    @property
    def final(self) -> bool:
        """Whether the game ends with this year."""
        return self.prompt.situation.year >= self.prompt.last_year

    def attacks_by(self, power: str) -> tuple[str, ...]:
        """Our provinces that the power moved on last turn, or took."""
        hostile = ("attacked", "took")
        return tuple(dict.fromkeys(e.where for e in self.events if e.power == power and e.kind in hostile))

    def prize(self, power: str) -> tuple[str | None, float]:
        """The power's centre that is easiest to take now, and from 0 to 1 how good the chance is."""
        best: tuple[str | None, float] = (None, 0.0)
        situation = self.prompt.situation
        theirs = situation.units[power]
        for center in situation.centers[power]:
            strength = sum(situation.terrain.touches(unit, center) for unit in situation.own_units)
            if not strength:
                continue
            guard = sum(unit.province == center or situation.terrain.touches(unit, center) for unit in theirs)
            odds = 1.0 if strength > guard else _EVEN if strength == guard else 0.1
            if odds > best[1]:
                best = (center, odds)
        return best

    def lure(self, power: str) -> tuple[str | None, float]:
        """What would be won by breaking faith with the power: a centre, else the ground between us; and the chance."""
        center, odds = self.prize(power)
        if center is not None and odds >= _EVEN:
            return center, odds
        if self.buffers[power] and power in self.neighbours:
            return self.buffers[power][0], _FOOTHOLD
        return None, 0.0


def assess(prompt: ParsedPrompt) -> Assessment:
    """Look at the position."""
    others = prompt.others
    return Assessment(
        prompt=prompt,
        nature=temperament(prompt.me, prompt.game),
        valuation=evaluate(prompt.situation),
        distance={power: _distance(prompt, power) for power in others},
        buffers={power: _buffers(prompt, power) for power in others},
        events=turn_events(prompt),
        awaiting=tuple(understand(message, prompt.situation) for message in prompt.awaiting),
        press=tuple(understand(message, prompt.situation) for message in prompt.press),
        leader=_leader(prompt),
    )


def _distance(prompt: ParsedPrompt, power: str) -> int:
    situation = prompt.situation
    far = len(situation.terrain.provinces)
    pairs = (
        (situation.own_units, situation.centers[power] or situation.homes[power]),
        (situation.units[power], situation.centers[prompt.me] or situation.homes[prompt.me]),
    )
    return min(
        (
            situation.terrain.distances(unit).get(center, far)
            for units, centers in pairs
            for unit in units
            for center in centers
        ),
        default=far,
    )


def _buffers(prompt: ParsedPrompt, power: str) -> tuple[str, ...]:
    situation = prompt.situation
    ground, occupied = situation.terrain, situation.occupants()
    both = _within(ground, situation.own_units) & _within(ground, situation.units[power])
    mine, theirs = set(situation.centers[prompt.me]), set(situation.centers[power])

    def rank(province: str) -> tuple[bool, int, str]:
        stands = [Unit(f"{kind} {at}") for kind in "AF" for at in (province, *ground.coasts.get(province, ()))]
        near = {province_of(at) for unit in stands for at in ground.reach(unit)}
        return (not (near & mine and near & theirs), -len(near & (mine | theirs)), province)

    return tuple(sorted((at for at in both if at not in occupied and at not in ground.centers), key=rank))


def _within(ground: Terrain, units: tuple[Unit, ...]) -> set[str]:
    return {province_of(at) for unit in units for at in ground.reach(unit)}


def _leader(prompt: ParsedPrompt) -> str | None:
    counts = {power: len(prompt.situation.centers[power]) for power in prompt.situation.survivors}
    if len(counts) < 3:
        return None
    largest = max(sorted(counts), key=lambda power: counts[power])
    rest = sorted((count for power, count in counts.items() if power != largest), reverse=True)
    average = sum(counts.values()) / len(counts)
    ahead = counts[largest] >= rest[0] + 1 and counts[largest] >= max(6, 1.4 * average)
    return largest if ahead and largest != prompt.me else None
