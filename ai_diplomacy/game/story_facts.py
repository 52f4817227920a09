"""What every story tells of: centres year by year, captures, broken words, who helped and attacked whom, the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from ..board.breaking import Ground, breaking
from ..board.commitments import Promise
from ..board.phase import Phase
from ..board.units import Order, Unit
from ..promises.promised import Promised
from ..records.events import Event
from ..run.events import RunFinished
from .events import PhaseAdjudicated, PhaseStarted
from .story_words import season


@dataclass(frozen=True, slots=True)
class Capture:
    """A centre changes hands."""

    phase: Phase
    center: str
    taker: str
    loser: str
    """Empty where nobody owned it."""


class GameFacts:
    """Hears the events of a run in their order, and of every promise that is decided."""

    def __init__(self) -> None:
        self.start: dict[str, int] = {}
        """Power -> centres at the start."""
        self.first_year = 0
        self.years: dict[int, dict[str, int]] = {}
        """Year -> power -> centres at its end, or by now."""
        self.captures: list[Capture] = []
        self._of_turn: defaultdict[str, list[Capture]] = defaultdict(list)
        self.broken: list[Promised] = []
        self.attacks: Counter[tuple[str, str]] = Counter()
        """(who, whom) -> movement orders that break peace (docs/honesty.md)."""
        self.helps: Counter[tuple[str, str]] = Counter()
        """(who, whom) -> supports and convoys of the other's units."""
        self.eliminated: dict[str, Phase] = {}
        self.finished: RunFinished | None = None
        self.phase = Phase("COMPLETED")
        """The last that was begun."""
        self.centers: Mapping[str, Sequence[str]] = {}
        self.units: Mapping[str, Sequence[str]] = {}

    def event(self, event: Event) -> None:
        match event:
            case PhaseStarted():
                self.phase, self.centers, self.units = Phase(event.phase), event.centers, event.units
                if not self.start:
                    self.start = {power: len(owned) for power, owned in event.centers.items()}
                    self.first_year = self.phase.year
            case PhaseAdjudicated():
                self._adjudicated(event, Phase(event.phase))
            case RunFinished():
                self.finished = event

    def promised(self, row: Promised) -> None:
        """What became of a promise."""
        if row.verdict == "broken":
            self.broken.append(row)

    def won_by(self, row: Promised) -> list[str]:
        """The centres that a breach took from its victim in the same turn."""
        return [
            capture.center
            for capture in self._of_turn[season(row.decided)]
            if (capture.taker, capture.loser) == (row.sender, row.victim)
        ]

    def _adjudicated(self, event: PhaseAdjudicated, phase: Phase) -> None:
        owners = {center: power for power, owned in self.centers.items() for center in owned}
        taken = [
            Capture(phase, center, taker, owners.get(center, "")) for center, taker in sorted(event.captures.items())
        ]
        self.captures += taken
        self._of_turn[season(phase)] += taken
        if phase.kind == "M":
            self._dealt(event, phase)
        for power, owned in event.centers.items():
            if power not in self.eliminated and not owned and not event.units.get(power) and self.start.get(power):
                self.eliminated[power] = phase
        self.years[phase.year] = {power: len(owned) for power, owned in event.centers.items()}
        self.centers, self.units = event.centers, event.units

    def _dealt(self, event: PhaseAdjudicated, phase: Phase) -> None:
        units = {power: tuple(map(Unit, units)) for power, units in self.units.items()}
        ground = Ground(units, self.centers)
        ordered = {power: tuple(map(Order, orders)) for power, orders in event.orders.items()}
        owners = {unit: power for power, theirs in units.items() for unit in theirs}
        for one, other in permutations([power for power, theirs in units.items() if theirs], 2):
            self.attacks[one, other] += len(breaking(Promise(f"peace {other}"), one, phase, ground, ordered) or ())
        for power, own in ordered.items():
            for order in own:
                helped = owners.get(order.helped) if order.helped is not None else None
                if helped and helped != power:
                    self.helps[power, helped] += 1
