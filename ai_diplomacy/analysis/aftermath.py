"""What came after stabs: whether the victim hit back or was friendly again, and what third powers thought and did. Each
of it is told of where nobody was stabbed as well.

A *stabbed pair* is a victim and its breaker in the phase of a stab (``breaches``); an *unstabbed pair* is any other two
powers in a phase in which the second could have attacked the first (``dealings``) and did not break its word to it.
Both are followed through the next two movement phases, which is a year, as long as both have units; pairs for which
there is no such phase are not counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from ..board.phase import Phase
from ..board.player import RELATIONSHIPS
from .breaches import Breach
from .dealings import Pair, PhaseDealings
from .game_record import GameRecord

YEAR = 2
"""Movement phases of a year."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a pair came to within a year."""

    phase: Phase
    power: str
    """The victim; of a pair without a stab, who could have been one."""
    other: str
    """The breaker, or who could have been one."""
    stabbed: bool
    hit_back: bool
    """It attacked the other, or broke its word to it."""
    friendly: bool
    """It helped the other, or did not attack it in the last phase of the year."""
    warmth: int | None
    """Levels (of five) that its view of the other rose by, from before the phase to behind the year; negative for a
    fall; ``None`` where its views were not recorded."""


@dataclass(frozen=True, slots=True)
class Reputation:
    """How third powers, which it did not stab in the phase, took what a power did."""

    phase: Phase
    power: str
    stabbed: bool
    """Whether it stabbed anybody in the phase."""
    watched: int
    """Third powers that were near it, phase by phase, both before and equally long after it: at most a year."""
    attacks_before: int
    attacks_after: int
    """In how many of those it was attacked by them."""
    views: int
    """Third powers whose view of it was recorded before and after."""
    warmth: int
    """The sum of levels that their views rose by, to the end of the turn."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """Of one game."""

    pairs: tuple[Aftermath, ...]
    reputations: tuple[Reputation, ...]
    """One for each power in each phase in which it had units."""


def consequences(game: GameRecord, dealings: Sequence[PhaseDealings], breaches: Sequence[Breach]) -> Consequences:
    """What followed on every stab of a game, and where there was none."""
    broke = {(breach.phase, breach.breaker, breach.victim) for breach in breaches}
    stabs = {(breach.phase, breach.breaker, breach.victim) for breach in breaches if breach.stab}
    views = _Views.of(game)
    pairs = []
    for at, phase in enumerate(dealings):
        for power, other in permutations(sorted(phase.alive), 2):
            stabbed = (phase.phase, other, power) in stabs
            if not stabbed and ((phase.phase, other, power) in broke or (other, power) not in phase.near):
                continue
            year = [later for later in dealings[at + 1 : at + 1 + YEAR] if {power, other} <= later.alive]
            if year:
                pairs.append(_followed((power, other), phase, year, broke, views, stabbed=stabbed))
    reputations = []
    for at, phase in enumerate(dealings):
        for power in sorted(phase.alive):
            victims = {victim for when, breaker, victim in stabs if (when, breaker) == (phase.phase, power)}
            reputations.append(_reputation(at, power, dealings, victims, views))
    return Consequences(tuple(pairs), tuple(reputations))


def _followed(
    pair: Pair,
    phase: PhaseDealings,
    year: Sequence[PhaseDealings],
    broke: set[tuple[Phase, str, str]],
    views: _Views,
    *,
    stabbed: bool,
) -> Aftermath:
    attacked = [pair in later.attacks for later in year]
    return Aftermath(
        *(Phase(phase.phase), *pair, stabbed),
        hit_back=any(attacked) or any((Phase(later.phase), *pair) in broke for later in year),
        friendly=any(pair in later.helps for later in year) or not attacked[-1],
        warmth=views.change(pair, phase.phase, year[-1].phase),
    )


def _reputation(at: int, power: str, dealings: Sequence[PhaseDealings], stabbed: set[str], views: _Views) -> Reputation:
    phase = dealings[at].phase
    span = min(YEAR, at, len(dealings) - 1 - at)
    pairs = [(third, power) for third in sorted(dealings[at].alive - {power} - stabbed)]
    both = list(zip(dealings[at - span : at], dealings[at + 1 : at + 1 + span], strict=True))
    watched = [(pair, one, other) for pair in pairs for one, other in both if pair in one.near and pair in other.near]
    risen = [change for pair in pairs if (change := views.change(pair, phase, phase)) is not None]
    return Reputation(
        phase=Phase(phase),
        power=power,
        stabbed=bool(stabbed),
        watched=len(watched),
        attacks_before=sum(pair in one.attacks for pair, one, _ in watched),
        attacks_after=sum(pair in other.attacks for pair, _, other in watched),
        views=len(risen),
        warmth=sum(risen),
    )


@dataclass(frozen=True, slots=True)
class _Views:
    """How powers stood to each other, as far as they told."""

    levels: Mapping[Pair, Sequence[tuple[Phase, int]]]
    """Pair -> from which movement phase on, and the level, from Enemy (0) to Ally (4); in the order of play."""

    @classmethod
    def of(cls, game: GameRecord) -> _Views:
        levels: dict[Pair, list[tuple[Phase, int]]] = {}
        for row in game.minds:
            if row.note == "relationship" and row.text in RELATIONSHIPS:
                told = Phase(row.phase)
                # What is told about a turn counts behind it; what was thought at the beginning, from there on.
                since = told if row.step == "initialize" else told.next_turn
                levels.setdefault((row.power, row.other), []).append((since, RELATIONSHIPS.index(row.text)))
        return cls({pair: sorted(told) for pair, told in levels.items()})

    def change(self, pair: Pair, phase: str, last: str) -> int | None:
        """By how many levels it rose from before a movement phase to behind another one; ``None`` if not told."""
        before, behind = self._at(pair, Phase(phase)), self._at(pair, Phase(last).next_turn)
        return None if before is None or behind is None else behind - before

    def _at(self, pair: Pair, phase: Phase) -> int | None:
        return next((level for since, level in reversed(self.levels.get(pair, ())) if since <= phase), None)
