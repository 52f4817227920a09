"""Critical states: what each arm does otherwise than the first one, within each state and over all of them.

Arms are compared replica by replica, which share their seed. With fewer than seven states (``units.MANY``) figures hold
for these states, and replicas are the observations; from seven on the states are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .comparing import Difference, contrasted, families
from .dealing_tallies import PricedStab
from .decisions import PricedDecision
from .estimates import MeanEstimate, estimates
from .game_record import GameRecord
from .horizons import HORIZONS, Horizon, as_it_stood, last_phase, until
from .measures import MEASURES, Measure
from .question import ERROR, agreed
from .tallies import Counting, Sums, tallies
from .units import Origin

_GROUPS: Mapping[Horizon, tuple[str, ...]] = {
    # Calls are counted over whole games alone.
    "phase": ("score", "regret", "orders", "press", "honesty", "stabs", "trust", "relations"),
    "year": ("score", "regret", "orders", "press", "honesty", "stabs", "trust", "relations"),
    "game": ("score", "regret", "orders", "press", "honesty", "stabs", "aftermath", "trust", "relations", "calls"),
}


HEADLINE = ("centers", "survival", "regret", "kept", "on_purpose", "messages", "relation_gap")
"""Measures that are shown first."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what figures are."""

    state: str
    """Empty: over all states."""
    seat: str
    """A power; empty: the seats that the arms are about."""
    horizon: Horizon

    def __str__(self) -> str:
        of = self.seat.title() or "the arms' own seats"
        return f"{self.state or 'all states'}, {of}, end of the {self.horizon}"


@dataclass(frozen=True, slots=True)
class StateEffect:
    """What an arm does to one measure."""

    scope: Scope
    arm: str
    against: str
    """The first arm."""
    found: Difference
    """Adjusted over all arms and the measures of a heading, in its scope."""


@dataclass(frozen=True, slots=True)
class StateMean:
    """One measure in one arm."""

    scope: Scope
    arm: str
    measure: Measure
    figure: MeanEstimate


@dataclass(frozen=True, slots=True)
class StatesAnalysis:
    """What the forks of a tournament of states tell."""

    states: tuple[str, ...]
    arms: tuple[str, ...]
    effects: tuple[StateEffect, ...]
    means: tuple[StateMean, ...]
    treated: Mapping[str, Sums]
    """Arm -> the sums of the seats that the arms are about, at the end of the games."""

    def rows(self) -> list[tuple[Scope, str, Mapping[str, Difference]]]:
        """(scope, arm, its effects by measure)."""
        found: defaultdict[tuple[Scope, str], dict[str, Difference]] = defaultdict(dict)
        for effect in self.effects:
            found[effect.scope, effect.arm][effect.found.measure.name] = effect.found
        return [(scope, arm, effects) for (scope, arm), effects in found.items()]

    def figures(self) -> list[tuple[Scope, str, Mapping[str, MeanEstimate]]]:
        """(scope, arm, its means by measure)."""
        found: defaultdict[tuple[Scope, str], dict[str, MeanEstimate]] = defaultdict(dict)
        for mean in self.means:
            found[mean.scope, mean.arm][mean.measure.name] = mean.figure
        return [(scope, arm, means) for (scope, arm), means in found.items()]

    def standing(self) -> list[StateEffect]:
        """Those that stand at 5 % in their family."""
        return [effect for effect in self.effects if effect.found.adjusted < ERROR]


@dataclass(frozen=True, slots=True)
class _Fork:
    state: str
    arm: str
    powers: frozenset[str]


class StateGames:
    """Collects the forks of a tournament, game by game."""

    def __init__(self, states: Sequence[str], arms: Sequence[str], forks: Mapping[str, _Fork]) -> None:
        """``forks``: by the name of their folders."""
        self._states = states
        self._arms = arms
        self._forks = forks
        self._counting: dict[Horizon, Counting] = {horizon: Counting() for horizon in HORIZONS}
        self._counted: list[_Fork] = []
        """By the number of the game."""
        self._cut: set[Horizon] = {"game"}

    @classmethod
    def of(cls, folder: Path) -> StateGames | None:
        """Of a tournament's folder, or that of its games; ``None`` for any other."""
        try:
            kept = agreed(folder)
            states = kept["settings"]["states"]
            forks = {
                # Folders are numbered.
                f"{number:04}": _Fork(game["state"], game["arm"], frozenset(states[game["state"]]["powers"]))
                for number, game in enumerate(kept["games"], 1)
            }
            return cls(list(states), list(kept["settings"]["arms"]), forks)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None

    def game(self, game: GameRecord, prices: Sequence[PricedDecision], stabs: Sequence[PricedStab]) -> None:
        """A finished game; one that is no fork of the tournament is left out."""
        fork = self._forks.get(game.path.name)
        if fork is None or not game.forked_at:
            return
        self._counted.append(fork)
        seating = tuple(sorted(dict.fromkeys(game.players, fork.arm).items()))
        origin = Origin(fork.state, fork.state, game.seed, seating)
        for horizon, counting in self._counting.items():
            last = last_phase(game, horizon)
            stood = as_it_stood(game, last)
            if stood is not game:
                self._cut.add(horizon)
            counting.game(origin, tallies(stood, until(prices, last), until(stabs, last)))

    def result(self) -> StatesAnalysis:
        """What they tell."""
        effects, means = list[StateEffect](), list[StateMean]()
        treated: Mapping[str, Sums] = {}
        for horizon in (horizon for horizon in HORIZONS if horizon in self._cut):
            measures = [measure for measure in MEASURES if measure.group in _GROUPS[horizon]]
            within = self._counting[horizon].sums(measures, positions=True)
            over = self._counting[horizon].sums(measures)
            for scope, sums in self._scopes(horizon, within, over):
                effects += self._effects(scope, sums)
                means += [
                    StateMean(scope, arm, measure, figure)
                    for arm, rows in sums.items()
                    for measure, figure in zip(measures, estimates(rows), strict=True)
                ]
                if not treated and horizon == "game":
                    treated = sums
        return StatesAnalysis(tuple(self._states), tuple(self._arms), tuple(effects), tuple(means), treated)

    def _scopes(
        self, horizon: Horizon, within: Mapping[str, Sums], over: Mapping[str, Sums]
    ) -> Iterator[tuple[Scope, dict[str, Sums]]]:
        """Each with the sums of the arms that were played there."""
        powers = sorted({seat.power for sums in over.values() for seat in sums.seats})
        for state in ("", *self._states) if len(self._states) > 1 else self._states:
            for power in ("", *powers):
                if power and all({power} == fork.powers for fork in self._counted if state in ("", fork.state)):
                    # The seat that the arms are about, which was told.
                    continue
                found = {}
                for arm in self._arms:
                    sums = (within if state else over).get(arm)
                    rows = (
                        []
                        if sums is None
                        else [at for at in range(len(sums.seats)) if self._in(sums, at, state, power)]
                    )
                    if sums is not None and rows:
                        found[arm] = sums.only(rows)
                yield Scope(state, power, horizon), found

    def _in(self, sums: Sums, row: int, state: str, power: str) -> bool:
        seat = sums.seats[row]
        fork = self._counted[seat.game]
        return state in ("", fork.state) and (seat.power == power if power else seat.power in fork.powers)

    def _effects(self, scope: Scope, sums: Mapping[str, Sums]) -> Iterator[StateEffect]:
        """Over all states those count in which both arms were played."""
        first, *others = self._arms
        found: defaultdict[str, list[Difference]] = defaultdict(list)
        for arm in others:
            if arm in sums and first in sums:
                found[arm] = contrasted(sums[arm], sums[first])
        every = [replace(difference, player=arm) for arm, differences in found.items() for difference in differences]
        for difference in families(every, lambda d: d.measure.group):
            yield StateEffect(scope, difference.player, first, difference)
