"""How many steps of each seat ended on defaults, and why: what tells a seat that played from one that did not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..records.cleaning import cleaned
from ..records.events import Event
from .events import ReplyRead, StepDefaulted

_LONGEST = 200
"""Characters of a reason that are kept."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """Of one seat, one model, or many."""

    steps: int = 0
    """In which a model was asked."""
    defaulted: int = 0
    """Those of them that ended without a usable reply."""
    reason: str = ""
    """The most frequent one, in one line."""

    @property
    def mostly(self) -> bool:
        """Whether more than half of the steps were played on defaults: whoever sat there did not play."""
        return 2 * self.defaulted > self.steps

    def __str__(self) -> str:
        return f"{self.defaulted} of {self.steps} steps on defaults, most often: {self.reason}"


def summed(seats: Sequence[Defaults]) -> Defaults:
    """Of several seats together."""
    reasons: Counter[str] = Counter()
    for seat in seats:
        reasons[seat.reason] += seat.defaulted
    steps, defaulted = sum(seat.steps for seat in seats), reasons.total()
    return Defaults(steps, defaulted, reasons.most_common(1)[0][0] if defaulted else "")


class DefaultedSteps:
    """Listens to a run."""

    def __init__(self) -> None:
        self._asked: Counter[tuple[str, str]] = Counter()
        self._reasons: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        """(actor, model) -> reason -> steps."""

    def event(self, event: Event) -> None:
        match event:
            case ReplyRead(attempt=0):
                self._asked[event.actor, event.model] += 1
            case StepDefaulted():
                reason = cleaned(event.reason, "line")[:_LONGEST]
                self._reasons[event.actor, event.model][reason] += 1

    def seats(self) -> dict[tuple[str, str], Defaults]:
        """(actor, model) -> those of its steps, if there are any, sorted."""
        return {seat: self.of(lambda *other, seat=seat: other == seat) for seat in sorted(self._reasons)}

    def of_actor(self, actor: str) -> Defaults:
        """Whoever sat there."""
        return self.of(lambda other, _: other == actor)

    def of(self, chosen: Callable[[str, str], bool]) -> Defaults:
        """Over all seats and models that are chosen by actor and model."""
        reasons: Counter[str] = Counter()
        for seat in filter(lambda seat: chosen(*seat), self._reasons):
            reasons.update(self._reasons[seat])
        defaulted = reasons.total()
        asked = sum(count for seat, count in self._asked.items() if chosen(*seat))
        # A player's fault may end a step whose reply was not even read.
        return Defaults(max(asked, defaulted), defaulted, reasons.most_common(1)[0][0] if reasons else "")
